"""Alerts in SQL: what the engine stores in one transaction, and what people read and do."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from api.database.pool import Connection
from api.readings.schemas import BadRange
from domain.alerts import Alert, Phase, Severity
from domain.errors import HeadroomError


class Superseded(HeadroomError):
    """Another alert engine watches this venue now; this one must stop."""


@dataclass(frozen=True)
class Claimed:
    """What an engine begins with.

    Attributes:
        positions: the last entry of each Stream that the state has taken in.
    """

    epoch: int
    state: str | None
    positions: dict[str, str]


@dataclass(frozen=True)
class Snapshot:
    """A picture to keep with an alert."""

    alert: Alert
    camera_id: str
    captured_at: datetime
    jpeg: bytes


@dataclass(frozen=True)
class Keep:
    """Everything that one step of the engine has to store.

    Attributes:
        actions: what people did that the engine has taken in.
        phases: switches of phase that it has taken in.
    """

    epoch: int
    state: str
    positions: dict[str, str]
    alerts: Sequence[Alert] = ()
    pictures: Sequence[Snapshot] = ()
    actions: Sequence[UUID] = ()
    phases: Sequence[int] = ()


@dataclass(frozen=True)
class Wanted:
    """Which alerts: those that stand, or those raised in ``[since, until)``; as bad as one of these, once.

    Raises:
        BadRange: the range ends before it begins.
    """

    standing: bool = False
    since: datetime | None = None
    until: datetime | None = None
    severities: Sequence[Severity] | None = None
    limit: int = 10_000

    def __post_init__(self) -> None:
        if self.since is not None and self.until is not None and self.since >= self.until:
            raise BadRange(f"since ({self.since.isoformat()}) must be before until ({self.until.isoformat()})")


async def claim(connection: Connection, venue_id: str) -> Claimed:
    """Become the one engine of the venue; whoever was it before can store nothing any more."""
    row = await connection.fetchrow(
        "insert into private.alert_engines (venue_id) values ($1) "
        "on conflict (venue_id) do update set epoch = private.alert_engines.epoch + 1, updated_at = now() "
        "returning epoch, state::text as state, positions::text as positions",
        venue_id,
    )
    if row is None:
        raise asyncpg.DataError("the engine's row was not returned")
    return Claimed(row["epoch"], row["state"], json.loads(row["positions"]))


async def keep(connection: Connection, venue_id: str, what: Keep) -> None:
    """Store a step: alerts, their changes and pictures, and the state that has told them, all or nothing.

    Raises:
        Superseded: another engine has claimed the venue since.
    """
    kept = await connection.fetchval(
        "update private.alert_engines set state = $3::jsonb, positions = $4::jsonb, updated_at = now() "
        "where venue_id = $1 and epoch = $2 returning true",
        venue_id,
        what.epoch,
        what.state,
        json.dumps(what.positions),
    )
    if not kept:
        raise Superseded(f"another alert engine watches venue {venue_id!r} now")
    for alert in what.alerts:
        await _store(connection, alert)
    for picture in what.pictures:
        await _store_picture(connection, picture)
    await connection.execute(
        "update public.alert_actions set applied_at = now() where action_id = any ($1::uuid[])", list(what.actions)
    )
    await connection.execute(
        "update public.event_phases set applied_at = now() where phase_id = any ($1::bigint[])", list(what.phases)
    )


async def _store(connection: Connection, alert: Alert) -> None:
    """The alert and its change; one that is there already, or is older, changes nothing."""
    message = alert.model_dump_json()
    await connection.execute(
        """
        insert into public.alerts (alert_id, venue_id, sequence, rule_id, zone_id, camera_id, severity, worst, status,
          state, raised_at, ended_at, message)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb)
        on conflict (alert_id) do update set sequence = excluded.sequence, severity = excluded.severity,
          worst = excluded.worst, status = excluded.status, state = excluded.state, ended_at = excluded.ended_at,
          message = excluded.message
        where alerts.sequence < excluded.sequence
        """,
        alert.alert_id,
        alert.venue_id,
        alert.sequence,
        alert.rule_id,
        alert.zone_id,
        alert.camera_id,
        alert.severity.value,
        alert.worst.value,
        alert.status.value,
        alert.state.value,
        alert.raised_at,
        alert.ended_at,
        message,
    )
    await connection.execute(
        "insert into public.alert_changes (alert_id, sequence, venue_id, change, at, message) "
        "values ($1, $2, $3, $4, $5, $6::jsonb) on conflict (alert_id, sequence) do nothing",
        alert.alert_id,
        alert.sequence,
        alert.venue_id,
        alert.change.value,
        alert.captured_at,
        message,
    )


async def _store_picture(connection: Connection, picture: Snapshot) -> None:
    await connection.execute(
        "insert into public.alert_pictures (alert_id, sequence, venue_id, camera_id, captured_at, jpeg) "
        "values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        picture.alert.alert_id,
        picture.alert.sequence,
        picture.alert.venue_id,
        picture.camera_id,
        picture.captured_at,
        picture.jpeg,
    )


async def unpublished(connection: Connection, venue_id: str) -> list[tuple[int, Alert]]:
    """Changes that are stored and not on the Stream yet, in order."""
    rows = await connection.fetch(
        "select change_id, message::text as message from public.alert_changes "
        "where venue_id = $1 and published_at is null order by change_id",
        venue_id,
    )
    return [(row["change_id"], Alert.model_validate_json(row["message"])) for row in rows]


async def mark_published(connection: Connection, change_ids: Sequence[int]) -> None:
    """They are on the Stream."""
    await connection.execute(
        "update public.alert_changes set published_at = now() where change_id = any ($1::bigint[])", list(change_ids)
    )


async def waiting_actions(connection: Connection, venue_id: str) -> list[asyncpg.Record]:
    """What people did that the engine has not taken in, oldest first."""
    return await connection.fetch(
        "select action_id, alert_id, action, outcome, actor, created_at from public.alert_actions "
        "where venue_id = $1 and applied_at is null order by created_at, action_id",
        venue_id,
    )


async def waiting_phases(connection: Connection, venue_id: str) -> list[asyncpg.Record]:
    """Switches of phase that the engine has not taken in, oldest first."""
    return await connection.fetch(
        "select phase_id, phase, created_at from public.event_phases where venue_id = $1 and applied_at is null "
        "order by phase_id",
        venue_id,
    )


async def store_rules(connection: Connection, venue_id: str, rules: list[dict[str, Any]]) -> None:
    """The thresholds that hold, for people to read."""
    await connection.execute(
        "insert into public.alert_rules (venue_id, rules) values ($1, $2::jsonb) "
        "on conflict (venue_id) do update set rules = excluded.rules, updated_at = now()",
        venue_id,
        json.dumps(rules),
    )


async def drop_pictures(connection: Connection, venue_id: str, before: datetime) -> int:
    """Drop pictures that are too old to keep; how many there were."""
    done = await connection.execute(
        "delete from public.alert_pictures where venue_id = $1 and captured_at < $2", venue_id, before
    )
    return int(done.split()[-1])


async def alerts(connection: Connection, venue_id: str, wanted: Wanted) -> list[Alert]:
    """Alerts as they stand, newest first."""
    severities = [severity.value for severity in wanted.severities] if wanted.severities else None
    rows = await connection.fetch(
        """
        select message::text as message from public.alerts
        where venue_id = $1 and (not $2 or ended_at is null)
          and ($3::timestamptz is null or raised_at >= $3) and ($4::timestamptz is null or raised_at < $4)
          and ($5::text[] is null or worst = any ($5))
        order by raised_at desc, alert_id limit $6
        """,
        venue_id,
        wanted.standing,
        wanted.since,
        wanted.until,
        severities,
        wanted.limit,
    )
    return [Alert.model_validate_json(row["message"]) for row in rows]


async def changes(connection: Connection, venue_id: str, alert_id: UUID) -> list[Alert]:
    """Every change of one alert, oldest first; none where this user has no such alert."""
    rows = await connection.fetch(
        "select message::text as message from public.alert_changes where venue_id = $1 and alert_id = $2 "
        "order by sequence",
        venue_id,
        alert_id,
    )
    return [Alert.model_validate_json(row["message"]) for row in rows]


async def actions(connection: Connection, venue_id: str, alert_id: UUID) -> list[asyncpg.Record]:
    """What people did about one alert, oldest first."""
    return await connection.fetch(
        "select action_id, action, outcome, note, user_id, actor, created_at, applied_at from public.alert_actions "
        "where venue_id = $1 and alert_id = $2 order by created_at, action_id",
        venue_id,
        alert_id,
    )


async def pictures(connection: Connection, venue_id: str, alert_id: UUID) -> list[asyncpg.Record]:
    """Which pictures were kept with an alert."""
    return await connection.fetch(
        "select sequence, camera_id, captured_at from public.alert_pictures where venue_id = $1 and alert_id = $2 "
        "order by sequence",
        venue_id,
        alert_id,
    )


async def picture(connection: Connection, venue_id: str, alert_id: UUID, sequence: int | None) -> asyncpg.Record | None:
    """One picture: of that change, or the newest."""
    return await connection.fetchrow(
        "select jpeg, captured_at, camera_id from public.alert_pictures where venue_id = $1 and alert_id = $2 "
        "and ($3::int is null or sequence = $3) order by sequence desc limit 1",
        venue_id,
        alert_id,
        sequence,
    )


async def add_action(
    connection: Connection,
    venue_id: str,
    alert_id: UUID,
    action_id: UUID,
    *,
    action: str,
    outcome: str | None,
    note: str | None,
) -> None:
    """A user acts, in their own name. The same ``action_id`` again changes nothing.

    Raises:
        asyncpg.InsufficientPrivilegeError: their role may not.
        asyncpg.ForeignKeyViolationError: there is no such alert.
    """
    await connection.execute(
        "insert into public.alert_actions (action_id, alert_id, venue_id, action, outcome, note) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (action_id) do nothing",
        action_id,
        alert_id,
        venue_id,
        action,
        outcome,
        note,
    )


async def add_phase(connection: Connection, venue_id: str, phase: Phase | None) -> None:
    """A user switches the phase, in their own name.

    Raises:
        asyncpg.InsufficientPrivilegeError: their role may not.
    """
    await connection.execute(
        "insert into public.event_phases (venue_id, phase) values ($1, $2)", venue_id, phase.value if phase else None
    )


async def newest_phase(connection: Connection, venue_id: str) -> asyncpg.Record | None:
    """The phase that holds, and who switched to it."""
    return await connection.fetchrow(
        "select phase, actor, created_at, applied_at from public.event_phases where venue_id = $1 "
        "order by phase_id desc limit 1",
        venue_id,
    )


async def rules(connection: Connection, venue_id: str) -> list[dict[str, Any]] | None:
    """The thresholds that hold; ``None`` before an engine has ever run."""
    found = await connection.fetchval("select rules::text from public.alert_rules where venue_id = $1", venue_id)
    return json.loads(found) if found is not None else None
