"""Posture events in SQL."""

from datetime import datetime
from typing import Final

import asyncpg

from api.database.pool import Connection
from domain.messages import Posture

_EPISODES: Final = """
    select b.event_id, b.camera_id, b.zone_ids, b.position_x, b.position_y, b.posture, b.since,
      b.captured_at as raised_at, e.captured_at as ended_at, e.end_reason,
      coalesce(e.confidence, b.confidence) as confidence, coalesce(e.duration_s, b.duration_s) as duration_s
    from public.posture_events b
    left join lateral (
      select captured_at, end_reason, confidence, duration_s from public.posture_events
      where event_id = b.event_id and phase = 'ended' and venue_id = b.venue_id and captured_at >= b.captured_at
      order by captured_at limit 1
    ) e on true
    where b.venue_id = $1 and b.phase = 'started' and b.captured_at >= $2 and b.captured_at < $3
      and ($4::text[] is null or b.posture = any ($4))
    order by b.captured_at desc, b.event_id
    limit $5
"""


async def episodes(
    connection: Connection,
    venue_id: str,
    since: datetime,
    until: datetime,
    *,
    postures: list[Posture] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Events raised in ``[since, until)``, newest first, each with its end if one is known.

    Args:
        connection: whose rows are seen.
        venue_id: which venue.
        since: the first moment.
        until: the first moment after the range.
        postures: only these; ``None``: all.
        limit: at most so many.
    """
    names = [posture.value for posture in postures] if postures else None
    return await connection.fetch(_EPISODES, venue_id, since, until, names, limit)
