"""From buckets in the database to series that say what is known."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

import asyncpg

from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import NotVisible
from api.readings import repository
from api.readings.schemas import (
    CrossingPoint,
    Crossings,
    FloorPoint,
    LineSeries,
    ReadingPoint,
    Readings,
    Span,
    ZoneSeries,
)
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.messages import State


async def get_readings(
    database: Database, user: Identity, venue_id: str, span: Span, zone_ids: Sequence[str]
) -> Readings:
    """Zones over time.

    Args:
        database: where they are.
        user: who asks.
        venue_id: which venue.
        span: from when to when, in which steps.
        zone_ids: which zones; empty: all that are in use, those of the plan last.

    Raises:
        NotVisible: no such venue or zone for this user.
    """
    async with database.as_user(user.claims) as connection:
        if not await venues.is_member(connection, venue_id):
            raise no_such_venue(venue_id)
        wanted = await _zones(connection, venue_id, zone_ids)
        rows = await repository.zone_buckets(connection, venue_id, wanted, span)
    series = [
        ZoneSeries(zone_id=zone_id, points=[_reading_point(row) for row in group])
        for zone_id, group in _by(rows, "zone_id")
    ]
    return Readings(venue_id=venue_id, since=span.since, until=span.until, step_s=span.step_s, zones=series)


async def get_crossings(database: Database, user: Identity, venue_id: str, span: Span) -> Crossings:
    """Counting lines over time.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        if not await venues.is_member(connection, venue_id):
            raise no_such_venue(venue_id)
        rows = await repository.line_buckets(connection, venue_id, span)
    series = [
        LineSeries(
            line_id=line_id,
            points=[CrossingPoint(at=row["at"], in_count=row["in_count"], out_count=row["out_count"]) for row in group],
        )
        for line_id, group in _by(rows, "line_id")
    ]
    return Crossings(venue_id=venue_id, since=span.since, until=span.until, step_s=span.step_s, lines=series)


async def _zones(connection: Connection, venue_id: str, asked: Sequence[str]) -> list[str]:
    if not asked:
        on_plan = [zone.id for zone in await venues.floor_zones(connection, venue_id)]
        return [zone.id for zone in await venues.zones(connection, venue_id)] + on_plan
    unknown = await repository.unknown_zones(connection, venue_id, asked)
    if unknown:
        raise NotVisible(f"venue {venue_id!r} has no zone {unknown[0]!r}")
    return list(dict.fromkeys(asked))


def _by(rows: list[asyncpg.Record], key: str) -> Iterable[tuple[str, Iterable[asyncpg.Record]]]:
    return groupby(rows, key=itemgetter(key))


def _reading_point(row: asyncpg.Record) -> ReadingPoint:
    ok: bool = row["ok"]
    return ReadingPoint(
        at=row["at"],
        state=State.OK if ok else why_unknown(row),
        count=_rounded(row["count"]) if ok else None,
        peak=row["peak"] if ok else None,
        count_low=_rounded(row["count_low"]) if ok else None,
        count_high=_rounded(row["count_high"]) if ok else None,
        known_share=round(row["known_share"], 4),
        floor=_floor_point(row) if ok and row["has_figures"] else None,
    )


def _floor_point(row: asyncpg.Record) -> FloorPoint:
    figures = {name: row[name] for name in FloorPoint.model_fields}
    return FloorPoint.model_validate(
        {name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()}
    )


def why_unknown(row: asyncpg.Record) -> State:
    """What kept most seconds unknown; a second without any row is blind, and blind wins a tie."""
    unknown = (State.BLIND, State.STALE, State.UNCALIBRATED)
    return max(unknown, key=lambda state: row[state.value])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
