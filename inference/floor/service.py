"""The floor as a process: hear the cameras of a venue, tell what they see together, until it is told to stop."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import BadInput, Unavailable
from domain.floor import CameraPositions, Occupancy, Positions
from domain.messages import CameraHealth, Message, ZoneReading
from domain.settings import Settings
from domain.topics import CAMERAS, CROSSINGS, OCCUPANCY, POSITIONS, READINGS, SCANS, SIGHTINGS, TOPICS, Topic
from domain.venue import VenueConfig
from inference.floor.conveyor import Conveyor
from inference.floor.engine import FloorEngine
from inference.floor.kept import KEPT_S, kept_key
from inference.publish import Publisher, connect

log = structlog.get_logger()

LAG: Final = timedelta(milliseconds=600)
"""How far the steps stay behind the present: a frame is counted and told within 400 ms on a machine that keeps up."""
FUTURE: Final = timedelta(seconds=30)
"""No clock that is kept is ahead by more; what is would wait for its time, and fill the memory."""
TICK_S: Final = 0.1
KEEP_EVERY_S: Final = 5.0
"""Between two snapshots; a restart hears at most so much of the Streams again, and starts from there."""
AWAY_S: Final = 0.5
_BLOCK_MS: Final = 1000
_FLUSH_S: Final = 2.0
_HEARD: Final = {topic.name: topic for topic in (SIGHTINGS, CAMERAS)}
_READ: Final = (CROSSINGS, SCANS)


class FloorService:
    """One venue's floor, from Redis to Redis.

    Args:
        redis: a client made with :func:`inference.publish.connect`.
        venue: what it watches.
        publisher: takes what is told.
        clock: the present, UTC.
    """

    def __init__(self, redis: Redis, venue: VenueConfig, publisher: Publisher, clock: Callable[[], datetime]) -> None:
        self._redis, self._venue, self._publisher, self._clock = redis, venue, publisher, clock
        self._engine = FloorEngine(venue)
        self._conveyor = Conveyor(self._engine, clock() - LAG)
        self._read_up_to: dict[str, str] = {}

    async def run(self) -> None:
        """Until cancelled."""
        await self._restore()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._outlast(self._hear))
            group.create_task(self._outlast(self._read))
            group.create_task(self._outlast(self._keep))
            group.create_task(self._step())
            group.create_task(self._publisher.run())

    async def _outlast(self, work: Callable[[], Any]) -> None:
        """Do it again whenever Redis was away."""
        while True:
            try:
                await work()
            except (RedisError, OSError) as error:
                log.warning("redis is away", error=type(error).__name__)
            await asyncio.sleep(AWAY_S)

    async def _hear(self) -> None:
        """What only matters now: positions, and how cameras are."""
        async with self._redis.pubsub() as channel:
            await channel.subscribe(*(topic.key(self._venue.id) for topic in _HEARD.values()))
            async for heard in channel.listen():
                if heard["type"] == "message":
                    name = heard["channel"].decode().partition(":")[0]
                    self._put(_HEARD[name], heard["data"])

    async def _read(self) -> None:
        """What must not be missed: passages and scans, from where the last snapshot stopped."""
        while True:
            streams = cast("dict[Any, Any]", self._read_up_to.copy())
            answer = await self._redis.xread(streams, block=_BLOCK_MS, count=500)
            for stream, entries in cast("list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]", answer):
                topic = next(topic for topic in _READ if topic.key(self._venue.id) == stream.decode())
                for entry_id, fields in entries:
                    self._put(topic, fields[b"m"])
                    self._read_up_to[stream.decode()] = entry_id.decode()

    def _put(self, topic: Topic, payload: bytes | str) -> None:
        kind = cast("type[Message]", topic.message)
        try:
            message = kind.model_validate_json(payload)
            if message.captured_at - self._clock() > FUTURE:
                log.warning(
                    "a message from the future is left out", topic=topic.name, at=message.captured_at.isoformat()
                )
                return
            self._conveyor.put(message)
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            log.warning("a message is left out", topic=topic.name, problem=first["msg"], at=first["loc"])

    async def _step(self) -> None:
        while True:
            for told in self._conveyor.advance(self._clock() - LAG):
                self._tell(told)
            await asyncio.sleep(TICK_S)

    def _tell(self, told: Message) -> None:
        match told:
            case ZoneReading():
                self._publisher.put(READINGS, told)
            case Occupancy():
                self._publisher.put(OCCUPANCY, told)
            case Positions():
                self._publisher.put_newest(POSITIONS, self._venue.id, told)
            case CameraPositions() | CameraHealth():
                raise AssertionError("the floor tells nothing of single cameras")

    async def _keep(self) -> None:
        """Keep the people inside for the next life."""
        while True:
            waiting = [
                [topic.name, message.model_dump_json()]
                for message in self._conveyor.waiting
                for topic in _READ
                if type(message) is topic.message
            ]
            kept = {"filter": self._engine.snapshot(), "read": self._read_up_to, "waiting": waiting}
            await self._redis.set(kept_key(self._venue.id), json.dumps(kept), ex=KEPT_S)
            await asyncio.sleep(KEEP_EVERY_S)

    async def _restore(self) -> None:
        """Go on where the last life stopped, unless the gates are others now. Without Redis there is nothing to do."""
        while True:
            try:
                kept = await self._redis.get(kept_key(self._venue.id))
                for topic in _READ:
                    stream = topic.key(self._venue.id)
                    newest = cast("list[tuple[bytes, Any]]", await self._redis.xrevrange(stream, count=1))
                    self._read_up_to[stream] = newest[0][0].decode() if newest else "0-0"
                break
            except (RedisError, OSError) as error:
                log.warning("redis is away", error=type(error).__name__)
                await asyncio.sleep(AWAY_S)
        if kept is not None:
            self._take_over(kept)

    def _take_over(self, kept: bytes | str) -> None:
        try:
            told = json.loads(kept)
            self._engine.restore(told["filter"], self._clock() - LAG)
            self._read_up_to |= {stream: last for stream, last in told["read"].items() if stream in self._read_up_to}
            for name, payload in told["waiting"]:
                self._put(TOPICS[name], payload)
            log.info("the people inside are taken over from the last life")
        except (BadInput, ValueError, KeyError, TypeError) as error:
            log.warning("the people inside begin anew", reason=str(error))


def _now() -> datetime:
    return datetime.now(UTC)


async def run(settings: Settings, venue: VenueConfig, *, clock: Callable[[], datetime] = _now) -> None:
    """Watch one venue's floor until cancelled.

    Args:
        settings: must name a Redis.
        venue: with a floor plan, or gates.
        clock: the present, UTC.

    Raises:
        Unavailable: no Redis is named.
        BadInput: the venue has neither floor nor gates, or a calibration contradicts itself.
    """
    if settings.redis_url is None:
        raise Unavailable("the floor needs HEADROOM_REDIS_URL; `headroom up` sets it")
    if venue.floor is None and not venue.gates:
        raise BadInput(f"venue {venue.id!r} has neither a floor nor gates; there is nothing to watch")
    redis = connect(settings.redis_url.get_secret_value())
    publisher = Publisher(redis, venue.id)
    log.info("floor starts", venue=venue.id, zones=len(venue.floor.zones) if venue.floor else 0)
    try:
        await FloorService(redis, venue, publisher, clock).run()
    finally:
        await publisher.flush(_FLUSH_S)
        await redis.aclose()
