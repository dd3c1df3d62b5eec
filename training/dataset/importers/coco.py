"""COCO: one JSON file with ``images``, ``annotations`` (``bbox`` is left, top, width, height) and ``categories``."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.problems import first_problem
from training.dataset.draft import Draft, Mark, Reading, Spot
from training.dataset.importers.desk import Desk
from training.dataset.pictures import Look

IGNORED: Final = "ignored"
"""The class of a crowd that nobody took apart (``iscrowd``), whatever its category."""
_PLACES: Final = ("images", "../images", "val2017", "train2017")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


_Parsed = TypeVar("_Parsed")


class _Image(_Row):
    id: int | str
    file_name: Annotated[str, Field(min_length=1)]
    width: int | None = None
    height: int | None = None


class _Category(_Row):
    id: int
    name: str
    keypoints: list[str] | None = None


class _Annotation(_Row):
    """``bbox`` is missing where a point is labelled and not a box."""

    image_id: int | str
    category_id: int
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = None
    iscrowd: int = 0
    keypoints: list[float] | None = None
    score: float | None = None


def read(desk: Desk) -> Reading:
    """Read a COCO file, or the only one in a folder."""
    path = _file(desk)
    data = {} if path is None else _parsed(desk, path)
    name = "" if path is None else desk.name(path)
    images = _rows(desk, data, "images", _Image.model_validate, name)
    categories = _rows(desk, data, "categories", _Category.model_validate, name)
    if not desk.problems and not categories:
        desk.problems.add(name, "has no categories; a class's name must be known")
    files = _files(desk, images)
    desk.looker.look_at_all(file for file in files.values())
    annotations = _by_image(desk, data, images, {row.id: row for _, row in categories}, name)
    drafts = tuple(_drafts(desk, images, files, annotations))
    if files:
        _unnamed(desk, set(files.values()), name)
    classes = [row.name for _, row in categories]
    return Reading(drafts, (*dict.fromkeys([*classes, IGNORED]),))


def _file(desk: Desk) -> Path | None:
    given = desk.recipe.path
    if not given.is_dir():
        return given
    found = sorted([*given.glob("*.json"), *given.glob("annotations/*.json")])
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found) or "none"
    desk.problems.add(str(given), f"expected one .json file with the labels; there are: {names}; name the one meant")
    return None


def _parsed(desk: Desk, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        desk.problems.add(str(path), f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}")
        return {}
    except json.JSONDecodeError as error:
        desk.problems.add(desk.name(path, error.lineno), f"is not JSON: {error.msg}")
        return {}
    if not isinstance(data, dict) or not isinstance(data.get("images"), list):
        desk.problems.add(desk.name(path), "is not COCO's: expected images, annotations and categories")
        return {}
    return data


def _rows(
    desk: Desk, data: dict[str, Any], part: str, parse: Callable[[Any], _Parsed], name: str
) -> list[tuple[str, _Parsed]]:
    """The rows of a part, each with its place."""
    found = []
    given = data.get(part, [])
    if not isinstance(given, list):
        desk.problems.add(f"{name}: {part}", "is not a list")
        return []
    for index, row in enumerate(given):
        place = f"{name}: {part}[{index}]"
        try:
            found.append((place, parse(row)))
        except ValidationError as error:
            desk.problems.add(place, first_problem(error, "it"))
    return found


def _files(desk: Desk, images: list[tuple[str, _Image]]) -> dict[int | str, Path]:
    """The file of each picture, by id."""
    folder = desk.recipe.images or next((desk.root / p for p in _PLACES if (desk.root / p).is_dir()), desk.root)
    files: dict[int | str, Path] = {}
    taken: dict[Path, str] = {}
    for place, row in images:
        path = folder / row.file_name
        if row.id in files:
            desk.problems.add(place, f"id {row.id} is another picture's already")
        elif not path.is_file():
            desk.problems.add(place, f"there is no picture {row.file_name} in {folder}")
        elif path in taken:
            desk.problems.add(place, f"{row.file_name} is at {taken[path]} already")
        else:
            files[row.id], taken[path] = path, place
    return files


def _by_image(
    desk: Desk, data: dict[str, Any], images: list[tuple[str, _Image]], categories: dict[int, _Category], name: str
) -> dict[int | str, list[Mark | Spot]]:
    known = {row.id for _, row in images}
    found: defaultdict[int | str, list[Mark | Spot]] = defaultdict(list)
    for place, row in _rows(desk, data, "annotations", _Annotation.model_validate, name):
        if row.category_id not in categories:
            ids = ", ".join(f"{category.id} {category.name}" for category in categories.values()) or "none"
            desk.problems.add(place, f"category {row.category_id} does not exist; the categories are {ids}")
        elif row.image_id not in known:
            desk.problems.add(place, f"image_id {row.image_id} is no picture's")
        else:
            found[row.image_id].extend(_labels(desk, row, categories[row.category_id], place))
    return found


def _labels(desk: Desk, row: _Annotation, category: _Category, place: str) -> Iterator[Mark | Spot]:
    if category.keypoints is not None and row.keypoints and len(category.keypoints) == 1:
        yield Spot(place, *row.keypoints[:2])
    elif row.bbox is None:
        desk.problems.add(place, "has no bbox")
    else:
        left, top, width, height = row.bbox
        kind = IGNORED if row.iscrowd else category.name
        yield Mark(place, kind, (left, top, left + width, top + height), row.score)


def _drafts(
    desk: Desk,
    images: list[tuple[str, _Image]],
    files: dict[int | str, Path],
    labels: dict[int | str, list[Mark | Spot]],
) -> Iterator[Draft]:
    for place, row in images:
        if row.id not in files:
            continue
        look = desk.look(files[row.id])
        if look is None or not _same_size(desk, row, look, place):
            continue
        marks = tuple(label for label in labels.get(row.id, []) if isinstance(label, Mark))
        spots = tuple(label for label in labels.get(row.id, []) if isinstance(label, Spot))
        yield Draft(files[row.id], look, place, marks, spots)


def _same_size(desk: Desk, row: _Image, look: Look, place: str) -> bool:
    """Whether the picture is of the size that its labels are for."""
    said, is_there = (row.width or look.width, row.height or look.height), (look.width, look.height)
    if said != is_there:
        desk.problems.add(place, f"is said to be {said[0]}x{said[1]}, the picture is {is_there[0]}x{is_there[1]}")
    return said == is_there


def _unnamed(desk: Desk, named: set[Path], name: str) -> None:
    """Pictures that lie beside those named, and are not."""
    for folder in sorted({path.parent for path in named}):
        for path in desk.pictures_in(folder):
            if path not in named and path.parent == folder and not desk.recipe.missing_is_empty:
                desk.problems.add(desk.name(path), f"is not in {name}: nothing says what is in it")
