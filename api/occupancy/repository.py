"""Occupancy in SQL, and the newest in Redis."""

from typing import Final

import asyncpg
from pydantic import ValidationError
from redis.asyncio import Redis

from api.bus import newest_entries
from api.database.pool import Connection
from api.readings.repository import KNOWN_SHARE
from api.readings.schemas import Span
from domain.floor import Occupancy
from domain.topics import OCCUPANCY

TAIL: Final = 200
"""Entries of the Stream that are looked through: ten seconds, past which nothing may be shown, of twenty sections."""

_BUCKETS: Final = """
    with buckets as (
      select at, extract(epoch from least(at + make_interval(secs => $4), $3) - at)::float8 as seconds
      from generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', make_interval(secs => $4)) at
    ), found as (
      select date_bin(make_interval(secs => $4), captured_at, $2) as at,
        count(*) filter (where state = 'ok') as known,
        count(*) filter (where state = 'stale') as stale,
        count(*) filter (where state = 'uncalibrated') as uncalibrated,
        avg(count) as count, avg(count_low) as count_low, avg(count_high) as count_high, max(count) as peak,
        (array_agg(capacity order by captured_at desc) filter (where capacity is not null))[1] as capacity,
        bool_or(over_capacity) filter (where state = 'ok') as over_capacity,
        avg(drift_per_hour) filter (where state = 'ok') as drift_per_hour,
        avg(seen_share) filter (where state = 'ok') as seen_share
      from public.occupancy_readings
      where venue_id = $1 and section_id = $5 and captured_at >= $2 and captured_at < $3
      group by 1
    ), filled as (
      select b.at, b.seconds, coalesce(f.known, 0) as known, coalesce(f.stale, 0) as stale,
        coalesce(f.uncalibrated, 0) as uncalibrated, f.count, f.count_low, f.count_high, f.peak, f.capacity,
        f.over_capacity, f.drift_per_hour, f.seen_share
      from buckets b left join found f using (at)
    )
    select at, known >= seconds * $6 and known > 0 as ok, least(known / seconds, 1) as known_share,
      stale, uncalibrated, greatest(seconds - known - stale - uncalibrated, 0) as blind,
      count, count_low, count_high, peak, capacity, over_capacity, drift_per_hour, seen_share
    from filled order by at
"""


async def buckets(connection: Connection, venue_id: str, section_id: str | None, span: Span) -> list[asyncpg.Record]:
    """Every bucket of the range, by time; ``None`` as section is all of the venue."""
    return await connection.fetch(
        _BUCKETS, venue_id, span.since, span.until, span.step_s, section_id or "", KNOWN_SHARE
    )


async def newest(redis: Redis, venue_id: str) -> dict[str | None, Occupancy]:
    """The newest occupancy of each section, under ``None`` that of all of the venue; by when it was, not told."""
    found: dict[str | None, Occupancy] = {}
    for fields in await newest_entries(redis, OCCUPANCY.key(venue_id), TAIL):
        try:
            item = Occupancy.model_validate_json(fields[b"m"])
        except (KeyError, ValidationError):
            continue  # the recorder sets it aside and says so
        known = found.get(item.section_id)
        if item.venue_id == venue_id and (known is None or item.captured_at > known.captured_at):
            found[item.section_id] = item
    return found
