"""The recorder's loop: read, store, acknowledge; nothing is acknowledged before it is stored."""

import asyncio
import random
import signal
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from api import bus
from api.database.pool import Database
from api.labels.retention import keep_captures_or_say_why
from api.models.telling import tell_all
from api.recorder import repository
from api.recorder.batch import STORED, Item, read_batch
from api.recorder.heartbeat import INTERVAL_S, Heartbeat, beat
from api.recorder.streams import DeadLetter, Streams
from api.recorder.upkeep import keep_partitions
from domain.captures import CAPTURES_FOLDER
from domain.errors import BadSettings, Unavailable
from domain.rollout import RolloutEvent
from domain.settings import Settings
from domain.topics import TOPICS

log = structlog.get_logger()

BATCH: Final = 4000
"""Entries read at once over all Streams: about 0.1 s to store, and 2 MB."""
VENUES_EVERY_S: Final = 5.0
TAKE_OVER_EVERY_S: Final = 30.0
UPKEEP_EVERY_S: Final = 3600.0
MODELS_EVERY_S: Final = 30.0
"""Workers are told again what to run: a Redis that was emptied forgets it."""
PAUSE_S: Final = (0.25, 5.0)
"""Shortest and longest pause after a failure: soon enough that a chart's last minutes fill at once."""
_REFUSED: Final = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, OverflowError, ValueError)
"""About a row and not about the server; the last two are COPY's own, for a value that no column type can hold."""


class Every:
    """Says when something is due: at once the first time, and again as long as it was not done."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due_at = 0.0

    @property
    def due(self) -> bool:
        """Whether it is time."""
        return time.monotonic() >= self._due_at

    def done(self) -> None:
        """It was done; the next time is one period away."""
        self._due_at = time.monotonic() + self._seconds

    def again(self) -> None:
        """It is due now."""
        self._due_at = 0.0


class Recorder:
    """Stores what the Streams carry.

    Args:
        redis: the bus.
        database: where rows go.
        consumer: this recorder's name in the group.
        retention_days: days that are kept.
        captures: the folder of kept frames, whose time ends as well; ``None``: it is not on this machine.
        clock: UTC now.
    """

    def __init__(
        self,
        redis: Redis,
        database: Database,
        *,
        consumer: str,
        retention_days: int,
        captures: Path | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._redis, self._captures = redis, captures
        self._database = database
        self._streams = Streams(redis, consumer)
        self._retention_days = retention_days
        self._clock = clock
        self._names: list[str] = []
        self._unfinished = True
        self._stored = 0
        self._dead_letters = 0
        self._problem: str | None = "starting"
        self._venues = Every(VENUES_EVERY_S)
        self._take_over = Every(TAKE_OVER_EVERY_S)
        self._upkeep = Every(UPKEEP_EVERY_S)
        self._models = Every(MODELS_EVERY_S)

    async def run(self, stop: asyncio.Event) -> None:
        """Record until asked to stop; the batch in hand is finished first."""
        ended = asyncio.Event()
        heart = asyncio.create_task(self._beat_until(ended))
        try:
            await self._record(stop)
        finally:
            # Not by cancelling it: on Python 3.11 a cancellation inside the Redis client may be lost.
            ended.set()
            await heart

    async def _record(self, stop: asyncio.Event) -> None:
        pause = PAUSE_S[0]
        while not stop.is_set():
            try:
                await self._step(stop)
                self._problem = None
                pause = PAUSE_S[0]
            except (Unavailable, RedisError, OSError, asyncpg.PostgresError) as error:
                # Whatever it was, entries that were read stay unacknowledged, and are read again.
                self._after(error)
                await _sleep(stop, pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                pause = min(pause * 2, PAUSE_S[1])

    def _after(self, error: Exception) -> None:
        self._unfinished = True
        if isinstance(error, RedisError):
            self._streams.forget_groups()
        lost_redis = isinstance(error, RedisError) and not isinstance(error, ResponseError)
        self._problem = "Redis does not answer" if lost_redis else str(error).splitlines()[0]
        log.warning("the recorder cannot store now; trying again", problem=self._problem, kind=type(error).__name__)

    async def _step(self, stop: asyncio.Event) -> None:
        await self._do_what_is_due()
        await self._streams.join(self._names)
        if not self._names:
            await _sleep(stop, 1.0)
            return
        count = max(BATCH // len(self._names), 1)
        entries = await self._streams.read(self._names, count=count, unfinished=self._unfinished)
        if not entries:
            self._unfinished = False
            return
        items, letters = read_batch(entries)
        letters += await self._store(items)
        if letters:
            await self._set_aside(letters)
        refused = {letter.entry for letter in letters}
        await self._streams.acknowledge([item.entry for item in items if item.entry not in refused])

    async def _do_what_is_due(self) -> None:
        if self._venues.due:
            async with self._database.as_service() as connection:
                venues = await repository.venue_ids(connection)
            self._names = [topic.key(venue) for venue in venues for topic in TOPICS.values() if topic.name in STORED]
            self._venues.done()
        if self._upkeep.due:
            await keep_partitions(self._database, self._clock(), self._retention_days)
            if self._captures is not None:
                await keep_captures_or_say_why(self._database, self._captures, self._clock())
            self._upkeep.done()
        if self._models.due:
            await tell_all(self._redis, self._database)
            self._models.done()
        if self._take_over.due:
            await self._streams.join(self._names)
            self._unfinished = bool(await self._streams.take_over(self._names)) or self._unfinished
            self._take_over.done()

    async def _store(self, items: list[Item]) -> list[DeadLetter]:
        """Store all; where the database refuses some for what they hold, halve until those are found."""
        if not items:
            return []
        try:
            async with self._database.as_service() as connection:
                await repository.store(connection, [item.message for item in items])
        except _REFUSED as error:
            if len(items) == 1:
                return [DeadLetter(items[0].entry, str(error))]
            half = len(items) // 2
            return [*await self._store(items[:half]), *await self._store(items[half:])]
        self._stored += len(items)
        if any(isinstance(item.message, RolloutEvent) for item in items):
            self._models.again()  # a worker may have gone back to the champion before: the others follow
        return []

    async def _set_aside(self, letters: list[DeadLetter]) -> None:
        await self._streams.set_aside(letters)
        self._dead_letters += len(letters)
        for letter in letters:
            log.error("a message cannot be stored", stream=letter.entry.stream, error=letter.error)

    async def _beat_until(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            try:
                await beat(self._redis, await self._heartbeat())
            except (RedisError, OSError):
                log.debug("no heartbeat, Redis does not answer")
            await _sleep(ended, INTERVAL_S)

    async def _heartbeat(self) -> Heartbeat:
        try:
            behind = await self._streams.behind(self._names)
        except ResponseError:  # a Stream that is gone, or not there yet
            behind = 0
        return Heartbeat(
            at=self._clock(),
            behind=behind,
            stored=self._stored,
            dead_letters=self._dead_letters,
            problem=self._problem,
        )


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past a stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


async def run(settings: Settings) -> None:
    """Record until SIGTERM or SIGINT.

    Raises:
        BadSettings: the database or Redis is not set.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise BadSettings("HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL must be set for the recorder")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    redis = bus.connect(settings.redis_url.get_secret_value())
    try:
        async with Database(settings.database_url.get_secret_value(), size=2) as database:
            recorder = Recorder(
                redis,
                database,
                consumer=socket.gethostname(),
                retention_days=settings.retention_days,
                captures=settings.data / CAPTURES_FOLDER,
            )
            await recorder.run(stop)
    finally:
        await redis.aclose()
