"""A metre grid over a picture: the quickest way for a person to see whether a calibration is right."""

from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from domain.geometry import Polygon
from inference.detect.base import Picture
from inference.ground import PERSON_HEIGHT_M, GroundPlane

_LINE, _STRONG, _PERSON, _TEXT = (255, 200, 0), (0, 220, 255), (80, 80, 255), (255, 255, 255)
_STRONG_EVERY: Final = 5
_MOST_LINES: Final = 80
_PIECE: Final = 0.25
"""Grid lines are drawn in pieces of this share of a step, because a lens bends them."""
_NEAREST_PX: Final = 60.0
"""Between two stakes."""


def draw_grid(picture: Picture, plane: GroundPlane, step_m: float = 1.0) -> Picture:
    """``picture`` with lines every metre where the camera sees usefully, and stakes as tall as a person.

    Every fifth line is strong, and stakes stand where strong ones cross.

    Args:
        picture: BGR; it is not changed.
        plane: for pictures of this size.
        step_m: between two lines; it is doubled until no more than 80 are needed.
    """
    drawn = picture.copy()
    seen = plane.footprint()
    if seen is None:
        return drawn
    low, high = seen.points.min(axis=0), seen.points.max(axis=0)
    while float((high - low).max()) / step_m > _MOST_LINES:
        step_m *= 2
    for axis in (0, 1):
        for number in range(int(np.ceil(low[axis] / step_m)), int(np.floor(high[axis] / step_m)) + 1):
            along = np.arange(low[1 - axis], high[1 - axis], step_m * _PIECE)
            line = np.empty((len(along), 2))
            line[:, axis], line[:, 1 - axis] = number * step_m, along
            _draw_line(drawn, plane, line[seen.contains(line)], step_m, strong=number % _STRONG_EVERY == 0)
    _draw_stakes(drawn, plane, seen, step_m * _STRONG_EVERY)
    return np.asarray(drawn, np.uint8)


def _draw_line(drawn: MatLike, plane: GroundPlane, line: NDArray[np.float64], step_m: float, *, strong: bool) -> None:
    pixels = plane.floor_to_picture(line)
    if pixels is None:
        return
    joined = np.hypot(*np.diff(line, axis=0).T) < step_m
    for start, end, one in zip(pixels[:-1], pixels[1:], joined, strict=True):
        if one and np.isfinite([start, end]).all():
            (x1, y1), (x2, y2) = np.round([start, end]).astype(int).tolist()
            cv2.line(drawn, (x1, y1), (x2, y2), _STRONG if strong else _LINE, 1, cv2.LINE_AA)


def _draw_stakes(drawn: MatLike, plane: GroundPlane, seen: Polygon, every_m: float) -> None:
    """Upright lines of a person's height where strong lines cross, with the place beside them."""
    low, high = np.ceil(seen.points.min(axis=0) / every_m), np.floor(seen.points.max(axis=0) / every_m)
    places = np.array(
        [[x, y] for x in np.arange(low[0], high[0] + 1) for y in np.arange(low[1], high[1] + 1)], np.float64
    ).reshape(-1, 2)
    places = places[seen.contains(places * every_m)] * every_m
    feet, heads = plane.floor_to_picture(places), plane.floor_to_picture(places, PERSON_HEIGHT_M)
    if feet is None:
        return
    shown: list[NDArray[np.float64]] = []
    for row in np.argsort(-feet[:, 1]):
        foot = feet[row]
        if any(np.hypot(*(foot - other)) < _NEAREST_PX for other in shown):
            continue
        shown.append(foot)
        x, y = np.round(foot).astype(int).tolist()
        if heads is not None and np.isfinite(heads[row]).all():
            top_x, top_y = np.round(heads[row]).astype(int).tolist()
            cv2.line(drawn, (x, y), (top_x, top_y), _PERSON, 2, cv2.LINE_AA)
        where = f"{places[row][0]:g},{places[row][1]:g}"
        cv2.putText(drawn, where, (x + 4, y - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _TEXT, 1, cv2.LINE_AA)
