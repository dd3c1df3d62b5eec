"""The Redis side: one consumer group over the Streams of every venue."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

log = structlog.get_logger()

GROUP: Final = "recorder"
BLOCK_MS: Final = 1000
"""How long a read waits for something new, and so how soon a stop is noticed."""
ABANDONED_MS: Final = 60_000
"""A batch takes seconds even from a slow database: an entry that idle belongs to a recorder that is gone."""
DEAD_LETTERS_KEPT: Final = 10_000


@dataclass(frozen=True)
class Entry:
    """One entry of a Stream. ``payload`` is ``None`` where it was trimmed away before it could be read."""

    stream: str
    id: bytes
    payload: bytes | None


@dataclass(frozen=True)
class DeadLetter:
    """An entry that can never be stored, and why."""

    entry: Entry
    error: str


class Streams:
    """Reads as one consumer of the group.

    Args:
        redis: the bus.
        consumer: this recorder's name. The same after a restart, so that it finds what it had not finished.
    """

    def __init__(self, redis: Redis, consumer: str) -> None:
        self._redis = redis
        self._consumer = consumer
        self._joined: set[str] = set()

    async def join(self, streams: Iterable[str]) -> None:
        """Make the group where it does not exist, from the very first entry on."""
        for stream in streams:
            if stream in self._joined:
                continue
            try:
                await self._redis.xgroup_create(stream, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise
            self._joined.add(stream)

    def forget_groups(self) -> None:
        """Redis may have been emptied: look again before the next read."""
        self._joined.clear()

    async def read(self, streams: Sequence[str], *, count: int, unfinished: bool) -> list[Entry]:
        """Some entries of each Stream.

        Args:
            streams: which; all of them joined.
            count: at most so many of each Stream.
            unfinished: those that this consumer was given before and has not acknowledged, instead of new ones.

        Raises:
            ResponseError: the group is gone, because Redis was emptied.
        """
        position = "0" if unfinished else ">"
        answer = await self._redis.xreadgroup(
            GROUP, self._consumer, dict.fromkeys(streams, position), count=count, block=None if unfinished else BLOCK_MS
        )
        return [
            Entry(stream.decode(), entry_id, (fields or {}).get(b"m"))
            for stream, entries in cast("list[Any]", answer or [])
            for entry_id, fields in entries
        ]

    async def take_over(self, streams: Iterable[str]) -> int:
        """Claim what dead recorders left behind; how many entries. They are read as unfinished ones."""
        claimed = 0
        for stream in streams:
            cursor: bytes | str = "0-0"
            while True:  # one call looks at a few entries only; the cursor leads through all of them
                answer = await self._redis.xautoclaim(
                    stream, GROUP, self._consumer, ABANDONED_MS, start_id=cursor, count=500, justid=False
                )
                cursor, entries = answer[0], answer[1]
                claimed += len(entries)
                if cursor in (b"0-0", "0-0"):
                    break
        if claimed:
            log.info("entries of a dead recorder taken over", entries=claimed)
        return claimed

    async def acknowledge(self, entries: Sequence[Entry]) -> None:
        """They are stored."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for stream in {entry.stream for entry in entries}:
                pipeline.xack(stream, GROUP, *(entry.id for entry in entries if entry.stream == stream))
            await pipeline.execute()

    async def set_aside(self, letters: Sequence[DeadLetter]) -> None:
        """Keep what cannot be stored where a person can look at it, and go on without it."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            for letter in letters:
                entry = letter.entry
                fields: dict[Any, Any] = {"m": entry.payload or b"", "error": letter.error, "id": entry.id}
                pipeline.xadd(f"dead:{entry.stream}", fields, maxlen=DEAD_LETTERS_KEPT, approximate=True)
                pipeline.xack(entry.stream, GROUP, entry.id)
            await pipeline.execute()

    async def behind(self, streams: Iterable[str]) -> int:
        """How many entries are not stored yet: delivered and unfinished, or never delivered.

        Where Redis has lost count (after entries were trimmed) the Stream's whole length stands for it: too many
        rather than too few.
        """
        total = 0
        for stream in streams:
            groups = await self._redis.xinfo_groups(stream)
            mine = next((group for group in groups if group["name"] == GROUP.encode()), None)
            if mine is not None:
                lag = mine["lag"]
                total += mine["pending"] + (lag if lag is not None else await self._redis.xlen(stream))
        return total
