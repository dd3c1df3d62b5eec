"""The worker: one venue's cameras, from frames to published readings, until it is told to stop."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import structlog
from redis.asyncio import Redis

from domain.errors import HeadroomError, Unavailable
from domain.settings import Settings
from domain.topics import POSTURES
from domain.venue import VenueConfig
from inference.assets import resolve
from inference.batching import Batcher
from inference.camera_worker import CameraWorker, Clock, Desk, Observe, utc_now
from inference.crowd.load import live_density
from inference.crowd.watch import DensityWatch
from inference.detect import Detector
from inference.learning.requests import keeping
from inference.models import ModelTable, choose, load_detector
from inference.posture.reader import open_reader
from inference.posture.watch import PostureWatch
from inference.publish import Publisher, connect
from inference.rollout.control import Rollout
from inference.rollout.kept import Kept
from inference.rollout.live import LiveModel
from inference.rollout.start import start_with, tell_start
from inference.rollout.watch import newest_at_start, watch
from inference.rollout.workplace import Workplace

log = structlog.get_logger()

TICK_S: Final = 0.2
"""How often seconds are closed: a reading leaves within 1.6 s of its second's start."""
FLUSH_S: Final = 2.0
"""How long the last messages may take at the end."""


async def run(
    settings: Settings,
    venue: VenueConfig,
    *,
    model: str | None = None,
    clock: Clock = utc_now,
    observe: Observe | None = None,
) -> None:
    """Count one venue's people until cancelled.

    Args:
        settings: must name a Redis.
        venue: what to watch; camera sources that name assets have been resolved to files.
        model: a model's name or file, which then counts whatever is decided elsewhere; ``None``: what the venue's
            roll-out says, and the default where it says nothing.
        clock: the present, UTC.
        observe: told of each frame that was counted.

    Raises:
        Unavailable: no Redis is named.
        BadInput: the model cannot be used.
        AssetUnavailable: the model's file cannot be had.
    """
    if settings.redis_url is None:
        raise Unavailable("the worker needs HEADROOM_REDIS_URL; `headroom up` sets it")
    redis = connect(settings.redis_url.get_secret_value())
    publisher = Publisher(redis, venue.id)
    try:
        async with AsyncExitStack() as stack:
            live, rollout_of = await _open_models(settings, venue, publisher, redis, model, clock)
            log.info("worker starts", venue=venue.id, cameras=len(venue.cameras), model=live.name)
            batcher = await stack.enter_async_context(Batcher(live))
            density = await stack.enter_async_context(_density_watch(settings))
            postures = await stack.enter_async_context(_posture_watch(settings, venue, publisher))
            keeper = await stack.enter_async_context(keeping(settings.data, venue, publisher, redis))
            rollout, views = rollout_of(batcher), settings.data / "calibrated"
            desk = Desk(
                venue, batcher, publisher, live.named, clock, observe, postures, density, views, keeper, rollout
            )
            cameras = [CameraWorker(config, desk) for config in venue.cameras]
            async with asyncio.TaskGroup() as group:
                for camera in cameras:
                    group.create_task(camera.run())
                group.create_task(_tick(cameras, desk))
                group.create_task(publisher.run())
                if rollout is not None:
                    group.create_task(rollout.run())
                    group.create_task(watch(redis, venue.id, rollout.heard))
    finally:
        await publisher.flush(FLUSH_S)
        await redis.aclose()


async def _open_models(
    settings: Settings, venue: VenueConfig, publisher: Publisher, redis: Redis, model: str | None, clock: Clock
) -> tuple[LiveModel, Callable[[Batcher], Rollout | None]]:
    """What counts, and what exchanges it: nothing does where the model was chosen by hand."""
    if model is not None:
        return LiveModel(await asyncio.to_thread(make_detector, settings, model)), lambda _: None
    worker = f"{socket.gethostname()}/{os.getpid()}"
    sizes = tuple({(camera.frame_size[1], camera.frame_size[0]) for camera in venue.cameras})
    built_in = partial(make_detector, settings, None)
    place = Workplace(venue.id, worker, settings.data, built_in, publisher, clock, sizes)
    kept = Kept(settings.data / "rollout" / f"{venue.id}.json")
    start = await asyncio.to_thread(start_with, place, kept, await newest_at_start(redis, venue.id))
    tell_start(place, start)
    live = LiveModel(start.model.detector)
    return live, lambda batcher: Rollout(place, live, start.model, batcher, kept)


def make_detector(settings: Settings, model: str | None) -> Detector:
    """The detector that ``model`` names, its file resolved, its compiled form cached in the data folder."""
    name, spec = choose(model, ModelTable.load())

    def find(asset: str) -> Path:
        return resolve(asset, settings)

    return load_detector(name, spec, find, cache=settings.data / "cache" / "openvino", made=settings.data / "models")


@asynccontextmanager
async def _density_watch(settings: Settings) -> AsyncIterator[DensityWatch | None]:
    """The watch over crowded cameras; ``None`` where its model is not at hand, which a log says once."""
    live = await asyncio.to_thread(live_density, settings)
    if live is None:
        yield None
        return
    async with DensityWatch(live) as watch:
        yield watch


@asynccontextmanager
async def _posture_watch(
    settings: Settings, venue: VenueConfig, publisher: Publisher
) -> AsyncIterator[PostureWatch | None]:
    """The watch a venue asked for. Where its model cannot be had people are counted all the same, and a log says so."""
    if not venue.postures:
        yield None
        return
    watch = PostureWatch(
        venue,
        lambda: open_reader(settings),
        lambda event: publisher.put(POSTURES, event),
        priority_zones=[zone.id for zone in venue.zones if venue.camera(zone.camera_id).priority],
    )
    async with AsyncExitStack() as stack:
        try:
            await stack.enter_async_context(watch)
        except HeadroomError as error:
            log.error("postures are not watched", reason=str(error))  # noqa: TRY400  # expected: a line, no traceback
            yield None
            return
        yield watch


async def _tick(cameras: list[CameraWorker], desk: Desk) -> None:
    """Close seconds and report health, on time, whatever the cameras do."""
    health_at = 0.0
    while True:
        now = desk.clock()
        for camera in cameras:
            camera.tell(now)
        if monotonic() - health_at >= 1.0:
            health_at = monotonic()
            for camera in cameras:
                camera.tell_health(now)
            if desk.postures is not None:
                desk.postures.tell(now.timestamp())
        await asyncio.sleep(TICK_S)
