"""The posture watch: looks at the people that matter, a few a second, on a thread of its own, and never in the way.

Counting comes first: :meth:`PostureWatch.offer` copies a few crops and returns. What does not fit the budget is dropped
and counted; a camera's newer offer replaces its older one that still waits.
"""

import asyncio
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol, Self

import structlog

from domain.messages import PostureEvent
from domain.venue import VenueConfig
from inference.detect.base import Picture
from inference.posture.camera import Look, WatchedCamera
from inference.posture.classify import UNKNOWN, Judgement, PostureThresholds, judge
from inference.posture.crop import Crop
from inference.posture.events import HoldRules
from inference.posture.landmarks import Landmarks
from inference.track import Tracks

log = structlog.get_logger()

READINGS_PER_S: Final = 10.0
"""Of all cameras together: about a quarter of one core (docs/posture.md), so that counting keeps the rest."""
LYING_COST: Final = 3
"""Readings that a crop of someone who may be lying takes: upright, and turned to both sides."""
STALE_S: Final = 1.0
"""A crop that waited longer is not read: a newer one says more."""
FRESH_S: Final = 0.2
"""A camera whose waiting crops are younger than this is not asked for new ones: cutting them out costs time as well."""
SILENT_S: Final = 5.0
"""Without a picture for so long, a camera's events end unseen."""


class Reader(Protocol):
    """What :class:`inference.pose.PoseReader` does. Used on one thread."""

    def read(self, crop: Crop) -> Landmarks | None:
        """The landmarks of the person in the crop."""
        ...

    def close(self) -> None:
        """Free what it holds."""
        ...


@dataclass
class WatchCounts:
    """What became of the looks, since the watch began.

    Attributes:
        taken: people that were looked at.
        unknown: of those, how many looks told nothing.
        dropped: people who were cut out and then not looked at: something newer or more urgent came, or they waited
            too long.
        failed: looks that raised an error.
    """

    taken: int = 0
    unknown: int = 0
    dropped: int = 0
    failed: int = 0


class PostureWatch:
    """Watches one venue's cameras. Use it inside its event loop, as an asynchronous context.

    Args:
        venue: its cameras and zones.
        make_reader: makes the reader, on the watch's own thread; what it raises, entering the context raises.
        on_event: hears of every start and end, in the event loop; it must not wait.
        readings_per_s: the budget; someone who may be lying costs three.
        priority_zones: ids of zones in which people are looked at more often, as they are on cameras with priority.
        thresholds: where one posture ends and the next begins.
        rules: how long a posture must be held.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        venue: VenueConfig,
        make_reader: Callable[[], Reader],
        on_event: Callable[[PostureEvent], None],
        *,
        readings_per_s: float = READINGS_PER_S,
        priority_zones: Collection[str] = (),
        thresholds: PostureThresholds | None = None,
        rules: HoldRules | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._make_reader, self._on_event, self._thresholds = make_reader, on_event, thresholds
        self._rate, self._clock = readings_per_s, clock
        self._cameras = {
            camera.id: WatchedCamera(
                venue.id,
                camera.id,
                camera.frame_size,
                [zone for zone in venue.zones if zone.camera_id == camera.id],
                priority=camera.priority,
                priority_zones=priority_zones,
                rules=rules,
            )
            for camera in venue.cameras
        }
        self._waiting: dict[str, tuple[float, list[Look]]] = {}
        self._budget, self._refilled_at = float(LYING_COST), clock()
        self._reading = False
        self._wake: asyncio.TimerHandle | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="posture")
        self._reader: Reader | None = None
        self.counts = WatchCounts()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        try:
            self._reader = await self._loop.run_in_executor(self._thread, self._make_reader)
        except BaseException:
            self._thread.shutdown(wait=False)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish the look in hand, end every event, and free the network before the interpreter goes."""
        reader, self._reader = self._reader, None
        if self._wake is not None:
            self._wake.cancel()
        if reader is not None:
            await self._loop.run_in_executor(self._thread, reader.close)
        self._thread.shutdown(wait=False)
        for camera in self._cameras.values():
            self._tell(camera.end())
        log.info("posture watch ends", **vars(self.counts))

    def offer(self, camera_id: str, picture: Picture, tracks: Tracks, at_s: float) -> None:
        """Show a frame and the people in it; never waits. Offer every frame that was tracked, also an empty one.

        Args:
            camera_id: one of the venue's.
            picture: BGR; only crops of it are kept.
            tracks: the people, in its pixels.
            at_s: when it was captured, Unix seconds.
        """
        if self._reader is None:
            return
        camera = self._cameras[camera_id]
        self._tell(camera.present(tracks, (picture.shape[1], picture.shape[0]), at_s))
        now = self._clock()
        if now - self._waiting.get(camera_id, (float("-inf"), []))[0] < FRESH_S:
            return
        looks = camera.looks(picture, tracks, at_s)
        if looks:
            self._forget(camera_id)
            self._waiting[camera_id] = (now, looks)
            self._pump()

    def tell(self, now_s: float) -> None:
        """End the events of cameras that show nothing any more. Call it about once a second.

        Args:
            now_s: the present, Unix seconds.
        """
        for camera in self._cameras.values():
            if len(camera) and now_s - camera.newest_s > SILENT_S:
                self._tell(camera.end(now_s))

    def _tell(self, events: list[PostureEvent]) -> None:
        for event in events:
            self._on_event(event)

    def _forget(self, camera_id: str) -> None:
        self.counts.dropped += len(self._waiting.pop(camera_id, (0.0, []))[1])

    def _pump(self) -> None:
        """Take the most urgent look, if the thread is free and the budget allows; else come back when it does."""
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        now = self._clock()
        for camera_id in [name for name, (offered_at, _) in self._waiting.items() if now - offered_at > STALE_S]:
            self._forget(camera_id)
        if self._reading or not self._waiting or self._reader is None:
            return
        camera_id = max(self._waiting, key=lambda name: self._waiting[name][1][0].urgency)
        _, looks = self._waiting[camera_id]
        cost = LYING_COST if looks[0].crop.lying else 1
        if (short := cost - self._refill(now)) > 0:
            self._wake = self._loop.call_later(short / self._rate, self._pump)
            return
        self._budget -= cost
        look = looks.pop(0)
        if not looks:
            del self._waiting[camera_id]
        self._look(self._cameras[camera_id], look, self._reader)

    def _refill(self, now: float) -> float:
        """The readings that may be spent now: never more than half a second's, so that a pause saves up no burst."""
        most = max(self._rate / 2, float(LYING_COST))
        self._budget = min(self._budget + (now - self._refilled_at) * self._rate, most)
        self._refilled_at = now
        return self._budget

    def _look(self, camera: WatchedCamera, look: Look, reader: Reader) -> None:
        self._reading = True
        camera.looked(look)
        future = self._thread.submit(lambda: judge(reader.read(look.crop), look.crop.shape, self._thresholds))
        future.add_done_callback(lambda done: self._loop.call_soon_threadsafe(self._looked, camera, look, done))

    def _looked(self, camera: WatchedCamera, look: Look, done: Future[Judgement]) -> None:
        self._reading = False
        error = done.exception()
        if error is not None:
            self.counts.failed += 1
            log.error("a posture could not be read", kind=type(error).__name__, error=str(error))
        else:
            self.counts.taken += 1
            self.counts.unknown += done.result() == UNKNOWN
            if self._reader is not None:
                self._tell(camera.take(look, done.result()))
        self._pump()
