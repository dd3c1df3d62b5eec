"""``headroom record``: a venue's run into a file, live or from what the Streams still hold, for replaying it."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import BadInput, BadSettings, Unavailable
from domain.settings import Settings
from domain.topics import TOPICS, Topic, Transport
from headroom.runlog import RunLogWriter, writing
from headroom.venue_file import load_venue
from inference.publish import connect

PAGE: Final = 1000
"""Stream entries asked for at a time."""
_RECORDED: Final = tuple(topic for topic in TOPICS.values() if topic.transport is not Transport.LAST_VALUE)
"""Everything but pictures."""
Write = Callable[[str], object]


async def run(
    out: Path, venue_file: Path, *, settings: Settings, seconds: float | None, past: bool, write: Write = print
) -> None:
    """Record until it is over or cancelled; what was heard until then is in the file.

    Args:
        out: the file; a name ending in ``.gz`` is packed.
        venue_file: whose run it is; its cameras' addresses are left out of the file.
        settings: must name a Redis.
        seconds: how long to listen; ``None``: until cancelled.
        past: what the Streams hold from the last hours, in place of listening. Positions are not among it.
        write: hears how many messages there were.

    Raises:
        BadInput: the file cannot be written, or the venue file not be read, or the seconds are none.
        Unavailable: Redis does not answer.
    """
    if seconds is not None and not 0 < seconds < float("inf"):
        raise BadInput(f"--seconds {seconds}: expected a number above 0")
    if settings.redis_url is None:
        raise BadSettings("recording needs HEADROOM_REDIS_URL, such as redis://127.0.0.1:6379/0")
    venue = load_venue(venue_file)
    redis = connect(settings.redis_url.get_secret_value())
    heard, count = _past(redis, venue.id) if past else _live(redis, venue.id), 0
    try:
        with writing(out) as file:
            log = RunLogWriter(file)
            log.venue(venue)
            async with asyncio.timeout(None if past else seconds):
                async for topic, payload, at in heard:
                    log.message(topic, payload, at)
                    count += 1
    except TimeoutError:
        pass
    except (RedisError, OSError) as error:
        raise Unavailable(f"Redis does not answer ({type(error).__name__}); is the house running?") from error
    finally:
        write(f"{count} messages in {out}")
        await redis.aclose()


async def _live(redis: Redis, venue_id: str) -> AsyncIterator[tuple[Topic, str, datetime]]:
    async with redis.pubsub() as channel:
        await channel.subscribe(*(topic.key(venue_id) for topic in _RECORDED))
        async for message in channel.listen():
            if message["type"] == "message":
                topic = TOPICS[message["channel"].decode().partition(":")[0]]
                yield topic, message["data"].decode(), datetime.now(UTC)


async def _past(redis: Redis, venue_id: str) -> AsyncIterator[tuple[Topic, str, datetime]]:
    """All Streams as one, in the order in which their entries were added."""
    topics = [topic for topic in _RECORDED if topic.has_stream]
    streams = [_entries(redis, topic.key(venue_id)) for topic in topics]
    heads: list[tuple[datetime, int, str]] = []
    for place, stream in enumerate(streams):
        await _push(heads, place, stream)
    while heads:
        at, place, payload = heapq.heappop(heads)
        yield topics[place], payload, at
        await _push(heads, place, streams[place])


async def _push(
    heads: list[tuple[datetime, int, str]], place: int, stream: AsyncIterator[tuple[datetime, str]]
) -> None:
    async for at, payload in stream:
        heapq.heappush(heads, (at, place, payload))
        return


async def _entries(redis: Redis, key: str) -> AsyncIterator[tuple[datetime, str]]:
    after = "-"
    while True:
        answer = await redis.xrange(key, min=after, count=PAGE)
        page = cast("list[tuple[bytes, dict[bytes, bytes]]]", answer)
        for entry_id, fields in page:
            milliseconds = int(entry_id.partition(b"-")[0])
            yield datetime.fromtimestamp(milliseconds / 1000, UTC), fields[b"m"].decode()
        if len(page) < PAGE:
            return
        after = f"({page[-1][0].decode()}"
