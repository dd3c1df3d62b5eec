"""From estimates to what may be shown."""

from datetime import UTC, datetime

import asyncpg
from redis.asyncio import Redis

from api.access.tokens import Identity
from api.database.pool import Database
from api.occupancy import repository
from api.occupancy.schemas import LatestOccupancy, OccupancyPoint, OccupancySeries
from api.readings.schemas import Span
from api.readings.service import why_unknown
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.floor import Occupancy
from domain.messages import State
from domain.staleness import aged_occupancy


async def get_occupancy(
    database: Database, user: Identity, venue_id: str, span: Span, section_id: str | None
) -> OccupancySeries:
    """People inside over time.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        if not await venues.is_member(connection, venue_id):
            raise no_such_venue(venue_id)
        rows = await repository.buckets(connection, venue_id, section_id, span)
    return OccupancySeries(
        venue_id=venue_id,
        section_id=section_id,
        since=span.since,
        until=span.until,
        step_s=span.step_s,
        points=[_point(row) for row in rows],
    )


async def get_latest(database: Database, redis: Redis, user: Identity, venue_id: str) -> LatestOccupancy:
    """People inside now.

    Raises:
        NotVisible: no such venue for this user.
        RedisError: Redis does not answer.
    """
    async with database.as_user(user.claims) as connection:
        venue = await venues.venue(connection, venue_id)
    if venue is None:
        raise no_such_venue(venue_id)
    found = await repository.newest(redis, venue_id)
    now = datetime.now(UTC)
    sections = [aged_occupancy(item, now) for key, item in sorted(found.items(), key=lambda one: one[0] or "") if key]
    whole = found.get(None)
    return LatestOccupancy(
        venue_id=venue_id,
        at=now,
        whole=aged_occupancy(whole, now) if whole is not None else _never_told(venue_id, venue["capacity"], now),
        sections=sections,
    )


def _never_told(venue_id: str, capacity: int, now: datetime) -> Occupancy:
    """What is known of a venue whose estimate was not heard of yet."""
    return Occupancy(venue_id=venue_id, captured_at=now, state=State.BLIND, reason="no estimate yet", capacity=capacity)


def _point(row: asyncpg.Record) -> OccupancyPoint:
    ok: bool = row["ok"]
    names = ("count", "count_low", "count_high", "peak", "drift_per_hour", "seen_share")
    return OccupancyPoint(
        at=row["at"],
        state=State.OK if ok else why_unknown(row),
        **{name: round(row[name], 3) if ok and row[name] is not None else None for name in names},
        capacity=row["capacity"],
        over_capacity=row["over_capacity"] if ok else None,
        known_share=round(row["known_share"], 4),
    )
