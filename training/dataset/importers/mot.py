"""MOTChallenge: a sequence has ``gt/gt.txt`` and its frames in ``img1/``, or a video.

A line a person and frame: frame (from 1), identity, left, top, width, height, valid, then either class and visibility
(9 numbers: MOT16 and later) or a place in the world (10: MOT15) or nothing (7). All frames of it are one sequence. A
person who is not valid, hardly visible, or of a class that is only like a person is not to be judged (Milan et al.
2016, table 3).
"""

import configparser
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from training.dataset.draft import Draft, Mark, Reading
from training.dataset.footage import frames_of
from training.dataset.importers.desk import Desk
from training.dataset.pictures import is_picture

_KINDS: Final = {
    1: "pedestrian",
    2: "person on vehicle",
    3: "car",
    4: "bicycle",
    5: "motorbike",
    6: "vehicle",
    7: "static person",
    8: "distractor",
    9: "occluder",
    10: "occluder on the ground",
    11: "occluder full",
    12: "reflection",
    13: "crowd",
}
"""MOT16 to MOT20's classes; 13 is MOT20's."""
_THINGS: Final = frozenset({3, 4, 5, 6, 9, 10, 11})
CLASSES: Final = (*(name for kind, name in _KINDS.items() if kind not in _THINGS), "ignored")
_COLUMNS: Final = (7, 9, 10)
_EXPECTED: Final = "expected frame,id,left,top,width,height,valid with commas between, and class,visibility or x,y,z"
_VIDEOS: Final = frozenset({".mp4", ".avi", ".mkv", ".mov", ".webm"})


def read(desk: Desk) -> Reading:
    """Read a sequence's folder, or a folder of such folders."""
    drafts: list[Draft] = []
    sequences = _sequences(desk.recipe.path)
    if not sequences:
        desk.problems.add(str(desk.recipe.path), "has no gt/gt.txt, and no folder in it has one")
    if desk.recipe.images is not None and len(sequences) > 1:
        desk.problems.add(str(desk.recipe.images), f"is the footage of one sequence; there are {len(sequences)}")
        return Reading((), CLASSES)
    for folder, truth in sequences:
        drafts.extend(_of_sequence(desk, folder, truth))
    return Reading(tuple(drafts), CLASSES)


def _sequences(path: Path) -> list[tuple[Path, Path]]:
    """Folder and truth of each sequence."""
    if path.is_file():
        return [(path.parent.parent if path.parent.name == "gt" else path.parent, path)]
    own = path / "gt" / "gt.txt"
    truths = [own] if own.is_file() else sorted(path.glob("*/gt/gt.txt"))
    return [(truth.parent.parent, truth) for truth in truths]


def _of_sequence(desk: Desk, folder: Path, truth: Path) -> Iterator[Draft]:
    rows = _rows(desk, truth)
    footage = desk.recipe.images or _footage(folder)
    if footage is None:
        desk.problems.add(desk.name(folder), "has neither img1/ nor one video; name the footage")
        return
    name = _name(folder)
    frames = _frames(desk, footage, name)
    _beyond(desk, rows, frames, truth)
    wanted = {number: path for number, path in frames.items() if (number - 1) % desk.recipe.every == 0}
    desk.looker.look_at_all(wanted.values())
    for number, path in wanted.items():
        look = desk.look(path)
        if look is not None:
            marks = tuple(mark for _, mark in rows.get(number, []))
            yield Draft(path, look, desk.name(truth), marks, sequence=f"{desk.recipe.about.name}/{name}")


def _footage(folder: Path) -> Path | None:
    """The folder of frames that ``seqinfo.ini`` names, or ``img1``; or the only video."""
    for path in (folder / _info(folder).get("imdir", "img1"), folder / "img1"):
        if path.is_dir():
            return path
    videos = [path for path in sorted(folder.iterdir()) if path.suffix.lower() in _VIDEOS]
    return videos[0] if len(videos) == 1 else None


def _name(folder: Path) -> str:
    return _info(folder).get("name", folder.resolve().name)


def _info(folder: Path) -> dict[str, str]:
    """``seqinfo.ini``, which a sequence may have."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(folder / "seqinfo.ini", encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        return {}
    return dict(parser["Sequence"]) if parser.has_section("Sequence") else {}


def _frames(desk: Desk, footage: Path, name: str) -> dict[int, Path]:
    """Each frame's picture by its number from 1; of a video, only those that are wanted are made."""
    if not footage.is_dir():
        return frames_of(footage, desk.recipe.every, desk.scratch / name, name)
    frames: dict[int, Path] = {}
    for path in sorted(path for path in footage.iterdir() if is_picture(path)):
        if not path.stem.isdecimal():
            desk.problems.add(desk.name(path), "is not a frame: expected a number, as in 000001.jpg")
        elif int(path.stem) in frames:
            desk.problems.add(desk.name(path), f"frame {int(path.stem)} is {frames[int(path.stem)].name} already")
        else:
            frames[int(path.stem)] = path
    if not frames:
        desk.problems.add(desk.name(footage), "has no frames")
    return frames


def _beyond(desk: Desk, rows: dict[int, list[tuple[int, Mark]]], frames: dict[int, Path], truth: Path) -> None:
    """Rows of frames that there are not: the footage is another's, or was cut."""
    for number in sorted(rows.keys() - frames.keys()):
        if frames:
            line, _ = rows[number][0]
            desk.problems.add(desk.name(truth, line), f"frame {number} is not there; the footage has {len(frames)}")


def _rows(desk: Desk, truth: Path) -> dict[int, list[tuple[int, Mark]]]:
    """What is in each frame, each with its line."""
    rows: defaultdict[int, list[tuple[int, Mark]]] = defaultdict(list)
    seen: dict[tuple[int, int], int] = {}
    for number, line in desk.lines(truth):
        place = desk.name(truth, number)
        values = desk.numbers(line.split(","), place)
        if values is None or not _sound(desk, values, place):
            continue
        frame, person = int(values[0]), int(values[1])
        if person >= 0 and seen.setdefault((frame, person), number) != number:
            desk.problems.add(place, f"frame {frame} has {person} already, in line {seen[frame, person]}")
            continue
        mark = _mark(values, place, desk.recipe.min_visibility)
        if mark is not None:
            rows[frame].append((number, mark))
    return rows


def _sound(desk: Desk, values: list[float], place: str) -> bool:
    """Whether a row is one."""
    if len(values) not in _COLUMNS:
        desk.problems.add(place, f"has {len(values)} numbers; {_EXPECTED}")
        return False
    frame, person, valid = values[0], values[1], values[6]
    complaint = ""
    if frame < 1 or not frame.is_integer() or not person.is_integer():
        complaint = f"frame {frame:g} and identity {person:g} must be whole, frames from 1"
    elif valid not in (0, 1):
        complaint = f"valid must be 0 or 1, got {valid:g} (detections have a confidence there; truth has not)"
    elif len(values) == 9 and values[7] not in _KINDS:
        complaint = f"class {values[7]:g} does not exist; the classes are 1 to {max(_KINDS)}"
    elif len(values) == 9 and not 0 <= values[8] <= 1:
        complaint = f"visibility must be from 0 to 1, got {values[8]:g}"
    if complaint:
        desk.problems.add(place, complaint)
    return not complaint


def _mark(values: list[float], place: str, min_visibility: float) -> Mark | None:
    """``None``: a thing that nobody takes for a person."""
    left, top, width, height, valid = values[2:7]
    kind, visibility = (int(values[7]), values[8]) if len(values) == 9 else (1, 1.0)
    if kind in _THINGS:
        return None
    unsure = kind == 1 and (valid == 0 or visibility < min_visibility)
    return Mark(place, "ignored" if unsure else _KINDS[kind], (left, top, left + width, top + height))
