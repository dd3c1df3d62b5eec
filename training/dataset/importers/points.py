"""ShanghaiTech's points: ``images/`` with ``ground_truth/GT_<picture>.mat``, or with ``points.json``.

``points.json`` has ``{"IMG_1.jpg": [[x, y], …]}`` in pixels, a point in the middle of each head.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from domain.errors import BadInput
from inference.evaluation.still_truth import read_stills
from training.dataset.draft import Draft, Reading, Spot
from training.dataset.importers.desk import Desk

_EXPECTED: Final = 'expected {"PICTURE.jpg": [[x, y], [x, y]]}'
_MAT_PLACES: Final = ("ground_truth", "ground-truth", ".", "../ground_truth", "../ground-truth")


def read(desk: Desk) -> Reading:
    """Read a folder of pictures whose heads have points."""
    folder = desk.recipe.images or _folder(desk.root, ("images", "."))
    pictures = {path.name: path for path in desk.pictures_in(folder)}
    desk.looker.look_at_all(pictures.values())
    labels = desk.recipe.path if desk.recipe.path.suffix == ".json" else desk.root / "points.json"
    given = dict(_of_json(desk, labels) if labels.is_file() else _of_mats(desk, pictures))
    drafts = tuple(_drafts(desk, pictures, given))
    if not pictures:
        desk.problems.add(str(folder), "has no picture")
    return Reading(drafts, ())


def _folder(root: Path, places: tuple[str, ...]) -> Path:
    return next((root / place for place in places if (root / place).is_dir()), root)


def _drafts(desk: Desk, pictures: dict[str, Path], given: dict[str, tuple[str, tuple[Spot, ...]]]) -> Iterator[Draft]:
    for name, path in pictures.items():
        look = desk.look(path)
        if name not in given and not desk.recipe.missing_is_empty:
            desk.problems.add(desk.name(path), "has no labels; no heads would be an empty list")
        elif look is not None:
            place, spots = given.get(name, (desk.name(path), ()))
            yield Draft(path, look, place, spots=spots)
    for name, (place, _) in given.items():
        if name not in pictures:
            desk.problems.add(place, f"labels picture {name}, which is not there")


def _of_json(desk: Desk, path: Path) -> Iterator[tuple[str, tuple[str, tuple[Spot, ...]]]]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        desk.problems.add(desk.name(path), f"cannot be read: {getattr(error, 'strerror', None) or 'it is not text'}")
        return
    except json.JSONDecodeError as error:
        desk.problems.add(desk.name(path, error.lineno), f"is not JSON: {error.msg}")
        return
    if not isinstance(data, dict):
        desk.problems.add(desk.name(path), _EXPECTED)
        return
    for name, rows in data.items():
        place = f"{desk.name(path)}: {name}"
        if isinstance(rows, list):
            found = (_spot(desk, row, f"{place}[{index}]") for index, row in enumerate(rows))
            yield name, (place, tuple(spot for spot in found if spot is not None))
        else:
            desk.problems.add(place, _EXPECTED)


def _spot(desk: Desk, row: object, place: str) -> Spot | None:
    if not isinstance(row, list) or len(row) != 2:
        desk.problems.add(place, f"{str(row)[:40]!r} is not a point; {_EXPECTED}")
        return None
    if not all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in row):
        desk.problems.add(place, f"{str(row)[:40]} has something that is not a number")
        return None
    return Spot(place, float(row[0]), float(row[1]))


def _of_mats(desk: Desk, pictures: dict[str, Path]) -> Iterator[tuple[str, tuple[str, tuple[Spot, ...]]]]:
    folders = (desk.root / place for place in _MAT_PLACES)
    folder = next((path for path in folders if path.is_dir() and any(path.glob("GT_*.mat"))), None)
    if folder is None:
        desk.problems.add(str(desk.root), "has neither points.json nor ground_truth/GT_<picture>.mat")
        return
    names = {Path(name).stem: name for name in pictures}
    for path in sorted(folder.glob("GT_*.mat")):
        stem = path.stem.removeprefix("GT_")
        try:
            truth = read_stills(path)[stem]
        except BadInput as error:
            desk.problems.add(desk.name(path), str(error).removeprefix(f"truth {path.name} "))
            continue
        heads = [] if truth.heads is None else truth.heads.tolist()
        spots = tuple(Spot(f"{desk.name(path)}[{index}]", x, y) for index, (x, y) in enumerate(heads))
        yield names.get(stem, f"{stem}.jpg"), (desk.name(path), spots)
