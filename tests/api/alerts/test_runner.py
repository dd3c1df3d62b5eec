"""The engine as a process: heard from the Streams, told to screens, stored once, and killed at bad moments."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml
from redis.asyncio import Redis

from api.alerts import outbox
from api.alerts.repository import Superseded
from api.alerts.runner import Runner
from api.database.pool import Database
from domain.alerts import Alert, Change
from domain.messages import CameraHealth, FloorFigures, State, ZoneReading
from domain.topics import ALERTS, CAMERAS, READINGS, camera_owner
from domain.units import whole_second
from tests.api import world
from tests.api.world import TOWN, Sign, bearer, eventually, fetch, publish_picture

CHANGES = "select alert_id, sequence, change, message->>'rule_id' as rule_id from alert_changes order by change_id"
ALERTS_PATH = "/api/v1/venues/town/alerts"


def dense(at: datetime, density: float, zone: str = "floor") -> ZoneReading:
    floor = FloorFigures(area_m2=50.0, density_per_m2=density)
    changes = {"floor": floor, "method": "floor", "camera_ids": ("south",) if zone == "yard" else ("north",)}
    return world.reading(zone, at, density * 50, **changes)


async def live_through(redis: Redis, densities: list[float | None], *, every_s: float = 0.0) -> None:
    """Seconds up to now: the floor as given, everything else well. Each arrives half a second after its end.

    What is told before the time of the last call is over goes on after it, a little ahead of the clock.
    """
    start = whole_second(datetime.now(UTC)) - timedelta(seconds=len(densities))
    newest: list[Any] = await redis.xrevrange(READINGS.key("town"), count=1)
    if newest:
        last = ZoneReading.model_validate_json(newest[0][1][b"m"]).captured_at
        start = max(start, last + timedelta(seconds=1))
    for index, density in enumerate(densities):
        at = start + timedelta(seconds=index)
        milliseconds = int((at + timedelta(seconds=1.5)).timestamp() * 1000)
        one = dense(at, density) if density is not None else world.reading("floor", at, None)
        for place, reading in enumerate((one, dense(at, 0.4, "bar"), dense(at, 0.4, "yard"))):
            await redis.xadd(READINGS.key("town"), {"m": reading.model_dump_json()}, id=f"{milliseconds}-{place + 1}")
        await say_well(redis)
        await asyncio.sleep(every_s)


async def say_well(redis: Redis, *camera_ids: str) -> None:
    for camera_id in camera_ids or ("north", "south"):
        health = CameraHealth(venue_id="town", camera_id=camera_id, captured_at=datetime.now(UTC), state=State.OK)
        await redis.set(CAMERAS.key(camera_owner("town", camera_id)), health.model_dump_json(), ex=CAMERAS.retention_s)


@asynccontextmanager
async def watching(url: str, redis: Redis, consumer: str = "one") -> AsyncIterator[Runner]:
    """A runner at work, which is asked to stop at the end and has to."""
    stop = asyncio.Event()
    async with Database(url, size=2) as database:
        runner = Runner(redis, database, TOWN, consumer=consumer, retention_days=30)
        task = asyncio.create_task(runner.run(stop))
        try:
            yield runner
        finally:
            stop.set()
            await asyncio.wait_for(task, 15)


async def changes_of(url: str, rule_id: str) -> list[str]:
    return [row["change"] for row in await fetch(url, CHANGES) if row["rule_id"] == rule_id]


async def on_the_stream(redis: Redis) -> list[Alert]:
    entries: list[Any] = await redis.xrange(ALERTS.key("town"))
    return [Alert.model_validate_json(fields[b"m"]) for _, fields in entries]


async def raised(url: str, rule_id: str = "density") -> None:
    async def is_there() -> bool:
        return "raised" in await changes_of(url, rule_id)

    assert await eventually(is_there), await fetch(url, CHANGES)


async def test_a_dangerous_density_is_told_stored_and_shown_with_its_picture(
    world_url: str, redis: Redis, viewer: httpx.AsyncClient
) -> None:
    await publish_picture(redis, b"\xff\xd8 people, blurred", datetime.now(UTC))
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 5)
        await raised(world_url)
        answer = (await viewer.get(ALERTS_PATH, params={"standing": True})).json()
    assert answer["watched"] is True
    (told,) = [alert for alert in answer["alerts"] if alert["rule_id"] == "density"]
    assert (told["zone_id"], told["status"], told["state"]) == ("floor", "open", "ok")
    assert told["evidence"]["value"] == pytest.approx(5.5)
    assert told["evidence"]["picture_camera_id"] == "north"
    assert told["source"].startswith(("At most 47", "5 people"))
    story = (await viewer.get(f"{ALERTS_PATH}/{told['alert_id']}")).json()
    assert story["pictures"][0]["camera_id"] == "north"
    picture = await viewer.get(f"{ALERTS_PATH}/{told['alert_id']}/picture")
    assert picture.content == b"\xff\xd8 people, blurred"
    stored = [(row["alert_id"], row["sequence"]) for row in await fetch(world_url, CHANGES)]
    assert [(alert.alert_id, alert.sequence) for alert in await on_the_stream(redis)] == stored


async def test_a_restart_goes_on_where_it_was_and_tells_nothing_twice(world_url: str, redis: Redis) -> None:
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 5)
        await raised(world_url)
    before = await fetch(world_url, CHANGES)
    async with watching(world_url, redis):
        await asyncio.sleep(1)
        await live_through(redis, [5.5] * 3)
        await asyncio.sleep(1)
    after = await fetch(world_url, CHANGES)
    assert after[: len(before)] == before
    assert (await changes_of(world_url, "density")).count("raised") == 1
    assert len(await on_the_stream(redis)) == len(after)


async def test_what_was_pending_at_a_stop_is_raised_after_it(world_url: str, redis: Redis) -> None:
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [4.4] * 3)
        await asyncio.sleep(0.5)
    assert await changes_of(world_url, "density") == []
    await asyncio.sleep(3)
    async with watching(world_url, redis):
        await live_through(redis, [4.4] * 3)
        await raised(world_url)


async def test_a_state_that_is_lost_is_made_again_from_what_stands(world_url: str, redis: Redis) -> None:
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 5)
        await raised(world_url)
    await world.execute(world_url, "update private.alert_engines set state = '{\"machines\": 7}'")
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 4)
        await asyncio.sleep(1)
    assert (await changes_of(world_url, "density")).count("raised") == 1


async def test_only_the_newest_engine_may_store(world_url: str, redis: Redis) -> None:
    stop = asyncio.Event()
    async with Database(world_url, size=2) as database:
        first = Runner(redis, database, TOWN, consumer="one", retention_days=30)
        task = asyncio.create_task(first.run(stop))
        await asyncio.sleep(1)
        async with watching(world_url, redis, "two"):
            with pytest.raises(Superseded, match="another alert engine"):
                await asyncio.wait_for(task, 15)


async def test_an_emptied_redis_is_filled_again_with_what_stands(world_url: str, redis: Redis) -> None:
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 5)
        await raised(world_url)
        await redis.flushall()
        await asyncio.sleep(0.6)
        await live_through(redis, [5.5] * 2)
        await asyncio.sleep(1)
    async with watching(world_url, redis):
        await asyncio.sleep(1)
        assert "density" in {alert.rule_id for alert in await outbox.standing(redis, "town")}
    assert (await changes_of(world_url, "density")).count("raised") == 1


async def act(client: httpx.AsyncClient, alert_id: object, what: str, **body: object) -> httpx.Response:
    return await client.post(f"{ALERTS_PATH}/{alert_id}/{what}", json=body)


@pytest.fixture
async def guard(address: str, world_url: str, sign: Sign) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody of security in town."""
    await world.execute(world_url, "update venue_members set role = 'security' where role = 'viewer'")
    headers = bearer(await sign("viewer@town"))
    async with httpx.AsyncClient(base_url=address, headers=headers) as client:
        yield client


async def test_people_acknowledge_note_and_close_and_it_is_written_down(
    world_url: str, redis: Redis, guard: httpx.AsyncClient
) -> None:
    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [5.5] * 5)
        await raised(world_url)
        (row,) = await fetch(world_url, "select alert_id from alerts where rule_id = 'density'")
        once = {"action_id": str(uuid4()), "note": "two stewards on their way"}
        for _ in range(2):
            answer = await act(guard, row["alert_id"], "acknowledge", **once)
            assert answer.status_code == 200, answer.text
        assert [one["action"] for one in answer.json()["actions"]] == ["acknowledge"]
        assert answer.json()["actions"][0]["actor"] == "viewer@town"
        assert (await act(guard, row["alert_id"], "notes", note="it is the barrier")).status_code == 200
        assert (await act(guard, row["alert_id"], "close", outcome="resolved")).status_code == 200

        async def is_closed() -> bool:
            return "closed" in await changes_of(world_url, "density")

        assert await eventually(is_closed)
    told = [change for change in await changes_of(world_url, "density") if change != "worsened"]
    assert told[0] == "raised"
    assert sorted(told[1:]) == ["acknowledged", "closed", "noted"]
    story = (await guard.get(f"{ALERTS_PATH}/{row['alert_id']}")).json()
    assert (story["alert"]["status"], story["alert"]["outcome"]) == ("closed", "resolved")
    assert all(one["applied_at"] for one in story["actions"])


async def test_a_phase_switches_the_thresholds(world_url: str, redis: Redis, guard: httpx.AsyncClient) -> None:
    async with watching(world_url, redis):
        answer = await guard.put("/api/v1/venues/town/phase", json={"phase": "headline"})
        assert answer.json()["phase"] == "headline"

        async def is_applied() -> bool:
            return bool((await guard.get("/api/v1/venues/town/phase")).json()["applied"])

        assert await eventually(is_applied)
        await live_through(redis, [5.5] * 3)
        await raised(world_url)
    rows = await fetch(world_url, "select distinct message->>'phase' as phase from alerts where rule_id = 'density'")
    assert [row["phase"] for row in rows] == ["headline"]
    rules = (await guard.get(f"{ALERTS_PATH}/rules")).json()["rules"]
    assert any(one["phase"] == "headline" and one["levels"] == [] for one in rules)
    assert all(level["source"] for one in rules for level in one["levels"])


async def test_silence_is_told_as_not_seeing_and_never_as_empty(world_url: str, redis: Redis) -> None:
    async def both_cameras_are_told() -> bool:
        return len(await fetch(world_url, "select 1 from alerts where rule_id = 'blind_camera'")) == 2

    async with watching(world_url, redis):
        await asyncio.sleep(0.5)
        await live_through(redis, [1.0] * 2)
        assert await eventually(both_cameras_are_told, within_s=20)
    rows = await fetch(world_url, "select state, message from alerts")
    assert {row["state"] for row in rows} == {"blind"}
    assert all("cannot see" in row["message"] for row in rows)


VENUE = {
    **TOWN.model_dump(mode="json", exclude={"floor", "alerts"}),
    "cameras": [
        {"id": camera.id, "name": camera.name, "source": "rtsp://camera/stream", "frame_size": [640, 480]}
        for camera in TOWN.cameras
    ],
}


@pytest.mark.timeout(120)
async def test_kills_at_any_moment_neither_lose_nor_double_an_alert(
    world_url: str, valkey_url: str, redis: Redis, tmp_path: Path
) -> None:
    venue = tmp_path / "venue.yaml"
    venue.write_text(yaml.safe_dump(VENUE))
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")}
    environment |= {"HEADROOM_DATABASE_URL": world_url, "HEADROOM_REDIS_URL": valkey_url}
    environment |= {"HEADROOM_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-P", "-m", "headroom", "alerts", "--venue", str(venue)]

    async def is_watched() -> bool:
        return await outbox.last_beat(redis, "town") is not None

    async def is_raised() -> bool:
        return "raised" in await changes_of(world_url, "density")

    for round_number in range(4):
        process = subprocess.Popen(  # noqa: ASYNC220 - it is over in milliseconds
            command, env=environment, stderr=subprocess.PIPE
        )
        assert await eventually(is_watched, within_s=20)
        await live_through(redis, [5.6] * (2 + round_number), every_s=0.05 * round_number)
        if round_number == 3:
            assert await eventually(is_raised)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        await redis.delete(outbox.heartbeat_key("town"))
    async with watching(world_url, redis):
        await live_through(redis, [5.6] * 3)
        await raised(world_url)
        await asyncio.sleep(1)
    density = await changes_of(world_url, "density")
    assert density.count(Change.RAISED) == 1
    stored = [(row["alert_id"], row["sequence"]) for row in await fetch(world_url, CHANGES)]
    assert len(stored) == len(set(stored))
    assert [(alert.alert_id, alert.sequence) for alert in await on_the_stream(redis)] == stored
