"""``headroom count``: how many people are in a piece of footage, or in front of a camera, as JSON lines."""

import asyncio
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from domain.errors import BadVenue
from domain.messages import State
from domain.problems import first_problem
from domain.settings import Settings
from domain.source import Source, SourceKind
from domain.units import SECOND, Slug, whole_second
from domain.venue import ZonePolygon
from headroom.recording import looked_at
from inference.assets import resolve
from inference.budget import DetectionBudget
from inference.camera_pipeline import CameraPipeline, Seen
from inference.crowd.correction import CameraCorrection
from inference.crowd.density import DensityModel
from inference.crowd.estimate import Estimates
from inference.crowd.fusion import method_of
from inference.crowd.load import live_density
from inference.detect import Detections, Detector
from inference.worker import make_detector
from inference.zones.counting import GRACE, ZoneSecond, ZoneSeconds
from ingest.camera import Camera
from ingest.footage import check_file_source
from ingest.frame import Frame
from ingest.limits import Pace

TICK_S: Final = 0.2
WHOLE_PICTURE: Final = "all"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
Write = Callable[[str], object]


class _ZoneInFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)

    id: Slug
    polygon: ZonePolygon
    camera_id: Slug | None = None


class _CameraInFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Slug
    frame_size: tuple[int, int]


class ZonesFile(BaseModel):
    """The zones to count in: a venue file with one camera, or just ``frame_size`` and ``zones``."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    frame_size: tuple[int, int] | None = None
    cameras: tuple[_CameraInFile, ...] = Field(default=(), max_length=1)
    zones: tuple[_ZoneInFile, ...] = Field(min_length=1)

    @classmethod
    def load(cls, path: Path) -> "ZonesFile":
        """Read a zones file.

        Raises:
            BadVenue: it cannot be read, or a zone is wrong; one line that names the file and the place.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text()))
        except (OSError, UnicodeDecodeError) as error:
            raise BadVenue(f"zones file {path}: cannot be read: {getattr(error, 'strerror', error)}") from None
        except yaml.YAMLError:
            raise BadVenue(f"zones file {path}: is not YAML") from None
        except ValidationError as error:
            raise BadVenue(f"zones file {path}: {first_problem(error, 'the file')}") from None

    @property
    def drawn_on(self) -> tuple[int, int] | None:
        """Size of the picture the zones were drawn on; ``None``: the footage's own."""
        return self.cameras[0].frame_size if self.cameras else self.frame_size


@dataclass
class _Tally:
    """What is counted of one source, and the lines told of it."""

    names: tuple[str, ...]
    pipeline: CameraPipeline
    write: Write
    seconds: ZoneSeconds
    start: datetime
    every_frame: bool
    density: DensityModel | None = None

    def take(self, frame: Frame, at: datetime, found: Detections | None) -> Seen:
        """One frame's people; ``None`` found: nobody looked, the tracks are predicted."""
        height, width = frame.pixels.shape[:2]
        at_s = (at - _EPOCH).total_seconds()
        if found is None:
            seen = self.pipeline.predict(at_s, (width, height))
        else:
            seen = self.pipeline.process(found, at_s, (width, height))
        self.seconds.add(at, self._told(seen))
        if seen.density_due and self.density is not None:
            self.pipeline.density_asked(at_s)
            self.pipeline.densely(self.density.read(frame.pixels), at_s, (width, height))
        if self.every_frame:
            self.write(json.dumps(self._frame_line(frame, at, seen)))
        return seen

    def _told(self, seen: Seen) -> Estimates:
        return seen.whole if self.names == (WHOLE_PICTURE,) else seen.zones

    def _frame_line(self, frame: Frame, at: datetime, seen: Seen) -> dict[str, object]:
        line: dict[str, object] = {
            "frame": frame.sequence + 1,
            "t": round((at - self.start).total_seconds(), 3),
            "count": _number(seen.whole.counts[0]),
            "low": round(float(seen.whole.low[0]), 2),
            "high": round(float(seen.whole.high[0]), 2),
            "method": seen.whole.method(0),
        }
        if self.names != (WHOLE_PICTURE,):
            line["zones"] = dict(zip(self.names, map(_number, seen.counts), strict=True))
            ends = zip(seen.zones.low.round(2).tolist(), seen.zones.high.round(2).tolist(), strict=True)
            line["intervals"] = dict(zip(self.names, ends, strict=True))
        return line

    def tell(self, now: datetime, state: State, reason: str | None) -> None:
        """The seconds that are over by ``now``."""
        for told in self.seconds.close(now, state, reason):
            if not self.every_frame:
                self._tell_second(told)

    def _tell_second(self, told: ZoneSecond) -> None:
        at = (told.second - self.start).total_seconds()
        for index, zone in enumerate(self.names):
            line: dict[str, object] = {"t": round(at, 1), "zone": zone, "count": None, "peak": None}
            if told.counts is not None and told.peaks is not None:
                line |= {"count": round(float(told.counts[index]), 2), "peak": int(told.peaks[index])}
                line |= _interval(told, index)
            line["state"] = told.state.value
            if told.reason is not None:
                line["reason"] = told.reason
            self.write(json.dumps(line))


def _number(count: float) -> float:
    """A count as people write it: whole where it is."""
    return int(count) if float(count).is_integer() else round(float(count), 2)


def _interval(told: ZoneSecond, index: int) -> dict[str, object]:
    if told.low is None or told.high is None or told.density is None:
        return {}
    ends = {"low": round(float(told.low[index]), 2), "high": round(float(told.high[index]), 2)}
    return ends | {"method": method_of(float(told.density[index]))}


async def run(  # noqa: PLR0913  # all by name: one for each option of the command
    *,
    source: str,
    settings: Settings,
    model: str | Detector | None = None,
    zones: Path | None = None,
    every_frame: bool = False,
    budgeted: bool = False,
    as_json: bool = False,
    correction: Path | None = None,
    density: str | None = None,
    write: Write = print,
) -> None:
    """Count people and write JSON lines, until the footage ends or, for a live camera, until cancelled.

    Args:
        source: a video, a folder of pictures, ``asset:NAME``, or a camera's URL.
        settings: for assets and the data folder.
        model: a model's name or file, or a detector that is loaded already; ``None`` for the default.
        zones: a file of zones; ``None`` counts in the whole picture, as zone ``all``.
        every_frame: one line a frame instead of one a second and zone.
        budgeted: look at a recording's frame only where a prediction would not do: faster, and somewhat less exact.
        as_json: nothing but JSON lines, no progress bar.
        correction: a camera's file of what is known of its errors.
        density: a live density model's name in ``configs/crowd.yaml``; ``none`` counts by boxes alone; ``None`` takes
            the default where it is at hand.
        write: takes each line.

    Raises:
        BadInput: footage, model or zones cannot be what they should be.
    """
    wanted = _footage(source, settings)
    plan = ZonesFile.load(zones) if zones else None
    known = CameraCorrection.load(correction) if correction else None
    check_file_source(wanted)
    detector = make_detector(settings, model) if model is None or isinstance(model, str) else model
    live = live_density(settings, density)
    pipeline = CameraPipeline(
        [zone.polygon for zone in plan.zones] if plan else [],
        [],
        plan.drawn_on if plan else None,
        correction=known,
        crossover=live.crossover if live else None,
    )
    start = datetime.now(UTC) if wanted.live else _EPOCH
    names = tuple(zone.id for zone in plan.zones) if plan else (WHOLE_PICTURE,)
    seconds = ZoneSeconds.starting(start)
    tally = _Tally(names, pipeline, write, seconds, start, every_frame, live.model if live else None)
    with _progress(shown=not as_json and not wanted.live) as advance:
        async with Camera("count", wanted, pace=Pace.FLAT_OUT) as camera:
            if wanted.live:
                await _count_live(camera, detector, tally)
            else:
                count = _count_budgeted if budgeted else _count_recording
                await count(camera, detector, tally, advance)


def _footage(text: str, settings: Settings) -> Source:
    source = Source.parse(text)
    if source.kind is SourceKind.ASSET:
        return Source(SourceKind.FILE, str(resolve(source.address, settings)))
    return source


async def _count_recording(camera: Camera, detector: Detector, tally: _Tally, advance: Callable[[int], None]) -> None:
    """Every frame looked at, in order; the next frames are looked at while these are tracked."""
    at, seen_at = _EPOCH, datetime.now(UTC)
    async for looked in looked_at(camera, detector):
        for frame, found in looked:
            at, seen_at = _media_time(frame), frame.captured_at
            tally.take(frame, at, found)
            _tell_recorded(camera, tally, at, frame.captured_at)
        advance(len(looked))
    # Not now: a machine that is long over the last frames has not gone blind meanwhile.
    _tell_recorded(camera, tally, whole_second(at) + SECOND + GRACE, seen_at)


async def _count_budgeted(camera: Camera, detector: Detector, tally: _Tally, advance: Callable[[int], None]) -> None:
    """Every frame counted, in order; looked at only where a prediction would not do."""
    budget, at, boxes = DetectionBudget(), _EPOCH, np.empty((0, 4))
    seen_at = datetime.now(UTC)
    async for frame in camera.frames():
        at, seen_at = _media_time(frame), frame.captured_at
        at_s, found = (at - _EPOCH).total_seconds(), None
        if budget.due(frame.pixels, at_s, tally.pipeline.tracker, boxes):
            (found,) = await asyncio.to_thread(detector.detect, [frame.pixels])
            budget.looked(at_s)
        boxes = tally.take(frame, at, found).tracks.boxes
        _tell_recorded(camera, tally, at, frame.captured_at)
        advance(1)
    # Not now: a machine that is long over the last frames has not gone blind meanwhile.
    _tell_recorded(camera, tally, whole_second(at) + SECOND + GRACE, seen_at)


def _media_time(frame: Frame) -> datetime:
    return _EPOCH + timedelta(seconds=frame.media_time_s or 0.0)


def _tell_recorded(camera: Camera, tally: _Tally, at: datetime, wall_clock: datetime) -> None:
    """The seconds over by ``at``; a recording is never stale, but its picture may be black or frozen."""
    health = camera.health("count", wall_clock)
    tally.tell(at, health.state if health.state is State.BLIND else State.OK, health.reason)


async def _count_live(camera: Camera, detector: Detector, tally: _Tally) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(_tick(camera, tally))
        async for frame in camera.frames():
            (found,) = await asyncio.to_thread(detector.detect, [frame.pixels])
            tally.take(frame, frame.captured_at, found)


async def _tick(camera: Camera, tally: _Tally) -> None:
    while True:
        now = datetime.now(UTC)
        health = camera.health("count", now)
        tally.tell(now, health.state, health.reason)
        await asyncio.sleep(TICK_S)


@contextmanager
def _progress(*, shown: bool) -> Iterator[Callable[[int], None]]:
    """A bar of frames on a terminal; where there is none, nothing."""
    console = Console(stderr=True)
    columns = (TextColumn("counting"), BarColumn(), TextColumn("{task.completed} frames"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not (shown and sys.stderr.isatty())) as bar:
        task = bar.add_task("counting", total=None)
        yield lambda frames: bar.advance(task, frames)
