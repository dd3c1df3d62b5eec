"""How the recorder is doing, in one Redis key that outlives it by seconds."""

from typing import Final

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from domain.units import UtcDatetime

KEY: Final = "recorder:heartbeat"
INTERVAL_S: Final = 2.0
EXPIRES_S: Final = 10
"""Five beats missed: it is gone, or Redis was."""


class Heartbeat(BaseModel):
    """One beat.

    Attributes:
        behind: Stream entries that are not stored yet.
        stored: rows stored since the recorder started.
        dead_letters: messages set aside since then, because they could not be stored.
        problem: what keeps it from storing now; ``None``: nothing.
    """

    model_config = ConfigDict(frozen=True)

    at: UtcDatetime
    behind: int
    stored: int
    dead_letters: int
    problem: str | None = None


async def beat(redis: Redis, heartbeat: Heartbeat) -> None:
    """Publish it."""
    await redis.set(KEY, heartbeat.model_dump_json(), ex=EXPIRES_S)


async def last_beat(redis: Redis) -> Heartbeat | None:
    """The newest beat; ``None`` where the recorder is not running."""
    value = await redis.get(KEY)
    return Heartbeat.model_validate_json(value) if value is not None else None
