"""``headroom demo`` as a whole: it counts, and whatever is killed comes back without a lie in the store."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from tests.system.house import House, heard

VENUE = "town-square"
FLOOR_ZONE = "crossroads"
ZONES = {"west-path", "junction", "east-road", "lawn", FLOOR_ZONE}
BACK_WITHIN_S = 10.0
FROZEN_S = 20.0
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def data(server_folder: Path) -> Path:
    return server_folder / "demo"


@pytest.fixture(scope="module")
def house(start_house: Callable[..., House], data: Path, assets: Path) -> House:
    assert assets
    return start_house("demo", data=data)


def missing_seconds(rows: list[tuple[datetime, str, float | None]]) -> list[datetime]:
    """Seconds between the first and the last row that have none."""
    there = {at for at, _, _ in rows}
    assert len(there) == len(rows), "a second is stored twice"
    first, last = min(there), max(there)
    every = [first + timedelta(seconds=index) for index in range(int((last - first).total_seconds()) + 1)]
    return [second for second in every if second not in there]


async def ready(house: House, limit_s: float) -> None:
    async with asyncio.timeout(limit_s), httpx.AsyncClient(base_url=house.url) as client:
        while True:
            try:
                if (await client.get("/readyz")).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)


async def test_it_says_where_it_is_live_and_the_sign_in_works(house: House) -> None:
    assert f"Headroom is live at http://127.0.0.1:{house.port}\n" in house.told
    headers = {"Authorization": f"Bearer {await house.token()}"}
    async with httpx.AsyncClient(base_url=house.url, headers=headers) as client:
        venues = (await client.get("/api/v1/venues")).json()
        picture = await client.get(f"/api/v1/venues/{VENUE}/cameras/square/picture")
    assert [venue["id"] for venue in venues] == [VENUE]
    assert picture.content.startswith(b"\xff\xd8")
    async with httpx.AsyncClient(base_url=house.url) as stranger:
        assert (await stranger.get("/api/v1/venues")).status_code == 401
        assert (await stranger.get("/")).status_code == 200


async def test_counts_change_as_people_walk(house: House) -> None:
    totals = set()
    async with await house.feed(VENUE) as feed:
        assert json.loads(await feed.recv())["kind"] == "snapshot"
        until = time.monotonic() + 12
        while time.monotonic() < until:
            message = json.loads(await feed.recv())
            for reading in message["readings"]:
                assert reading["zone_id"] in ZONES
                totals.add((reading["zone_id"], reading["count"]))
    assert len(totals) > 2 * len(ZONES)


@pytest.mark.parametrize("name", ["api", "recorder", "alerts", "floor", "valkey", "postgres", "capture", "worker"])
async def test_a_killed_child_is_back_and_the_store_tells_no_lie(house: House, name: str) -> None:
    victim = house.child(name)
    others = {other: house.child(other).pid for other in ("capture", "worker") if name not in ("capture", "worker")}
    killed_at, started = datetime.now(UTC), time.monotonic()
    victim.kill()
    while (child := house.child_or_none(name)) is None or child.pid == victim.pid:
        assert time.monotonic() - started < BACK_WITHIN_S, house.told
        await asyncio.sleep(0.05)
    await ready(house, BACK_WITHIN_S - (time.monotonic() - started))
    async with await house.feed(VENUE) as feed:
        fresh = (killed_at + timedelta(seconds=1)).isoformat()

        def counts_again(message: dict[str, object]) -> bool:
            return any(
                reading["count"] is not None and reading["captured_at"].replace("Z", "+00:00") > fresh
                for reading in message["readings"]  # type: ignore[attr-defined]
            )

        await heard(feed, counts_again, BACK_WITHIN_S - (time.monotonic() - started))
    assert {other: house.child(other).pid for other in others} == others, "cameras are not restarted for it"

    await asyncio.sleep(4)
    rows = await house.rows(VENUE)
    assert set(rows) == ZONES
    for zone_id, zone in rows.items():
        around = [row for row in zone if row[0] > killed_at - timedelta(seconds=5)]
        gap = missing_seconds(around)
        if name == "worker" or (name == "floor" and zone_id == FLOOR_ZONE):
            assert len(gap) <= BACK_WITHIN_S, "what tells of it was away itself"
        else:
            assert gap == []
        assert all((count is None) == (state != "ok") for _, state, count in zone)


async def test_a_database_that_stops_answering_costs_no_reading(house: House) -> None:
    server = house.child("postgres")
    tree = [server, *server.children(recursive=True)]
    stopped_at = datetime.now(UTC)
    for process in tree:
        process.suspend()
    await asyncio.sleep(FROZEN_S)
    async with httpx.AsyncClient(base_url=house.url, timeout=20) as client:
        answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert not answer.json()["parts"]["database"]["ok"]
    for process in tree:
        process.resume()
    await ready(house, 30)
    await asyncio.sleep(5)
    for zone in (await house.rows(VENUE)).values():
        around = [row for row in zone if row[0] > stopped_at - timedelta(seconds=3)]
        assert missing_seconds(around) == []
        assert around[-1][0] > datetime.now(UTC) - timedelta(seconds=8)


async def test_a_second_start_is_refused_by_name(start_house: Callable[..., House], house: House, data: Path) -> None:
    same_folder = start_house("demo", data=data, wait=False)
    assert same_folder.process.wait(20) != 0
    assert str(data) in same_folder.told
    assert str(house.process.pid) in same_folder.told
    same_port = start_house("demo", data=data.with_name("other"), wait=False, HEADROOM_PORT=str(house.port))
    assert same_port.process.wait(20) != 0
    assert f"port {house.port}" in same_port.told
    assert "Traceback" not in same_folder.told + same_port.told


async def test_ctrl_c_leaves_no_process_behind(house: House) -> None:
    family = psutil.Process(house.process.pid).children(recursive=True)
    assert len(family) >= 6
    house.interrupt()
    _, alive = psutil.wait_procs(family, timeout=2)
    assert alive == []
    assert "Traceback" not in house.told


async def test_it_starts_again_where_it_stopped(start_house: Callable[..., House], house: House, data: Path) -> None:
    assert house.process.poll() is not None
    began = time.monotonic()
    again = start_house("demo", data=data)
    assert time.monotonic() - began < 15
    assert again.sign_in == house.sign_in
    rows = await again.rows(VENUE)
    assert min(len(zone) for zone in rows.values()) > 60, "what was stored before is still there"
