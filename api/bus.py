"""The connection to Redis (or Valkey)."""

from typing import Final

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
