"""MOTChallenge's ``gt.txt``: who is where in each frame of a video.

One line a person and frame: frame (from 1), identity, left, top, width, height, valid, and then either a class and a
visibility (9 numbers: MOT16 and later) or a place in the world (10 numbers: MOT15), or nothing (7 numbers).
"""

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput

_PEDESTRIAN: Final = 1
_LIKE_A_PERSON: Final = frozenset({2, 7, 8, 12})
"""On a vehicle, sitting still, a figure that is no person, a reflection: MOT16 counts finding one neither as right nor
as wrong (Milan et al. 2016, table 3)."""
_WITH_CLASS: Final = 9
_COLUMNS: Final = (7, _WITH_CLASS, 10)
_EXPECTED: Final = "expected frame,id,left,top,width,height,valid with commas between, and class,visibility or x,y,z"


@dataclass(frozen=True)
class FrameTruth:
    """Who is in one frame.

    Attributes:
        ids: identity of each, shape (n,).
        boxes: left, top, right, bottom, pixels; may reach beyond the picture, shape (n, 4).
        ignored: whether finding this one is neither right nor wrong, shape (n,).
    """

    ids: NDArray[np.int64]
    boxes: NDArray[np.float64]
    ignored: NDArray[np.bool_]

    @classmethod
    def nobody(cls) -> "FrameTruth":
        """An empty frame."""
        return cls(np.empty(0, np.int64), np.empty((0, 4)), np.empty(0, np.bool_))

    @property
    def people(self) -> int:
        """How many are to be counted."""
        return int((~self.ignored).sum())

    def where(self, chosen: NDArray[np.bool_]) -> "FrameTruth":
        """The chosen ones only."""
        return FrameTruth(self.ids[chosen], self.boxes[chosen], self.ignored[chosen])


@dataclass(frozen=True)
class MotTruth:
    """Who is where in each frame of a video.

    Attributes:
        name: of its file.
        frames: by frame number, from 1. A frame that is not among them has nobody in it.
    """

    name: str
    frames: dict[int, FrameTruth]

    def __getitem__(self, number: int) -> FrameTruth:
        return self.frames.get(number) or FrameTruth.nobody()

    @property
    def last_frame(self) -> int:
        """The last frame that anyone is in."""
        return max(self.frames)


@dataclass(frozen=True)
class _Row:
    frame: int
    person: int
    box: tuple[float, float, float, float]
    ignored: bool


def read_mot(path: Path) -> MotTruth:
    """Read a ``gt.txt``.

    Raises:
        BadInput: it cannot be read, holds nobody, or a line is wrong; the message names file and line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"truth {path.name}: cannot be read: {getattr(error, 'strerror', 'it is not text')}") from None
    frames: defaultdict[int, dict[int, _Row]] = defaultdict(dict)
    for row, place in _rows(lines, path.name):
        if row.person in frames[row.frame]:
            raise BadInput(f"{place}: frame {row.frame} has {row.person} for the second time")
        frames[row.frame][row.person] = row
    if not frames:
        raise BadInput(f"truth {path.name} holds nobody; {_EXPECTED}")
    return MotTruth(path.name, {number: _frame(list(people.values())) for number, people in sorted(frames.items())})


def _frame(rows: list[_Row]) -> FrameTruth:
    return FrameTruth(
        np.array([row.person for row in rows], np.int64),
        np.array([row.box for row in rows], np.float64),
        np.array([row.ignored for row in rows], np.bool_),
    )


def _rows(lines: list[str], name: str) -> Iterator[tuple[_Row, str]]:
    """Each row that is about someone, and where it stands."""
    columns: int | None = None
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        place = f"truth {name} line {number}"
        values = _numbers(line, place)
        columns = columns or len(values)
        if len(values) != columns:
            raise BadInput(f"{place}: has {len(values)} numbers, the lines before it {columns}")
        row = _row(values, place)
        if row is not None:
            yield row, place


def _numbers(line: str, place: str) -> list[float]:
    try:
        values = [float(part) for part in line.split(",")]
    except ValueError:
        raise BadInput(f"{place}: {line.strip()[:60]!r} is not numbers; {_EXPECTED}") from None
    if len(values) not in _COLUMNS:
        raise BadInput(f"{place}: has {len(values)} numbers; {_EXPECTED}")
    if not all(map(math.isfinite, values)):
        raise BadInput(f"{place}: {line.strip()[:60]!r} has a number that is not finite")
    return values


def _row(values: list[float], place: str) -> _Row | None:
    """``None`` where the row is about a car or another thing that nobody takes for a person."""
    frame, person, left, top, width, height, valid = values[:7]
    if frame < 1 or not frame.is_integer() or not person.is_integer():
        raise BadInput(f"{place}: frame {frame:g} and identity {person:g} must be whole, frames from 1")
    if width <= 0 or height <= 0:
        raise BadInput(f"{place}: a box of {width:g} by {height:g} pixels has no inside")
    if valid not in (0, 1):
        raise BadInput(
            f"{place}: valid must be 0 or 1, got {valid:g} (detections have a confidence there; truth has not)"
        )
    kind = int(values[7]) if len(values) == _WITH_CLASS else _PEDESTRIAN
    if kind != _PEDESTRIAN and kind not in _LIKE_A_PERSON:
        return None
    ignored = valid == 0 or kind != _PEDESTRIAN
    return _Row(int(frame), int(person), (left, top, left + width, top + height), ignored)
