"""Hearing which models a venue's workers are to run: a message when it changes, and a look now and then."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.rollout import ModelAliases
from domain.topics import MODELS
from inference.publish import heed_cancellation

log = structlog.get_logger()

POLL_S: Final = 3.0
"""Between two looks: a message may be lost, what is kept is not."""
PAUSE_S: Final = 2.0
"""After Redis did not answer."""
FIRST_S: Final = 3.0
"""How long a worker that starts waits for the answer."""


async def newest(redis: Redis, venue_id: str) -> ModelAliases | None:
    """What Redis has; ``None``: nothing, or nothing that can be read.

    Raises:
        RedisError: it does not answer.
    """
    payload = await redis.get(MODELS.key(venue_id))
    if payload is None:
        return None
    try:
        return ModelAliases.model_validate_json(payload)
    except ValidationError as error:
        log.error("what is said of models cannot be read; the model stays", problems=error.error_count())  # noqa: TRY400  # expected
        return None


async def newest_at_start(redis: Redis, venue_id: str) -> ModelAliases | None:
    """The same for a worker that starts: a Redis that is away is no reason to wait."""
    try:
        async with asyncio.timeout(FIRST_S):
            return await newest(redis, venue_id)
    except (RedisError, OSError, TimeoutError):
        return None


async def watch(redis: Redis, venue_id: str, heard: Callable[[ModelAliases], object]) -> None:
    """Tell of what is to run, whenever it is heard, until cancelled. While Redis is away nothing is heard."""
    away = False
    while True:
        try:
            async with redis.pubsub() as pubsub:
                await pubsub.subscribe(MODELS.key(venue_id))
                while True:
                    aliases = await newest(redis, venue_id)
                    if aliases is not None:
                        heard(aliases)
                    if away:
                        log.info("redis is back, models are watched")
                        away = False
                    heed_cancellation()
                    await pubsub.get_message(ignore_subscribe_messages=True, timeout=POLL_S)
                    heed_cancellation()
        except (RedisError, OSError) as error:
            if not away:
                log.warning("redis is away, the model stays", error=type(error).__name__)
            away = True
            await asyncio.sleep(PAUSE_S)
