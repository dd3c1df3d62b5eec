"""What is said in metres, in the live feed."""

from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from api.live.mailbox import Mailbox
from api.live.room import Layout, Room
from api.setup import prepare
from domain.floor import Positions
from domain.live import LiveSnapshot
from domain.messages import State
from domain.topics import POSITIONS
from domain.units import whole_second
from tests.api.test_live import receive, until, watching
from tests.api.world import FLOOR, MINUTE, Sign, figures, occupancy, publish, reading, settings_for, venue

LAYOUT = Layout({"floor": ("north",), "stage": ("north", "south")}, frozenset({"north", "south"}))


def positions(at: datetime, **changes: object) -> Positions:
    values: dict[str, object] = {
        "venue_id": "town",
        "captured_at": at,
        "state": State.OK,
        "x_m": (1.0, 2.5),
        "y_m": (3.0, 4.5),
        "blind_camera_ids": ("south",),
    }
    return Positions.model_validate(values | changes)


def now() -> datetime:
    return whole_second(datetime.now(UTC))


@pytest.fixture
def room() -> Room:
    return Room("town", LAYOUT, MINUTE)


async def test_a_screen_that_connects_is_told_who_is_inside(
    address: str, sign: Sign, redis: Redis, world_url: str
) -> None:
    await prepare(settings_for(world_url), venue=venue("town", **FLOOR), admin=None)
    second = now()
    await publish(redis, occupancy(second, 50.0), occupancy(second, 9.0, section_id="hall-b"))
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
    assert isinstance(snapshot, LiveSnapshot)
    assert [(one.section_id, one.count) for one in snapshot.occupancy] == [("hall-b", 9), (None, 50)]
    assert snapshot.positions is None
    plan = {one.zone_id: (one.state, one.count, one.camera_ids) for one in snapshot.readings if "stage" in one.zone_id}
    assert plan == {"stage": (State.BLIND, None, ("north", "south"))}


async def test_who_is_inside_and_where_arrives(address: str, sign: Sign, redis: Redis) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        told, where = occupancy(now(), 77.0), positions(now())
        await publish(redis, told, reading("stage", now(), floor=figures(), method="floor"))
        await redis.publish(POSITIONS.key("town"), positions(now(), venue_id="rival").model_dump_json())
        await redis.publish(POSITIONS.key("town"), where.model_dump_json())
        assert await until(feed, lambda update: update.positions) == where
        stored = occupancy(now() + timedelta(seconds=1), 78.0)
        await publish(redis, stored)
        assert await until(feed, lambda update: next((o for o in update.occupancy if o.count == 78), None)) == stored


async def test_the_newest_by_its_time_is_kept(room: Room) -> None:
    room.hear(occupancy(MINUTE, 50.0), MINUTE)
    room.hear(occupancy(MINUTE - timedelta(seconds=1), 49.0), MINUTE)
    room.hear(positions(MINUTE), MINUTE)
    room.hear(positions(MINUTE - timedelta(seconds=1), x_m=(), y_m=()), MINUTE)
    snapshot = room.snapshot(MINUTE)
    assert [one.count for one in snapshot.occupancy] == [50]
    assert snapshot.positions == positions(MINUTE)


async def test_silence_is_told_once_and_nobody_is_left_standing(room: Room) -> None:
    room.hear(occupancy(MINUTE, 50.0), MINUTE)
    room.hear(positions(MINUTE), MINUTE)
    mailbox = room.join()
    for second in (1, 5, 6):
        room.grow_older(MINUTE + timedelta(seconds=second))
    update = mailbox.take(MINUTE)
    (inside,) = update.occupancy
    assert (inside.state, inside.count, inside.capacity, update.skipped) == (State.STALE, None, 500, 0)
    assert update.positions is not None
    assert (update.positions.state, update.positions.x_m) == (State.STALE, ())
    room.grow_older(MINUTE + timedelta(seconds=7))
    assert mailbox.take(MINUTE).positions is None
    room.grow_older(MINUTE + timedelta(seconds=11))
    update = mailbox.take(MINUTE)
    assert [one.state for one in update.occupancy] == [State.BLIND]
    assert update.positions is not None
    assert room.snapshot(MINUTE + timedelta(seconds=11)).positions == update.positions


def test_a_slow_screen_gets_the_newest_and_is_told_what_it_missed_of_what_counts() -> None:
    mailbox = Mailbox("town")
    for second in range(3):
        at = MINUTE + timedelta(seconds=second)
        mailbox.put(occupancy(at, float(second)))
        mailbox.put(occupancy(at, 1.0, section_id="hall-b"))
        mailbox.put(positions(at))
    update = mailbox.take(MINUTE)
    assert {(one.section_id, one.count) for one in update.occupancy} == {(None, 2.0), ("hall-b", 1.0)}
    assert update.positions == positions(MINUTE + timedelta(seconds=2))
    assert update.skipped == 4
    assert mailbox.take(MINUTE).occupancy == ()
