"""Jobs on their way to a worker, and what becomes of those whose worker fell silent. Runs inside the API."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.database.pool import Database
from api.jobs import leases
from api.jobs.broker import Broker
from api.jobs.leases import Unsent
from api.jobs.presence import route
from domain.errors import Unavailable

log = structlog.get_logger()

EVERY_S: Final = 2.0
"""Between looks at the jobs that are not over: one query by a small index, 0.4 ms."""
PAUSE_S: Final = 5.0
"""After a look that failed."""


class Sender:
    """Tells the broker of jobs, and takes back what nobody does any more.

    Any number may run side by side: each step is one conditional update, and a job that is told twice is done once.

    Args:
        database: where jobs are.
        redis: says which workers there are.
        broker: the way to them.
    """

    def __init__(self, database: Database, redis: Redis, broker: Broker) -> None:
        self._database = database
        self._redis = redis
        self._broker = broker

    async def send(self, job: Unsent) -> None:
        """Tell the broker of one job, and note that it was told.

        Raises:
            Unavailable: the broker does not answer; the job stays unsent.
        """
        try:
            queue = await route(self._redis, job.kind, job.wish)
        except (RedisError, OSError) as error:
            raise Unavailable("the broker of jobs does not answer") from error
        await self._broker.send(job.job_id, queue)
        async with self._database.as_service() as connection:
            await leases.mark_sent(connection, job.job_id, queue)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look after jobs until the block ends."""
        task = asyncio.create_task(self._look_after())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _look_after(self) -> None:
        pause_s = EVERY_S
        while True:
            await asyncio.sleep(pause_s)
            try:
                await self.look()
                pause_s = EVERY_S
            except (Unavailable, OSError, asyncpg.PostgresError) as error:
                # It says nothing of its own: a database or a broker that is away is told by those who need it more.
                log.debug("jobs are not looked after now", error=str(error))
                pause_s = PAUSE_S

    async def look(self) -> None:
        """One look: take back what was lost, then send what is not sent.

        Raises:
            Unavailable: the database or the broker does not answer.
        """
        async with self._database.as_service() as connection:
            reaped = await leases.reap(connection)
            unsent = await leases.unsent(connection)
        for job in reaped:
            log.warning(
                "a job's worker is silent", job=str(job.job_id), worker=job.worker, attempt=job.attempt, now=job.state
            )
        for waiting in unsent:
            await self.send(waiting)
