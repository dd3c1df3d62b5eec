"""YOLO: ``images/a.jpg`` beside ``labels/a.txt``, a line a box: class, centre and size as shares of the picture.

``data.yaml`` has the classes' names, and lists or folders of pictures by split; ``train.txt`` and ``val.txt`` may do.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any, Final

import yaml

from training.dataset.draft import Draft, Mark, Reading
from training.dataset.importers.desk import Desk
from training.dataset.item import Split
from training.dataset.pictures import Look

_EXPECTED: Final = "expected class, centre x, centre y, width, height (shares of the picture), and a score or nothing"
_SPLITS: Final[dict[str, Split]] = {"train": "train", "val": "val", "valid": "val", "test": "test"}
_NO_LABELS: Final = frozenset({"classes.txt", "train.txt", "val.txt", "valid.txt", "test.txt", "readme.txt"})


def read(desk: Desk) -> Reading:
    """Read a YOLO folder, or the ``data.yaml`` in one."""
    data = _data(desk)
    names = desk.recipe.names or _names(desk, data)
    pictures = _pictures(desk)
    splits = _splits(desk, data)
    unlisted = [path for path in pictures if splits and path.resolve() not in splits]
    notes = (f"{len(unlisted)} pictures are in no list and were left out: {_few(desk, unlisted)}",) if unlisted else ()
    wanted = [path for path in pictures if not splits or path.resolve() in splits]
    desk.looker.look_at_all(wanted)
    drafts = [replace(draft, split=splits.get(draft.image.resolve())) for draft in _drafts(desk, wanted, names)]
    _orphans(desk, pictures)
    return Reading(tuple(drafts), tuple(names), notes)


def _few(desk: Desk, paths: list[Path]) -> str:
    shown = ", ".join(desk.name(path) for path in paths[:3])
    return shown + (", …" if len(paths) > 3 else "")


def _data(desk: Desk) -> dict[str, Any]:
    """``data.yaml``, or nothing where the recipe says what it would."""
    given = desk.recipe.path
    path = next((path for path in _data_files(given) if path.is_file()), None)
    if path is None:
        if not desk.recipe.names:
            desk.problems.add(str(given), "has no data.yaml, and no class names were given")
        return {}
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        desk.problems.add(desk.name(path, mark.line + 1 if mark else None), "is not YAML")
        return {}
    if not isinstance(data, dict):
        desk.problems.add(desk.name(path), "is not a table of names and paths")
        return {}
    return data


def _data_files(given: Path) -> tuple[Path, ...]:
    if given.suffix.lower() in (".yaml", ".yml"):
        return (given,)
    return given / "data.yaml", given / "dataset.yaml"


def _names(desk: Desk, data: dict[str, Any]) -> tuple[str, ...]:
    """Class names by index."""
    names = data.get("names", ())
    if isinstance(names, dict):
        ordered = [names.get(index) for index in range(len(names))]
        if None in ordered:
            desk.problems.add("data.yaml", "names: expected a name for each index from 0, none left out")
        names = ordered
    if not isinstance(names, (list, tuple)):
        desk.problems.add("data.yaml", "names: expected a list of names, or names by index")
        return ()
    return tuple(map(str, names))


def _pictures(desk: Desk) -> list[Path]:
    """Every picture; where there are folders of the name ``images``, only those in them."""
    found = desk.pictures_in(desk.root)
    inside = [path for path in found if "images" in path.relative_to(desk.root).parts[:-1]]
    if not found:
        desk.problems.add(str(desk.root), "has no picture; expected images/ and labels/")
    return inside or found


def _splits(desk: Desk, data: dict[str, Any]) -> dict[Path, Split]:
    """The split of each picture that a list or a folder names; empty where nothing says."""
    if desk.recipe.lists:
        listed = ((split, path) for split, path in desk.recipe.lists.items())
        return _told(desk, chain.from_iterable(_of_list(desk, path, split) for split, path in listed))
    base = desk.root / str(data.get("path", "."))
    base = base if base.is_dir() else desk.root
    entries = [(split, entry) for key, split in _SPLITS.items() for entry in _as_list(data.get(key))]
    return _told(desk, chain.from_iterable(_of_entry(desk, base, entry, split) for split, entry in entries))


def _as_list(value: object) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)] if value else []


def _told(desk: Desk, found: Iterator[tuple[Path, Split, str]]) -> dict[Path, Split]:
    splits: dict[Path, Split] = {}
    for path, split, place in found:
        if splits.setdefault(path, split) != split:
            desk.problems.add(place, f"{path.name} is in split {splits[path]} already, and here in {split}")
    return splits


def _of_entry(desk: Desk, base: Path, entry: str, split: Split) -> Iterator[tuple[Path, Split, str]]:
    """What one entry of ``data.yaml`` names: a list or a folder."""
    # Roboflow writes ../train/images, and means train/images; ultralytics reads it so too
    path = next((path for path in (base / entry, base / entry.removeprefix("../")) if path.exists()), base / entry)
    if path.is_dir():
        yield from ((picture.resolve(), split, desk.name(path)) for picture in desk.pictures_in(path))
    elif path.suffix == ".txt" and path.exists():
        yield from _of_list(desk, path, split)
    else:
        desk.problems.add("data.yaml", f"{split}: there is no {entry}; expected a list of pictures or a folder")


def _of_list(desk: Desk, path: Path, split: Split) -> Iterator[tuple[Path, Split, str]]:
    """The pictures a list names, those outside of this folder left to whom they belong."""
    root = desk.root.resolve()
    for number, line in desk.lines(path):
        picture = (path.parent / line).resolve()
        if not picture.is_relative_to(root):
            continue
        if not picture.is_file():
            desk.problems.add(desk.name(path, number), f"there is no picture {line}")
        yield picture, split, desk.name(path, number)


def _drafts(desk: Desk, pictures: list[Path], names: tuple[str, ...]) -> Iterator[Draft]:
    for picture in pictures:
        look, label = desk.look(picture), _label_of(picture)
        if not label.is_file():
            if not desk.recipe.missing_is_empty:
                desk.problems.add(
                    desk.name(picture), f"has no label file {desk.name(label)}; an empty one says: nobody"
                )
                continue
            marks: tuple[Mark, ...] = ()
        elif look is not None:
            found = (_mark(desk, line, desk.name(label, number), names, look) for number, line in desk.lines(label))
            marks = tuple(mark for mark in found if mark is not None)
        if look is not None:
            yield Draft(picture, look, desk.name(label), marks)


def _label_of(picture: Path) -> Path:
    """The last ``images`` of its path becomes ``labels``, as ultralytics has it; else it is beside the picture."""
    parts = list(picture.parts)
    at = [index for index, part in enumerate(parts[:-1]) if part == "images"]
    if at:
        parts[at[-1]] = "labels"
    return Path(*parts).with_suffix(".txt")


def _mark(desk: Desk, line: str, place: str, names: tuple[str, ...], look: Look) -> Mark | None:
    values = desk.numbers(line.split(), place)
    if values is None:
        return None
    outline = len(values) >= 7 and len(values) % 2 == 1
    if len(values) not in (5, 6) and not outline:
        desk.problems.add(place, f"has {len(values)} numbers; {_EXPECTED}")
        return None
    kind = values[0]
    if not kind.is_integer() or not 0 <= kind < len(names):
        known = ", ".join(f"{index} {name}" for index, name in enumerate(names)) or "none"
        desk.problems.add(place, f"class {kind:g} does not exist; the classes are {known}")
        return None
    score = values[5] if len(values) == 6 else None
    shares = _outlined(values[1:]) if outline else values[1:5]
    return Mark(place, names[int(kind)], _pixels(shares, look), score)


def _outlined(corners: list[float]) -> list[float]:
    """Centre and size of what a polygon (of a segmentation) reaches."""
    xs, ys = corners[::2], corners[1::2]
    return [(min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, max(xs) - min(xs), max(ys) - min(ys)]


def _pixels(shares: list[float], look: Look) -> tuple[float, float, float, float]:
    x, y, width, height = shares
    return (
        (x - width / 2) * look.width,
        (y - height / 2) * look.height,
        (x + width / 2) * look.width,
        (y + height / 2) * look.height,
    )


def _orphans(desk: Desk, pictures: list[Path]) -> None:
    """Label files of no picture."""
    labels = {_label_of(picture) for picture in pictures}
    for folder in sorted({label.parent for label in labels}):
        for path in sorted(folder.glob("*.txt")):
            if path not in labels and path.name.lower() not in _NO_LABELS:
                desk.problems.add(desk.name(path), "labels a picture that is not there")
