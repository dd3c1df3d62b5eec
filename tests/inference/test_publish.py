import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis

from domain.messages import CameraHealth, State, ZoneReading
from domain.topics import CAMERAS, FRAME, READINGS, camera_owner
from inference import publish
from inference.publish import Publisher, connect

START = datetime(2026, 6, 1, 18, 0, 0, tzinfo=UTC)


def reading(second: int) -> ZoneReading:
    return ZoneReading(
        venue_id="hall",
        zone_id="floor",
        camera_ids=("door",),
        captured_at=START + timedelta(seconds=second),
        state=State.OK,
        count=second,
        peak=second,
        frames=1,
    )


@asynccontextmanager
async def publishing(url: str) -> AsyncIterator[tuple[Publisher, Redis]]:
    redis = connect(url)
    publisher = Publisher(redis, "hall")
    task = asyncio.create_task(publisher.run())
    try:
        yield publisher, redis
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await redis.aclose()


async def sent(publisher: Publisher, limit_s: float = 10) -> None:
    async with asyncio.timeout(limit_s):
        while publisher.waiting:  # noqa: ASYNC110  # the outbox tells nobody when it is empty
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)


async def stored(redis: Redis) -> list[ZoneReading]:
    entries = await redis.xrange(READINGS.key("hall"))
    return [ZoneReading.model_validate_json(fields[b"m"]) for _, fields in entries]


async def test_a_reading_goes_to_screens_and_to_the_store(valkey_url: str) -> None:
    async with publishing(valkey_url) as (publisher, redis):
        pubsub = redis.pubsub()
        await pubsub.subscribe(READINGS.key("hall"))
        await pubsub.get_message(timeout=5)
        publisher.put(READINGS, reading(1))
        heard = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
        await pubsub.aclose()
        assert heard is not None
        assert ZoneReading.model_validate_json(heard["data"]) == reading(1)
        assert await stored(redis) == [reading(1)]


async def test_only_the_newest_health_and_picture_are_kept_and_they_expire(valkey_url: str) -> None:
    async with publishing(valkey_url) as (publisher, redis):
        owner = camera_owner("hall", "door")
        for second in range(3):
            health = CameraHealth(
                venue_id="hall", camera_id="door", captured_at=START + timedelta(seconds=second), state=State.OK
            )
            publisher.put_newest(CAMERAS, owner, health)
            publisher.put_picture("door", b"jpeg%d" % second, START)
        await asyncio.sleep(0.3)
        kept = CameraHealth.model_validate_json(await redis.get(CAMERAS.key(owner)))
        assert kept.captured_at == START + timedelta(seconds=2)
        assert await redis.hget(FRAME.key(owner), "jpeg") == b"jpeg2"
        assert 0 < await redis.ttl(FRAME.key(owner)) <= FRAME.retention_s
        assert 0 < await redis.ttl(CAMERAS.key(owner)) <= CAMERAS.retention_s


async def test_what_is_put_while_redis_is_killed_arrives_in_order(private_valkey: Callable) -> None:
    server = private_valkey()
    async with publishing(server.url) as (publisher, redis):
        publisher.put(READINGS, reading(0))
        await sent(publisher)
        server.kill()
        for second in range(1, 1500):
            publisher.put(READINGS, reading(second))
        await asyncio.sleep(1)
        assert publisher.waiting == 1499
        server.start()
        await sent(publisher)
        seconds = [message.count for message in await stored(redis)]
        assert sorted(set(seconds)) == list(range(1500)), "nothing lost, also what came before the kill"
        assert seconds == sorted(seconds)


async def test_a_frozen_redis_is_noticed_and_caught_up_with(private_valkey: Callable) -> None:
    server = private_valkey()
    async with publishing(server.url) as (publisher, redis):
        publisher.put(READINGS, reading(0))
        await sent(publisher)
        server.freeze()
        publisher.put(READINGS, reading(1))
        await asyncio.sleep(publish.TIMEOUT_S + 1)
        assert publisher.waiting == 1
        server.thaw()
        await sent(publisher)
        assert {message.count for message in await stored(redis)} == {0, 1}


async def test_a_stop_sends_what_waits(valkey_url: str) -> None:
    redis = connect(valkey_url)
    publisher = Publisher(redis, "hall")
    publisher.put(READINGS, reading(7))
    await publisher.flush(2)
    assert await stored(redis) == [reading(7)]
    await redis.aclose()


async def test_a_stop_in_the_midst_of_sending_is_heeded(valkey_url: str) -> None:
    for attempt in range(30):  # on Python 3.11 the Redis client loses about one cancellation in three
        redis = connect(valkey_url)
        publisher = Publisher(redis, "hall")
        running = asyncio.create_task(publisher.run())
        for second in range(200):
            publisher.put(READINGS, reading(second))
        await asyncio.sleep(attempt * 1e-3)
        running.cancel()
        done, _ = await asyncio.wait({running}, timeout=2)
        running.cancel()
        await redis.aclose()
        assert done, f"attempt {attempt}: it went on"
