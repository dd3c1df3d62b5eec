"""Stills beside their true counts: each is counted by itself, by every reading there is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from domain.source import Source, SourceKind
from headroom.evaluation.drawing import draw_still
from headroom.evaluation.result import FUSED, Evaluation, Scene
from headroom.evaluation.stopwatch import Stopwatch
from headroom.evaluation.worst import worst
from headroom.recording import pictures_at
from inference.detect import Detector
from inference.detect.base import Picture
from inference.evaluation.counting import Counts
from inference.evaluation.still_truth import StillTruth
from ingest.camera import Camera
from ingest.footage import check_file_source, pictures_of
from ingest.limits import Pace

Advance = Callable[[int], None]
BOX_SCORE: Final = 0.25
"""Confidence from which a box is a person: what ultralytics' own predict uses, so that the numbers can be compared."""


@dataclass(frozen=True)
class StillReading:
    """What was told of one picture.

    Attributes:
        count: people counted.
        low: lower end of the 90 % interval; ``nan``: none.
        high: the upper end likewise.
        parts: the count by each way of counting alone.
    """

    count: float
    low: float = np.nan
    high: float = np.nan
    parts: dict[str, float] = field(default_factory=dict)


CountStill = Callable[[Picture], StillReading]


class CrowdReading(Protocol):
    """What a still counter tells; the crowd's own ``CrowdCount`` is one."""

    @property
    def count(self) -> float:
        """People."""

    @property
    def low(self) -> float | None:
        """Lower end of the 90 % interval; ``None``: it has none."""

    @property
    def high(self) -> float | None:
        """The upper end likewise."""

    @property
    def boxes(self) -> float:
        """What boxes alone say."""

    @property
    def density(self) -> float | None:
        """What a density map alone says; ``None``: there is none."""


class CrowdCounter(Protocol):
    """Counts the people in one picture."""

    def count(self, picture: Picture) -> CrowdReading:
        """People in one BGR picture."""


def boxes_alone(detector: Detector) -> CountStill:
    """Counts by boxes and nothing else."""

    def count(picture: Picture) -> StillReading:
        return StillReading(float(len(_boxes(detector, picture))))

    return count


def by_crowd(counter: CrowdCounter) -> CountStill:
    """Counts by boxes and density, each alone and both together."""

    def count(picture: Picture) -> StillReading:
        found = counter.count(picture)
        parts = {"boxes": found.boxes} | ({} if found.density is None else {"density": found.density})
        low, high = (np.nan if end is None else end for end in (found.low, found.high))
        return StillReading(found.count, low, high, parts)

    return count


def _boxes(detector: Detector, picture: Picture) -> NDArray[np.float32]:
    (found,) = detector.detect([picture])
    return found.boxes[found.scores >= BOX_SCORE]


@dataclass(frozen=True)
class Truth:
    """What is known of some pictures.

    Attributes:
        name: of the file or folder it is from.
        stills: by the pictures' names without suffix.
    """

    name: str
    stills: dict[str, StillTruth]

    def of(self, picture: Path) -> StillTruth:
        """What is known of one picture."""
        return self.stills[picture.stem]


def pictures_with_truth(folder: Path, truth: Truth) -> list[Path]:
    """The pictures of a folder (or of its ``images``, as ShanghaiTech has them), in order.

    Raises:
        BadInput: there are none, one of them is no picture or has no truth.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder.name} is not a folder of pictures, and {truth.name} holds the truth of stills")
    inner = folder / "images" if (folder / "images").is_dir() else folder
    check_file_source(Source(SourceKind.FILE, str(inner)))
    pictures = pictures_of(inner)
    unknown = [picture.name for picture in pictures if picture.stem not in truth.stills]
    if unknown:
        more = f" (and {len(unknown) - 1} more)" if len(unknown) > 1 else ""
        raise BadInput(f"truth {truth.name} says nothing of picture {unknown[0]}{more}")
    return pictures


async def evaluate_stills(
    pictures: Sequence[Path], truth: Truth, count: CountStill, detector: Detector, model: str, advance: Advance
) -> Evaluation:
    """Count pictures and compare.

    Args:
        pictures: the pictures of one folder, as :func:`pictures_with_truth` gives them.
        truth: of each picture.
        count: counts one picture.
        detector: finds the boxes that are drawn.
        model: the name of what counts.
        advance: told how many more pictures are done.
    """
    source = Source(SourceKind.FILE, str(pictures[0].parent))
    readings, fps = await _count_all(source, count, advance)
    known = [truth.of(picture) for picture in pictures]
    people = [entry.count for entry in known]
    counts = _counts(people, readings)
    wanted = {index: (pictures[index].stem, readings[index].count, known[index]) for index in worst(counts.errors)}
    return Evaluation(
        source=_shown_name(pictures[0].parent),
        truth=truth.name,
        kind="stills",
        model=model,
        labels=tuple(picture.stem for picture in pictures),
        at_s=None,
        counts=counts,
        readings=_by_reading(people, readings, counts),
        tracks=None,
        fps=fps,
        worst=await _scenes(source, wanted, detector),
        notes=_notes(truth, pictures),
    )


def _counts(people: Sequence[int], readings: Sequence[StillReading]) -> Counts:
    return Counts.of(
        people,
        [reading.count for reading in readings],
        [reading.low for reading in readings],
        [reading.high for reading in readings],
    )


async def _scenes(
    source: Source, wanted: dict[int, tuple[str, float, StillTruth]], detector: Detector
) -> tuple[Scene, ...]:
    """The wanted pictures by their place in the folder, each with its name, its count and its truth, drawn on."""
    pictures = await pictures_at(source, wanted)
    return tuple(
        Scene(name, told, truth.count, draw_still(pictures[index], _boxes(detector, pictures[index]), truth.heads))
        for index, (name, told, truth) in wanted.items()
    )


def _shown_name(folder: Path) -> str:
    """The folder's name; of ShanghaiTech's ``part_B/images``, the part's."""
    return folder.resolve().parent.name if folder.name == "images" else folder.resolve().name


async def _count_all(source: Source, count: CountStill, advance: Advance) -> tuple[list[StillReading], float]:
    """Every picture's reading, in order, and how many were read a second."""
    readings: list[StillReading] = []
    clock = Stopwatch()
    async with Camera("evaluate", source, pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            readings.append(await asyncio.to_thread(count, frame.pixels))
            clock.lap(1)
            advance(1)
    return readings, clock.fps


def _by_reading(people: Sequence[int], readings: Sequence[StillReading], counts: Counts) -> dict[str, Counts]:
    """Each way of counting by itself, and what the product makes of them; one way alone needs no table of ways."""
    names = readings[0].parts
    if len(names) < 2:
        return {}
    alone = {name: Counts.of(people, [reading.parts[name] for reading in readings]) for name in names}
    return alone | {FUSED: counts}


def _notes(truth: Truth, pictures: Sequence[Path]) -> tuple[str, ...]:
    unseen = len(truth.stills) - len(pictures)
    if not unseen:
        return ()
    return (f"The truth names {len(truth.stills)} pictures; {unseen} of them are not in the folder.",)
