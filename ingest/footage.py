"""Recordings on disk: a video file, one picture, or a folder of pictures, checked before anyone waits for them."""

import re
from pathlib import Path
from typing import Final

from domain.errors import BadSource
from domain.source import Source, SourceKind
from ingest.container import fault_in

PICTURE_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"})
_PICTURE_STARTS: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM", b"RIFF", b"II*\0", b"MM\0*")
_EXPECTED: Final = "expected a video file or a folder of pictures"


def check_file_source(source: Source) -> None:
    """Refuse a recording that cannot be read, before anything is started for it.

    Only what can be seen without decoding is looked at, so this is quick for a folder of thousands. Live sources pass:
    whether a camera answers is known when it is called.

    Raises:
        BadSource: no such file, an empty or cut-off file, text, a folder without pictures, a file in it that only
            claims to be a picture, or an ``asset:`` that has not been resolved to a path. One line that names the file.
    """
    if source.kind is SourceKind.ASSET:
        raise BadSource(f"{source.redacted} is not a path yet; it must be resolved before a camera is made of it")
    if source.kind is not SourceKind.FILE:
        return
    path = Path(source.address)
    try:
        if path.is_dir():
            for picture in pictures_of(path):
                _check_picture(picture)
        elif path.suffix.lower() in PICTURE_SUFFIXES and path.exists():
            _check_picture(path)
        else:
            _check_video(path)
    except OSError as error:
        raise BadSource(f"{path.name}: cannot be read: {error.strerror or error}") from error


def pictures_of(path: Path) -> list[Path]:
    """The pictures of a folder in the order people number them (``frame2`` before ``frame10``); or the one picture.

    Raises:
        BadSource: the folder is empty or holds no picture.
    """
    if not path.is_dir():
        return [path]
    files = [entry for entry in path.iterdir() if entry.is_file() and not entry.name.startswith(".")]
    pictures = [entry for entry in files if entry.suffix.lower() in PICTURE_SUFFIXES]
    if not files:
        raise BadSource(f"folder {path.name} is empty; expected pictures ({_suffixes()})")
    if not pictures:
        raise BadSource(f"folder {path.name} has {len(files)} files but no picture; expected pictures ({_suffixes()})")
    return sorted(pictures, key=_as_numbered)


def is_pictures(path: Path) -> bool:
    """Whether the path is read picture by picture and not as a video."""
    return path.is_dir() or path.suffix.lower() in PICTURE_SUFFIXES


def picture_is_whole(data: bytes) -> bool:
    """Whether a JPEG reaches its end mark; other formats are left to their decoder, which refuses what is cut off.

    A JPEG decoder fills what is missing with gray, which would be counted as an empty place.
    """
    if not data.startswith(b"\xff\xd8"):
        return True
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        if data[at + 1] == 0xDA:  # scan data holds no marker but the end's, so the next one found is it
            return data.find(b"\xff\xd9", at) >= 0
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return False


def _check_video(path: Path) -> None:
    if not path.exists():
        raise BadSource(f"{path.name}: there is no such file or folder; {_EXPECTED}")
    if not path.is_file():
        raise BadSource(f"{path.name} is neither a file nor a folder; {_EXPECTED}")
    fault = fault_in(path)
    if fault:
        raise BadSource(f"{path.name} {fault}" + ("" if "; " in fault else f"; {_EXPECTED}"))


def _check_picture(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(8)
    if not start.startswith(_PICTURE_STARTS):
        what = "is empty" if not start else "is not a picture, whatever its name says"
        raise BadSource(f"{path.name} {what}; expected {_suffixes()}")


def _as_numbered(path: Path) -> list[tuple[int, str]]:
    return [(int(digits or 0), text) for text, digits in re.findall(r"(\D*)(\d*)", path.name)]


def _suffixes() -> str:
    return ", ".join(sorted(suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES))
