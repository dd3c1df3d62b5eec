"""What the engine hears: the Streams in the order in which they were written, and each camera's last word."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import structlog
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from api.alerts.engine import Heard
from api.alerts.figures import KEPT_S
from domain.floor import Occupancy
from domain.messages import CameraHealth, Message, PostureEvent, ZoneReading
from domain.topics import CAMERAS, OCCUPANCY, POSTURES, READINGS, Topic, camera_owner
from domain.units import from_unix_ns

log = structlog.get_logger()

GROUP: Final = "alerts"
BLOCK_MS: Final = 250
"""How long a read waits for something new, and so how late time alone is noticed."""
BATCH: Final = 2000
_TOPICS: Final[dict[Topic, type[Message]]] = {READINGS: ZoneReading, POSTURES: PostureEvent, OCCUPANCY: Occupancy}


@dataclass(frozen=True)
class Arrived:
    """One entry of a Stream.

    Attributes:
        at: when Redis took it in, which is the time that the engine goes by.
        message: ``None`` where it cannot be read.
    """

    stream: str
    id: str
    at: datetime
    message: Heard | None


class Inbox:
    """Reads one venue's Streams as the group ``alerts``.

    Args:
        redis: the bus.
        venue_id: whose Streams.
        consumer: this engine's name in the group.
    """

    def __init__(self, redis: Redis, venue_id: str, *, consumer: str) -> None:
        self._redis, self._venue_id, self._consumer = redis, venue_id, consumer
        self._messages = {topic.key(venue_id): message for topic, message in _TOPICS.items()}
        self._heard_at: dict[str, datetime] = {}

    async def join(self, begin: str) -> None:
        """Make the group where there is none, from ``begin`` on, and take over what dead engines left unfinished."""
        for stream in self._messages:
            try:
                await self._redis.xgroup_create(stream, GROUP, id=begin, mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
            cursor: bytes | str = "0-0"
            while True:
                answer = await self._redis.xautoclaim(stream, GROUP, self._consumer, 0, start_id=cursor, count=500)
                cursor = answer[0]
                if cursor in (b"0-0", "0-0"):
                    break

    async def read(self, *, unfinished: bool) -> list[Arrived]:
        """Some entries, oldest first; those that were given before and not finished, or new ones.

        Raises:
            ResponseError: the group is gone, because Redis was emptied.
        """
        answer = await self._redis.xreadgroup(
            GROUP,
            self._consumer,
            dict.fromkeys(self._messages, "0" if unfinished else ">"),
            count=BATCH,
            block=None if unfinished else BLOCK_MS,
        )
        found = [
            self._arrived(stream.decode(), entry_id.decode(), fields)
            for stream, entries in cast("list[Any]", answer or [])
            for entry_id, fields in entries
        ]
        return sorted(found, key=lambda entry: (order(entry.id), entry.stream))

    async def past(self, until: datetime) -> list[Arrived]:
        """What came in the minutes before: the trend that a restarted engine must know."""
        first, last = _id(until - timedelta(seconds=KEPT_S)), _id(until)
        found = []
        for stream in self._messages:
            entries = cast("list[Any]", await self._redis.xrange(stream, min=first, max=last))
            found += [self._arrived(stream, entry_id.decode(), fields) for entry_id, fields in entries]
        return sorted(found, key=lambda entry: (order(entry.id), entry.stream))

    def _arrived(self, stream: str, entry_id: str, fields: dict[bytes, bytes] | None) -> Arrived:
        payload = (fields or {}).get(b"m")
        message: Heard | None = None
        try:
            # A trimmed entry has no payload; what cannot be read the recorder sets aside and says so.
            message = cast("Heard", self._messages[stream].model_validate_json(payload)) if payload else None
        except ValidationError as error:
            log.warning("a message cannot be read", stream=stream, entry=entry_id, problems=error.error_count())
        return Arrived(stream, entry_id, from_unix_ns(order(entry_id)[0] * 1_000_000), message)

    async def finish(self, entries: list[Arrived]) -> None:
        """They are in what is stored; they will not be given again."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for stream in {entry.stream for entry in entries}:
                pipeline.xack(stream, GROUP, *(entry.id for entry in entries if entry.stream == stream))
            await pipeline.execute()

    async def healths(self, camera_ids: list[str]) -> list[tuple[CameraHealth, datetime]]:
        """Each camera's last word, where it is a new one, and when it was said: by the key's remaining life."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for camera_id in camera_ids:
                key = CAMERAS.key(camera_owner(self._venue_id, camera_id))
                pipeline.get(key)
                pipeline.pttl(key)
            answers = await pipeline.execute()
        now, found = datetime.now(UTC), []
        for camera_id, value, left_ms in zip(camera_ids, answers[::2], answers[1::2], strict=True):
            if value is None or left_ms < 0:
                continue
            said_at = now - (timedelta(seconds=CAMERAS.retention_s) - timedelta(milliseconds=left_ms))
            if said_at - self._heard_at.get(camera_id, said_at - timedelta(days=1)) < timedelta(milliseconds=100):
                continue  # the same word again, read a moment later
            self._heard_at[camera_id] = said_at
            found.append((CameraHealth.model_validate_json(value), said_at))
        return found


def order(entry_id: str) -> tuple[int, int]:
    """A Stream's ids as numbers: milliseconds, and the place among those of the same one."""
    milliseconds, _, place = entry_id.partition("-")
    return int(milliseconds), int(place or 0)


def _id(at: datetime) -> str:
    return str(int(at.timestamp() * 1000))
