"""One camera of a worker: from its frames to what is told of them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from domain.messages import CameraHealth, State
from domain.topics import CAMERAS, CROSSINGS, READINGS, SIGHTINGS, camera_owner
from domain.venue import CameraConfig, VenueConfig
from inference.batching import Batcher
from inference.budget import DetectionBudget
from inference.camera_pipeline import CameraPipeline, Seen, crossing_of, reading_of
from inference.crowd.correction import CameraCorrection
from inference.crowd.watch import DensityWatch
from inference.detect import Detections
from inference.floor.camera_ground import CameraGround, ground_of
from inference.learning.keeper import Keeper, Look
from inference.pacer import Pacer
from inference.picture import blurred_jpeg
from inference.posture.watch import PostureWatch
from inference.publish import Publisher
from inference.rollout.beside import Compared
from inference.rollout.control import Rollout
from inference.track import Tracks
from inference.zones.counting import ZoneSeconds
from ingest.camera import Camera
from ingest.frame import Frame
from ingest.limits import Pace

log = structlog.get_logger()

PICTURE_PERIOD_S: Final = 0.5
"""Between two pictures of a camera (the topic's 2 Hz)."""
BUSY: Final = 0.75
"""Share of its time from which the detector is busy: then cameras are looked at only where no prediction will do."""
BUSY_FOR_PRIORITY: Final = 0.95
"""The same for cameras of high priority."""
LONGEST_WAIT_S: Final = 0.15
"""A picture that would wait longer for the detector is predicted, unless its camera was not looked at for half a
second: with what capture and telling take, counts stay within 400 ms of their frame."""
LONGEST_WAIT_FOR_PRIORITY_S: Final = 0.3
"""The same for cameras of high priority."""
RETRY_S: Final = 5.0
"""Before a camera whose handling failed is taken up again."""

Clock = Callable[[], datetime]
Observe = Callable[[str, datetime, datetime], object]
"""Told of each frame that was counted: its camera, when it was captured, when its counts were with the publisher."""


def utc_now() -> datetime:
    """The present, UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Desk:
    """What the cameras of a worker share.

    Attributes:
        venue: whose cameras they are.
        batcher: the detector.
        publisher: takes what is to be told.
        model: the name of what counted a second, for readings.
        clock: the present, UTC.
        observe: told of each frame that was counted.
        postures: shown every frame that was looked at; ``None`` where nobody watches postures.
        density: reads density maps of crowded cameras; ``None``: boxes count alone.
        views: folder in which the view that a camera was calibrated on is kept; ``None``: it is learnt at each start.
        keeper: keeps frames to learn from; ``None`` where the venue does not allow it.
        rollout: shown every frame that was looked at; ``None`` where the model never changes.
    """

    venue: VenueConfig
    batcher: Batcher
    publisher: Publisher
    model: Callable[[datetime], str]
    clock: Clock = utc_now
    observe: Observe | None = None
    postures: PostureWatch | None = None
    density: DensityWatch | None = None
    views: Path | None = None
    keeper: Keeper | None = None
    rollout: Rollout | None = None


class CameraWorker:
    """One camera of the venue: its frames, its tracks, its seconds.

    A failure while handling it is logged, leaves its zones unknown, and is tried again; other cameras never notice.
    """

    def __init__(self, config: CameraConfig, desk: Desk) -> None:
        venue = desk.venue
        self._config, self._desk = config, desk
        self._zones = [zone for zone in venue.zones if zone.camera_id == config.id]
        self._lines = [line for line in venue.lines if line.camera_id == config.id]
        self._seconds = ZoneSeconds.starting(desk.clock())
        self._camera = self._open()
        self._picture_at = 0.0
        self._pace = Pacer(config.fps)
        self._correction = CameraCorrection.load(Path(config.correction)) if config.correction else None
        self._budget = DetectionBudget()
        self._predicted = 0
        self._ground = ground_of(config, self._zones, venue.id, desk.views)

    def _open(self) -> Camera:
        return Camera(self._config.id, self._config.source, pace=Pace.REAL_TIME, loop=self._config.loop)

    async def run(self) -> None:
        """Watch the camera until cancelled."""
        while True:
            try:
                await self._watch()
                log.info("camera's footage has ended", camera=self._config.id)
            except Exception:  # a defect met in one camera's frames must not blind the others
                log.exception("camera's handling failed; it is taken up again", camera=self._config.id)
            await asyncio.sleep(RETRY_S)
            self._camera = self._open()

    async def _watch(self) -> None:
        pipeline = CameraPipeline(
            [zone.polygon for zone in self._zones],
            [line.line for line in self._lines],
            self._config.frame_size,
            correction=self._correction,
            crossover=None if self._desk.density is None else self._desk.density.crossover,
        )
        boxes = np.empty((0, 4))
        async with self._camera as camera, asyncio.TaskGroup() as group:
            showing: asyncio.Task[None] | None = None
            watching: asyncio.Task[None] | None = None
            async for frame in camera.frames():
                if not self._pace.due(frame.captured_at.timestamp()):
                    continue
                found = await self._look(pipeline, frame, boxes)
                tracks = self._take(pipeline, frame, found)
                boxes = tracks.boxes
                if self._desk.observe is not None:
                    self._desk.observe(self._config.id, frame.captured_at, self._desk.clock())
                if self._desk.postures is not None and found is not None:
                    self._desk.postures.offer(self._config.id, frame.pixels, tracks, frame.captured_at.timestamp())
                if self._ground is not None:
                    self._tell_positions(self._ground, frame, tracks)
                    if self._ground.wants_to_look(frame.captured_at) and (watching is None or watching.done()):
                        look = asyncio.to_thread(self._ground.look, frame.pixels, tracks.boxes, frame.captured_at)
                        watching = group.create_task(look)
                idle = showing is None or showing.done()
                if found is not None and idle and monotonic() - self._picture_at >= PICTURE_PERIOD_S:
                    self._picture_at = monotonic()
                    showing = group.create_task(self._show(frame, found, tracks))

    async def _look(self, pipeline: CameraPipeline, frame: Frame, boxes: NDArray[np.float64]) -> Detections | None:
        """What is in the frame; ``None`` where the detector is busy and a prediction will do."""
        at_s = frame.captured_at.timestamp()
        needed = self._budget.due(frame.pixels, at_s, pipeline.tracker, boxes)
        batcher, first = self._desk.batcher, self._config.priority
        busy = batcher.load > (BUSY_FOR_PRIORITY if first else BUSY)
        late = batcher.wait_s > (LONGEST_WAIT_FOR_PRIORITY_S if first else LONGEST_WAIT_S)
        if (busy and not needed) or (late and not self._budget.overdue(at_s)):
            self._predicted += 1
            return None
        self._budget.looked(at_s)
        return await self._desk.batcher.detect(frame.pixels)

    def _take(self, pipeline: CameraPipeline, frame: Frame, found: Detections | None) -> Tracks:
        height, width = frame.pixels.shape[:2]
        at_s, size = frame.captured_at.timestamp(), (width, height)
        seen = pipeline.predict(at_s, size) if found is None else pipeline.process(found, at_s, size)
        self._seconds.add(frame.captured_at, seen.zones)
        if found is not None:
            self._learn(frame, found, seen)
        if seen.density_due:
            self._read_density(pipeline, frame, at_s, size)
        for crossing in seen.crossings:
            line = self._lines[crossing.line]
            message = crossing_of(line, crossing, venue_id=self._desk.venue.id, captured_at=frame.captured_at)
            self._desk.publisher.put(CROSSINGS, message)
        return seen.tracks

    def _learn(self, frame: Frame, found: Detections, seen: Seen) -> None:
        """Show a look to those who learn from it: what is kept for labelling, and the models that are compared."""
        keeper, rollout, compared = self._desk.keeper, self._desk.rollout, None
        look = None if keeper is None else keeper.offer(frame, found, seen, self._desk.model(frame.captured_at))
        if keeper is not None and look is not None:
            compared = partial(_tell_keeper, keeper, look)
        if rollout is not None:
            rollout.offer(self._config.id, frame.captured_at, frame.pixels, found, compared)

    def _read_density(self, pipeline: CameraPipeline, frame: Frame, at_s: float, size: tuple[int, int]) -> None:
        watch = self._desk.density
        if watch is not None and watch.offer(frame.pixels, lambda density: pipeline.densely(density, at_s, size)):
            pipeline.density_asked(at_s)

    def _tell_positions(self, ground: CameraGround, frame: Frame, tracks: Tracks) -> None:
        height, width = frame.pixels.shape[:2]
        positions = ground.positions(tracks, (width, height), frame.captured_at)
        if positions is not None:
            self._desk.publisher.put_newest(SIGHTINGS, camera_owner(self._desk.venue.id, self._config.id), positions)

    async def _show(self, frame: Frame, found: Detections, tracks: Tracks) -> None:
        boxes = np.concatenate([found.boxes, tracks.boxes])
        jpeg = await asyncio.to_thread(blurred_jpeg, frame.pixels, boxes)
        self._desk.publisher.put_picture(self._config.id, jpeg, frame.captured_at)

    def tell(self, now: datetime) -> None:
        """Publish the readings of the seconds that are over."""
        health = self._health(now)
        for told in self._seconds.close(now, health.state, health.reason):
            model = self._desk.model(told.second)
            for index, zone in enumerate(self._zones):
                reading = reading_of(zone, index, told, venue_id=self._desk.venue.id, model=model)
                reading = reading if self._ground is None else self._ground.in_metres(reading)
                self._desk.publisher.put(READINGS, reading)

    def tell_health(self, now: datetime) -> None:
        """Publish how the camera is doing."""
        health, owner = self._health(now), camera_owner(self._desk.venue.id, self._config.id)
        self._desk.publisher.put_newest(CAMERAS, owner, health)
        if self._ground is not None and health.state is not State.OK:
            self._desk.publisher.put_newest(SIGHTINGS, owner, self._ground.unseen(health, now))

    def _health(self, now: datetime) -> CameraHealth:
        health = self._camera.health(self._desk.venue.id, now).model_copy(update={"frames_predicted": self._predicted})
        return health if self._ground is None else self._ground.judged(health)


def _tell_keeper(keeper: Keeper, look: Look, frame: Compared) -> None:
    keeper.compared(look, frame.counting.count, frame.beside.count)
