"""A lease that is kept while its job runs, and what ends it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import Enum
from typing import Final

import asyncpg
import structlog

from api.database.pool import Database
from api.jobs import leases
from api.jobs.leases import Lease
from domain.errors import Unavailable
from headroom.jobs.guard import clock

log = structlog.get_logger()

_SLOWEST_BEAT_S: Final = 2.0
"""A cancelled job hears of it within this."""
_BEATS_A_LEASE: Final = 8
_SAFE_SHARE: Final = 0.85
"""Of a lease, after which its processes are killed where it could not be renewed: before anybody else may begin."""


class Why(Enum):
    """Why a job was stopped."""

    CANCELLED = "somebody cancelled it"
    LOST = "its lease could not be kept"
    ENDING = "this worker ends"
    TOO_LONG = "it took longer than it may"


class Hold:
    """One worker's hold on one attempt.

    Attributes:
        over: set when the job must stop.
        why: ``None`` until then.
        until: when its processes must be gone, by :func:`headroom.jobs.guard.clock`, unless it is renewed.

    Args:
        database: where the row is.
        lease: whose it is.
        lease_s: how long it holds without being renewed.
        began: when it was asked for, by the same clock.
    """

    def __init__(self, database: Database, lease: Lease, lease_s: float, began: float) -> None:
        self.lease = lease
        self.over = asyncio.Event()
        self.why: Why | None = None
        self.until = began + lease_s * _SAFE_SHARE
        self._database, self._lease_s = database, lease_s
        self._progress: float | None = None
        self._words: str | None = None
        self._listener: Callable[[], None] | None = None

    def end(self, why: Why) -> None:
        """The job must stop; the first reason counts."""
        if self.why is None:
            self.why = why
            self.over.set()

    def tell(self, progress: float | None, words: str | None) -> None:
        """How far the job is; stored with the next renewal."""
        self._progress, self._words = progress, words or self._words

    def on_renewal(self, listener: Callable[[], None] | None) -> None:
        """Who hears that :attr:`until` is later now."""
        self._listener = listener

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Renew it until the block ends."""
        task = asyncio.create_task(self._keep())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _keep(self) -> None:
        beat_s = min(_SLOWEST_BEAT_S, self._lease_s / _BEATS_A_LEASE)
        while True:
            await asyncio.sleep(beat_s)
            try:
                await self._renew()
            except (Unavailable, OSError, asyncpg.PostgresError) as error:
                log.warning("a lease could not be renewed", job=str(self.lease.job_id), error=str(error))
            if clock() >= self.until:
                self.end(Why.LOST)

    async def _renew(self) -> None:
        began = clock()
        async with self._database.as_service() as connection:
            asked = await leases.renew(connection, self.lease, self._lease_s, self._progress, self._words)
        if asked is None:
            self.until = began
            self.end(Why.LOST)
        else:
            self.until = began + self._lease_s * _SAFE_SHARE
        if asked:
            self.end(Why.CANCELLED)
        if self._listener is not None:
            self._listener()
