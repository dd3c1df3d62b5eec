"""A worker that counts a live camera is given other models: a good one, one that is blind, and one that is slow."""

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from domain.messages import State, ZoneReading
from domain.rollout import ModelAliases, ModelRef, RolloutEvent
from domain.settings import Settings
from domain.topics import MODELS, READINGS, ROLLOUTS
from domain.venue import VenueConfig
from inference import worker
from inference.models import ModelTable
from tests.fakes.models import version
from tests.fakes.rtsp import RtspServer

GIVEN_UP_S = 90.0
"""A swap takes a few seconds of loading; a rollback is promised within 60."""
WITHIN_S = 60.0
Found = TypeVar("Found")
pytestmark = pytest.mark.timeout(400)


@pytest.fixture
def camera(assets: Path, tmp_path: Path) -> Iterator[RtspServer]:
    folder = tmp_path / "rtsp"
    folder.mkdir()
    shutil.copy(assets / "videos/people-walking_960x540.mp4", folder / "plaza.mp4")
    with RtspServer(folder) as server:
        yield server


def plaza(camera: RtspServer) -> VenueConfig:
    picture = [[0, 0], [960, 0], [960, 540], [0, 540]]
    roof = {"id": "roof", "name": "Roof", "source": camera.url("plaza.mp4"), "frame_size": [960, 540], "fps": 5}
    zone = {"id": "floor", "name": "Floor", "camera_id": "roof", "polygon": picture}
    return VenueConfig.model_validate(
        {"version": 1, "id": "plaza", "name": "Plaza", "capacity": 60, "cameras": [roof], "zones": [zone]}
    )


class Bus:
    """What the worker tells, and what it is told."""

    def __init__(self, redis: Redis, worker_: asyncio.Task[None]) -> None:
        self._redis, self._worker = redis, worker_
        self._revision = 0

    async def promote(self, ref: ModelRef | None) -> None:
        self._revision += 1
        aliases = ModelAliases(
            venue_id="plaza",
            captured_at=datetime.now(UTC),
            state=State.OK,
            revision=self._revision,
            champion=ref,
            champion_revision=self._revision,
        )
        await self._redis.set(MODELS.key("plaza"), aliases.model_dump_json())
        await self._redis.publish(MODELS.key("plaza"), aliases.model_dump_json())

    def refuse_ended(self) -> None:
        """A worker that ended says why."""
        if self._worker.done():
            self._worker.result()

    async def readings(self) -> list[ZoneReading]:
        entries = await self._redis.xrange(READINGS.key("plaza"))
        return [ZoneReading.model_validate_json(fields[b"m"]) for _, fields in entries]

    async def events(self) -> list[RolloutEvent]:
        entries = await self._redis.xrange(ROLLOUTS.key("plaza"))
        return [RolloutEvent.model_validate_json(fields[b"m"]) for _, fields in entries]

    async def event(self, change: str, label: str) -> RolloutEvent:
        async def found() -> RolloutEvent | None:
            self.refuse_ended()
            return next((one for one in await self.events() if (one.change, one.model) == (change, label)), None)

        return await until(found)

    async def counted_by(self, model: str) -> list[ZoneReading]:
        """Wait until a few seconds were counted by a model."""

        async def found() -> list[ZoneReading]:
            self.refuse_ended()
            counted = [one for one in await self.readings() if (one.model or "").startswith(model)]
            return counted if len(counted) >= 3 else []

        return await until(found)


async def until(look: Callable[[], Awaitable[Found | None]]) -> Found:
    """Ask until there is something. Another task does it: there is no event to wait for."""
    end = time.monotonic() + GIVEN_UP_S
    while not (found := await look()):
        assert time.monotonic() < end, "it never came"
        await asyncio.sleep(0.2)
    return found


@asynccontextmanager
async def working(settings: Settings, venue: VenueConfig) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(worker.run(settings, venue))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def no_second_is_missing(readings: list[ZoneReading]) -> None:
    seconds = [reading.captured_at for reading in readings]
    assert seconds == [seconds[0] + timedelta(seconds=index) for index in range(len(seconds))]


async def test_models_are_exchanged_under_a_live_camera_and_bad_ones_taken_back(
    assets: Path, valkey_url: str, tmp_path: Path, camera: RtspServer
) -> None:
    source = assets / "models/yolov8n_rebuilt.onnx"
    good, blind, slow = (version(tmp_path, source, number, how) for number, how in ((1, ""), (2, "blind"), (3, "slow")))
    settings = Settings(assets=assets, data=tmp_path, redis_url=SecretStr(valkey_url))
    async with Redis.from_url(valkey_url) as redis, working(settings, plaza(camera)) as task:
        bus, built_in = Bus(redis, task), f"{ModelTable.load().default}/"
        await bus.counted_by(built_in)

        await bus.promote(good)
        await bus.counted_by("crowd-n@1/")
        readings = await bus.readings()
        no_second_is_missing(readings)
        known = [reading for reading in readings if reading.state is State.OK]
        first = next(index for index, reading in enumerate(known) if (reading.model or "").startswith("crowd-n@1/"))
        assert known[first].captured_at - known[first - 1].captured_at == timedelta(seconds=1)
        assert all((reading.model or "").startswith("crowd-n@1/") for reading in known[first:])
        assert all(reading.count for reading in known[first:]), "tracks lived on through the swap"

        for bad, why in ((blind, "sees nobody on camera roof"), (slow, "is too slow")):
            await bus.promote(bad)
            swapped = await bus.event("swapped", bad.label)
            back = await bus.event("rolled_back", bad.label)
            assert back.captured_at - swapped.captured_at < timedelta(seconds=WITHIN_S)
            assert why in back.words
            await bus.promote(None)
            await bus.counted_by(built_in)
        no_second_is_missing(await bus.readings())
        assert not task.done()
