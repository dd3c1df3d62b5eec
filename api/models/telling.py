"""Telling workers what to run: a value that stays in Redis, and a message when it changes."""

import structlog
from redis.asyncio import Redis

from api.database.pool import Database
from api.models import repository
from domain.rollout import ModelAliases
from domain.topics import MODELS

log = structlog.get_logger()


async def tell(redis: Redis, told: list[ModelAliases]) -> None:
    """Tell workers; they take it once, however often it is told.

    Raises:
        RedisError: it does not answer.
    """
    async with redis.pipeline(transaction=False) as pipeline:
        for aliases in told:
            key, payload = MODELS.key(aliases.venue_id), aliases.model_dump_json()
            pipeline.set(key, payload, ex=MODELS.retention_s)
            pipeline.publish(key, payload)
        await pipeline.execute()


async def tell_all(redis: Redis, database: Database) -> None:
    """Tell the workers of every venue where something was decided: a Redis that was emptied knows again.

    Raises:
        RedisError: it does not answer.
        Unavailable: the database does not.
    """
    async with database.as_service() as connection:
        told = await repository.told_aliases(connection)
    if told:
        await tell(redis, told)
