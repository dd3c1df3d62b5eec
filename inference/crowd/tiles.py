"""Looking closer where people are small: a picture in overlapping tiles, each enlarged to the network's input."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from inference.detect import Detections, Detector
from inference.detect.base import Picture
from inference.detect.heads import keep_best

NETWORK: Final = 640
"""Longer side of the network's input, pixels."""
SMALLEST: Final = 32
"""Pixels high that a person should be in the network's input: four cells of its finest scale."""
OVERLAP: Final = 0.2
"""Share of a tile that it has in common with the next, so that nobody is cut by every tile they are in."""
SAME: Final = 0.6
"""Overlap (IoU) from which boxes of two tiles are one person."""


@dataclass(frozen=True)
class Tile:
    """A part of a picture, pixels."""

    left: int
    top: int
    side: int


def tiles_of(height: int, width: int, smallest_person: float) -> list[Tile]:
    """Tiles in which the smallest person is at least ``SMALLEST`` pixels high once enlarged.

    Args:
        height: of the picture, pixels.
        width: of the picture, pixels.
        smallest_person: height of the smallest person in the picture, pixels, from the camera's geometry.

    Returns:
        One tile over everything where people are large enough as they are.
    """
    side = int(min(max(NETWORK * smallest_person / SMALLEST, 160), max(height, width)))
    step = max(1, int(side * (1 - OVERLAP)))
    return [Tile(left, top, side) for top in _starts(height, side, step) for left in _starts(width, side, step)]


def _starts(length: int, side: int, step: int) -> list[int]:
    last = max(length - side, 0)
    return sorted({min(start, last) for start in range(0, last + step, step)})


def detect_in_tiles(detector: Detector, picture: Picture, tiles: Sequence[Tile]) -> Detections:
    """People in a picture, looked at tile by tile, each counted once; boxes in the picture's pixels."""
    found = detector.detect([_enlarged(picture, tile) for tile in tiles])
    boxes, scores = [np.empty((0, 4), np.float32)], [np.empty(0, np.float32)]
    for tile, inside in zip(tiles, found, strict=True):
        offset = np.array([tile.left, tile.top] * 2, np.float32)
        boxes.append(inside.boxes / np.float32(_factor(tile)) + offset)
        scores.append(inside.scores)
    return keep_best(np.concatenate(boxes), np.concatenate(scores), max_iou=SAME)


def _factor(tile: Tile) -> float:
    return max(1.0, NETWORK / tile.side)


def _enlarged(picture: Picture, tile: Tile) -> Picture:
    part = picture[tile.top : tile.top + tile.side, tile.left : tile.left + tile.side]
    factor = _factor(tile)
    return np.asarray(cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR), np.uint8)
