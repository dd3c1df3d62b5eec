"""One subscription to Redis for all venues that anyone watches, shared by all who watch."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, Final

import structlog
from pydantic import Field, TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

from api.live import repository
from api.live.mailbox import LiveItem, Mailbox
from api.live.room import Layout, Room
from domain.live import LiveSnapshot

log = structlog.get_logger()

_CONTROL: Final = "live:control"
"""A channel nobody speaks on: a subscription must hold at least one."""
_QUIET_S: Final = 1.0
_SILENT_S: Final = 5.0
"""A subscription that does not even answer five pings is dead, though TCP may not know it yet."""
_TICK_S: Final = 1.0
_RETRY_S: Final = (0.2, 2.0)
"""Shortest and longest pause before Redis is tried again: the feed must be back within seconds of a restart."""
_MESSAGE: Final[TypeAdapter[LiveItem]] = TypeAdapter(Annotated[LiveItem, Field(discriminator="kind")])


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Hub:
    """Rooms by venue, fed by Redis Pub/Sub, filled from the Streams' tails after every gap.

    While Redis is away nothing is invented: the rooms' numbers grow older each second until they are unknown.

    Args:
        redis: the bus.
        clock: UTC now.
    """

    def __init__(self, redis: Redis, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._redis = redis
        self._clock = clock
        self._rooms: dict[str, Room] = {}
        self._pubsub: PubSub | None = None
        self._closed = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen and age in the background."""
        tasks = [asyncio.create_task(self._listen_for_ever()), asyncio.create_task(self._age_for_ever())]
        try:
            yield
        finally:
            self._closed = True  # on Python 3.11 a cancellation inside the Redis client may be lost
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def watch(self, venue_id: str, layout: Layout) -> AsyncIterator[tuple[LiveSnapshot, Mailbox]]:
        """Join a venue: the newest of everything now, and a mailbox for what comes after it."""
        room = self._rooms.get(venue_id)
        if room is None:
            room = self._rooms[venue_id] = Room(venue_id, layout, self._clock())
        mailbox = room.join()
        try:
            async with room.opening:
                if not room.loaded:
                    await self._open(room)
            mailbox.take(self._clock())  # the snapshot says it already
            yield room.snapshot(self._clock()), mailbox
        finally:
            room.leave(mailbox)
            await self._close_if_empty(room)

    async def _open(self, room: Room) -> None:
        """Subscribe, then load, so that nothing falls between. Without Redis the room waits for the listener."""
        if self._pubsub is None:
            return
        try:
            await self._pubsub.subscribe(*room.channels)
            await self._load(room)
        except RedisError as error:
            log.warning("a venue's newest readings cannot be loaded yet", venue=room.venue_id, error=str(error))

    async def _load(self, room: Room) -> None:
        for item, heard_at in await repository.newest(self._redis, room.venue_id, room.zones, room.cameras):
            room.hear(item, self._clock(), heard_at)
        room.hear_standing(await repository.standing_alerts(self._redis, room.venue_id))
        room.tell_watched(watched=await repository.alerts_watched(self._redis, room.venue_id))
        room.loaded = True

    async def _close_if_empty(self, room: Room) -> None:
        if not room.empty or self._rooms.get(room.venue_id) is not room:
            return
        del self._rooms[room.venue_id]
        if self._pubsub is not None:
            with contextlib.suppress(RedisError):  # the next subscription will not name it
                await self._pubsub.unsubscribe(*room.channels)

    async def _listen_for_ever(self) -> None:
        pause = _RETRY_S[0]
        while not self._closed:
            try:
                async with self._redis.pubsub() as pubsub:
                    await self._subscribe(pubsub)
                    pause = _RETRY_S[0]
                    await self._listen(pubsub)
            except (RedisError, OSError) as error:
                log.warning("the live feed lost Redis; trying again", error=str(error))
            finally:
                self._pubsub = None
                for room in self._rooms.values():
                    room.loaded = False
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter
            pause = min(pause * 2, _RETRY_S[1])

    async def _subscribe(self, pubsub: PubSub) -> None:
        await pubsub.subscribe(_CONTROL)
        self._pubsub = pubsub
        for room in list(self._rooms.values()):
            await pubsub.subscribe(*room.channels)
            await self._load(room)

    async def _listen(self, pubsub: PubSub) -> None:
        loop = asyncio.get_running_loop()
        heard_at = loop.time()
        while not self._closed:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=_QUIET_S)
            if message is not None:
                heard_at = loop.time()
                self._hear(message)
            elif loop.time() - heard_at > _SILENT_S:
                raise ConnectionError("the subscription is silent")
            else:
                await pubsub.ping()

    def _hear(self, message: dict[str, Any]) -> None:
        if message["type"] != "message":
            return
        venue_id = message["channel"].decode().partition(":")[2]
        room = self._rooms.get(venue_id)
        if room is None:
            return
        try:
            item = _MESSAGE.validate_json(message["data"])
        except ValidationError as error:
            log.warning("a live message cannot be read", channel=message["channel"], problems=error.error_count())
            return
        if item.venue_id == venue_id:  # one tenant's worker must not speak for another's venue
            room.hear(item, self._clock())

    async def _age_for_ever(self) -> None:
        while not self._closed:
            await asyncio.sleep(_TICK_S)
            for room in list(self._rooms.values()):
                room.grow_older(self._clock())
                room.tell_watched(watched=await self._alerts_watched(room.venue_id))

    async def _alerts_watched(self, venue_id: str) -> bool:
        """Without Redis nobody can be heard, so nobody is known to watch."""
        try:
            return await repository.alerts_watched(self._redis, venue_id)
        except (RedisError, OSError):
            return False
