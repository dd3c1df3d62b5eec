"""Who may see which captures and change their labels, and how they are deleted."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg

from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import Conflicts, NotAllowed, NotVisible
from api.labels import repository
from api.labels.repository import Wanted
from api.labels.schemas import (
    MOST_PURGED,
    BadQuestion,
    Captures,
    CaptureStory,
    CaptureSummary,
    LabelChange,
    LabelStats,
    Ledger,
    LedgerEntry,
    NewLabels,
    Purged,
    PurgeQuestion,
    Verdict,
)
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.captures import Reason
from domain.errors import Unavailable
from domain.labels import LabelState, refuse_bad

Name = TypeVar("Name", LabelState, Reason)


@asynccontextmanager
async def as_labeller(database: Database, user: Identity, venue_id: str) -> AsyncIterator[Connection]:
    """A transaction of a user who may see and label captures of the venue.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role is another.
    """
    async with database.as_user(user.claims) as connection:
        if not await venues.is_member(connection, venue_id):
            raise no_such_venue(venue_id)
        if not await repository.may_label(connection, venue_id):
            raise NotAllowed("you may not see captures: that takes the role of engineer or admin")
        yield connection


async def refuse_others(database: Database, user: Identity, venue_id: str) -> None:
    """Let those pass who may see and label captures.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role is another.
    """
    async with as_labeller(database, user, venue_id):
        return


async def get_captures(database: Database, user: Identity, venue_id: str, wanted: Wanted) -> Captures:
    """A part of the queue.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may not see captures.
    """
    async with as_labeller(database, user, venue_id) as connection:
        rows = await repository.captures(connection, venue_id, wanted)
        total = await repository.number_of_captures(connection, venue_id, wanted)
    found = [CaptureSummary.model_validate(dict(row)) for row in rows]
    return Captures(venue_id=venue_id, total=total, captures=found)


async def get_story(database: Database, user: Identity, venue_id: str, capture_id: UUID) -> CaptureStory:
    """A capture with its labels and their history.

    Raises:
        NotVisible: no such capture for this user.
        NotAllowed: their role may not see captures.
    """
    async with as_labeller(database, user, venue_id) as connection:
        return await _story(connection, venue_id, capture_id)


async def _story(connection: Connection, venue_id: str, capture_id: UUID) -> CaptureStory:
    summary = await _summary(connection, venue_id, capture_id)
    return CaptureStory(
        capture=summary,
        labels=(await repository.labels(connection, [capture_id]))[capture_id],
        changes=[LabelChange.model_validate(row) for row in await repository.changes(connection, capture_id)],
    )


async def _summary(connection: Connection, venue_id: str, capture_id: UUID) -> CaptureSummary:
    row = await repository.capture(connection, venue_id, capture_id)
    if row is None:
        raise no_such_capture(venue_id, capture_id)
    return CaptureSummary.model_validate(dict(row))


async def get_picture(database: Database, user: Identity, venue_id: str, capture_id: UUID, folder: Path) -> bytes:
    """A capture's JPEG.

    Args:
        database: where captures are known.
        user: who asks.
        venue_id: whose.
        capture_id: which.
        folder: of captures.

    Raises:
        NotVisible: no such capture for this user, or its file is not on this machine.
        NotAllowed: their role may not see captures.
    """
    async with as_labeller(database, user, venue_id) as connection:
        files = await repository.files(connection, venue_id, [capture_id])
    if capture_id not in files:
        raise no_such_capture(venue_id, capture_id)
    try:
        return await asyncio.to_thread(place_of_file(folder, files[capture_id]).read_bytes)
    except OSError as error:
        raise NotVisible(f"the picture of capture {capture_id} is not on this machine: {error.strerror}") from None


def place_of_file(folder: Path, file: str) -> Path:
    """Where a capture's picture is. The table's own check lets no name lead elsewhere; a link in the folder might.

    Raises:
        NotVisible: it leads out of the folder.
    """
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise NotVisible(f"{file} leads out of the folder of captures")
    return path


async def save_labels(
    database: Database, user: Identity, venue_id: str, capture_id: UUID, new: NewLabels
) -> CaptureStory:
    """Replace a capture's labels, in the user's name; it is in review then.

    Raises:
        NotVisible: no such capture for this user.
        NotAllowed: their role may not label.
        BadLabels: one or more labels cannot be; each is named.
        Conflicts: others were saved since.
    """
    async with as_labeller(database, user, venue_id) as connection:
        summary = await _summary(connection, venue_id, capture_id)
        refuse_bad(new.labels, summary.width, summary.height)
        saved = await repository.save(connection, capture_id, new.revision, "saved", note=new.note, labels=new.labels)
        _refuse_stale(saved, summary, new.revision)
        return await _story(connection, venue_id, capture_id)


async def judge(
    database: Database, user: Identity, venue_id: str, capture_id: UUID, verdict: Verdict, *, good: bool
) -> CaptureStory:
    """Accept a capture's labels, or reject the capture, in the user's name.

    Raises:
        NotVisible: no such capture for this user.
        NotAllowed: their role may not label.
        Conflicts: its labels were changed since they were looked at.
    """
    async with as_labeller(database, user, venue_id) as connection:
        summary = await _summary(connection, venue_id, capture_id)
        action = "accepted" if good else "rejected"
        saved = await repository.save(connection, capture_id, verdict.revision, action, note=verdict.note)
        _refuse_stale(saved, summary, verdict.revision)
        return await _story(connection, venue_id, capture_id)


def _refuse_stale(saved: int | None, summary: CaptureSummary, revision: int) -> None:
    if saved is None:
        raise Conflicts(
            f"capture {summary.capture_id} was changed since: you looked at revision {revision}, it is at "
            f"{summary.revision}; load it again"
        )


async def purge(database: Database, user: Identity, venue_id: str, question: PurgeQuestion, folder: Path) -> Purged:
    """Delete captures on request: pictures, labels and rows; the ledger keeps that they were and who deleted them.

    Raises:
        NotVisible: no such venue for this user, or one of the captures named is not there; nothing was deleted then.
        NotAllowed: their role may not.
        BadQuestion: more captures than can be deleted at once.
        Unavailable: a file cannot be deleted; its row stays, so that it is tried again.
    """
    async with as_labeller(database, user, venue_id) as connection:
        identities = await _meant(connection, venue_id, question)
        files = await repository.files(connection, venue_id, identities)
        if missing := [identity for identity in identities if identity not in files]:
            raise no_such_capture(venue_id, missing[0])
        await asyncio.to_thread(delete_files, folder, files)
        try:
            purged = await repository.purge_as_user(connection, identities, question.note)
        except asyncpg.NoDataFoundError:
            raise no_such_capture(venue_id, identities[0]) from None
    return Purged(purged=purged, capture_ids=identities)


async def _meant(connection: Connection, venue_id: str, question: PurgeQuestion) -> list[UUID]:
    if question.capture_ids is not None:
        return list(dict.fromkeys(question.capture_ids))
    wanted = Wanted(
        camera_id=question.camera_id, since=question.since, until=question.until, newest=True, limit=MOST_PURGED + 1
    )
    rows = await repository.captures(connection, venue_id, wanted)
    if len(rows) > MOST_PURGED:
        raise BadQuestion(f"that is more than {MOST_PURGED} captures; name a shorter span, and ask again")
    return [row["capture_id"] for row in rows]


def delete_files(folder: Path, files: Mapping[UUID, str]) -> None:
    """Delete pictures and what stands beside them; one that is gone already is no matter.

    Raises:
        Unavailable: one cannot be deleted.
    """
    for identity, file in files.items():
        path = place_of_file(folder, file)
        try:
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(f"the picture of capture {identity} cannot be deleted: {error.strerror}") from error


async def get_ledger(database: Database, user: Identity, venue_id: str, before: int | None, limit: int) -> Ledger:
    """What was kept and what was deleted, newest first.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may not see it.
    """
    async with as_labeller(database, user, venue_id) as connection:
        rows = await repository.ledger(connection, venue_id, before, limit)
    return Ledger(venue_id=venue_id, entries=[LedgerEntry.model_validate(dict(row)) for row in rows])


async def get_stats(database: Database, user: Identity, venue_id: str) -> LabelStats:
    """How far the labelling is.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may not see captures.
    """
    async with as_labeller(database, user, venue_id) as connection:
        tallies = await repository.tallies(connection, venue_id)
        policy = await repository.policy(connection, venue_id)
    return LabelStats(
        venue_id=venue_id,
        capture=policy["capture"] if policy else None,
        retention_days=policy["retention_days"] if policy else None,
        states=_every(LabelState, tallies["states"]),
        reasons=_every(Reason, tallies["reasons"]),
        cameras=tallies["cameras"],
        labels=tallies["labels"],
        size_bytes=tallies["sums"]["size_bytes"],
        purged=tallies["sums"]["purged"],
    )


def _every(names: type[Name], counted: Mapping[str, int]) -> dict[Name, int]:
    """Each name with its number; one that was not met is there with 0: nothing was unknown about it."""
    return {name: counted.get(name.value, 0) for name in names}


def no_such_capture(venue_id: str, capture_id: UUID) -> NotVisible:
    """The one answer to a stranger and to a typing error."""
    return NotVisible(f"there is no capture {capture_id} in venue {venue_id!r} for you")
