"""The picture that is kept of a frame: with people hidden, or, where they agreed in writing, as it is."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from domain.captures import CapturePolicy
from inference.detect.base import Picture
from inference.picture import pixelate

TALLEST_PX: Final = 106.0
"""Height of the tallest person in a blurred picture: 62.5 px/m at 1.7 m, which EN 62676-4 calls observation. It puts
recognition of somebody known at twice that. So whoever no box was found for is not recognised either."""
ASSUMED_SHARE: Final = 0.25
"""Of the picture's height: the tallest person is taken for no smaller, for the one nearest may be the one missed."""
HEAD_BLOCKS: Final = 2
"""Blocks across a head's box: a face is one or two blocks."""
_QUALITY: Final = {CapturePolicy.BLURRED: 85, CapturePolicy.CONSENTED: 95}


@dataclass(frozen=True)
class Shown:
    """A picture to be kept.

    Attributes:
        jpeg: the file's bytes.
        width: pixels.
        height: likewise.
        scale: of its pixels to the frame's.
    """

    jpeg: bytes
    width: int
    height: int
    scale: float


def shown(picture: Picture, bodies: NDArray[np.floating], heads: NDArray[np.floating], policy: CapturePolicy) -> Shown:
    """The picture as the policy allows it.

    Args:
        picture: BGR; it is not changed.
        bodies: boxes of everybody who may be there, weak, predicted and doubtful ones too, in its pixels, shape (n, 4).
        heads: boxes of heads, likewise.
        policy: blurred or consented.

    Raises:
        ValueError: the policy allows none.
    """
    if policy is CapturePolicy.OFF:
        raise ValueError("nothing is kept where the policy is off")
    if policy is CapturePolicy.CONSENTED:
        return _encoded(picture, 1.0, policy)
    height, width = picture.shape[:2]
    scale = min(1.0, TALLEST_PX / _tallest(bodies, heads, height))
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    hidden: MatLike = picture.copy() if scale == 1.0 else cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    for box in np.asarray(bodies, np.float64) * scale:
        pixelate(hidden, box)
    for box in np.asarray(heads, np.float64) * scale:
        pixelate(hidden, box, HEAD_BLOCKS)
    return _encoded(hidden, scale, policy)


def _tallest(bodies: NDArray[np.floating], heads: NDArray[np.floating], height: int) -> float:
    """Height of the tallest person, pixels; a body is seven and a half heads high, as artists have it."""
    tallest = ASSUMED_SHARE * height
    if len(bodies):
        tallest = max(tallest, float((bodies[:, 3] - bodies[:, 1]).max()))
    if len(heads):
        tallest = max(tallest, 7.5 * float((heads[:, 3] - heads[:, 1]).max()))
    return max(tallest, 1.0)


def _encoded(picture: MatLike, scale: float, policy: CapturePolicy) -> Shown:
    _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY[policy]])
    return Shown(encoded.tobytes(), picture.shape[1], picture.shape[0], scale)
