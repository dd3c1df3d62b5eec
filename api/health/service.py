"""Which parts are there."""

import asyncio
from collections.abc import Awaitable
from importlib.metadata import version
from typing import Final

from redis.exceptions import RedisError

from api.health import repository
from api.health.schemas import PartState, Ready
from api.jobs.presence import heard
from api.jobs.schemas import Queue
from api.parts import Parts
from domain.errors import Unavailable

CHECK_TIMEOUT_S: Final = 3.0
"""A probe of Kubernetes gives up sooner than a request of ours would."""
VERSION: Final = version("headroom")


async def readiness(parts: Parts) -> Ready:
    """Ask every part at once."""
    database, redis, recorder, jobs = await asyncio.gather(
        _checked("the database", _database(parts)),
        _checked("Redis", _redis(parts)),
        _checked("Redis", _recorder(parts)),
        _checked("Redis", _jobs(parts)),
    )
    states = {"database": database, "redis": redis, "recorder": recorder}
    return Ready.model_validate({"ready": all(state.ok for state in states.values()), "parts": states, "jobs": jobs})


async def _checked(what: str, check: Awaitable[PartState]) -> PartState:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            return await check
    except (Unavailable, RedisError, OSError):
        return PartState(ok=False, detail=f"{what} does not answer")


async def _database(parts: Parts) -> PartState:
    missing = await repository.missing(parts.database)
    if missing:
        return PartState(ok=False, detail=f"migrations are missing: {', '.join(missing)}")
    return PartState(ok=True, detail="answers")


async def _redis(parts: Parts) -> PartState:
    await repository.ping(parts.redis)
    return PartState(ok=True, detail="answers")


async def _recorder(parts: Parts) -> PartState:
    beat = await repository.heartbeat(parts.redis)
    if beat is None:
        return PartState(ok=False, detail="is not running")
    if beat.problem is not None:
        return PartState(ok=False, detail=f"{beat.problem}; {beat.behind} messages wait")
    return PartState(ok=True, detail=f"storing, {beat.behind} messages behind")


async def _jobs(parts: Parts) -> PartState:
    queues = [queue.value for queue in Queue if await heard(parts.redis, queue) is not None]
    if not queues:
        return PartState(ok=False, detail="no worker is there: jobs wait")
    return PartState(ok=True, detail=f"a worker waits for {' and '.join(queues)} jobs")


async def refresh_metrics(parts: Parts) -> None:
    """Read the gauges that live outside this process. One that cannot be read is left out, never shown as zero."""
    parts.metrics.forget_outside()
    try:
        beat = await repository.heartbeat(parts.redis)
        if beat is not None:
            parts.metrics.show_recorder(beat)
        for venue_id in await repository.venue_ids(parts.database):
            age_s = await repository.readings_age_s(parts.redis, venue_id)
            if age_s is not None:
                parts.metrics.readings_age.labels(venue_id).set(age_s)
    except (Unavailable, RedisError):
        return
