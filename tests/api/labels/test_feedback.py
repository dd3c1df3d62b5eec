"""An alert that people call false brings the frames around its picture to the head of the queue."""

import asyncio
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
from redis.asyncio import Redis

from api.alerts import repository
from api.alerts.repository import Keep, Snapshot
from api.database.pool import Database
from domain.captures import CaptureRequest
from domain.topics import CAPTURE_REQUESTS
from tests.api import world
from tests.api.alerts.scripted import an_alert
from tests.api.labels.kept import AT, kept, stored

PATH = "/api/v1/venues/town"
ALLOWED = world.venue("town", learning={"capture": "blurred"})


async def alert_of(database: Database, *, pictured: bool) -> UUID:
    alert = an_alert()
    async with database.as_service() as connection:
        claimed = await repository.claim(connection, "town")
        pictures = [Snapshot(alert, "north", AT, b"\xff\xd8picture")] if pictured else []
        await repository.keep(connection, "town", Keep(claimed.epoch, "{}", {}, [alert], pictures))
    return alert.alert_id


async def test_frames_around_a_false_alert_come_first_and_workers_are_asked(
    admin: httpx.AsyncClient, database: Database, world_url: str, redis: Redis, tmp_path: Path
) -> None:
    alert_id = await alert_of(database, pictured=True)
    at_once, before, elsewhere, later = (
        kept(tmp_path, 10, uncertainty=0.3),
        kept(tmp_path, -100, uncertainty=0.8),
        kept(tmp_path, 11, uncertainty=0.35, camera_id="south"),
        kept(tmp_path, 20, uncertainty=0.4),
    )
    await stored(world_url, at_once, before, elsewhere)
    async with redis.pubsub() as channel:
        await channel.subscribe(CAPTURE_REQUESTS.key("town"))
        await channel.get_message(timeout=5)
        url = f"{PATH}/alerts/{alert_id}/close"
        assert (await admin.post(url, json={"outcome": "resolved"})).status_code == 200
        assert (await admin.post(url, json={"outcome": "false_alarm"})).status_code == 200
        assert await channel.get_message(ignore_subscribe_messages=True, timeout=0.2) is None, "nothing is allowed"
        await world.prepare(world.settings_for(world_url), venue=ALLOWED, admin=None)
        assert (await admin.post(url, json={"outcome": "false_alarm"})).status_code == 200
        async with asyncio.timeout(5):
            while (heard := await channel.get_message(ignore_subscribe_messages=True, timeout=1)) is None:
                pass
    request = CaptureRequest.model_validate_json(heard["data"])
    assert (request.camera_id, request.captured_at, request.around_s) == ("north", AT, 30)
    await stored(world_url, later)
    queue = (await admin.get(f"{PATH}/captures")).json()["captures"]
    assert [(one["capture_id"], one["uncertainty"], one["reasons"]) for one in queue] == [
        (str(later.capture_id), 1, ["alert_dismissed", "flicker"]),
        (str(at_once.capture_id), 1, ["alert_dismissed", "flicker"]),
        (str(before.capture_id), 0.8, ["flicker"]),
        (str(elsewhere.capture_id), 0.35, ["flicker"]),
    ]


async def test_an_alert_without_a_picture_asks_for_its_zones_camera_when_it_was_raised(
    admin: httpx.AsyncClient, database: Database, world_url: str
) -> None:
    alert_id = await alert_of(database, pictured=False)
    await world.execute(world_url, "update alerts set zone_id = 'yard', camera_id = null")
    assert (await admin.post(f"{PATH}/alerts/{alert_id}/close", json={"outcome": "false_alarm"})).status_code == 200
    (row,) = await world.fetch(
        world_url, "select r.*, a.raised_at from capture_requests r join alerts a using (alert_id)"
    )
    assert (row["camera_id"], row["actor"]) == ("south", "admin@town")
    assert abs(row["moment"] - row["raised_at"]) < timedelta(seconds=1)
