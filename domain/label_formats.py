"""Labels as the text files that label tools read and write: YOLO's line a box. COCO's is :mod:`domain.coco`.

Pure functions between text and labels; files, archives and pictures are for whoever calls them. Everything that is
wrong is told at once, each problem with its file and line, and nothing is given back then.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

from domain.labels import (
    LABEL_CLASSES,
    BadLabels,
    BoxLabel,
    LabelClass,
    LabelSource,
    PointLabel,
    place_of,
)

AnyLabel: TypeAlias = BoxLabel | PointLabel
_YOLO_FIELDS: Final = 5
_LARGEST: Final = 1e5
"""Pixels: no camera's picture is so wide."""
_OUT_PX: Final = 0.5
"""Label tools round; a box that reaches out of the picture by no more is cut at its border."""


@dataclass(frozen=True)
class LabelledPicture:
    """The labels of one picture.

    Attributes:
        name: its file, as the format names it.
        width: pixels.
        height: likewise.
        labels: in any order.
        revision: of the labels when they were written out; ``None``: the format's file does not say.
    """

    name: str
    width: int
    height: int
    labels: tuple[AnyLabel, ...]
    revision: int | None = None


def yolo_text(labels: Sequence[AnyLabel], width: int, height: int) -> str:
    """A line a box: class, centre x, centre y, width, height, as shares of the picture. Points have no line in it."""
    lines = []
    for label in labels:
        if isinstance(label, BoxLabel):
            x, y = (label.left + label.right) / 2 / width, (label.top + label.bottom) / 2 / height
            across, down = (label.right - label.left) / width, (label.bottom - label.top) / height
            lines.append(f"{label.name.number} {x:.8f} {y:.8f} {across:.8f} {down:.8f}\n")
    return "".join(lines)


def read_yolo(text: str, width: int, height: int, *, file: str) -> list[BoxLabel]:
    """The boxes of a label file. An empty file says that there is nobody.

    Args:
        text: of the file.
        width: of its picture, pixels.
        height: likewise.
        file: what it is called in problems.

    Raises:
        BadLabels: one problem or more, each as ``file:line: what``.
    """
    found: list[BoxLabel] = []
    problems: list[str] = []
    first: dict[tuple[object, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            label = _yolo_box(line.split(), width, height)
        except ValueError as error:
            problems.append(f"{file}:{number}: {error}")
            continue
        if (same := first.setdefault(place_of(label), number)) != number:
            problems.append(f"{file}:{number}: says the same as line {same}")
        found.append(label)
    if problems:
        raise BadLabels(problems)
    return found


def _yolo_box(fields: list[str], width: int, height: int) -> BoxLabel:
    if len(fields) != _YOLO_FIELDS:
        raise ValueError(f"expected a class and 4 numbers, got {len(fields)} fields")
    name = _class_of(fields[0])
    numbers = [number_of(field) for field in fields[1:]]
    for what, value in zip(("centre x", "centre y", "width", "height"), numbers, strict=True):
        if not 0 <= value <= 1:
            raise ValueError(f"{what} {value:g} is no share of the picture: expected 0 to 1")
    x, y, across, down = numbers
    box = (x - across / 2) * width, (y - down / 2) * height, (x + across / 2) * width, (y + down / 2) * height
    return box_within(name, *box, width, height)


def _class_of(field: str) -> LabelClass:
    known = ", ".join(f"{name.number} ({name})" for name in LABEL_CLASSES)
    if not (field.isdecimal() and field.isascii() and int(field) < len(LABEL_CLASSES)):
        raise ValueError(f"class {field!r} does not exist; the classes are {known}")
    return LABEL_CLASSES[int(field)]


def number_of(value: object) -> float:
    """A number that a file's field says.

    Raises:
        ValueError: it is none, or no picture is so large.
    """
    try:
        number = float(cast("str", value)) if not isinstance(value, bool) else math.nan
    except (TypeError, ValueError):
        number = math.nan
    if not abs(number) <= _LARGEST:
        raise ValueError(f"{value!r} is not a number of at most {_LARGEST:g}")
    return number


def box_within(
    name: LabelClass, left: float, top: float, right: float, bottom: float, width: int, height: int
) -> BoxLabel:
    """A person's box, cut at the picture's border where rounding put it beyond.

    Raises:
        ValueError: it cannot be a label of such a picture.
    """
    label = BoxLabel(
        name=name,
        left=_cut(left, 0, width),
        top=_cut(top, 0, height),
        right=_cut(right, 0, width),
        bottom=_cut(bottom, 0, height),
        source=LabelSource.PERSON,
    )
    if (problem := label.problem(width, height)) is not None:
        raise ValueError(problem)
    return label


def _cut(value: float, least: float, most: float) -> float:
    inside = min(max(value, least), most)
    return inside if abs(value - inside) <= _OUT_PX else value
