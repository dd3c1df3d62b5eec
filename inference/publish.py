"""Telling the rest of Headroom, through Redis, without losing what must be stored.

Each message goes out once by Pub/Sub, for screens, and once by Stream, for the store, in one pipeline. While Redis is
away, messages for a Stream wait in order; of those that only screens want, the newest of each key is kept.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import random
from typing import Final, TypeVar

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import RedisError

from domain.messages import Message
from domain.topics import FRAME, Topic, camera_owner

log = structlog.get_logger()
Value = TypeVar("Value")

CAPACITY: Final = 100_000
"""Stream messages kept while Redis is away: over half an hour of 50 zones, about 40 MB."""
BATCH: Final = 500
"""Messages a pipeline."""
LONGEST_PAUSE_S: Final = 2.0
"""Between two tries; a server restarted by its supervisor is back within this."""
TIMEOUT_S: Final = 5.0
"""A server that does not answer for this long is taken for lost (a frozen one never refuses)."""


@dataclass
class Outbox:
    """What is waiting to be sent.

    Attributes:
        durable: messages for Streams, oldest first.
        newest: by key, the newest of those that replace one another.
        pictures: by camera, the newest JPEG and when it was captured.
        lost: durable messages dropped because too many waited.
    """

    durable: deque[tuple[Topic, Message]] = field(default_factory=deque)
    newest: dict[str, tuple[Topic, str, Message]] = field(default_factory=dict)
    pictures: dict[str, tuple[bytes, datetime]] = field(default_factory=dict)
    lost: int = 0

    def __bool__(self) -> bool:
        return bool(self.durable or self.newest or self.pictures)


class Publisher:
    """Sends one venue's messages. :meth:`put` never waits; :meth:`run` sends until it is cancelled, then flushes.

    Args:
        redis: a client made with :func:`connect`.
        venue_id: whose messages these are.
    """

    def __init__(self, redis: Redis, venue_id: str) -> None:
        self._redis, self._venue_id = redis, venue_id
        self._outbox = Outbox()
        self._in_flight = 0
        self._wake = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Stream messages that Redis has not confirmed yet."""
        return len(self._outbox.durable) + self._in_flight

    def put(self, topic: Topic, message: Message) -> None:
        """Send a message that will be stored."""
        if len(self._outbox.durable) >= CAPACITY:
            self._outbox.durable.popleft()
            self._outbox.lost += 1
        self._outbox.durable.append((topic, message))
        self._wake.set()

    def put_newest(self, topic: Topic, owner: str, message: Message) -> None:
        """Send a message of which only the newest matters; ``owner`` is whose last value it becomes."""
        self._outbox.newest[topic.key(owner)] = (topic, owner, message)
        self._wake.set()

    def put_picture(self, camera_id: str, jpeg: bytes, captured_at: datetime) -> None:
        """Replace a camera's newest picture."""
        self._outbox.pictures[FRAME.key(camera_owner(self._venue_id, camera_id))] = (jpeg, captured_at)
        self._wake.set()

    async def run(self) -> None:
        """Send what is put, until cancelled."""
        failures = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while self._outbox:
                    await self._send_some()
                    heed_cancellation()
                failures = self._recovered(failures)
            except (RedisError, OSError) as error:
                failures += 1
                if failures == 1:
                    log.warning("redis is away, messages wait", error=type(error).__name__, waiting=self.waiting)
                self._wake.set()
                await asyncio.sleep(min(0.1 * 2**failures, LONGEST_PAUSE_S) * (0.5 + random() / 2))  # noqa: S311  # jitter

    def _recovered(self, failures: int) -> int:
        if failures or self._outbox.lost:
            log.info("redis is back, messages are sent", failures=failures, lost=self._outbox.lost)
            self._outbox.lost = 0
        return 0

    async def flush(self, timeout_s: float) -> None:
        """Try once more, before the end, to send what waits."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._outbox:
                    await self._send_some()
        except (RedisError, OSError, TimeoutError):
            log.exception("messages were lost at the end: redis is away", lost=self.waiting)

    async def _send_some(self) -> None:
        """One pipeline. Whatever fails is sent again: storing a message twice is harmless, losing it is not."""
        box = self._outbox
        durable = [box.durable.popleft() for _ in range(min(BATCH, len(box.durable)))]
        newest, pictures = dict(box.newest), dict(box.pictures)
        self._in_flight = len(durable)
        try:
            async with self._redis.pipeline(transaction=False) as pipe:
                self._fill(pipe, durable, newest, pictures)
                await pipe.execute()
        except BaseException:  # a cancelled send is as unsure as a failed one
            box.durable.extendleft(reversed(durable))
            raise
        finally:
            self._in_flight = 0
        _drop_sent(box.newest, newest)
        _drop_sent(box.pictures, pictures)

    def _fill(
        self,
        pipe: Pipeline,
        durable: Iterable[tuple[Topic, Message]],
        newest: Mapping[str, tuple[Topic, str, Message]],
        pictures: Mapping[str, tuple[bytes, datetime]],
    ) -> None:
        for topic, message in durable:
            key, payload = topic.key(self._venue_id), message.model_dump_json()
            pipe.publish(key, payload)
            pipe.xadd(key, {"m": payload}, maxlen=topic.stream_length, approximate=True)
        for topic, owner, message in newest.values():
            payload = message.model_dump_json()
            pipe.publish(topic.key(self._venue_id), payload)
            pipe.set(topic.key(owner), payload, ex=topic.retention_s)
        for key, (jpeg, captured_at) in pictures.items():
            pipe.hset(key, mapping={"jpeg": jpeg, "captured_at": captured_at.isoformat()})
            pipe.expire(key, FRAME.retention_s)


def heed_cancellation() -> None:
    """End now if that was asked for: on Python 3.11 a cancellation inside the Redis client may be lost."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _drop_sent(waiting: dict[str, Value], sent: dict[str, Value]) -> None:
    """Remove what was sent, unless a newer one has taken its place meanwhile."""
    for key, value in sent.items():
        if waiting.get(key) is value:
            del waiting[key]


def connect(url: str) -> Redis:
    """A client that notices a server which died, was restarted or froze."""
    return Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, health_check_interval=30)
