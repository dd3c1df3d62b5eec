"""Whether two pictures of a camera show the same: a difference hash, fine enough to notice where people stand."""

from typing import Final

import cv2
import numpy as np

from inference.detect.base import Picture

ACROSS, DOWN = 32, 24
"""Cells of the hash. A camera's background never changes: with the usual 8x8 all its pictures are alike."""
_PER_CELL: Final = 4
_STEP: Final = 8
"""Grey values by which a cell must be brighter than the one to its left: noise alone seldom is."""
ALIKE_BITS: Final = 32
"""Of 768, up to which two pictures show the same. On vtest.avi a frame and itself with noise of 4 grey values are 24 to
29 bits apart; frames a second apart, people having walked on, 35 to 66 (p10 to p90), five seconds apart 41 to 75."""


def picture_hash(picture: Picture) -> int:
    """A picture's hash, a number of ``ACROSS * DOWN`` bits.

    Args:
        picture: BGR.
    """
    size = ((ACROSS + 1) * _PER_CELL, DOWN * _PER_CELL)
    nearest = cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST)
    green = cv2.extractChannel(nearest, 1)  # carries most of the light
    cells = np.asarray(cv2.resize(green, (ACROSS + 1, DOWN), interpolation=cv2.INTER_AREA), np.int16)
    brighter = cells[:, 1:] > cells[:, :-1] + _STEP
    return int.from_bytes(np.packbits(brighter).tobytes(), "big")


def bits_apart(first: int, second: int) -> int:
    """In how many bits two hashes differ."""
    return (first ^ second).bit_count()
