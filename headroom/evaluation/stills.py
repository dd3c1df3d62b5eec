"""Stills beside their true counts: each is counted by itself, by every reading there is."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

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
        boxes: those found as boxes, left, top, right, bottom, shape (n, 4); may be fewer than counted.
        low: lower end of the 90 % interval; ``nan``: none.
        high: the upper end likewise.
        parts: the count by each way of counting alone.
    """

    count: float
    boxes: NDArray[np.float32]
    low: float = np.nan
    high: float = np.nan
    parts: dict[str, float] = field(default_factory=dict)


CountStill = Callable[[Picture], StillReading]


def boxes_alone(detector: Detector) -> CountStill:
    """Counts by boxes and nothing else."""

    def count(picture: Picture) -> StillReading:
        (found,) = detector.detect([picture])
        boxes = found.boxes[found.scores >= BOX_SCORE]
        return StillReading(float(len(boxes)), boxes)

    return count


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
    pictures: Sequence[Path], truth: Truth, count: CountStill, model: str, advance: Advance
) -> Evaluation:
    """Count pictures and compare.

    Args:
        pictures: the pictures of one folder, as :func:`pictures_with_truth` gives them.
        truth: of each picture.
        count: counts one picture.
        model: what counts.
        advance: told how many more pictures are done.
    """
    source = Source(SourceKind.FILE, str(pictures[0].parent))
    readings, fps = await _count_all(source, count, advance)
    known = [truth.of(picture) for picture in pictures]
    people = [entry.count for entry in known]
    counts = Counts.of(
        people,
        [reading.count for reading in readings],
        [reading.low for reading in readings],
        [reading.high for reading in readings],
    )
    chosen = worst(counts.errors)
    shown = await pictures_at(source, chosen)
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
        worst=tuple(
            Scene(
                title=pictures[index].stem,
                told=readings[index].count,
                truth=people[index],
                jpeg=draw_still(shown[index], readings[index].boxes, known[index].heads),
            )
            for index in chosen
        ),
        notes=_notes(truth, pictures),
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
