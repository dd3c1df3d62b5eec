"""``headroom bench``: how fast, beside what people use otherwise, and how many live cameras fit."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from rich.console import Console

from domain.errors import BadInput
from domain.settings import Settings
from domain.source import Source, SourceKind
from headroom.bench import table
from headroom.bench.cameras import live_cameras
from headroom.bench.contenders import BUDGETED, HEADROOM, MODEL, Contender, contenders
from headroom.bench.contest import contest
from headroom.bench.lap import Lap, NotRunError, run_lap
from headroom.bench.prepare import make_int8
from headroom.bench.result import Bench, Cameras, Standing
from headroom.recording import recording
from inference.detect.base import Picture
from inference.detect.box import this_hardware
from inference.detect.throughput import BATCHES, Measurable, measure
from inference.evaluation.machine import machine
from inference.evaluation.mot_truth import MotTruth, read_mot
from inference.worker import make_detector
from ingest.camera import Camera
from ingest.limits import Pace

PETS: Final = "vtest.avi"
PETS_TRUTH: Final = Path("datasets/pets09_s2l1/gt/gt.txt")
"""In the folder of assets: who is in each frame of ``vtest.avi``."""
Tell = Callable[[str], object]


@dataclass(frozen=True)
class Question:
    """What is to be measured.

    Attributes:
        clip: a video or ``asset:NAME``.
        rounds: turns of each contender; 0: nobody runs, only cameras are tried.
        cameras: ``None``: none are tried; ``auto``, or the most that is asked about.
    """

    clip: str
    rounds: int
    cameras: str | None

    @property
    def most_cameras(self) -> int | None:
        """The most cameras to try; ``None``: as many as there may be.

        Raises:
            BadInput: neither a number nor ``auto``.
        """
        if self.cameras in (None, "auto"):
            return None
        if not str(self.cameras).isdecimal() or not int(str(self.cameras)):
            raise BadInput(f"cameras {self.cameras!r} must be a number of cameras, from 1, or auto")
        return int(str(self.cameras))


async def run(question: Question, *, settings: Settings, as_json: bool, write: Callable[[str], object] = print) -> None:
    """Measure, and tell the result: a table, or one line of JSON.

    Raises:
        BadInput: the clip or the number of cameras cannot be what it should be.
        AssetUnavailable: the clip is an asset that no source has.
    """
    clip = _clip(question.clip, settings)
    wanted = question.most_cameras
    with _telling() as tell:
        not_run: dict[str, str] = {}
        if question.rounds and (lacks := await make_int8(_truth_file(clip, settings), settings, tell)):
            not_run["int8"] = lacks
        before = os.getloadavg()[0]
        standings = await contest(contenders(clip, settings), question.rounds, _truth(clip, settings), _run_lap, tell)
        cameras = await _cameras(question, clip, wanted, tell, not_run)
        share = await _share_of_model_limit(clip, settings, tell, not_run)
    found = Bench(clip.name, question.rounds, standings, cameras, share, _machine(standings, before), not_run)
    if as_json:
        write(json.dumps(found.as_json()))
    else:
        table.show(found, Console(highlight=False, markup=False))


async def _run_lap(one: Contender) -> Lap:
    if isinstance(one.command, str):
        raise NotRunError(one.command)
    return await run_lap(one.command)


def _clip(text: str, settings: Settings) -> Path:
    source = recording(text, settings)
    if source.kind is not SourceKind.FILE or Path(source.address).is_dir():
        raise BadInput(f"clip {source.redacted} must be a video: the others read no folders of pictures")
    return Path(source.address).resolve()


def _truth(clip: Path, settings: Settings) -> MotTruth | None:
    """Who is in each frame of the clip, where that is known."""
    path = _truth_file(clip, settings)
    return None if path is None else read_mot(path)


def _truth_file(clip: Path, settings: Settings) -> Path | None:
    path = None if settings.assets is None or clip.name != PETS else settings.assets / PETS_TRUTH
    return path if path is not None and path.is_file() else None


async def _cameras(
    question: Question, clip: Path, wanted: int | None, tell: Tell, not_run: dict[str, str]
) -> Cameras | None:
    if question.cameras is None:
        not_run["cameras_at_5fps"] = "not asked for; --cameras N or --cameras auto tries live cameras"
        return None
    try:
        return await live_cameras(clip, wanted, tell)
    except NotRunError as reason:
        not_run["cameras_at_5fps"] = str(reason)
        return None


async def _share_of_model_limit(clip: Path, settings: Settings, tell: Tell, not_run: dict[str, str]) -> float | None:
    """The largest share over all batch sizes."""
    if not this_hardware().gpus:
        not_run["share_of_model_limit"] = "no NVIDIA GPU here"
        return None
    tell("the bare network's speed")
    frames = await _first_frames(clip, max(BATCHES))
    detector = cast("Measurable", make_detector(settings, MODEL))  # every detector of the table is
    measured = [await asyncio.to_thread(measure, detector, frames, batch) for batch in BATCHES]
    return max(float(one["share_of_limit"]) for one in measured)


async def _first_frames(clip: Path, most: int) -> list[Picture]:
    frames: list[Picture] = []
    async with Camera("bench", Source(SourceKind.FILE, str(clip)), pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            frames.append(np.asarray(frame.pixels))
            if len(frames) >= most:
                break
    return frames


def _machine(standings: tuple[Standing, ...], load_before: float) -> Mapping[str, Any]:
    """On what it was measured, and whether anything else was going on."""
    name = next((one.name for one in standings if one.key in (HEADROOM, BUDGETED) and one.name is not None), None)
    return {
        "cpu": machine(),
        "cores": os.cpu_count(),
        "gpus": list(this_hardware().gpus),
        "precision": None if name is None else name.rpartition("-")[2],
        "load": [round(load_before, 2), round(os.getloadavg()[0], 2)],
    }


@contextmanager
def _telling() -> Iterator[Tell]:
    """What is going on: a spinner on a terminal, plain lines where there is none; both on standard error."""
    console = Console(stderr=True, highlight=False, markup=False)
    if not sys.stderr.isatty():
        yield lambda what: console.print(what, soft_wrap=True)
        return
    with console.status("") as status:
        yield status.update
