"""Pictures with what was told and what is true drawn on them."""

from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from domain.geometry import Polygon
from inference.detect.base import Picture
from inference.evaluation.matching import FrameTracks, judge
from inference.evaluation.mot_truth import FrameTruth

LONGEST_SIDE: Final = 1120
"""Pixels of the longer side: two such pictures stand side by side on a desk's screen."""
JPEG_QUALITY: Final = 80

# Blue, amber and rose stay apart for every kind of colour vision; in OpenCV's order, BGR. page.css has the same.
RIGHT: Final = (255, 176, 72)
WRONG: Final = (36, 178, 255)
MISSED: Final = (150, 84, 255)
IGNORED: Final = (190, 190, 190)
_SHADOW: Final = (0, 0, 0)


class Canvas:
    """A picture to draw on, shrunk to what a page shows.

    Args:
        picture: it is not changed.
    """

    def __init__(self, picture: Picture) -> None:
        height, width = picture.shape[:2]
        self._scale = min(1.0, LONGEST_SIDE / max(width, height))
        size = (round(width * self._scale), round(height * self._scale))
        self._shown: MatLike = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)

    def box(self, box: NDArray[np.floating], colour: tuple[int, int, int], *, dashed: bool = False) -> None:
        """A box, given in the picture's own pixels."""
        left, top, right, bottom = np.round(np.asarray(box, np.float64) * self._scale).astype(int).tolist()
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        sides = list(zip(corners, corners[1:] + corners[:1], strict=True))
        pieces = [piece for start, end in sides for piece in _dashes(start, end)] if dashed else sides
        for ink, width in ((_SHADOW, 4), (colour, 2)):
            for start, end in pieces:
                cv2.line(self._shown, start, end, ink, width, cv2.LINE_AA)

    def dot(self, point: NDArray[np.floating], colour: tuple[int, int, int], radius: int) -> None:
        """A dot with a dark rim."""
        x, y = np.round(np.asarray(point, np.float64) * self._scale).astype(int).tolist()
        cv2.circle(self._shown, (x, y), radius + 1, _SHADOW, -1, cv2.LINE_AA)
        cv2.circle(self._shown, (x, y), radius, colour, -1, cv2.LINE_AA)

    def outline(self, polygon: Polygon) -> None:
        """A closed line."""
        points = np.round(polygon.points * self._scale).astype(np.int32)
        cv2.polylines(self._shown, [points], isClosed=True, color=(255, 255, 255), thickness=1, lineType=cv2.LINE_AA)

    def jpeg(self) -> bytes:
        """What was drawn."""
        _, encoded = cv2.imencode(".jpg", self._shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        return encoded.tobytes()


def _dashes(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Every second stretch of 6 pixels, from one end to the other."""
    first, last = np.array(start), np.array(end)
    steps = max(1, round(float(np.hypot(*(last - first))) / 6)) | 1
    points = np.round(np.linspace(first, last, steps + 1)).astype(int).tolist()
    return [((a[0], a[1]), (b[0], b[1])) for a, b in zip(points[::2], points[1::2], strict=True)]


def draw_frame(
    picture: Picture, truth: FrameTruth, told: FrameTracks, ignored: NDArray[np.floating], region: Polygon | None
) -> bytes:
    """A frame in which each box is right, wrong or missed.

    Args:
        picture: the frame.
        truth: who is there, nobody to be ignored.
        told: who was told, those forgiven left out.
        ignored: boxes of those to be ignored, shape (n, 4).
        region: where people were counted; ``None``: everywhere.
    """
    canvas, judged = Canvas(picture), judge(truth, told)
    if region is not None:
        canvas.outline(region)
    for box in ignored:
        canvas.box(box, IGNORED, dashed=True)
    for box, right in zip(told.boxes, judged.right, strict=True):
        if right:
            canvas.box(box, RIGHT)
    for box in truth.boxes[~judged.found]:
        canvas.box(box, MISSED, dashed=True)
    for box in told.boxes[~judged.right]:
        canvas.box(box, WRONG)
    return canvas.jpeg()


def draw_still(picture: Picture, boxes: NDArray[np.floating], heads: NDArray[np.floating] | None) -> bytes:
    """A still with the boxes told and, where they are known, the heads there."""
    canvas = Canvas(picture)
    for box in boxes:
        canvas.box(box, RIGHT)
    there = np.empty((0, 2)) if heads is None else heads
    for head in there:
        canvas.dot(head, MISSED, radius=3 if len(there) < 200 else 2)
    return canvas.jpeg()
