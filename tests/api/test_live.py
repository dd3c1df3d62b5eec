import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from pydantic import TypeAdapter
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api import bus
from api.alerts import outbox
from api.live import service
from api.live.mailbox import KEPT_CROSSINGS, Mailbox
from api.live.room import Layout, Room
from domain.alerts import Status
from domain.live import LiveMessage, LiveSnapshot, LiveUpdate
from domain.messages import State, ZoneReading
from domain.units import whole_second
from tests.api import world
from tests.api.alerts.scripted import an_alert
from tests.api.world import MINUTE, Server, Sign, crossing, health, publish, reading, settings_for

_MESSAGE: TypeAdapter[Any] = TypeAdapter(LiveMessage)
LAYOUT = Layout({"floor": ("north",), "yard": ("south",)}, frozenset({"north", "south"}))


def now() -> datetime:
    return whole_second(datetime.now(UTC))


@asynccontextmanager
async def watching(
    address: str, access_token: str, venue_id: str = "town", *, sock: socket.socket | None = None
) -> AsyncIterator[ClientConnection]:
    url = f"{address.replace('http', 'ws')}/live/{venue_id}"
    async with connect(url, subprotocols=["headroom.v1", f"bearer.{access_token}"], max_queue=1, sock=sock) as feed:
        assert feed.subprotocol == "headroom.v1"
        yield feed


async def receive(feed: ClientConnection) -> LiveSnapshot | LiveUpdate:
    async with asyncio.timeout(5):
        return _MESSAGE.validate_json(await feed.recv())


T = TypeVar("T")


async def until(feed: ClientConnection, found: Callable[[LiveUpdate], T | None], within_s: float = 15) -> T:
    """Read on until an update holds what is looked for."""
    async with asyncio.timeout(within_s):
        while True:
            update = _MESSAGE.validate_json(await feed.recv())
            if answer := found(update):
                return answer


async def until_count(feed: ClientConnection, count: float) -> list[LiveUpdate]:
    """Every update up to the one that holds this count."""
    updates: list[LiveUpdate] = []
    while not updates or count not in [one.count for one in updates[-1].readings]:
        update = await receive(feed)
        assert isinstance(update, LiveUpdate)
        updates.append(update)
    return updates


def reading_of(zone_id: str, state: State) -> Callable[[LiveUpdate], ZoneReading | None]:
    return lambda update: next((r for r in update.readings if r.zone_id == zone_id and r.state is state), None)


async def close_code(feed: ClientConnection) -> int | None:
    try:
        while True:
            await receive(feed)
    except ConnectionClosed:
        return feed.close_code


@pytest.mark.parametrize("bad", ["", "garbage", world.token(uuid4(), exp=MINUTE)])
async def test_an_anonymous_screen_is_told_to_sign_in(address: str, bad: str) -> None:
    url = f"{address.replace('http', 'ws')}/live/town"
    protocols = ["headroom.v1", f"bearer.{bad}"] if bad else ["headroom.v1"]
    async with connect(url, subprotocols=protocols) as feed:
        assert await close_code(feed) == 4401


async def test_a_stranger_finds_no_such_venue(address: str, sign: Sign, redis: Redis) -> None:
    await publish(redis, reading("floor", now()))
    for venue_id in ("town", "nowhere", "Not%20one"):
        async with watching(address, await sign("stranger@rival"), venue_id) as feed:
            assert await close_code(feed) == 4404


async def test_the_snapshot_holds_the_newest_of_everything(address: str, sign: Sign, redis: Redis) -> None:
    second = now()
    await publish(redis, *(reading("floor", second - timedelta(seconds=age), age) for age in (3, 2, 1)))
    await publish(redis, health(second), reading("attic", second))
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
    assert isinstance(snapshot, LiveSnapshot)
    zones = {one.zone_id: one for one in snapshot.readings}
    assert set(zones) == {"floor", "bar", "yard"}
    assert zones["floor"].count == 1
    assert [camera.camera_id for camera in snapshot.cameras] == ["north"]


async def test_a_zone_that_was_never_heard_of_is_blind_not_empty(address: str, sign: Sign) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
    assert {(one.state, one.count, one.reason) for one in snapshot.readings} == {(State.BLIND, None, "no reading yet")}


async def test_what_is_published_arrives(address: str, sign: Sign, redis: Redis) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        sent = (reading("floor", now(), 7.0), crossing(now()), health(now()))
        await publish(redis, *sent, reading("floor", now(), 99.0, venue_id="rival"))
        arrived: list[Any] = []
        while len(arrived) < 3:
            update = await receive(feed)
            arrived += [*update.readings, *update.crossings, *update.cameras]
    assert sorted(arrived, key=lambda message: message.kind) == sorted(sent, key=lambda message: message.kind)


async def test_a_worker_cannot_speak_for_another_tenant(address: str, sign: Sign, redis: Redis) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        await redis.publish("readings:town", reading("floor", now(), 99.0, venue_id="rival").model_dump_json())
        await redis.publish("readings:town", "not json")
        await publish(redis, reading("floor", now(), 3.0))
        assert (await until(feed, reading_of("floor", State.OK))).count == 3


async def test_there_is_a_heartbeat_each_second_and_at_most_five_updates(
    address: str, sign: Sign, redis: Redis
) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        started = asyncio.get_running_loop().time()
        quiet = [await receive(feed) for _ in range(2)]
        assert 1.5 < asyncio.get_running_loop().time() - started < 3
        assert all(not (update.readings or update.crossings) for update in quiet)
        busy, updates = asyncio.get_running_loop().time() + 2, 0
        while asyncio.get_running_loop().time() < busy:
            await publish(redis, crossing(now()))
            await asyncio.sleep(0.01)
        async with asyncio.timeout(4):
            while (await receive(feed)).crossings:
                updates += 1
    assert 5 <= updates <= 12


async def test_a_silent_worker_makes_its_zones_stale_then_blind_in_the_feed(
    address: str, sign: Sign, redis: Redis
) -> None:
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        await publish(redis, reading("floor", now() - timedelta(seconds=2), 12.0), health(now()))
        assert (await until(feed, reading_of("floor", State.OK))).count == 12
        stale = await until(feed, reading_of("floor", State.STALE))
        assert (stale.count, stale.peak) == (None, None)
        blind = await until(feed, reading_of("floor", State.BLIND))
        assert blind.count is None
        camera = await until(feed, lambda update: [one for one in update.cameras if one.state is State.BLIND])
        assert "silent" in camera[0].reason


async def test_a_place_that_was_taken_away_ends_the_feed(
    address: str, sign: Sign, world_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "RECHECK_S", 0.3)
    async with watching(address, await sign("viewer@town")) as feed:
        await receive(feed)
        await world.execute(world_url, "delete from venue_members where role = 'viewer'")
        assert await close_code(feed) == 4404


async def test_a_token_that_runs_out_ends_the_feed(address: str, sign: Sign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "LEEWAY_S", 0)
    expiring = await sign("viewer@town", exp=datetime.now(UTC) + timedelta(seconds=2))
    async with watching(address, expiring) as feed:
        await receive(feed)
        assert await close_code(feed) == 4401


async def test_a_screen_that_does_not_read_gets_the_newest_and_is_told_what_it_missed(
    address: str, sign: Sign, redis: Redis
) -> None:
    token = await sign("viewer@town")
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect((urlsplit(address).hostname, urlsplit(address).port))
    async with watching(address, token, sock=narrow) as slow, watching(address, token) as quick:
        await receive(slow)
        await receive(quick)
        seen_by_quick = asyncio.create_task(until_count(quick, 1000))
        slow.transport.pause_reading()
        long = "x" * 400_000  # a few of these fill every buffer between the server and the screen
        for number in range(100):
            await publish(redis, reading("floor", datetime.now(UTC), float(number), reason=long), crossing(now()))
            await asyncio.sleep(0.05)
        await publish(redis, reading("floor", datetime.now(UTC), 1000.0))
        quick_updates = await seen_by_quick
        slow.transport.resume_reading()
        slow_updates = await until_count(slow, 1000)
    assert len(slow_updates) < len(quick_updates) / 2
    counts = [one.count for update in slow_updates for one in update.readings]
    assert counts == sorted(counts)
    assert sum(update.skipped for update in slow_updates) > sum(update.skipped for update in quick_updates)
    assert sum(len(update.crossings) for update in slow_updates) == 100


async def test_the_feed_survives_a_restart_of_redis_and_is_stale_meanwhile(
    world_url: str, private_valkey: Callable[[], Server], sign: Sign
) -> None:
    valkey = private_valkey()
    token = await sign("viewer@town")
    async with (
        world.serving(settings_for(world_url, valkey.url)) as address,
        bus.connect(valkey.url) as redis,
        watching(address, token) as feed,
    ):
        await receive(feed)
        await publish(redis, reading("floor", now(), 4.0))
        await until(feed, reading_of("floor", State.OK))
        valkey.stop()
        await until(feed, reading_of("floor", State.STALE))
        valkey.start()
        # Written while nobody listens yet: the feed must find it in the Stream.
        await publish(redis, reading("floor", now(), 6.0))
        assert (await until(feed, reading_of("floor", State.OK))).count == 6
        await publish(redis, reading("floor", now() + timedelta(seconds=1), 8.0))
        assert (await until(feed, reading_of("floor", State.OK))).count == 8


async def test_a_screen_that_comes_while_redis_is_away_sees_blind_zones_and_then_the_truth(
    world_url: str, private_valkey: Callable[[], Server], sign: Sign
) -> None:
    valkey = private_valkey()
    valkey.stop()
    token = await sign("viewer@town")
    async with world.serving(settings_for(world_url, valkey.url)) as address, watching(address, token) as feed:
        snapshot = await receive(feed)
        assert {one.state for one in snapshot.readings} == {State.BLIND}
        valkey.start()
        async with bus.connect(valkey.url) as redis:
            await publish(redis, reading("floor", now(), 6.0))
        assert (await until(feed, reading_of("floor", State.OK))).count == 6


def test_a_mailbox_keeps_the_newest_and_counts_what_it_dropped() -> None:
    mailbox = Mailbox("town")
    for count in range(5):
        mailbox.put(reading("floor", MINUTE, float(count)))
        mailbox.put(health(MINUTE))
    for _ in range(KEPT_CROSSINGS + 10):
        mailbox.put(crossing(MINUTE))
    update = mailbox.take(MINUTE)
    assert [one.count for one in update.readings] == [4]
    assert (len(update.cameras), len(update.crossings)) == (1, KEPT_CROSSINGS)
    assert update.skipped == 4 + 4 + 10
    assert mailbox.take(MINUTE).skipped == 0


def test_a_message_that_comes_late_does_not_replace_a_newer_one() -> None:
    room = Room("town", LAYOUT, MINUTE)
    mailbox = room.join()
    room.hear(reading("floor", MINUTE, 5.0), MINUTE)
    room.hear(reading("floor", MINUTE - timedelta(seconds=1), 9.0), MINUTE)
    assert [one.count for one in mailbox.take(MINUTE).readings] == [5]
    assert next(one for one in room.snapshot(MINUTE).readings if one.zone_id == "floor").count == 5


def test_a_zone_is_told_to_be_stale_once_and_blind_once() -> None:
    room = Room("town", LAYOUT, MINUTE)
    room.hear(reading("floor", MINUTE, 5.0), MINUTE)
    mailbox = room.join()
    told = []
    for second in range(1, 20):
        room.grow_older(MINUTE + timedelta(seconds=second))
        told += [one.state for one in mailbox.take(MINUTE).readings if one.zone_id == "floor"]
    assert told == [State.STALE, State.BLIND]


async def test_alerts_come_with_the_snapshot_and_with_updates(address: str, sign: Sign, redis: Redis) -> None:
    told = an_alert()
    await outbox.tell(redis, [told])
    await outbox.beat(redis, "town", outbox.AlertsBeat(at=now(), behind_s=0, waiting=0))
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
        assert isinstance(snapshot, LiveSnapshot)
        assert (snapshot.alerts, snapshot.alerts_watched) == ((told,), True)
        taken = told.model_copy(
            update={"sequence": 2, "status": Status.ACKNOWLEDGED, "acknowledged_at": now(), "acknowledged_by": "sam"}
        )
        await outbox.tell(redis, [taken, told])
        assert await until(feed, lambda update: update.alerts or None) == (taken,)
        over = taken.model_copy(update={"sequence": 3, "status": Status.CLEARED, "ended_at": now()})
        await outbox.tell(redis, [over])
        assert await until(feed, lambda update: update.alerts or None) == (over,)
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
        assert isinstance(snapshot, LiveSnapshot)
        assert snapshot.alerts == ()


async def test_a_dead_alert_engine_is_told_so_that_no_alerts_does_not_mean_no_danger(
    address: str, sign: Sign, redis: Redis
) -> None:
    await outbox.beat(redis, "town", outbox.AlertsBeat(at=now(), behind_s=0, waiting=0))
    async with watching(address, await sign("viewer@town")) as feed:
        snapshot = await receive(feed)
        assert isinstance(snapshot, LiveSnapshot)
        assert snapshot.alerts_watched
        await redis.delete(outbox.heartbeat_key("town"))
        assert await until(feed, lambda update: not update.alerts_watched or None)
