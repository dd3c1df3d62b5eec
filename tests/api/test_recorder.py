import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from redis.asyncio import Redis

from api import bus
from api.database.pool import Database
from api.recorder import streams
from api.recorder.heartbeat import last_beat
from api.recorder.service import Recorder
from domain.units import whole_second
from tests.api import world
from tests.api.world import Server, crossing, eventually, fetch, publish, reading

START = whole_second(datetime.now(UTC)) - timedelta(minutes=10)
FLOOR = "select captured_at, state, count from zone_readings where zone_id = 'floor' order by captured_at"


@asynccontextmanager
async def recording(
    database_url: str, redis: Redis, *, consumer: str = "one", command_timeout_s: float = 10.0
) -> AsyncIterator[Recorder]:
    """A recorder at work, which is asked to stop at the end and has to."""
    stop = asyncio.Event()
    async with Database(database_url, size=2, command_timeout_s=command_timeout_s) as database:
        recorder = Recorder(redis, database, consumer=consumer, retention_days=30)
        task = asyncio.create_task(recorder.run(stop))
        try:
            yield recorder
        finally:
            stop.set()
            await asyncio.wait_for(task, 15)


def seconds(count: int, first: int = 0) -> list[datetime]:
    return [START + timedelta(seconds=first + second) for second in range(count)]


def rows_are(database_url: str, expected: int, table: str = "zone_readings") -> Callable[[], Any]:
    async def check() -> bool:
        rows = await fetch(database_url, f"select count(*) from {table}")  # noqa: S608 - a table of ours
        return rows[0][0] == expected

    return check


async def unacknowledged(redis: Redis, stream: str = "readings:town") -> int:
    groups = await redis.xinfo_groups(stream)
    return sum(group["pending"] + (group["lag"] or 0) for group in groups)


async def test_what_the_streams_carry_is_stored_as_it_is(world_url: str, redis: Redis) -> None:
    first, second = seconds(2)
    passed = crossing(first, direction="out")
    await publish(
        redis, reading("floor", first, 4.25, peak=6, model="m1", epoch=3), reading("floor", second, None), passed
    )
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 2))
        assert await eventually(rows_are(world_url, 1, "line_crossings"))
    known, blind = await fetch(world_url, "select * from zone_readings order by captured_at")
    assert (known["captured_at"], known["count"], known["peak"], known["state"]) == (first, 4.25, 6, "ok")
    assert (known["camera_ids"], known["frames"], known["model"], known["epoch"]) == (["north"], 10, "m1", 3)
    assert (blind["captured_at"], blind["count"], blind["peak"], blind["state"]) == (second, None, None, "blind")
    stored = (await fetch(world_url, "select crossing_id, line_id, direction from line_crossings"))[0]
    assert tuple(stored) == (passed.crossing_id, "door", "out")
    assert await unacknowledged(redis) == 0


async def test_a_message_that_comes_twice_is_stored_once(world_url: str, redis: Redis) -> None:
    messages = [*(reading("floor", at) for at in seconds(3)), crossing(START)]
    await publish(redis, *messages, *messages)
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 3))
        await publish(redis, *messages, reading("bar", START))
        assert await eventually(rows_are(world_url, 4))
    assert len(await fetch(world_url, "select 1 from line_crossings")) == 1


async def test_a_stopped_recorder_goes_on_where_it_stopped(world_url: str, redis: Redis) -> None:
    await publish(redis, *(reading("floor", at) for at in seconds(3)))
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 3))
    await publish(redis, *(reading("floor", at) for at in seconds(3, first=3)))
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 6))


async def test_what_it_was_given_and_had_not_stored_comes_first(world_url: str, redis: Redis) -> None:
    await publish(redis, *(reading("floor", at) for at in seconds(3)))
    await redis.xgroup_create("readings:town", "recorder", id="0")
    await redis.xreadgroup("recorder", "one", {"readings:town": ">"})  # and then it was killed
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 3))
    assert await unacknowledged(redis) == 0


async def test_what_a_dead_recorder_held_is_taken_over(
    world_url: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ABANDONED_MS", 100)
    await publish(redis, *(reading("floor", at) for at in seconds(700)))
    await redis.xgroup_create("readings:town", "recorder", id="0")
    await redis.xreadgroup("recorder", "dead", {"readings:town": ">"})
    await asyncio.sleep(0.2)
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 700))
    assert await unacknowledged(redis) == 0


async def test_a_poison_message_is_set_aside_and_the_rest_is_stored(world_url: str, redis: Redis) -> None:
    good = [reading("floor", at) for at in seconds(20)]
    await publish(redis, *good[:10])
    bad = {
        "not json": "not json",
        "a blind zone with a number": reading("floor", START, None).model_dump(mode="json") | {"count": 3.0},
        "another venue": reading("floor", START, venue_id="rival").model_dump(mode="json"),
        "too large for its column": reading("bar", START, 5.0, peak=3_000_000_000).model_dump(mode="json"),
        "text that Postgres cannot hold": reading("bar", START, None, reason="\0").model_dump(mode="json"),
    }
    for value in bad.values():
        await redis.xadd("readings:town", {"m": value if isinstance(value, str) else json.dumps(value)})
    await redis.xadd("readings:town", {"other": "field"})
    await publish(redis, *good[10:])
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 20))

        async def beat_tells() -> bool:
            beat = await last_beat(redis)
            return beat is not None and (beat.dead_letters, beat.stored) == (6, 20)

        assert await eventually(beat_tells)
    letters = [fields for _, fields in await redis.xrange("dead:readings:town")]
    assert len(letters) == 6
    assert all(letter[b"error"] and letter[b"id"] for letter in letters)
    assert {letter[b"m"] for letter in letters} >= {b"not json", b""}
    assert await unacknowledged(redis) == 0


async def test_a_venue_that_is_installed_later_is_recorded_too(
    world_url: str, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.recorder.service.VENUES_EVERY_S", 0.2)
    await publish(redis, reading("floor", START, venue_id="newcomer"))
    async with recording(world_url, redis):
        await asyncio.sleep(0.5)
        assert await fetch(world_url, FLOOR) == []
        await world.execute(world_url, "insert into venues (id, name, capacity) values ('newcomer', 'New', 10)")
        assert await eventually(rows_are(world_url, 1))


async def test_days_are_made_ahead_and_old_ones_dropped(world_url: str, redis: Redis) -> None:
    today = datetime.now(UTC).date()
    old, kept = today - timedelta(days=31), today - timedelta(days=29)
    for day in (old, kept):
        await fetch(world_url, "select private.add_partition('zone_readings', $1)", day)
    await publish(redis, reading("floor", START))
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 1))
    names = {
        row[0] for row in await fetch(world_url, "select tablename from pg_tables where schemaname = 'partitions'")
    }
    assert f"zone_readings_{old:%Y%m%d}" not in names
    assert f"zone_readings_{kept:%Y%m%d}" in names
    for table in ("zone_readings", "line_crossings"):
        assert {f"{table}_{today + timedelta(days=ahead):%Y%m%d}" for ahead in range(-1, 8)} <= names
    stored = await fetch(world_url, "select tableoid::regclass::text as part from zone_readings")
    assert stored[0]["part"] == f"partitions.zone_readings_{START:%Y%m%d}"


@dataclass
class Feed:
    """A worker that publishes a zone's second ten times as fast as time goes, and a crossing with each."""

    redis: Redis
    sent: list[datetime] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        while not self.stop.is_set():
            number = len(self.sent)
            at = START + timedelta(seconds=number)
            passed = crossing(at, crossing_id=UUID(int=number))
            await publish(self.redis, reading("floor", at, float(number)), passed)
            self.sent.append(at)
            await asyncio.sleep(0.1)


@asynccontextmanager
async def feeding(redis: Redis) -> AsyncIterator[Feed]:
    """A feed that ends with the block, by being asked: on Python 3.11 the Redis client may lose a cancellation."""
    feed = Feed(redis)
    task = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.stop.set()
        await task


async def test_a_database_that_is_stopped_for_ten_seconds_loses_nothing(
    private_postgres: Callable[[], Server], redis: Redis
) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    async with recording(postgres.url, redis):
        async with feeding(redis) as feed:
            assert await eventually(lambda: fetch(postgres.url, FLOOR))
            await asyncio.to_thread(postgres.stop)
            before = len(feed.sent)
            await asyncio.sleep(10)
            waiting = len(feed.sent) - before - 15  # the heartbeat that tells it is up to a second old
            assert waiting > 10
            assert await unacknowledged(redis) > waiting
            beat = await last_beat(redis)
            assert beat is not None
            assert "database does not answer" in (beat.problem or "")
            assert beat.behind > waiting
            await asyncio.to_thread(postgres.start)
        sent = feed.sent
        assert await eventually(rows_are(postgres.url, len(sent)), within_s=15)
        assert await eventually(rows_are(postgres.url, len(sent), "line_crossings"))
    assert [(row["captured_at"], row["count"]) for row in await fetch(postgres.url, FLOOR)] == [
        (at, float(number)) for number, at in enumerate(sent)
    ]


async def test_a_database_that_is_frozen_loses_nothing(private_postgres: Callable[[], Server], redis: Redis) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    async with recording(postgres.url, redis, command_timeout_s=1.0):
        async with feeding(redis) as feed:
            assert await eventually(lambda: fetch(postgres.url, FLOOR))
            postgres.freeze()

            async def noticed() -> bool:
                beat = await last_beat(redis)
                return beat is not None and beat.problem is not None

            assert await eventually(noticed)
            postgres.thaw()
        assert await eventually(rows_are(postgres.url, len(feed.sent)), within_s=15)


async def test_a_redis_that_is_restarted_empty_is_recorded_again(
    world_url: str, private_valkey: Callable[[], Server]
) -> None:
    valkey = private_valkey()
    client = bus.connect(valkey.url)
    await publish(client, *(reading("floor", at) for at in seconds(2)))
    async with recording(world_url, client):
        assert await eventually(rows_are(world_url, 2))
        await asyncio.to_thread(valkey.stop)
        await asyncio.sleep(1)
        await asyncio.to_thread(valkey.start)
        await publish(client, *(reading("floor", at) for at in seconds(2, first=2)))
        assert await eventually(rows_are(world_url, 4))
    await client.aclose()


async def test_a_redis_that_is_flushed_is_recorded_again(world_url: str, redis: Redis) -> None:
    await publish(redis, *(reading("floor", at) for at in seconds(2)))
    async with recording(world_url, redis):
        assert await eventually(rows_are(world_url, 2))
        await redis.flushall()
        await publish(redis, *(reading("floor", at) for at in seconds(2, first=2)))
        assert await eventually(rows_are(world_url, 4))


async def test_a_recorder_without_a_database_waits_for_it(database_url: str, redis: Redis) -> None:
    await publish(redis, reading("floor", START))
    async with recording(database_url, redis):
        await asyncio.sleep(0.5)
        await world.build(database_url)
        assert await eventually(rows_are(database_url, 1))
