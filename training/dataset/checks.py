"""Whether a dataset on disk is still what it was when it was made, and may be trained on."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from domain.errors import BadDataset
from domain.problems import first_problem
from training.dataset.duplicates import exact_copies, near_pairs
from training.dataset.item import CLASSES, Item
from training.dataset.judging import box_complaint, point_complaint
from training.dataset.layout import lines_of
from training.dataset.manifest import IMAGES, ITEMS, MANIFEST, Line, Manifest, hash_of
from training.dataset.pictures import Advance, Look, Looker
from training.dataset.problems import Problems

Row = tuple[str, Item]
"""A picture, and the place of its line."""


def check_dataset(folder: Path, *, advance: Advance | None = None) -> Problems:
    """Everything that is wrong with a dataset.

    Every picture is decoded and compared with its hash, every label with its picture, every set with the manifest, and
    all pictures with each other: a sequence, or two pictures that are nearly the same, must be in one split.

    Args:
        folder: the dataset.
        advance: told of the progress.

    Returns:
        The problems; none if all is well.

    Raises:
        BadDataset: there is no dataset to speak of: its manifest or its lines cannot be read.
    """
    problems, looker = Problems(), Looker(advance)
    manifest, lines = Manifest.read(folder), lines_of(folder)
    _hashes(manifest, lines, problems)
    rows = _rows(folder, lines, problems)
    _sets(manifest, rows, problems)
    looker.look_at_all(item.image for _, item in rows)
    whole = [(row, look) for row in rows if (look := _look(folder, row, looker, problems)) is not None]
    for row in rows:
        _labels(row, problems)
    _sequences(rows, problems)
    _copies([row for row, _ in whole], [look for _, look in whole], problems)
    _strangers(folder, rows, problems)
    return problems


def _hashes(manifest: Manifest, lines: Sequence[str], problems: Problems) -> None:
    """Whether the lines are those that were written; where only some sets' changed, which."""
    if hash_of(lines) == manifest.content_hash:
        return
    problems.add(ITEMS, f"is not what {MANIFEST} has the hash of: it was changed after it was written")
    by_set: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        by_set[line.partition('"set":"')[2].partition('"')[0]].append(line)
    for record in manifest.sets:
        if hash_of(by_set[record.name]) != record.hash:
            problems.add(f"{MANIFEST}: set {record.name}", f"its lines in {ITEMS} are not those it has the hash of")


def _rows(folder: Path, lines: Sequence[str], problems: Problems) -> list[Row]:
    rows: list[Row] = []
    seen: dict[str, str] = {}
    for number, text in enumerate(lines, start=1):
        place = f"{ITEMS} line {number}"
        try:
            line = Line.model_validate_json(text)
        except ValidationError as error:
            problems.add(place, first_problem(error, "the line"))
            continue
        if seen.setdefault(line.image, place) != place:
            problems.add(place, f"{line.image} is at {seen[line.image]} already")
            continue
        rows.append((place, line.item(folder)))
    return rows


def _sets(manifest: Manifest, rows: Sequence[Row], problems: Problems) -> None:
    """Whether pictures and manifest speak of the same sets."""
    there = Counter(item.source for _, item in rows)
    said = {record.name: record for record in manifest.sets}
    for place, item in rows:
        if item.source not in said:
            problems.add(place, f"set {item.source} is not in {MANIFEST}")
        elif set(said[item.source].labelled) != item.labelled:
            labelled = ", ".join(sorted(item.labelled))
            problems.add(
                place, f"has labelled {labelled}; set {item.source} has {', '.join(said[item.source].labelled)}"
            )
    for record in manifest.sets:
        if there[record.name] != record.pictures:
            problems.add(
                f"{MANIFEST}: set {record.name}",
                f"has {there[record.name]} pictures, and should have {record.pictures}",
            )


def _look(folder: Path, row: Row, looker: Looker, problems: Problems) -> Look | None:
    """What a picture is; ``None`` with a problem if it is not what its line says."""
    place, item = row
    look, name = looker.look(item.image), item.image.relative_to(folder)
    if isinstance(look, str):
        problems.add(place, f"{name} {look}")
        return None
    if look.sha256 != item.sha256:
        problems.add(place, f"{name} is not the picture that was imported: its hash differs")
        return None
    if (look.width, look.height) != (item.width, item.height):
        problems.add(place, f"{name} is {look.width}x{look.height}, its line says {item.width}x{item.height}")
    return look


def _labels(row: Row, problems: Problems) -> None:
    place, item = row
    for index, (box, kind) in enumerate(zip(item.boxes.tolist(), item.classes.tolist(), strict=True)):
        if CLASSES[kind] not in item.labelled:
            problems.add(f"{place} boxes[{index}]", f"is a {CLASSES[kind]}, which was not looked for")
        if complaint := box_complaint(box, item.width, item.height):
            problems.add(f"{place} boxes[{index}]", complaint)
    if len(item.points) and "points" not in item.labelled:
        problems.add(f"{place} points", "are there, and were not looked for")
    for index, (x, y) in enumerate(item.points.tolist()):
        if complaint := point_complaint(x, y, item.width, item.height):
            problems.add(f"{place} points[{index}]", complaint)
    for index, box in enumerate(item.ignored.tolist()):
        if complaint := box_complaint(box, item.width, item.height):
            problems.add(f"{place} ignored[{index}]", complaint)


def _sequences(rows: Sequence[Row], problems: Problems) -> None:
    first: dict[str, Row] = {}
    told: set[str] = set()
    for place, item in rows:
        one_place, one = first.setdefault(item.sequence, (place, item))
        if one.split != item.split and item.sequence not in told:
            told.add(item.sequence)
            problems.add(
                place, f"sequence {item.sequence} is in split {item.split} here, and in {one.split} at {one_place}"
            )


def _copies(rows: Sequence[Row], looks: Sequence[Look], problems: Problems) -> None:
    copies = exact_copies([look.sha256 for look in looks])
    for first, index in copies:
        problems.add(rows[index][0], f"is the same picture as {rows[first][0]}")
    for pair in near_pairs(looks):
        (one_place, one), (place, item) = rows[pair.one], rows[pair.other]
        if one.split != item.split and one.sha256 != item.sha256:
            problems.add(
                place,
                f"is in split {item.split} and nearly the same picture as {one_place} in {one.split} "
                f"({pair.bits} of 256 bits differ)",
            )


def _strangers(folder: Path, rows: Sequence[Row], problems: Problems) -> None:
    """Files among the pictures that no line is about."""
    known = {item.image for _, item in rows}
    for path in sorted((folder / IMAGES).rglob("*")):
        if path.is_file() and path not in known:
            problems.add(str(path.relative_to(folder)), f"no line of {ITEMS} is about it")


def raise_if_wrong(folder: Path, *, advance: Advance | None = None) -> None:
    """Check a dataset and end here if something is wrong with it.

    Raises:
        BadDataset: with a line for each problem.
    """
    if not folder.is_dir():
        raise BadDataset(f"{folder}: there is no such folder; a dataset is made by headroom dataset add")
    check_dataset(folder, advance=advance).raise_if_any(str(folder), "do not train on it")
