"""Captures, labels and the ledger in SQL. What a user changes goes through functions that write who it was."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from api.database.pool import Connection
from domain.captures import Capture, CaptureRequest, Reason
from domain.label_formats import AnyLabel
from domain.labels import BoxLabel, LabelClass, LabelSource, LabelState, PointLabel
from domain.messages import State

_SUMMARY: Final = """
    select capture_id, camera_id, captured_at, width, height, size_bytes, policy, keep_until, model, count, count_low,
      count_high, uncertainty, reasons, state, revision,
      (select count(*) from public.labels l where l.capture_id = c.capture_id) as labels
    from public.captures c
"""
_MATCHING: Final = """
    where venue_id = $1 and ($2::text[] is null or state = any ($2)) and ($3::text is null or camera_id = $3)
      and ($4::text is null or $4 = any (reasons))
      and ($5::timestamptz is null or captured_at >= $5) and ($6::timestamptz is null or captured_at < $6)
"""


@dataclass(frozen=True)
class Wanted:
    """Which captures.

    Attributes:
        states: those that stand so; ``None``: all.
        newest: newest first, in place of the most uncertain.
    """

    states: Sequence[LabelState] | None = None
    camera_id: str | None = None
    reason: Reason | None = None
    since: datetime | None = None
    until: datetime | None = None
    newest: bool = False
    limit: int = 100
    offset: int = 0

    def values(self, venue_id: str) -> tuple[Any, ...]:
        """As :data:`_MATCHING` takes them."""
        states = [state.value for state in self.states] if self.states else None
        reason = self.reason.value if self.reason else None
        return venue_id, states, self.camera_id, reason, self.since, self.until


async def store_captures(connection: Connection, captures: Sequence[Capture]) -> None:
    """Store frames that were kept; one that is there already stays as it is, one that was purged does not come back."""
    await connection.executemany(
        """
        insert into public.captures (capture_id, venue_id, camera_id, captured_at, file, sha256, width, height,
          size_bytes, policy, consent_reference, keep_until, model, count, count_low, count_high, uncertainty, reasons,
          prelabels)
        select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19::jsonb
        where not exists (select from public.purge_ledger p where p.capture_id = $1 and p.event = 'purged')
        on conflict do nothing
        """,
        [_row(capture) for capture in captures],
    )


def _row(capture: Capture) -> tuple[Any, ...]:
    return (
        capture.capture_id,
        capture.venue_id,
        capture.camera_id,
        capture.captured_at,
        capture.file,
        capture.sha256,
        capture.width,
        capture.height,
        capture.size_bytes,
        capture.policy.value,
        capture.consent_reference,
        capture.keep_until,
        capture.model,
        capture.count,
        capture.count_low,
        capture.count_high,
        capture.uncertainty,
        [reason.value for reason in capture.reasons],
        json.dumps([box.model_dump(mode="json") for box in capture.boxes]),
    )


async def may_label(connection: Connection, venue_id: str) -> bool:
    """Whether the user may see and label captures of the venue."""
    allowed: bool = await connection.fetchval("select private.may_label($1)", venue_id)
    return allowed


async def captures(connection: Connection, venue_id: str, wanted: Wanted) -> list[asyncpg.Record]:
    """A part of the queue: the most uncertain first, or the newest."""
    order = "captured_at desc" if wanted.newest else "uncertainty desc, captured_at desc"
    query = f"{_SUMMARY} {_MATCHING} order by {order}, capture_id limit $7 offset $8"
    return await connection.fetch(query, *wanted.values(venue_id), wanted.limit, wanted.offset)


async def number_of_captures(connection: Connection, venue_id: str, wanted: Wanted) -> int:
    """How many there are of those."""
    query = f"select count(*) from public.captures {_MATCHING}"  # noqa: S608 - the words above, no input
    number: int = await connection.fetchval(query, *wanted.values(venue_id))
    return number


async def capture(connection: Connection, venue_id: str, capture_id: UUID) -> asyncpg.Record | None:
    """One capture; ``None`` where the user has no such one."""
    query = f"{_SUMMARY} where venue_id = $1 and capture_id = $2"
    return await connection.fetchrow(query, venue_id, capture_id)


async def files(connection: Connection, venue_id: str, capture_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Where the pictures are, below the folder of captures."""
    rows = await connection.fetch(
        "select capture_id, file from public.captures where venue_id = $1 and capture_id = any ($2::uuid[])",
        venue_id,
        list(capture_ids),
    )
    return {row["capture_id"]: row["file"] for row in rows}


async def labels(connection: Connection, capture_ids: Sequence[UUID]) -> dict[UUID, list[AnyLabel]]:
    """The labels of captures as they stand, in the order in which they were said."""
    rows = await connection.fetch(
        "select capture_id, shape, name, left_px, top_px, right_px, bottom_px, score, source from public.labels "
        "where capture_id = any ($1::uuid[]) order by label_id",
        list(capture_ids),
    )
    found: dict[UUID, list[AnyLabel]] = {identity: [] for identity in capture_ids}
    for row in rows:
        found[row["capture_id"]].append(_label(row))
    return found


def _label(row: asyncpg.Record) -> AnyLabel:
    name, source = LabelClass(row["name"]), LabelSource(row["source"])
    if row["shape"] == "point":
        return PointLabel(name=name, x=row["left_px"], y=row["top_px"], score=row["score"], source=source)
    return BoxLabel(
        name=name,
        left=row["left_px"],
        top=row["top_px"],
        right=row["right_px"],
        bottom=row["bottom_px"],
        score=row["score"],
        source=source,
    )


async def changes(connection: Connection, capture_id: UUID) -> list[dict[str, Any]]:
    """What was done to a capture's labels, oldest first."""
    rows = await connection.fetch(
        "select revision, action, note, labels::text as labels, user_id, actor, at from public.label_changes "
        "where capture_id = $1 order by change_id",
        capture_id,
    )
    return [{**row, "labels": None if row["labels"] is None else json.loads(row["labels"])} for row in rows]


async def save(
    connection: Connection,
    capture_id: UUID,
    revision: int,
    action: str,
    *,
    note: str | None = None,
    labels: Sequence[AnyLabel] | None = None,
) -> int | None:
    """Change a capture, in the user's name.

    Args:
        connection: of the user's transaction.
        capture_id: which.
        revision: that was looked at.
        action: saved, imported, accepted or rejected.
        note: why.
        labels: in place of those before; ``None``: they stay.

    Returns:
        Its revision then; ``None``: it has another one by now, and nothing was changed.

    Raises:
        asyncpg.NoDataFoundError: no such capture for this user.
    """
    changed = None if labels is None else json.dumps([label.model_dump(mode="json") for label in labels])
    found: int | None = await connection.fetchval(
        "select private.save_labels($1, $2, $3, $4, $5::jsonb)", capture_id, revision, action, note, changed
    )
    return found


async def purge_as_user(connection: Connection, capture_ids: Sequence[UUID], note: str) -> int:
    """Delete captures in the user's name, and write it in the ledger; how many there were.

    Raises:
        asyncpg.NoDataFoundError: one is of a venue where the user may not.
    """
    number: int = await connection.fetchval("select private.purge_as_user($1, $2)", list(capture_ids), note)
    return number


async def purge_expired(connection: Connection, capture_ids: Sequence[UUID]) -> int:
    """Delete captures whose time is over, and write it in the ledger; how many there were."""
    number: int = await connection.fetchval(
        "select private.purge($1, 'retention', null, null, 'retention')", list(capture_ids)
    )
    return number


async def expired(connection: Connection, now: datetime, limit: int) -> dict[UUID, str]:
    """Captures whose time is over, of every venue, with their files."""
    rows = await connection.fetch(
        "select capture_id, file from public.captures where keep_until <= $1 order by keep_until limit $2", now, limit
    )
    return {row["capture_id"]: row["file"] for row in rows}


async def known(connection: Connection, capture_ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Of these captures those that are stored (true) or were purged (false)."""
    rows = await connection.fetch(
        "select capture_id, true as stored from public.captures where capture_id = any ($1::uuid[]) "
        "union all select capture_id, false from public.purge_ledger "
        "where event = 'purged' and capture_id = any ($1::uuid[])",
        list(capture_ids),
    )
    return {row["capture_id"]: row["stored"] for row in rows}


async def venue_ids(connection: Connection) -> set[str]:
    """Every venue of every tenant."""
    return {row["id"] for row in await connection.fetch("select id from public.venues")}


async def ledger(connection: Connection, venue_id: str, before: int | None, limit: int) -> list[asyncpg.Record]:
    """A venue's ledger, newest first, from before an entry on."""
    return await connection.fetch(
        "select entry_id, event, capture_id, camera_id, captured_at, sha256, policy, consent_reference, keep_until, "
        "why, note, user_id, actor, at from public.purge_ledger "
        "where venue_id = $1 and ($2::bigint is null or entry_id < $2) order by entry_id desc limit $3",
        venue_id,
        before,
        limit,
    )


async def policy(connection: Connection, venue_id: str) -> asyncpg.Record | None:
    """What the venue's file allows to be kept; ``None`` where it was never installed."""
    return await connection.fetchrow(
        "select capture, retention_days from public.capture_policies where venue_id = $1", venue_id
    )


async def tallies(connection: Connection, venue_id: str) -> dict[str, dict[str, int]]:
    """Captures by state, by reason and by camera, labels of accepted ones by class, and sums."""
    rows = await connection.fetch(
        """
        select 'states' as what, state as name, count(*) as number from public.captures where venue_id = $1 group by 2
        union all
        select 'cameras', camera_id, count(*) from public.captures where venue_id = $1 group by 2
        union all
        select 'reasons', reason, count(*) from public.captures c, unnest(c.reasons) as reason
        where venue_id = $1 and state <> 'rejected' group by 2
        union all
        select 'labels', l.name, count(*) from public.labels l
        join public.captures c using (capture_id, venue_id)
        where venue_id = $1 and c.state = 'accepted' group by 2
        union all
        select 'sums', 'size_bytes', coalesce(sum(size_bytes), 0) from public.captures where venue_id = $1
        union all
        select 'sums', 'purged', count(*) from public.purge_ledger where venue_id = $1 and event = 'purged'
        """,
        venue_id,
    )
    found: dict[str, dict[str, int]] = {"states": {}, "cameras": {}, "reasons": {}, "labels": {}, "sums": {}}
    for row in rows:
        found[row["what"]][row["name"]] = int(row["number"])
    return found


async def requests_of(connection: Connection, venue_id: str, alert_id: UUID) -> list[CaptureRequest]:
    """The moments that an alert which was called false asks about."""
    rows = await connection.fetch(
        "select camera_id, moment, around_s from public.capture_requests where venue_id = $1 and alert_id = $2",
        venue_id,
        alert_id,
    )
    return [
        CaptureRequest(
            venue_id=venue_id,
            captured_at=row["moment"],
            state=State.OK,
            camera_id=row["camera_id"],
            around_s=row["around_s"],
        )
        for row in rows
    ]
