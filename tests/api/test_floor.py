"""What is said in metres: the floor plan, gates, figures of zones, and the people inside, from store to page."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from api.database.pool import Database
from api.recorder.service import Recorder
from api.setup import prepare
from domain.floor import Occupancy
from domain.messages import Message
from domain.units import whole_second
from tests.api import world
from tests.api.world import (
    FLOOR,
    MINUTE,
    crossing,
    eventually,
    fetch,
    figures,
    occupancy,
    reading,
    settings_for,
    venue,
)

RANGE = {"since": "2026-05-01T18:00:00Z", "until": "2026-05-01T18:01:00Z", "step": 10}
SECONDS = [MINUTE + timedelta(seconds=second) for second in range(60)]
TOWN = "/api/v1/venues/town"


async def install(url: str, **changes: object) -> None:
    await prepare(settings_for(url), venue=venue("town", **changes), admin=None)


@pytest.fixture(autouse=True)
async def town_has_a_floor(world_url: str) -> None:
    await install(world_url, **FLOOR)


async def town(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(TOWN)
    assert answer.status_code == 200
    return answer.json()


async def points(client: httpx.AsyncClient, zone: str = "stage", **changes: object) -> list[dict[str, Any]]:
    answer = await client.get(f"{TOWN}/readings", params={**RANGE, "zone": zone, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()["zones"][0]["points"]


async def test_an_anonymous_user_sees_no_plan_and_a_stranger_their_own(
    anonymous: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    assert (await anonymous.get(TOWN)).status_code == 401
    assert (await stranger.get(TOWN)).status_code == 404
    rival = (await stranger.get(TOWN.replace("town", "rival"))).json()
    assert (rival["floor"], rival["gates"]) == (None, [])


async def test_a_member_sees_the_floor_plan_and_the_gates(viewer: httpx.AsyncClient) -> None:
    shown = await town(viewer)
    assert shown["floor"]["outline"] == [[0, 0], [30, 0], [30, 20], [0, 20]]
    stage, queue = shown["floor"]["zones"]
    assert stage == {
        "id": "stage",
        "name": "Stage front",
        "polygon": [[0, 0], [10, 0], [10, 5], [0, 5]],
        "capacity": 100,
        "queue": False,
        "front": None,
    }
    assert (queue["id"], queue["queue"], queue["front"], queue["capacity"]) == ("bar-queue", True, [25, 0], None)
    assert shown["gates"] == [
        {"id": "west", "name": "West", "lines": ["door"], "scans_in": True, "scans_out": False},
        {"id": "yard-gate", "name": "Yard gate", "lines": ["gate"], "scans_in": False, "scans_out": False},
    ]


async def test_zones_of_the_plan_are_not_among_those_of_the_pictures(viewer: httpx.AsyncClient) -> None:
    assert [(zone["id"], zone["camera_id"]) for zone in (await town(viewer))["zones"]] == [
        ("floor", "north"),
        ("bar", "north"),
        ("yard", "south"),
    ]


async def test_what_vanished_from_the_plan_is_retired_and_comes_back(viewer: httpx.AsyncClient, world_url: str) -> None:
    await install(world_url)
    shown = await town(viewer)
    assert (shown["floor"], shown["gates"]) == (None, [])
    assert (await viewer.get(f"{TOWN}/readings", params={**RANGE, "zone": "stage"})).status_code == 200
    await install(world_url, **FLOOR)
    shown = await town(viewer)
    assert [zone["id"] for zone in shown["floor"]["zones"]] == ["stage", "bar-queue"]
    assert [gate["id"] for gate in shown["gates"]] == ["west", "yard-gate"]


async def test_a_zone_may_move_from_the_plan_into_a_picture_and_back(viewer: httpx.AsyncClient, world_url: str) -> None:
    corners = [[0, 0], [9, 0], [9, 9]]
    drawn = {"id": "bar-queue", "name": "Bar queue", "camera_id": "south", "polygon": corners}
    await install(world_url, zones=[drawn])
    shown = await town(viewer)
    assert ([zone["id"] for zone in shown["zones"]], shown["floor"]) == (["bar-queue"], None)
    await install(world_url, **FLOOR)
    shown = await town(viewer)
    assert "bar-queue" not in {zone["id"] for zone in shown["zones"]}
    assert shown["floor"]["zones"][1]["queue"] is True


async def test_a_plan_without_outline_or_zones_is_a_plan(viewer: httpx.AsyncClient, world_url: str) -> None:
    await install(world_url, floor={})
    assert (await town(viewer))["floor"] == {"outline": None, "zones": []}


async def test_figures_are_stored_as_they_are_and_what_is_not_known_is_left_out(
    world_url: str, database: Database
) -> None:
    known = figures(unseen_share=0.25, speed_m_per_s=0.0)
    await world.keep(database, reading("stage", MINUTE, floor=known, method="floor"), reading("stage", SECONDS[1]))
    rows = await fetch(world_url, "select floor from zone_readings order by captured_at")
    assert [row["floor"] and json.loads(row["floor"]) for row in rows] == [
        {
            "area_m2": 40.0,
            "unseen_share": 0.25,
            "density_per_m2": 0.5,
            "level_of_service": "B",
            "speed_m_per_s": 0.0,
        },
        None,
    ]


async def test_a_bucket_in_metres_has_means_and_the_worst_of_what_warns(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    levels = "AABCB"
    told = [
        figures(
            density_per_m2=0.2 * second,
            peak_density_per_m2=float(second),
            pressure_per_s2=0.01 * second,
            level_of_service=level,
            speed_m_per_s=1.0 if second else None,
            inflow_per_min=60.0,
        )
        for second, level in enumerate(levels)
    ]
    await world.keep(database, *(reading("stage", at, floor=one) for at, one in zip(SECONDS, told, strict=False)))
    first, second, *_ = await points(viewer)
    assert first["floor"] == {
        "area_m2": 40,
        "unseen_share": 0,
        "density_per_m2": 0.4,
        "peak_density_per_m2": 4,
        "level_of_service": "C",
        "speed_m_per_s": 1,
        "pressure_per_s2": 0.04,
        "inflow_per_min": 60,
        "outflow_per_min": None,
        "queue_length": None,
        "queue_wait_s": None,
        "service_per_min": None,
        "dwell_s": None,
    }
    assert second["floor"] is None


@pytest.mark.parametrize(("measured", "told"), [(4, False), (5, True)])
async def test_figures_of_less_than_half_a_bucket_are_not_told(
    viewer: httpx.AsyncClient,
    database: Database,
    measured: int,
    told: bool,  # noqa: FBT001 - a case
) -> None:
    figured = [reading("stage", at, floor=figures()) for at in SECONDS[:measured]]
    await world.keep(database, *figured, *(reading("stage", at) for at in SECONDS[measured:10]))
    point = (await points(viewer))[0]
    assert point["count"] == 5
    assert (point["floor"] is not None) is told


async def test_all_zones_are_told_those_of_the_plan_last(viewer: httpx.AsyncClient) -> None:
    answer = (await viewer.get(f"{TOWN}/readings", params=RANGE)).json()
    assert [zone["zone_id"] for zone in answer["zones"]] == ["floor", "bar", "yard", "stage", "bar-queue"]


async def test_a_zone_that_many_cameras_see_does_not_vouch_for_each_of_them(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    both = ("north", "south")
    await world.keep(database, *(reading("stage", at, camera_ids=both, method="floor") for at in SECONDS[:30]))
    await world.keep(database, reading("floor", SECONDS[0]), crossing(SECONDS[1]))
    answer = await viewer.get(f"{TOWN}/crossings", params={**RANGE, "step": 60})
    lines = {line["line_id"]: line["points"][0]["in_count"] for line in answer.json()["lines"]}
    assert lines == {"door": 1, "gate": None}


async def test_the_recorder_stores_figures_and_occupancy_once(world_url: str, redis: Redis) -> None:
    now = whole_second(datetime.now(UTC))
    told: list[Message] = [
        reading("stage", now, floor=figures(), method="floor"),
        occupancy(now, 512.25, over_capacity=True, drift_per_hour=-3.5),
        occupancy(now, None, section_id="hall-b", reason="no gate is watched"),
    ]
    await world.publish(redis, *told, *told)
    stop = asyncio.Event()
    async with Database(world_url, size=2) as database:
        recorder = Recorder(redis, database, consumer="test", retention_days=30)
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(stop))

            async def both() -> bool:
                rows = await fetch(world_url, "select 1 from occupancy_readings")
                return len(rows) == 2 and len(await fetch(world_url, "select 1 from zone_readings")) == 1

            assert await eventually(both)
            stop.set()
    rows = await fetch(world_url, "select *, tableoid::regclass::text as part from occupancy_readings order by 2")
    assert [row["part"] for row in rows] == [f"partitions.occupancy_readings_{now:%Y%m%d}"] * 2
    stored = [
        Occupancy.model_validate(
            {name: row[name] for name in Occupancy.model_fields if name in row.keys()}  # noqa: SIM118 - of a record
            | {"section_id": row["section_id"] or None}
        )
        for row in rows
    ]
    assert stored == told[1:]


async def test_an_hour_by_minutes(viewer: httpx.AsyncClient, database: Database) -> None:
    hour = [MINUTE + timedelta(seconds=second) for second in range(3600)]
    await world.keep(database, *(reading("stage", at, floor=figures()) for at in hour))
    found = await points(viewer, step=60, until="2026-05-01T19:00:00Z")
    assert len(found) == 60
    assert {point["floor"]["density_per_m2"] for point in found} == {0.5}
