"""A worker's keeper, where the venue allows one, with an ear for requests from outside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.captures import CAPTURES_FOLDER, CapturePolicy, CaptureRequest
from domain.topics import CAPTURE_REQUESTS, CAPTURES
from domain.venue import VenueConfig
from inference.learning.keeper import Keeper
from inference.publish import Publisher

log = structlog.get_logger()

_AWAY_S: Final = 1.0
_LISTEN_S: Final = 1.0
"""How long a read waits, and so how soon a stop is noticed."""


@asynccontextmanager
async def keeping(data: Path, venue: VenueConfig, publisher: Publisher, redis: Redis) -> AsyncIterator[Keeper | None]:
    """The keeper of a venue's frames; ``None`` where its file does not allow one.

    Args:
        data: the data folder.
        venue: whose frames.
        publisher: tells of those that are kept.
        redis: for requests.
    """
    if venue.learning.capture is CapturePolicy.OFF:
        yield None
        return
    ended = asyncio.Event()
    async with Keeper(venue, data / CAPTURES_FOLDER, lambda capture: publisher.put(CAPTURES, capture)) as keeper:
        listening = asyncio.create_task(_listen(redis, venue.id, keeper, ended), name="capture requests")
        try:
            yield keeper
        finally:
            # Not by cancelling it: on Python 3.11 a cancellation inside the Redis client may be lost.
            ended.set()
            await listening


async def _listen(redis: Redis, venue_id: str, keeper: Keeper, ended: asyncio.Event) -> None:
    """Hear requests until it is over, whenever Redis is there."""
    while not ended.is_set():
        try:
            async with redis.pubsub() as channel:
                await channel.subscribe(CAPTURE_REQUESTS.key(venue_id))
                while not ended.is_set():
                    heard = await channel.get_message(ignore_subscribe_messages=True, timeout=_LISTEN_S)
                    if heard is not None:
                        _take(heard["data"], keeper)
        except (RedisError, OSError) as error:
            log.warning("redis is away, requests for frames are not heard", error=type(error).__name__)
            await asyncio.sleep(_AWAY_S)


def _take(payload: bytes | str, keeper: Keeper) -> None:
    try:
        request = CaptureRequest.model_validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        log.warning("a request for frames cannot be read", problem=first["msg"], at=first["loc"])
        return
    kept = keeper.ask(request)
    log.info("frames were asked for", camera=request.camera_id, at=request.captured_at.isoformat(), kept=kept)
