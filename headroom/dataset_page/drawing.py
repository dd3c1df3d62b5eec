"""A picture with its labels drawn on it, as small as a page of many needs it."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.errors import BadDataset
from training.dataset.item import HEAD, PERSON, Item

LONGEST_SIDE: Final = 640
"""Pixels of the longer side: a head of 12 pixels in a picture of 1,024 stays 7 wide; 50 kB a picture."""
JPEG_QUALITY: Final = 78

# The colours of the evaluation's page, in OpenCV's order, BGR; page.css has the same.
PERSON_INK: Final = (255, 168, 98)
HEAD_INK: Final = (36, 178, 255)
POINT_INK: Final = (120, 97, 255)
IGNORED_INK: Final = (190, 190, 190)
_ENLARGED: Final = 2.0
"""A small picture is made larger by no more, so that its boxes are thin beside what they show."""
_SHADOW: Final = (0, 0, 0)
_SHIFT: Final = 4
"""OpenCV draws to sixteenths of a pixel: small boxes stay where they are."""


def draw(item: Item) -> bytes:
    """The picture as a JPEG with boxes, points and regions not to be judged.

    Raises:
        BadDataset: it cannot be read.
    """
    picture = cv2.imdecode(np.fromfile(item.image, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise BadDataset(f"{item.image}: is not a picture that can be decoded; headroom dataset check says more")
    scale = min(_ENLARGED, LONGEST_SIDE / max(item.width, item.height))
    size = (max(1, round(item.width * scale)), max(1, round(item.height * scale)))
    shown = np.asarray(
        cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8
    )
    for box in item.ignored * scale:
        _veil(shown, box)
    for kind, ink in ((PERSON, PERSON_INK), (HEAD, HEAD_INK)):
        for box in item.boxes[item.classes == kind] * scale:
            _frame(shown, box, ink)
    for point in item.points * scale:
        _dot(shown, point, 3 if len(item.points) < 150 else 2 if len(item.points) < 600 else 1)
    _, encoded = cv2.imencode(".jpg", shown, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return encoded.tobytes()


def _fixed(values: NDArray[np.float64]) -> list[int]:
    whole: list[int] = np.round(values * 2**_SHIFT).astype(int).tolist()
    return whole


def _frame(shown: NDArray[np.uint8], box: NDArray[np.float64], ink: tuple[int, int, int]) -> None:
    """A box; large ones have a dark rim, which small ones would drown in."""
    left, top, right, bottom = _fixed(box)
    small = min(box[2] - box[0], box[3] - box[1]) < 16
    if not small:
        cv2.rectangle(shown, (left, top), (right, bottom), _SHADOW, 4, cv2.LINE_AA, _SHIFT)
    cv2.rectangle(shown, (left, top), (right, bottom), ink, 1 if small else 2, cv2.LINE_AA, _SHIFT)


def _dot(shown: NDArray[np.uint8], point: NDArray[np.float64], radius: int) -> None:
    x, y = _fixed(point)
    cv2.circle(shown, (x, y), (radius + 1) << _SHIFT, _SHADOW, -1, cv2.LINE_AA, _SHIFT)
    cv2.circle(shown, (x, y), radius << _SHIFT, POINT_INK, -1, cv2.LINE_AA, _SHIFT)


def _veil(shown: NDArray[np.uint8], box: NDArray[np.float64]) -> None:
    """A region not to be judged is half hidden."""
    left, top, right, bottom = np.round(box).astype(int).tolist()
    region = shown[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
    region[:] = region // 2 + 64
    cv2.rectangle(shown, (left, top), (right, bottom), IGNORED_INK, 1)
