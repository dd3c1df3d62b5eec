"""CrowdHuman's ``.odgt``: a line of JSON a picture, with three boxes of each person, as left, top, width, height.

``fbox`` is of the full body, ``vbox`` of what is visible, ``hbox`` of the head. ``mask`` is somebody not to be judged
(a crowd, a statue, a reflection), and so is a person whose ``extra.ignore``, or a head whose ``head_attr.ignore``, is 1
(Shao et al. 2018).
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.problems import first_problem
from training.dataset.draft import Draft, Mark, Reading
from training.dataset.importers.desk import Desk
from training.dataset.pictures import is_picture

CLASSES: Final = ("vbox", "fbox", "hbox", "ignored")
_PLACES: Final = ("Images", "images", "../Images", "../images")


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


_Box = Annotated[list[float], Field(min_length=4, max_length=4)]


class _Ignore(_Row):
    ignore: int = 0


class _Person(_Row):
    tag: Literal["person", "mask"]
    fbox: _Box | None = None
    vbox: _Box | None = None
    hbox: _Box | None = None
    head_attr: _Ignore = _Ignore()
    extra: _Ignore = _Ignore()


class _Picture(_Row):
    id: Annotated[str, Field(alias="ID", min_length=1)]
    gtboxes: list[object]


def read(desk: Desk) -> Reading:
    """Read an ``.odgt`` file, with the pictures in ``Images`` beside it."""
    path = desk.recipe.path
    folder = desk.recipe.images or next((desk.root / p for p in _PLACES if (desk.root / p).is_dir()), desk.root)
    files = {file.stem: file for file in sorted(folder.iterdir()) if is_picture(file)} if folder.is_dir() else {}
    rows = list(_rows(desk, path))
    desk.looker.look_at_all(files[row.id] for _, row in rows if row.id in files)
    drafts = tuple(_drafts(desk, rows, files, folder))
    if not desk.recipe.missing_is_empty:
        for stem in sorted(files.keys() - {row.id for _, row in rows}):
            desk.problems.add(desk.name(files[stem]), f"is not in {desk.name(path)}: nothing says what is in it")
    return Reading(drafts, CLASSES)


def _rows(desk: Desk, path: Path) -> Iterator[tuple[str, _Picture]]:
    seen: dict[str, str] = {}
    for number, line in desk.lines(path):
        place = desk.name(path, number)
        try:
            row = _Picture.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            desk.problems.add(place, f"is not JSON: {error.msg} at character {error.pos + 1}")
        except ValidationError as error:
            desk.problems.add(place, first_problem(error, "the line"))
        else:
            if seen.setdefault(row.id, place) != place:
                desk.problems.add(place, f"picture {row.id} is at {seen[row.id]} already")
            else:
                yield place, row


def _drafts(desk: Desk, rows: list[tuple[str, _Picture]], files: dict[str, Path], folder: Path) -> Iterator[Draft]:
    for place, row in rows:
        marks = tuple(_marks(desk, row, place))
        if row.id not in files:
            desk.problems.add(place, f"there is no picture {row.id} in {folder}")
            continue
        look = desk.look(files[row.id])
        if look is not None:
            yield Draft(files[row.id], look, place, marks)


def _marks(desk: Desk, row: _Picture, place: str) -> Iterator[Mark]:
    for index, given in enumerate(row.gtboxes):
        where = f"{place} gtboxes[{index}]"
        try:
            person = _Person.model_validate(given)
        except ValidationError as error:
            desk.problems.add(where, first_problem(error, "it"))
            continue
        yield from _of_person(desk, person, where)


def _of_person(desk: Desk, person: _Person, place: str) -> Iterator[Mark]:
    if person.tag == "mask" or person.extra.ignore:
        box = person.vbox or person.fbox
        if box is not None:
            yield _mark(place, "ignored", box)
        return
    for kind in CLASSES[:3]:
        box = getattr(person, kind)
        if box is None:
            desk.problems.add(place, f"has no {kind}")
        else:
            unsure = kind == "hbox" and person.head_attr.ignore
            yield _mark(f"{place} {kind}", "ignored" if unsure else kind, box)


def _mark(place: str, kind: str, box: list[float]) -> Mark:
    left, top, width, height = box
    return Mark(place, kind, (left, top, left + width, top + height))
