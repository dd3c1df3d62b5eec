"""Whether a video file is whole, by the sizes its container declares.

A decoder reads a file that was cut off without a word: it plays what there is, and the count of the missing minutes
would look like a quiet evening. AVI, MP4 and Matroska say how long their parts are, so what is missing can be told. How
many frames a header claims is not looked at: headers that claim too many are common in files that are whole.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

_UNFINISHED: Final = (0, 0xFFFFFFFF)
"""RIFF sizes a recorder writes first and mends at the end, when it gets that far."""
_MP4_FIRST_BOXES: Final = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})
_EBML: Final = b"\x1a\x45\xdf\xa3"
_MATROSKA_SEGMENT: Final = b"\x18\x53\x80\x67"


def fault_in(path: Path) -> str | None:
    """What is wrong with the file, as words that follow its name; ``None`` when nothing is known to be.

    Raises:
        OSError: the file cannot be read.
    """
    size = path.stat().st_size
    if size == 0:
        return "is empty"
    with path.open("rb") as file:
        start = file.read(512)
        if start.startswith(b"RIFF") and start[8:12] == b"AVI ":
            return _avi_fault(file, size)
        if start[4:8] in _MP4_FIRST_BOXES:
            return _mp4_fault(file, size)
        if start.startswith(_EBML):
            return _matroska_fault(start, size)
    return "is a text file, not a video" if _is_text(start) else None


def _is_text(start: bytes) -> bool:
    # A multi-byte character may be cut at the end of what was read.
    text = start.decode("utf-8", errors="ignore")
    return len(text.encode()) > len(start) - 4 and all(letter.isprintable() or letter in "\r\n\t\f" for letter in text)


def _avi_fault(file: BinaryIO, size: int) -> str | None:
    """Long AVI files (OpenDML) are several RIFF chunks in a row."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name != b"RIFF" or length in _UNFINISHED:
            return None
        at += 8 + length + length % 2
    # The padding byte after the last chunk is often left out.
    return _cut_off(at, size) if at - 1 > size else None


def _mp4_fault(file: BinaryIO, size: int) -> str | None:
    end, names = 0, set()
    for name, box_end in _mp4_boxes(file, size):
        names.add(name)
        end = box_end
    if end > size:
        return _cut_off(end, size)
    if b"moov" not in names:
        return "has no index (moov box): its recording was cut off before it was finished; expected a whole recording"
    return None


def _mp4_boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Each top-level box's name and where it says it ends."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8))
        shortest = 8
        if length == 1:
            (length,) = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))
            shortest = 16
        if not name.isalnum() or (length < shortest and length != 0):
            return  # padding or other bytes after the last box, which players ignore
        at = at + length if length else size
        yield name, at


def _matroska_fault(start: bytes, size: int) -> str | None:
    """MKV and WebM are a short header and one segment, which names its size unless it was recorded as a stream."""
    _, segment = _matroska_size(start, len(_EBML))
    if start[segment : segment + 4] != _MATROSKA_SEGMENT:
        return None
    length, end = _matroska_size(start, segment + 4)
    return _cut_off(end, size) if length is not None and end > size else None


def _matroska_size(data: bytes, at: int) -> tuple[int | None, int]:
    """An element's size, ``None`` when it is left open, and where the element ends."""
    bits = data[at : at + 1]
    if not bits or not bits[0]:
        return None, len(data)
    width = 9 - bits[0].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    is_open = value == (1 << 7 * width) - 1
    return (None if is_open else value), at + width + value


def _cut_off(declared: int, size: int) -> str:
    return f"is cut off: it should have {declared:,} bytes and has {size:,}; copy it again from where it came"
