"""How many people are inside: who may know, over time, and now."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from api.database.pool import Database
from domain.messages import State
from domain.staleness import aged_occupancy
from domain.topics import OCCUPANCY
from domain.units import whole_second
from tests.api import world
from tests.api.world import MINUTE, Server, bearer, fetch, occupancy, settings_for

RANGE = {"since": "2026-05-01T18:00:00Z", "until": "2026-05-01T18:01:00Z", "step": 10}
SECONDS = [MINUTE + timedelta(seconds=second) for second in range(60)]
TOWN = "/api/v1/venues/town"
PATHS = ["/occupancy", "/occupancy/latest"]


async def inside(client: httpx.AsyncClient, **changes: object) -> list[dict[str, Any]]:
    answer = await client.get(f"{TOWN}/occupancy", params={**RANGE, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["points"]


@pytest.mark.parametrize("path", PATHS)
async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, path: str) -> None:
    assert (await anonymous.get(TOWN + path, params=RANGE)).status_code == 401


@pytest.mark.parametrize("path", PATHS)
async def test_a_stranger_finds_no_such_venue_and_nothing_of_it(
    stranger: httpx.AsyncClient, database: Database, redis: Redis, path: str
) -> None:
    told = occupancy(whole_second(datetime.now(UTC)))
    await world.keep(database, occupancy(MINUTE))
    await world.publish(redis, told)
    assert (await stranger.get(TOWN + path, params=RANGE)).status_code == 404
    own = (await stranger.get(TOWN.replace("town", "rival") + path, params=RANGE)).json()
    assert {point["count"] for point in own.get("points", [own.get("whole")])} == {None}


async def test_every_bucket_of_the_occupancy_is_there_and_unknown_is_null(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    await world.keep(database, *(occupancy(at, 100.0 + second) for second, at in enumerate(SECONDS[:10])))
    await world.keep(database, *(occupancy(at, 0.0) for at in SECONDS[10:20]))
    await world.keep(database, *(occupancy(at, None) for at in SECONDS[20:30]))
    first, empty, blind, missing, *rest = await inside(viewer)
    assert first == {
        "at": "2026-05-01T18:00:00Z",
        "state": "ok",
        "count": 104.5,
        "count_low": 94.5,
        "count_high": 114.5,
        "peak": 109,
        "capacity": 500,
        "over_capacity": False,
        "drift_per_hour": None,
        "seen_share": 0.8,
        "known_share": 1,
    }
    assert (empty["state"], empty["count"], empty["peak"]) == ("ok", 0, 0)
    unknown = ("count", "count_low", "count_high", "peak", "over_capacity", "seen_share")
    assert all(point[name] is None for point in (blind, missing, *rest) for name in unknown)
    assert (blind["state"], missing["state"], len(rest)) == ("blind", "blind", 2)


async def test_a_bucket_rolls_up_a_minute(viewer: httpx.AsyncClient, database: Database) -> None:
    over = [occupancy(at, 510.0, over_capacity=True, drift_per_hour=-4.0) for at in SECONDS[:20]]
    await world.keep(database, *over, *(occupancy(at, 480.0, drift_per_hour=2.0) for at in SECONDS[20:40]))
    (point,) = await inside(viewer, step=60)
    assert (point["count"], point["peak"], point["over_capacity"]) == (495, 510, True)
    assert (point["drift_per_hour"], point["known_share"]) == (-1, 0.6667)


@pytest.mark.parametrize(("known", "state"), [(5, "ok"), (4, "stale")])
async def test_an_occupancy_needs_half_of_its_seconds(
    viewer: httpx.AsyncClient, database: Database, known: int, state: str
) -> None:
    stale = [occupancy(at, None, state=State.STALE) for at in SECONDS[known:10]]
    await world.keep(database, *(occupancy(at) for at in SECONDS[:known]), *stale)
    point = (await inside(viewer))[0]
    assert (point["state"], point["count"] is None) == (state, state != "ok")


async def test_a_section_is_told_by_itself(viewer: httpx.AsyncClient, database: Database) -> None:
    await world.keep(database, occupancy(MINUTE, 100.0), occupancy(MINUTE, 30.0, section_id="hall-b", capacity=50))
    (whole,) = await inside(viewer, step=1, until="2026-05-01T18:00:01Z")
    (hall,) = await inside(viewer, step=1, until="2026-05-01T18:00:01Z", section="hall-b")
    assert (whole["count"], hall["count"], hall["capacity"]) == (100, 30, 50)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"until": RANGE["since"]}, "must be before until"),
        ({"step": 0}, "greater than or equal to 1"),
        ({"since": "2026-05-01T18:00:00"}, "timezone"),
        ({"section": "Hall B"}, "section"),
        ({"step": 1, "until": "2026-05-02T18:00:00Z"}, "use a step of 18 s or more"),
    ],
)
async def test_a_range_that_cannot_be_answered_is_refused_in_words(
    viewer: httpx.AsyncClient, changes: dict[str, object], told: str
) -> None:
    answer = await viewer.get(f"{TOWN}/occupancy", params={**RANGE, **changes})
    assert answer.status_code == 422
    assert told in answer.text


async def latest(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(f"{TOWN}/occupancy/latest")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_before_anything_is_told_the_occupancy_is_unknown(viewer: httpx.AsyncClient) -> None:
    answer = await latest(viewer)
    whole = answer["whole"]
    assert (whole["state"], whole["count"], whole["capacity"]) == ("blind", None, 500)
    assert (whole["reason"], answer["sections"]) == ("no estimate yet", [])


async def test_the_latest_is_by_its_second_and_not_by_when_it_was_told(viewer: httpx.AsyncClient, redis: Redis) -> None:
    now = whole_second(datetime.now(UTC))
    hall = occupancy(now, 30.0, section_id="hall-b")
    await redis.xadd(OCCUPANCY.key("town"), {"m": "not json"})
    await world.publish(redis, occupancy(now, 121.0), hall, occupancy(now - timedelta(seconds=1), 120.0))
    answer = await latest(viewer)
    assert (answer["whole"]["count"], answer["whole"]["state"]) == (121, "ok")
    assert [(one["section_id"], one["count"]) for one in answer["sections"]] == [("hall-b", 30)]


@pytest.mark.parametrize(("age_s", "state"), [(6, "stale"), (60, "blind")])
async def test_a_number_that_is_too_old_is_not_told(
    viewer: httpx.AsyncClient, redis: Redis, age_s: int, state: str
) -> None:
    at = whole_second(datetime.now(UTC)) - timedelta(seconds=age_s)
    await world.publish(redis, occupancy(at))
    whole = (await latest(viewer))["whole"]
    assert (whole["state"], whole["count"], whole["count_high"]) == (state, None, None)
    assert "no estimate for" in whole["reason"]


def test_one_that_says_why_it_is_blind_keeps_its_words() -> None:
    told = occupancy(MINUTE, None, reason="no camera sees the floor")
    assert aged_occupancy(told, MINUTE + timedelta(hours=1)) == told


async def test_without_redis_the_latest_is_refused_and_the_past_is_told(
    world_url: str, private_valkey: Callable[[], Server]
) -> None:
    valkey = private_valkey()
    token = world.token(await world.user_id(world_url, "viewer@town"))
    settings = settings_for(world_url, valkey.url)
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=bearer(token)) as client:
        await asyncio.to_thread(valkey.stop)
        refused = await client.get(f"{TOWN}/occupancy/latest")
        assert (refused.status_code, "Redis" in refused.json()["detail"]) == (503, True)
        assert (await client.get(f"{TOWN}/occupancy", params=RANGE)).status_code == 200


async def test_a_second_that_is_stored_stays_as_it_is(world_url: str, database: Database) -> None:
    await world.keep(database, occupancy(MINUTE, 100.0))
    await world.keep(database, occupancy(MINUTE, 200.0), occupancy(SECONDS[1], 201.0))
    rows = await fetch(world_url, "select count from occupancy_readings order by captured_at")
    assert [row["count"] for row in rows] == [100, 201]
