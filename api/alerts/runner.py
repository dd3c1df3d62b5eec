"""The alert engine as a process: hear, judge, tell, store. A kill at any moment neither loses an alert nor doubles it.

What is stored in one transaction: the alerts, the engine's state that has told them, and how far into the Streams that
state reaches. After a kill the state of the last transaction goes on with the first entry that it has not seen.
"""

import asyncio
import random
import signal
import socket
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

import asyncpg
import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from api import bus
from api.alerts import outbox, repository
from api.alerts.engine import AlertEngine
from api.alerts.inbox import Arrived, Inbox, order
from api.alerts.repository import Keep, Snapshot, Wanted
from api.alerts.rules import Layout, RuleBook, load_defaults
from api.database.pool import Connection, Database
from api.recorder.service import Every
from domain.alert_rules import AlertSettings
from domain.alerts import Alert, Change, Phase
from domain.errors import BadSettings, Unavailable
from domain.settings import Settings
from domain.venue import VenueConfig

log = structlog.get_logger()

STORE_EVERY_S: Final = 5.0
"""Where nothing is told the state is stored this often; a restart hears at most so much again."""
PEOPLE_EVERY_S: Final = 0.5
HEALTHS_EVERY_S: Final = 1.0
RESHOW_EVERY_S: Final = 30.0
TIDY_EVERY_S: Final = 3600.0
LATE: Final = timedelta(seconds=300)
"""What is older than this after a long absence is part of the trend only: a late warning would hide today's."""
BEHIND: Final = timedelta(seconds=5)
FIRST_LOOK_BACK: Final = timedelta(seconds=5)
PAUSE_S: Final = (0.25, 5.0)
AWAY_S: Final = 5.0
"""Before a database that did not answer is asked again."""
SILENT_S: Final = 2.0
"""A transaction takes milliseconds; while it is waited for nobody watches, so a frozen server is given up early."""
T = TypeVar("T")
_WITH_PICTURE: Final = frozenset({Change.RAISED, Change.WORSENED, Change.REOPENED})


class Runner:
    """Watches one venue.

    Args:
        redis: the bus.
        database: where alerts and the engine's state are.
        venue: its layout and what it changes of the rules.
        consumer: this engine's name in the group.
        retention_days: how long pictures are kept.
        clock: UTC now.

    Raises:
        BadVenue: the venue's alert settings make no sense.
    """

    def __init__(
        self,
        redis: Redis,
        database: Database,
        venue: VenueConfig,
        *,
        consumer: str,
        retention_days: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._redis, self._database, self._clock = redis, database, clock
        self._layout = Layout.of(venue)
        self._book = RuleBook(load_defaults(), venue.alerts or AlertSettings(), self._layout)
        self._inbox = Inbox(redis, venue.id, consumer=consumer)
        self._retention = timedelta(days=retention_days)
        self._engine: AlertEngine | None = None
        self._keep = Keep(0, "", {})
        self._done: list[Arrived] = []
        self._unfinished = True
        self._problem: str | None = "starting"
        self._behind = timedelta()
        self._away: str | None = None
        self._away_until = 0.0
        self._store, self._people = Every(STORE_EVERY_S), Every(PEOPLE_EVERY_S)
        self._healths, self._reshow, self._tidy = Every(HEALTHS_EVERY_S), Every(RESHOW_EVERY_S), Every(TIDY_EVERY_S)

    @property
    def _venue_id(self) -> str:
        return self._layout.venue_id

    async def run(self, stop: asyncio.Event) -> None:
        """Watch until asked to stop.

        Raises:
            Superseded: another engine watches this venue now.
        """
        ended = asyncio.Event()
        heart = asyncio.create_task(self._beat_until(ended))
        try:
            await self._watch(stop)
        finally:
            # Not by cancelling it: on Python 3.11 a cancellation inside the Redis client may be lost.
            ended.set()
            await heart

    async def _watch(self, stop: asyncio.Event) -> None:
        pause = PAUSE_S[0]
        while not stop.is_set():
            try:
                engine = self._engine or await self._begin()
                await self._step(engine)
                self._problem, pause = None, PAUSE_S[0]
            except (Unavailable, RedisError, OSError, asyncpg.PostgresError) as error:
                await self._after(error)
                await _sleep(stop, pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
                pause = min(pause * 2, PAUSE_S[1])

    async def _after(self, error: Exception) -> None:
        if isinstance(error, ResponseError) and self._engine is not None:
            with suppress(RedisError, OSError):  # Redis was emptied: the group has to be made again
                await self._inbox.join("0")
        lost_redis = isinstance(error, RedisError) and not isinstance(error, ResponseError)
        self._problem = "Redis does not answer" if lost_redis else str(error).splitlines()[0]
        log.warning("alerts cannot be kept now; trying again", problem=self._problem, kind=type(error).__name__)

    async def _begin(self) -> AlertEngine:
        """Go on from the last transaction: its state, the trend up to it, and every alert that stands."""
        async with self._database.as_service() as connection:
            claimed = await repository.claim(connection, self._venue_id)
            await repository.store_rules(connection, self._venue_id, self._book.shown())
            standing = await self._standing(connection)
        engine = self._restored(claimed.state)
        for alert in standing:
            engine.adopt(alert)
        now = self._clock()
        first = now - FIRST_LOOK_BACK if engine.now is None else min(engine.now, now)
        for entry in await self._inbox.past(first):
            known = order(entry.id) <= order(claimed.positions.get(entry.stream, "0-0")) or engine.now is None
            if entry.message is not None and known:
                engine.remember(entry.message)
        await self._inbox.join(str(int(first.timestamp() * 1000)))
        await outbox.show_standing(self._redis, self._venue_id, standing)
        self._keep = Keep(claimed.epoch, claimed.state or "", claimed.positions)
        self._engine, self._unfinished = engine, True
        log.info("alerts are watched", venue=self._venue_id, standing=len(standing), since=first.isoformat())
        return engine

    async def _standing(self, connection: Connection) -> list[Alert]:
        return await repository.alerts(connection, self._venue_id, Wanted(standing=True))

    def _restored(self, state: str | None) -> AlertEngine:
        try:
            return AlertEngine(self._book, self._layout, state)
        except ValidationError as error:
            log.warning("the stored state is of another version; going on with what stands", error=str(error)[:200])
            return AlertEngine(self._book, self._layout)

    async def _step(self, engine: AlertEngine) -> None:
        entries = await self._inbox.read(unfinished=self._unfinished)
        if self._unfinished and not entries:
            self._unfinished = False
        alerts = self._take(engine, entries)
        self._behind = self._clock() - entries[-1].at if entries else timedelta()
        if self._behind < BEHIND and not self._unfinished:
            alerts += engine.tick(self._clock())
            alerts += await self._hear_cameras(engine)
            alerts += await self._unless_away(self._hear_people(engine)) or []
        if alerts:
            await self._tell(alerts)
        if self._unfinished or self._keep.alerts or self._keep.actions or self._keep.phases or self._store.due:
            await self._unless_away(self._store_all(engine))
        await self._unless_away(self._do_what_is_due())

    async def _unless_away(self, work: Coroutine[object, object, T]) -> T | None:
        """Ask the database, but not while it is away: the crowd is still watched then, and screens are told."""
        if time.monotonic() < self._away_until:
            work.close()
            return None
        try:
            return await work
        except (Unavailable, asyncpg.PostgresError) as error:
            self._away_until = time.monotonic() + AWAY_S
            self._away = str(error).splitlines()[0]
            log.warning("alerts wait to be stored", waiting=len(self._keep.alerts), problem=self._away)
            return None

    def _take(self, engine: AlertEngine, entries: list[Arrived]) -> list[Alert]:
        alerts, positions = [], dict(self._keep.positions)
        late = self._clock() - LATE
        for entry in entries:
            if order(entry.id) <= order(positions.get(entry.stream, "0-0")):
                continue  # in the stored state already: killed before that could be told to Redis
            positions[entry.stream] = entry.id
            if entry.message is None:
                continue
            if entry.at < late:
                engine.remember(entry.message)
            else:
                alerts += engine.take(entry.message, entry.at)
        self._keep = replace(self._keep, positions=positions)
        self._done += entries
        return alerts

    async def _hear_cameras(self, engine: AlertEngine) -> list[Alert]:
        if not self._healths.due:
            return []
        self._healths.done()
        heard = await self._inbox.healths(list(self._layout.cameras))
        return [alert for health, said_at in heard for alert in engine.take(health, said_at)]

    async def _hear_people(self, engine: AlertEngine) -> list[Alert]:
        """What people did since: acknowledged, noted, closed, switched the phase."""
        if not self._people.due:
            return []
        async with self._database.as_service() as connection:
            actions = await repository.waiting_actions(connection, self._venue_id)
            phases = await repository.waiting_phases(connection, self._venue_id)
        self._people.done()
        now, alerts = self._clock(), []
        for row in phases:
            if row["phase_id"] not in self._keep.phases:
                alerts += engine.set_phase(Phase(row["phase"]) if row["phase"] else None, now)
        for row in actions:
            if row["action_id"] not in self._keep.actions:
                alerts += _act(engine, row, now)
        self._keep = replace(
            self._keep,
            phases=sorted({*self._keep.phases, *(row["phase_id"] for row in phases)}),
            actions=[*{*self._keep.actions, *(row["action_id"] for row in actions)}],
        )
        return alerts

    async def _tell(self, alerts: list[Alert]) -> None:
        """To screens at once; then it waits to be stored, with the picture of this moment."""
        self._keep = replace(self._keep, alerts=[*self._keep.alerts, *alerts])
        for alert in alerts:
            log.info("alert", change=alert.change, severity=alert.severity, rule=alert.rule_id, summary=alert.summary)
        await outbox.tell(self._redis, alerts)
        pictures = [picture for alert in alerts if (picture := await self._picture(alert)) is not None]
        self._keep = replace(self._keep, pictures=[*self._keep.pictures, *pictures])

    async def _picture(self, alert: Alert) -> Snapshot | None:
        camera_id = alert.evidence.picture_camera_id
        if camera_id is None or alert.change not in _WITH_PICTURE:
            return None
        frame = await outbox.newest_frame(self._redis, self._venue_id, camera_id, self._clock())
        return Snapshot(alert, camera_id, frame[1], frame[0]) if frame else None

    async def _store_all(self, engine: AlertEngine) -> None:
        """One transaction; then the Stream, and only then are the entries that led here finished."""
        keep = replace(self._keep, state=engine.dump())
        async with self._database.as_service() as connection:
            await repository.keep(connection, self._venue_id, keep)
        self._keep = Keep(keep.epoch, keep.state, keep.positions)
        self._store.done()
        self._away = None
        if keep.alerts or self._reshow.due:
            await self._publish()
        done, self._done = self._done, []
        if done:
            await self._inbox.finish(done)

    async def _publish(self) -> None:
        async with self._database.as_service() as connection:
            changes = await repository.unpublished(connection, self._venue_id)
        if not changes:
            return
        await outbox.publish(self._redis, self._venue_id, changes)
        async with self._database.as_service() as connection:
            await repository.mark_published(connection, [change_id for change_id, _ in changes])

    async def _do_what_is_due(self) -> None:
        if self._reshow.due:
            async with self._database.as_service() as connection:
                standing = await self._standing(connection)
            await outbox.show_standing(self._redis, self._venue_id, standing)
            self._reshow.done()
        if self._tidy.due:
            async with self._database.as_service() as connection:
                await repository.drop_pictures(connection, self._venue_id, self._clock() - self._retention)
            self._tidy.done()

    async def _beat_until(self, ended: asyncio.Event) -> None:
        while not ended.is_set():
            sign = outbox.AlertsBeat(
                at=self._clock(),
                behind_s=max(self._behind.total_seconds(), 0.0),
                waiting=len(self._keep.alerts),
                problem=self._problem or self._away,
            )
            try:
                await outbox.beat(self._redis, self._venue_id, sign)
            except (RedisError, OSError):
                log.debug("no heartbeat, Redis does not answer")
            await _sleep(ended, outbox.INTERVAL_S)


def _act(engine: AlertEngine, row: asyncpg.Record, now: datetime) -> list[Alert]:
    """One thing that a person did."""
    if row["action"] == "acknowledge":
        return engine.acknowledge(row["alert_id"], row["actor"], now)
    if row["action"] == "close":
        return engine.close(row["alert_id"], row["outcome"], now)
    return engine.note(row["alert_id"], now)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not past a stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()


async def run(settings: Settings, venue: VenueConfig) -> None:
    """Watch a venue until SIGTERM or SIGINT.

    Raises:
        BadSettings: the database or Redis is not set.
        BadVenue: the venue's alert settings make no sense.
    """
    if settings.database_url is None or settings.redis_url is None:
        raise BadSettings("HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL must be set for alerts")
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    redis = bus.connect(settings.redis_url.get_secret_value())
    try:
        async with Database(settings.database_url.get_secret_value(), size=2, command_timeout_s=SILENT_S) as database:
            runner = Runner(
                redis, database, venue, consumer=socket.gethostname(), retention_days=settings.retention_days
            )
            await runner.run(stop)
    finally:
        await redis.aclose()
