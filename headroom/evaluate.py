"""``headroom evaluate``: how right the product is, on footage whose truth is known."""

import asyncio
import json
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from domain.errors import BadInput
from domain.geometry import Polygon
from domain.settings import Settings
from domain.source import Source
from headroom.evaluation import page, table
from headroom.evaluation.result import Evaluation
from headroom.evaluation.stills import Truth, by_crowd, evaluate_stills, pictures_with_truth
from headroom.evaluation.video import evaluate_video
from headroom.recording import recording
from inference.crowd.correction import CameraCorrection
from inference.crowd.load import make_still_counter
from inference.detect import Detector
from inference.evaluation.mot_truth import read_mot
from inference.evaluation.still_truth import is_still_truth, read_stills
from inference.worker import make_detector

Write = Callable[[str], object]
MakeDetector = Callable[[Settings, str | None], Detector]
_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Question:
    """What is to be evaluated.

    Attributes:
        source: a video, a folder of pictures, or ``asset:NAME``.
        truth: a MOTChallenge ``gt.txt`` of a video; or, of stills, a ``counts.json`` or ShanghaiTech's ``.mat`` files.
        model: a model's name or file; ``None`` for the default.
        density: a density model's name in ``configs/crowd.yaml``, for stills; ``none`` counts boxes
            alone; ``None`` takes the default where it is at hand.
        correction: a camera's file of what is known of its errors, for videos.
        region: ``x1,y1,x2,y2,…`` in the video's pixels: only people whose feet are inside are counted, told or true.
    """

    source: str
    truth: Path
    model: str | None = None
    density: str | None = None
    region: str | None = None
    correction: Path | None = None

    @property
    def command(self) -> str:
        """What a person types to ask it again."""
        words = ["headroom", "evaluate", self.source, "--truth", str(self.truth)]
        words += ["--model", self.model] if self.model else []
        words += ["--density", self.density] if self.density else []
        words += ["--region", self.region] if self.region else []
        words += ["--correction", str(self.correction)] if self.correction else []
        return shlex.join(words)


async def run(
    question: Question,
    *,
    settings: Settings,
    report: Path | None = None,
    as_json: bool = False,
    detector_of: MakeDetector = make_detector,
    write: Write = print,
) -> None:
    """Count footage, compare with its truth, and tell the result: a table or one line of JSON, and a page.

    Args:
        question: what is to be evaluated.
        settings: for assets and the data folder.
        report: where the page is written; ``None``: in the data folder, named after the footage.
        as_json: one line of JSON in place of the table.
        detector_of: gives the detector.
        write: takes the line of JSON.

    Raises:
        BadInput: footage, truth, region or model cannot be what they should be, or do not belong together.
    """
    at = report or settings.data / "reports" / f"evaluate-{_slug(question.source)}.html"
    _make_room(at)
    found = await answer(question, settings, lambda: detector_of(settings, question.model))
    at.write_text(page.render(found, command=question.command), encoding="utf-8")
    sys.stderr.write(f"report: {at}\n")
    if as_json:
        write(json.dumps(found.as_json() | {"report": str(at)}))
    else:
        table.show(found, Console(highlight=False, markup=False))


async def answer(question: Question, settings: Settings, detector_of: Callable[[], Detector]) -> Evaluation:
    """Count footage and compare with its truth.

    Raises:
        BadInput: as of :func:`run`.
    """
    region = _region(question.region)
    if is_still_truth(question.truth):
        if question.correction is not None:
            raise BadInput("a correction is a camera's, for videos; stills have none")
        if region is not None:
            raise BadInput("a region is for videos: the truth of stills has heads, and boxes are placed by their feet")
        return await _evaluate_stills(question, settings, detector_of)
    correction = CameraCorrection.load(question.correction) if question.correction else None
    footage = recording(question.source, settings)
    return await _evaluate_video(footage, question.truth, region, correction, detector_of)


async def _evaluate_video(
    footage: Source,
    truth: Path,
    region: Polygon | None,
    correction: CameraCorrection | None,
    detector_of: Callable[[], Detector],
) -> Evaluation:
    known = read_mot(truth)
    detector = await asyncio.to_thread(detector_of)
    with _progress("frames", known.last_frame) as advance:
        return await evaluate_video(footage, known, detector, region, advance, correction)


async def _evaluate_stills(question: Question, settings: Settings, detector_of: Callable[[], Detector]) -> Evaluation:
    known = Truth(question.truth.name, read_stills(question.truth))
    pictures = pictures_with_truth(Path(question.source), known)
    detector = await asyncio.to_thread(detector_of)
    counter = make_still_counter(detector, question.density, settings, question.model)
    with _progress("pictures", len(pictures)) as advance:
        return await evaluate_stills(pictures, known, by_crowd(counter), detector, counter.name, advance)


def _region(text: str | None) -> Polygon | None:
    """The polygon that ``x1,y1,x2,y2,…`` describes.

    Raises:
        BadInput: it is no such list, or no polygon.
    """
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        numbers = []
    if len(numbers) < 6 or len(numbers) % 2:
        raise BadInput(f"region {text!r} must be at least three corners in pixels: x1,y1,x2,y2,x3,y3")
    return Polygon(list(zip(numbers[::2], numbers[1::2], strict=True)))


def _slug(source: str) -> str:
    """A file's name for what was evaluated; ShanghaiTech's ``part_B/images`` is ``part-b``."""
    path = Path(source.removeprefix("asset:"))
    name = path.parent.name if path.name == "images" else path.stem
    return _NOT_IN_NAMES.sub("-", name).strip("-").lower() or "footage"


def _make_room(at: Path) -> None:
    """Have the report's folder, before anything that takes long.

    Raises:
        BadInput: it cannot be written there.
    """
    try:
        at.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"report {at} cannot be written: {error.strerror or error}") from None
    if at.is_dir() or not os.access(at if at.exists() else at.parent, os.W_OK):
        raise BadInput(f"report {at} cannot be written; expected the name of a file in a folder of yours")


@contextmanager
def _progress(unit: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar where standard error is a terminal; else nothing."""
    columns = (TextColumn(unit), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(unit, total=total)
        yield lambda done: bar.advance(task, done)
