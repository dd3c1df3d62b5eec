"""Who may tell of scans, in SQL; and the scans' way onto the bus."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, cast

from redis.asyncio import Redis

from api.database.pool import Connection
from api.scans.schemas import ScanStatus
from domain.floor import Scan
from domain.topics import SCANS

REMEMBERED: Final = timedelta(days=3)
"""How long a key is known here: a festival's weekend. 60,000 scans a day are about 25 MB."""

# One script: a scan is on the Stream and its key is known, or neither, whatever breaks between.
_TELL: Final = """
    -- KEYS: the Stream, then each scan's key. ARGV: the Stream's length, how long a key is known in seconds,
    -- then for each scan what it says and its message.
    local answers = {}
    for i = 2, #KEYS do
      local says, message = ARGV[2 * i - 1], ARGV[2 * i]
      local known = redis.call('GET', KEYS[i])
      if not known then
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'm', message)
        redis.call('SET', KEYS[i], says, 'EX', ARGV[2])
        redis.call('PUBLISH', KEYS[1], message)
        answers[i - 1] = 'new'
      elseif known == says then
        answers[i - 1] = 'known'
      else
        answers[i - 1] = 'conflict'
      end
    end
    return answers
"""


@dataclass(frozen=True)
class Told:
    """A scan, and what the scanner said of it: what tells the same scan told again from another one of its key."""

    scan: Scan
    says: str


def scan_key(venue_id: str, scan_id: str) -> str:
    """Where it is remembered that a scan was told."""
    return f"{SCANS.key(venue_id)}/{scan_id}"


async def tell(redis: Redis, venue_id: str, told: Sequence[Told]) -> list[ScanStatus]:
    """Put the scans that are new on the Stream and the channel; what became of each.

    Raises:
        RedisError: Redis does not answer; all may be told again.
    """
    keys = [SCANS.key(venue_id), *(scan_key(venue_id, one.scan.scan_id) for one in told)]
    values: list[str | int] = [SCANS.stream_length, int(REMEMBERED.total_seconds())]
    for one in told:
        values += [one.says, one.scan.model_dump_json()]
    answers = await redis.register_script(_TELL)(keys=keys, args=values)
    return [cast("ScanStatus", answer.decode()) for answer in cast("list[Any]", answers)]


async def may_tell(connection: Connection, venue_id: str) -> bool:
    """Whether the user's role in the venue includes telling of scans."""
    allowed: bool = await connection.fetchval("select private.may_tell_scans($1)", venue_id)
    return allowed
