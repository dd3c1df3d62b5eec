"""A ticket's way through everything: told at the gate, taken into the estimate, stored, and shown."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from redis.asyncio import Redis

from api.database.pool import Database
from api.recorder.service import Recorder
from api.setup import prepare
from domain.units import whole_second
from inference.floor.service import FloorService
from inference.publish import Publisher, connect
from tests.api import world
from tests.api.world import FLOOR, bearer, eventually, fetch, settings_for, venue

TOWN = "/api/v1/venues/town"


async def test_scanned_people_are_inside(world_url: str, valkey_url: str, redis: Redis) -> None:
    config = venue("town", **FLOOR, inside_at_start=0)
    await prepare(settings_for(world_url), venue=config, admin=None)
    token = world.token(await world.user_id(world_url, "admin@town"))
    stop = asyncio.Event()
    publisher_redis = connect(valkey_url)
    floor = FloorService(publisher_redis, config, Publisher(publisher_redis, "town"), lambda: datetime.now(UTC))
    async with (
        Database(world_url, size=2) as database,
        world.serving(settings_for(world_url, valkey_url)) as url,
        httpx.AsyncClient(base_url=url, headers=bearer(token)) as client,
    ):
        recording = asyncio.create_task(Recorder(redis, database, consumer="one", retention_days=30).run(stop))
        watching = asyncio.create_task(floor.run())

        async def inside() -> dict[str, Any]:
            answer = await client.get(f"{TOWN}/occupancy/latest")
            assert answer.status_code == 200, answer.text
            whole: dict[str, Any] = answer.json()["whole"]
            return whole

        async def about(people: float) -> bool:
            count = (await inside())["count"]
            return count is not None and abs(count - people) <= people * 0.1 + 0.5

        assert await eventually(lambda: about(0))
        scans = [{"scan_id": f"t-{number}", "gate_id": "west", "direction": "in", "people": 2} for number in range(50)]
        for _ in range(3):
            assert (await client.post(f"{TOWN}/scans", json={"scans": scans})).status_code == 200
        assert await eventually(lambda: about(100))
        assert (await inside())["capacity"] == 500

        async def stored() -> bool:
            rows = await fetch(world_url, "select sum(people) as people from scans")
            kept = await fetch(world_url, "select 1 from occupancy_readings where count > 90")
            return rows[0]["people"] == 100 and len(kept) > 0

        assert await eventually(stored)
        until = whole_second(datetime.now(UTC)) + timedelta(seconds=1)
        span = {"since": (until - timedelta(minutes=1)).isoformat(), "until": until.isoformat(), "step": 1}
        points = (await client.get(f"{TOWN}/occupancy", params=span)).json()["points"]
        assert {points[0]["state"], points[0]["count"]} == {"blind", None}
        assert max(point["count"] for point in points if point["count"] is not None) > 90
        watching.cancel()
        stop.set()
        await asyncio.gather(watching, recording, return_exceptions=True)
    await publisher_redis.aclose()
