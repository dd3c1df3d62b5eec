"""Pictures passed from one capture process to its parent through anonymous shared memory.

The memory has no name: it is inherited by its descriptor and vanishes with the last process that holds it, however
that process ended. It has a few slots used in turn. Each is guarded by a seqlock: a word that says which picture is in
it and whether it is whole, read before and after the copy.
"""

import mmap
import os
import sys
import tempfile
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from ingest.frame import Pixels

LIVE_SLOTS: Final = 4
"""One is being written, one is given up, one is the newest, and the one before it may still be copied."""
RECORDING_SLOTS: Final = 8
"""More than for a live source, so that decoder and reader take turns in bunches and not frame by frame."""
MAX_PICTURE_BYTES: Final = 256 << 20
"""A picture of 89 megapixels. Address space only: pages are taken when they are first written."""

_HEADER_BYTES: Final = 4096
_SLOT_BYTES: Final = _HEADER_BYTES + MAX_PICTURE_BYTES
_VERSION, _CAPTURED_NS, _MEDIA_US, _HEIGHT, _WIDTH = range(5)
_NO_MEDIA_TIME: Final = -1


@dataclass(frozen=True, slots=True)
class Stamp:
    """What is known about a picture in a slot.

    Attributes:
        sequence: its number in the camera's life.
        captured_ns: Unix time in nanoseconds.
        media_us: microseconds from the recording's first frame; ``None`` for live sources.
        height: pixels.
        width: pixels.
    """

    sequence: int
    captured_ns: int
    media_us: int | None
    height: int
    width: int


class Ring:
    """The shared slots. One process writes, one reads.

    A slot's version is ``2 * sequence + 2`` when that picture is whole and odd while it is written. The writer gives up
    the slot after the newest *before* it tells anyone about the newest: the system call that tells (a full barrier on
    every processor) lies between the mark and the first pixel that changes, so no reader takes old mark and new pixels.
    """

    def __init__(self, descriptor: int, slots: int) -> None:
        self._memory = mmap.mmap(descriptor, slots * _SLOT_BYTES)
        self.descriptor = descriptor
        self.slots = slots

    @classmethod
    def create(cls, slots: int) -> Self:
        """New memory, empty."""
        if sys.platform == "linux":
            descriptor = os.memfd_create("headroom-frames", os.MFD_CLOEXEC)
        else:
            with tempfile.TemporaryFile() as unlinked:
                descriptor = os.dup(unlinked.fileno())
        os.ftruncate(descriptor, slots * _SLOT_BYTES)
        return cls(descriptor, slots)

    @property
    def readable(self) -> int:
        """How many pictures can wait to be read: the slot after the newest is already given up to the writer."""
        return self.slots - 1

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()
        os.close(self.descriptor)

    def _words(self, sequence: int) -> NDArray[np.int64]:
        # Through numpy, because one aligned eight-byte store is whole to another process; struct writes byte by byte.
        return np.frombuffer(self._memory, np.int64, 5, sequence % self.slots * _SLOT_BYTES)

    def _pixels(self, sequence: int, count: int) -> Pixels:
        return np.frombuffer(self._memory, np.uint8, count, sequence % self.slots * _SLOT_BYTES + _HEADER_BYTES)

    def room(self, sequence: int) -> Pixels:
        """The flat bytes into which picture ``sequence`` is written, marked as unreadable until it is published."""
        self._words(sequence)[_VERSION] = 2 * sequence + 1
        return self._pixels(sequence, MAX_PICTURE_BYTES)

    def publish(self, stamp: Stamp) -> None:
        """The picture in the room of ``stamp.sequence`` is whole; the next slot is given up to the writer."""
        media_us = _NO_MEDIA_TIME if stamp.media_us is None else stamp.media_us
        words = self._words(stamp.sequence)
        words[_CAPTURED_NS:] = stamp.captured_ns, media_us, stamp.height, stamp.width
        words[_VERSION] = 2 * stamp.sequence + 2
        self._words(stamp.sequence + 1)[_VERSION] = 2 * stamp.sequence + 3

    def read(self, sequence: int) -> tuple[Stamp, Pixels] | None:
        """A copy of picture ``sequence``: the only copy on its way. ``None`` when it is gone, torn or not whole."""
        words = self._words(sequence)
        whole = 2 * sequence + 2
        if words[_VERSION] != whole:
            return None
        captured_ns, media_us, height, width = words[_CAPTURED_NS:].tolist()
        if not 0 < height * width * 3 <= MAX_PICTURE_BYTES:
            return None
        pixels = self._pixels(sequence, height * width * 3).reshape(height, width, 3).copy()
        if words[_VERSION] != whole:
            return None
        return Stamp(sequence, captured_ns, None if media_us == _NO_MEDIA_TIME else media_us, height, width), pixels
