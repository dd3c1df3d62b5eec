"""Series in SQL: buckets are made and filled in the database, so that a day is a few rows on the wire."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from api.database.pool import Connection
from api.readings.schemas import Span

KNOWN_SHARE: Final = 0.5
"""A bucket speaks for its time only when at least half of its seconds were seen."""

_FIGURES: Final = {
    "area_m2": "avg",
    "unseen_share": "avg",
    "density_per_m2": "avg",
    "peak_density_per_m2": "max",
    "level_of_service": "max",
    "speed_m_per_s": "avg",
    "pressure_per_s2": "max",
    "inflow_per_min": "avg",
    "outflow_per_min": "avg",
    "queue_length": "avg",
    "queue_wait_s": "avg",
    "service_per_min": "avg",
    "dwell_s": "avg",
}
"""Each figure of a zone in metres, and how a bucket's seconds become one: means, but the worst of what warns."""


def _figures() -> str:
    """The figures of a bucket as SQL. One in a second that has none of it is left out, and is never taken for 0."""
    kinds = {"level_of_service": "text"}
    columns = [f"{how}((floor ->> '{name}')::{kinds.get(name, 'float8')}) as {name}" for name, how in _FIGURES.items()]
    return ", ".join(["count(floor) as measured", *columns])


_READINGS_WITHOUT_FIGURES: Final = """
    with buckets as (
      select at, extract(epoch from least(at + make_interval(secs => $4), $3) - at)::float8 as seconds
      from generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', make_interval(secs => $4)) at
    )
    , found as (
      select zone_id, date_bin(make_interval(secs => $4), captured_at, $2) as at,
        count(*) filter (where state = 'ok') as known,
        count(*) filter (where state = 'stale') as stale,
        count(*) filter (where state = 'uncalibrated') as uncalibrated,
        avg(count) as count, max(peak) as peak, avg(count_low) as count_low, avg(count_high) as count_high,
        {figures}
      from public.zone_readings
      where venue_id = $1 and zone_id = any ($5::text[]) and captured_at >= $2 and captured_at < $3
      group by 1, 2
    ), filled as (
      select z.zone_id, b.at, b.seconds, coalesce(f.known, 0) as known, coalesce(f.stale, 0) as stale,
        coalesce(f.uncalibrated, 0) as uncalibrated, f.count, f.peak, f.count_low, f.count_high,
        coalesce(f.measured, 0) as measured, {names}
      from unnest($5::text[]) with ordinality as z (zone_id, place)
      cross join buckets b left join found f using (zone_id, at)
      order by z.place, b.at
    )
    select zone_id, at, known >= seconds * $6 and known > 0 as ok, least(known / seconds, 1) as known_share,
      stale, uncalibrated, greatest(seconds - known - stale - uncalibrated, 0) as blind,
      count, peak, count_low, count_high, measured >= seconds * $6 and measured > 0 as has_figures, {names}
    from filled
"""

_READINGS: Final = _READINGS_WITHOUT_FIGURES.format(figures=_figures(), names=", ".join(_FIGURES))

_CROSSINGS: Final = """
    with buckets as (
      select at, extract(epoch from least(at + make_interval(secs => $4), $3) - at)::float8 as seconds
      from generate_series($2::timestamptz, $3::timestamptz - interval '1 microsecond', make_interval(secs => $4)) at
    )
    , lines as (
      select id as line_id, camera_id, position from public.counting_lines where venue_id = $1 and retired_at is null
    ), seen as (
      select distinct c.camera_id, date_bin(make_interval(secs => $4), r.captured_at, $2) as at
      from public.zone_readings r cross join lateral unnest(r.camera_ids) as c (camera_id)
      where r.venue_id = $1 and r.state = 'ok' and r.captured_at >= $2 and r.captured_at < $3
        and r.method is distinct from 'floor' -- one camera is enough for that: it does not say which of them saw
    ), passed as (
      select line_id, date_bin(make_interval(secs => $4), captured_at, $2) as at,
        count(*) filter (where direction = 'in') as in_count, count(*) filter (where direction = 'out') as out_count
      from public.line_crossings
      where venue_id = $1 and captured_at >= $2 and captured_at < $3
      group by 1, 2
    )
    select l.line_id, b.at,
      case when s.at is not null then coalesce(p.in_count, 0) end as in_count,
      case when s.at is not null then coalesce(p.out_count, 0) end as out_count
    from lines l cross join buckets b
    left join seen s on s.camera_id = l.camera_id and s.at = b.at
    left join passed p on p.line_id = l.line_id and p.at = b.at
    order by l.position, l.line_id, b.at
"""


async def zone_buckets(
    connection: Connection, venue_id: str, zone_ids: Sequence[str], span: Span
) -> list[asyncpg.Record]:
    """Every bucket of every zone, zones in the order given, buckets by time."""
    return await connection.fetch(_READINGS, venue_id, span.since, span.until, span.step_s, list(zone_ids), KNOWN_SHARE)


async def line_buckets(connection: Connection, venue_id: str, span: Span) -> list[asyncpg.Record]:
    """Every bucket of every counting line in use."""
    return await connection.fetch(_CROSSINGS, venue_id, span.since, span.until, span.step_s)


async def unknown_zones(connection: Connection, venue_id: str, zone_ids: Sequence[str]) -> list[str]:
    """Which of these zones the venue never had; a retired zone still has its history."""
    rows = await connection.fetch(
        """
        select wanted from unnest($2::text[]) as wanted
        where not exists (select from public.zones where venue_id = $1 and id = wanted)
        """,
        venue_id,
        list(zone_ids),
    )
    return [row["wanted"] for row in rows]
