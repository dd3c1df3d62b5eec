"""Fitting a picture into a network's input, and boxes back out."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detect.base import DensityMap, Picture

STRIDE = 32
"""YOLOv8's coarsest stride: both sides of its input are multiples of it."""
CELL = 8
"""Input pixels a cell of a density map: YOLOv8's finest stride."""
GREY = (114, 114, 114)
"""The border colour YOLO models are trained with."""


@dataclass(frozen=True)
class Letterbox:
    """How pictures of one size are fitted: scaled by one factor, centred, the rest grey.

    Attributes:
        height: of the network's input, pixels.
        width: of the network's input, pixels.
        scale: network pixels per picture pixel, never above 1 (enlarging adds no information).
        left: grey columns before the picture.
        top: grey rows before the picture.
        inner_height: rows the picture takes.
        inner_width: columns the picture takes.
    """

    height: int
    width: int
    scale: float
    left: int
    top: int
    inner_height: int
    inner_width: int

    @classmethod
    def fit(cls, picture_height: int, picture_width: int, *, longest: int) -> "Letterbox":
        """The smallest stride-aligned input in which the longer side of the picture is at most ``longest`` pixels."""
        scale = min(longest / max(picture_height, picture_width), 1.0)
        inner_height, inner_width = (max(round(side * scale), 1) for side in (picture_height, picture_width))
        height, width = (-(-side // STRIDE) * STRIDE for side in (inner_height, inner_width))
        left, top = (width - inner_width) // 2, (height - inner_height) // 2
        return cls(height, width, scale, left, top, inner_height, inner_width)

    def apply(self, picture: Picture, out: NDArray[np.uint8]) -> None:
        """Draw ``picture`` into ``out``, shape (height, width, 3). The border of ``out`` must be grey already."""
        inside = out[self.top : self.top + self.inner_height, self.left : self.left + self.inner_width]
        if self.scale == 1.0:
            inside[:] = picture
        else:
            cv2.resize(picture, (self.inner_width, self.inner_height), dst=inside, interpolation=cv2.INTER_LINEAR)

    def blank(self, pictures: int = 1) -> NDArray[np.uint8]:
        """A grey input, shape (pictures, height, width, 3)."""
        return np.full((pictures, self.height, self.width, 3), GREY, np.uint8)

    def density_of(self, heads: NDArray[np.float32]) -> DensityMap:
        """A density map of the whole input, shape (rows, columns), as one of the picture.

        The border is cut off to whole cells, so it may lie up to half a cell beside its place.
        """
        top, left = round(self.top / CELL), round(self.left / CELL)
        rows, columns = -(-self.inner_height // CELL), -(-self.inner_width // CELL)
        inside = heads[top : top + rows, left : left + columns]
        return DensityMap(np.maximum(inside, 0), CELL / self.scale, CELL)

    def to_picture(self, boxes: NDArray[np.float32], height: int, width: int) -> NDArray[np.float32]:
        """Boxes from the network's pixels to the picture's, cut to the picture; shape (n, 4)."""
        moved = (boxes - np.array([self.left, self.top, self.left, self.top], np.float32)) / self.scale
        return np.asarray(np.clip(moved, 0, [width, height, width, height]), np.float32)


def padded(picture: Picture) -> Picture:
    """A picture at its own size, with grey below and right of it up to a size that a network takes."""
    below, right = (-side % STRIDE for side in picture.shape[:2])
    return np.asarray(cv2.copyMakeBorder(picture, 0, below, 0, right, cv2.BORDER_CONSTANT, value=GREY), np.uint8)
