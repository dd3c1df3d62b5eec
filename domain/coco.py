"""COCO's one JSON document with the labels of many pictures; see :mod:`domain.label_formats`.

Boxes of people and heads are annotations of the categories ``person`` and ``head``. Heads that are marked by a point
are keypoints of a category of their own, ``head_point``.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from domain.json_rows import Row, rows_of
from domain.label_formats import AnyLabel, LabelledPicture, box_within, number_of
from domain.labels import LABEL_CLASSES, BadLabels, LabelClass, LabelSource, PointLabel, place_of

_POINT: Final = "head_point"
_POINT_CATEGORY: Final = len(LABEL_CLASSES) + 1
_CATEGORIES: Final = (*(name.value for name in LABEL_CLASSES), _POINT)


def coco_text(pictures: Sequence[LabelledPicture]) -> str:
    """One COCO document, an image and an annotation a line, so that a problem's line can be found.

    Heads marked by a point are keypoints of a category of their own. ``revision`` of an image is ours; tools leave it
    out or as it is.
    """
    images = [_image(number, picture) for number, picture in enumerate(pictures, start=1)]
    labels = [(number, label) for number, picture in enumerate(pictures, start=1) for label in picture.labels]
    annotations = [_annotation(number, image, label) for number, (image, label) in enumerate(labels, start=1)]
    categories: list[dict[str, object]] = [
        {"id": name.number + 1, "name": name.value, "supercategory": "person"} for name in LABEL_CLASSES
    ]
    point = {"id": _POINT_CATEGORY, "name": _POINT, "supercategory": "person"}
    categories.append({**point, "keypoints": ["head"], "skeleton": []})
    parts = {"images": images, "annotations": annotations, "categories": categories}
    return "{" + ",\n".join(f'"{key}": [\n{_lines(rows)}\n]' for key, rows in parts.items()) + "}\n"


def _lines(rows: Sequence[dict[str, object]]) -> str:
    return ",\n".join(json.dumps(row, ensure_ascii=True, allow_nan=False) for row in rows)


def _image(number: int, picture: LabelledPicture) -> dict[str, object]:
    image: dict[str, object] = {"id": number, "file_name": picture.name}
    image |= {"width": picture.width, "height": picture.height}
    return image if picture.revision is None else image | {"revision": picture.revision}


def _annotation(number: int, image: int, label: AnyLabel) -> dict[str, object]:
    row: dict[str, object] = {"id": number, "image_id": image, "iscrowd": 0}
    if isinstance(label, PointLabel):
        place = {"bbox": [label.x, label.y, 0, 0], "area": 0, "keypoints": [label.x, label.y, 2], "num_keypoints": 1}
        return {**row, "category_id": _POINT_CATEGORY, **place}
    across, down = label.right - label.left, label.bottom - label.top
    box = [label.left, label.top, round(across, 4), round(down, 4)]
    return {**row, "category_id": label.name.number + 1, "bbox": box, "area": round(across * down, 4)}


@dataclass
class _Open:
    """A picture whose labels are being read; where each place was said first."""

    picture: LabelledPicture
    labels: list[AnyLabel] = field(default_factory=list)
    first: dict[tuple[object, ...], int] = field(default_factory=dict)


class _Reading:
    """What a document says, row by row, and what is wrong with it."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[str] = []
        self.names: dict[object, str] = {}
        self.pictures: dict[object, _Open] = {}

    def take(self, rows: Sequence[Row], take_one: Callable[[Row], None]) -> None:
        """Each row; one that cannot be is a problem with its line."""
        for row in rows:
            try:
                take_one(row)
            except ValueError as error:
                self.problems.append(f"{self._file}:{row.line}: {error}")

    def category(self, row: Row) -> None:
        """A category by its name: tools number them anew."""
        category = _mapping(row.value, "a category", ("id", "name"))
        if category["name"] not in _CATEGORIES:
            known = ", ".join(_CATEGORIES)
            raise ValueError(f"category {category['name']!r} does not exist; the categories are {known}")
        self.names[category["id"]] = category["name"]

    def image(self, row: Row) -> None:
        """A picture; its labels follow."""
        image = _mapping(row.value, "an image", ("id", "file_name", "width", "height"))
        if image["id"] in self.pictures:
            raise ValueError(f"image id {image['id']!r} is used twice")
        self.pictures[image["id"]] = _Open(_picture_of(image))

    def annotation(self, row: Row) -> None:
        """A label of one of the pictures."""
        annotation = _mapping(row.value, "an annotation", ("image_id", "category_id", "bbox"))
        image, category = annotation["image_id"], annotation["category_id"]
        if image not in self.pictures:
            raise ValueError(f"image_id {image!r} is no image's id")
        if category not in self.names:
            raise ValueError(f"category_id {category!r} does not exist; there are {sorted(map(str, self.names))}")
        opened = self.pictures[image]
        label = _label_of(annotation, self.names[category], opened.picture)
        if (same := opened.first.setdefault(place_of(label), row.line)) != row.line:
            raise ValueError(f"says the same as line {same}")
        opened.labels.append(label)


def read_coco(text: str, *, file: str) -> list[LabelledPicture]:
    """The pictures of a document, each with its labels. One without annotations has nobody in it.

    Args:
        text: of the file.
        file: what it is called in problems.

    Raises:
        BadLabels: one problem or more, each as ``file:line: what``.
    """
    parts = _parts(text, file)
    reading = _Reading(file)
    reading.take(parts["categories"], reading.category)
    reading.take(parts["images"], reading.image)
    reading.take(parts["annotations"], reading.annotation)
    if reading.problems:
        raise BadLabels(reading.problems)
    return [
        LabelledPicture(one.name, one.width, one.height, tuple(opened.labels), one.revision)
        for opened in reading.pictures.values()
        for one in (opened.picture,)
    ]


def _parts(text: str, file: str) -> dict[str, list[Row]]:
    """The three lists of a document, each object with its line."""
    try:
        parts = rows_of(text)
    except json.JSONDecodeError as error:
        raise BadLabels([f"{file}:{error.lineno}: is not JSON: {error.msg}"]) from None
    except RecursionError:
        raise BadLabels([f"{file}:1: is not COCO: lists within lists without end"]) from None
    if missing := [key for key in ("images", "annotations", "categories") if key not in parts]:
        raise BadLabels([f"{file}:1: has no list of {missing[0]}: expected images, annotations and categories"])
    return parts


def _label_of(row: dict[str, Any], name: str, picture: LabelledPicture) -> AnyLabel:
    if name == _POINT:
        places = row.get("keypoints")
        if not isinstance(places, list) or len(places) != 3:
            raise ValueError(f"a {_POINT} needs keypoints: [x, y, visibility]")
        point = PointLabel(x=number_of(places[0]), y=number_of(places[1]), source=LabelSource.PERSON)
        if (problem := point.problem(picture.width, picture.height)) is not None:
            raise ValueError(problem)
        return point
    box = row["bbox"]
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError(f"bbox {box!r} must be [left, top, width, height]")
    left, top, across, down = (number_of(value) for value in box)
    return box_within(LabelClass(name), left, top, left + across, top + down, picture.width, picture.height)


def _picture_of(image: dict[str, Any]) -> LabelledPicture:
    name, revision = image["file_name"], image.get("revision")
    if not isinstance(name, str):
        raise ValueError(f"file_name {name!r} must be text")  # noqa: TRY004 - told as a bad label
    for key in ("width", "height"):
        if not isinstance(image[key], int) or isinstance(image[key], bool) or image[key] <= 0:
            raise ValueError(f"{key} {image[key]!r} of {name} must be pixels, a whole number above 0")
    if revision is not None and (not isinstance(revision, int) or isinstance(revision, bool)):
        raise ValueError(f"revision {revision!r} of {name} must be a whole number")
    return LabelledPicture(name, image["width"], image["height"], (), revision)


def _mapping(value: Any, what: str, keys: Sequence[str]) -> dict[str, Any]:  # noqa: ANN401 - JSON
    if not isinstance(value, dict):
        raise ValueError(f"{what} must be an object, got {type(value).__name__}")  # noqa: TRY004 - told as a bad label
    for key in keys:
        if key not in value:
            raise ValueError(f"{what} has no {key}")
    for key in ("id", "image_id", "category_id"):
        if key in value and not isinstance(value[key], int | str):
            raise ValueError(f"{what}'s {key} must be a number or text")
    return value
