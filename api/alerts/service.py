"""Who may see which alert, and who may do what about it. The database decides; here it is put into words."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg
from redis.asyncio import Redis

from api.access.tokens import Identity
from api.alerts import outbox, repository
from api.alerts.repository import Wanted
from api.alerts.schemas import (
    Acknowledge,
    Action,
    Alerts,
    AlertStory,
    Close,
    KeptPicture,
    Note,
    PhaseNow,
    Rules,
    RuleShown,
)
from api.database.pool import Connection, Database
from api.errors import NotAllowed, NotVisible
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.alerts import Phase


@dataclass(frozen=True)
class Picture:
    """What a camera showed, as JPEG."""

    jpeg: bytes
    captured_at: datetime
    camera_id: str


async def get_alerts(database: Database, redis: Redis, user: Identity, venue_id: str, wanted: Wanted) -> Alerts:
    """Alerts of a venue.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        found = await repository.alerts(connection, venue_id, replace(wanted, limit=wanted.limit + 1))
    watched = await outbox.last_beat(redis, venue_id) is not None
    left_out = len(found) > wanted.limit
    return Alerts(venue_id=venue_id, watched=watched, truncated=left_out, alerts=found[: wanted.limit])


async def get_story(database: Database, user: Identity, venue_id: str, alert_id: UUID) -> AlertStory:
    """One alert with its changes, its pictures and what people did.

    Raises:
        NotVisible: no such alert for this user.
    """
    async with database.as_user(user.claims) as connection:
        return await _story(connection, venue_id, alert_id)


async def _story(connection: Connection, venue_id: str, alert_id: UUID) -> AlertStory:
    changes = await repository.changes(connection, venue_id, alert_id)
    if not changes:
        raise _no_such_alert(venue_id, alert_id)
    actions = await repository.actions(connection, venue_id, alert_id)
    pictures = await repository.pictures(connection, venue_id, alert_id)
    return AlertStory(
        alert=changes[-1],
        changes=changes,
        actions=[Action.model_validate(dict(row)) for row in actions],
        pictures=[KeptPicture.model_validate(dict(row)) for row in pictures],
    )


async def get_picture(
    database: Database, user: Identity, venue_id: str, alert_id: UUID, sequence: int | None
) -> Picture:
    """A picture that was kept with an alert.

    Raises:
        NotVisible: no such alert for this user, or it has no such picture.
    """
    async with database.as_user(user.claims) as connection:
        row = await repository.picture(connection, venue_id, alert_id, sequence)
    if row is None:
        raise NotVisible(f"alert {alert_id} of venue {venue_id!r} has no such picture for you")
    return Picture(**row)


async def act(
    database: Database, user: Identity, venue_id: str, alert_id: UUID, what: Acknowledge | Note | Close
) -> AlertStory:
    """Acknowledge, note or close, in the user's own name; the alert as it is then.

    Raises:
        NotVisible: no such alert for this user.
        NotAllowed: their role may only look.
    """
    action = {Acknowledge: "acknowledge", Note: "note", Close: "close"}[type(what)]
    async with database.as_user(user.claims) as connection:
        await _story(connection, venue_id, alert_id)
        await _allowed(
            repository.add_action(
                connection,
                venue_id,
                alert_id,
                what.action_id,
                action=action,
                outcome=what.outcome if isinstance(what, Close) else None,
                note=what.note,
            ),
            "act on alerts: that takes the role of staff, security or admin",
        )
        return await _story(connection, venue_id, alert_id)


async def get_phase(database: Database, user: Identity, venue_id: str) -> PhaseNow:
    """The part of the event that it is.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        return await _phase(connection, venue_id)


async def set_phase(database: Database, user: Identity, venue_id: str, phase: Phase | None) -> PhaseNow:
    """Begin another part of the event.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may only look.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        await _allowed(
            repository.add_phase(connection, venue_id, phase),
            "switch the phase: that takes the role of staff, security, organiser or admin",
        )
        return await _phase(connection, venue_id)


async def _phase(connection: Connection, venue_id: str) -> PhaseNow:
    row = await repository.newest_phase(connection, venue_id)
    if row is None:
        return PhaseNow(phase=None, since=None, switched_by=None, applied=True)
    return PhaseNow(
        phase=row["phase"], since=row["created_at"], switched_by=row["actor"], applied=row["applied_at"] is not None
    )


async def get_rules(database: Database, user: Identity, venue_id: str) -> Rules:
    """The thresholds that hold; none before the venue's alert engine has ever run.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        rows = await repository.rules(connection, venue_id)
    return Rules(venue_id=venue_id, rules=[RuleShown.model_validate(row) for row in rows or []])


async def _refuse_strangers(connection: Connection, venue_id: str) -> None:
    if not await venues.is_member(connection, venue_id):
        raise no_such_venue(venue_id)


async def _allowed(work: Awaitable[None], what: str) -> None:
    try:
        await work
    except asyncpg.InsufficientPrivilegeError:
        raise NotAllowed(f"you may not {what}") from None


def _no_such_alert(venue_id: str, alert_id: UUID) -> NotVisible:
    return NotVisible(f"there is no alert {alert_id} in venue {venue_id!r} for you")
