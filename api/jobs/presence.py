"""Which queues have a worker, in one Redis key each that outlives its worker by seconds."""

from typing import Final

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from api.jobs.schemas import Kind, Queue
from domain.units import UtcDatetime

INTERVAL_S: Final = 2.0
EXPIRES_S: Final = 10
_WANT_A_GPU: Final = frozenset({Kind.TRAIN, Kind.EVALUATE})


class Presence(BaseModel):
    """What a worker says of itself.

    Attributes:
        at: when.
        worker: its name.
    """

    model_config = ConfigDict(frozen=True)

    at: UtcDatetime
    worker: str


def presence_key(queue: Queue) -> str:
    """Where a queue's worker says that it is there."""
    return f"jobs:worker:{queue}"


async def heard(redis: Redis, queue: Queue) -> Presence | None:
    """What a worker of this queue said last; ``None``: there is none."""
    told = await redis.get(presence_key(queue))
    return Presence.model_validate_json(told) if told is not None else None


async def route(redis: Redis, kind: Kind, wish: str) -> Queue:
    """The queue a job belongs to, by what was wished for, by its kind and by the workers there are.

    Raises:
        RedisError: Redis does not answer.
    """
    if wish != "any":
        return Queue(wish)
    order = (Queue.GPU, Queue.CPU) if kind in _WANT_A_GPU else (Queue.CPU, Queue.GPU)
    for queue in order:
        if await redis.exists(presence_key(queue)):
            return queue
    return Queue.CPU
