"""The connection to Redis (or Valkey)."""

from typing import Any, Final, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from domain.errors import BadSettings

CONNECT_TIMEOUT_S: Final = 3.0
ANSWER_TIMEOUT_S: Final = 5.0
"""Longer than the longest blocking read (1 s): silence beyond it means the server or the network hangs."""


def connect(url: str) -> Redis:
    """A client that connects when it is first used, and does not retry by itself: its callers know what to do.

    Raises:
        BadSettings: not a Redis address.
    """
    try:
        return Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_TIMEOUT_S,
            socket_timeout=ANSWER_TIMEOUT_S,
            retry=Retry(NoBackoff(), 1),  # one more try, for a connection that died while it lay in the pool
            protocol=2,
        )
    except ValueError as error:
        raise BadSettings("HEADROOM_REDIS_URL: its value is not a Redis address") from error


Fields = dict[bytes, bytes]
"""The fields of a Stream's entry."""


async def newest_entries(redis: Redis, stream: str, count: int) -> list[Fields]:
    """The last entries of a Stream, newest first. The client's own types leave open whether bytes are decoded."""
    entries = cast("list[tuple[bytes, Fields]]", await redis.xrevrange(stream, count=count))
    return [fields for _, fields in entries]


async def hash_fields(redis: Redis, key: str, *fields: str) -> list[bytes | None]:
    """Some fields of a hash; ``None`` for each that is not there."""
    return cast("list[Any]", await redis.hmget(key, list(fields)))
