"""The newest picture of a camera, for people to look at: small, and with the people in it made unrecognisable."""

from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.detect.base import Picture

LONGEST_SIDE: Final = 960
"""Pixels of the longer side: enough to see where people are on a wall screen, 60 kB a picture."""
JPEG_QUALITY: Final = 75
BLOCKS_ACROSS: Final = 5
"""A person becomes this many blocks wide: a face is less than one block."""
MARGIN: Final = 0.15
"""Boxes are grown by this share of their size, because a box may cut off a head."""


def blurred_jpeg(picture: Picture, boxes: NDArray[np.floating]) -> bytes:
    """``picture`` as a JPEG in which every box is pixelated beyond recognition.

    Args:
        picture: BGR; it is not changed.
        boxes: left, top, right, bottom in its pixels, shape (n, 4). Pass the weak ones too: hiding too much is cheap.
    """
    scale = min(1.0, LONGEST_SIDE / max(picture.shape[:2]))
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    shown: MatLike = picture.copy() if scale == 1.0 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for box in np.asarray(boxes, np.float64) * scale:
        pixelate(shown, box)
    _, encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


def pixelate(picture: MatLike, box: NDArray[np.float64], across: int = BLOCKS_ACROSS) -> None:
    """Replace what is in a box, and a margin about it, by blocks; the picture is changed.

    Args:
        picture: BGR.
        box: left, top, right, bottom in its pixels; what lies outside the picture is left out.
        across: blocks from the box's left to its right.
    """
    grow = MARGIN * np.tile(box[2:] - box[:2], 2) * (-1, -1, 1, 1)
    left, top, right, bottom = np.round(box + grow).astype(int).tolist()
    region = picture[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    if region.size == 0:
        return
    height, width = region.shape[:2]
    down = max(1, round(across * height / width))
    blocks = cv2.resize(region, (min(across, width), min(down, height)), interpolation=cv2.INTER_AREA)
    region[:] = cv2.resize(blocks, (width, height), interpolation=cv2.INTER_NEAREST)
