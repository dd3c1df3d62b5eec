"""One person cut out of a picture, alone and large enough to be read."""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.detect.base import Picture

SIDE: Final = 256
"""Pixels: the landmark network's input; a smaller crop is enlarged to it, so that the person finder has it as large."""
MARGIN: Final = 0.25
"""Empty border around a person, as a share of the box's longer side: the person finder wants to see all of someone."""
GROW: Final = 0.1
"""Boxes are grown by this share of their longer side, because one may cut off hands and feet; all beyond is made black.
With neighbours left in, 89 of 211 bodies found in the sample footage were a neighbour's; without, none of 233."""
LEAST_LENGTH_PX: Final = 64
"""Longer side of the smallest box that is read: below it joints wander by more than a tenth of a
trunk (docs/posture.md)."""

BORDER_PX: Final = 3
"""A box that comes this near to the lower border goes on beyond it."""


@dataclass(frozen=True)
class Crop:
    """One person, cut out.

    Attributes:
        pixels: RGB, shape (SIDE, SIDE, 3), the person in the middle and black around.
        shape: width of the person's box over its height.
        cut_off: whether the box ends at the picture's lower border, so that the legs may be beyond it.
    """

    pixels: Picture
    shape: float
    cut_off: bool

    @property
    def lying(self) -> bool:
        """Whether the box is wider than it is high, as that of someone on the floor often is."""
        return self.shape > 1.0


def crop_person(picture: Picture, box: NDArray[np.floating]) -> Crop | None:
    """Cut one person out; a copy.

    Args:
        picture: BGR.
        box: left, top, right, bottom in its pixels; may reach beyond it.

    Returns:
        ``None`` where the person is too small to be read: their posture is unknown, not upright.
    """
    left, top, right, bottom = np.asarray(box, np.float64).tolist()
    length = max(right - left, bottom - top)
    if length < LEAST_LENGTH_PX:
        return None
    grow = length * GROW
    x0, y0 = max(math.floor(left - grow), 0), max(math.floor(top - grow), 0)
    part = picture[y0 : max(math.ceil(bottom + grow), 0), x0 : max(math.ceil(right + grow), 0)]
    if part.size == 0:
        return None
    scale = SIDE / (length * (1 + 2 * MARGIN))
    shift_x = SIDE / 2 + (x0 - (left + right) / 2) * scale
    shift_y = SIDE / 2 + (y0 - (top + bottom) / 2) * scale
    square = cv2.warpAffine(_softened(part, scale), np.array([[scale, 0, shift_x], [0, scale, shift_y]]), (SIDE, SIDE))
    pixels = np.asarray(cv2.cvtColor(square, cv2.COLOR_BGR2RGB), np.uint8)
    return Crop(pixels, (right - left) / max(bottom - top, 1e-6), cut_off=bottom >= picture.shape[0] - BORDER_PX)


def _softened(part: Picture, scale: float) -> MatLike:
    """Averaged before it is made much smaller: sampling alone would leave a comb of pixels."""
    reach = round(1 / scale)
    return cv2.blur(part, (reach, reach)) if reach > 1 else part
