"""From rows to events."""

from datetime import datetime

import asyncpg

from api.access.tokens import Identity
from api.database.pool import Database
from api.postures import repository
from api.postures.schemas import PostureEpisode, Postures
from api.readings.schemas import BadRange
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.messages import Posture


async def get_postures(
    database: Database,
    user: Identity,
    venue_id: str,
    since: datetime,
    until: datetime,
    *,
    postures: list[Posture] | None,
    limit: int,
) -> Postures:
    """Events raised in a range of time.

    Raises:
        BadRange: the range ends before it begins.
        NotVisible: no such venue for this user.
    """
    if since >= until:
        raise BadRange(f"since ({since.isoformat()}) must be before until ({until.isoformat()})")
    async with database.as_user(user.claims) as connection:
        if not await venues.is_member(connection, venue_id):
            raise no_such_venue(venue_id)
        rows = await repository.episodes(connection, venue_id, since, until, postures=postures, limit=limit + 1)
    return Postures(
        venue_id=venue_id,
        since=since,
        until=until,
        truncated=len(rows) > limit,
        events=[_episode(row) for row in rows[:limit]],
    )


def _episode(row: asyncpg.Record) -> PostureEpisode:
    values = dict(row)
    position = values.pop("position_x"), values.pop("position_y")
    return PostureEpisode(**values, position=position)
