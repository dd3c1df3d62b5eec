"""The commands of ``headroom labels``, on the service that the API uses, with the rights of one of its people."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Final
from uuid import UUID

from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from api.access import repository as access
from api.access.tokens import Identity
from api.database.pool import Database
from api.labels import exchange, service
from api.labels.repository import Wanted
from api.labels.schemas import LabelFormat, LabelStats, PurgeQuestion
from domain.captures import CAPTURES_FOLDER
from domain.errors import BadInput
from domain.labels import LabelState
from domain.problems import first_problem
from domain.settings import Settings
from headroom.jobs.console import with_database
from headroom.secrets import Secrets

_ENDINGS: Final = {".zip": LabelFormat.YOLO, ".json": LabelFormat.COCO}


@dataclass(frozen=True)
class _Desk:
    """Where a command works, and as whom."""

    database: Database
    user: Identity
    folder: Path


@asynccontextmanager
async def _desk(settings: Settings, who: str | None) -> AsyncIterator[_Desk]:
    """Whoever may read this machine's settings may act as any of its people; the record says as whom.

    Raises:
        BadSettings: no database is known.
        BadInput: nobody has that address, or none was named.
    """
    url = with_database(settings).database_url
    email = who or (Secrets.of(settings.data).admin_email if settings.database_url is None else None)
    if email is None:
        raise BadInput("--as EMAIL: name an engineer or admin of the venue, as the database is not this machine's own")
    async with Database(url.get_secret_value() if url else "", size=1) as database:
        async with database.as_owner() as connection:
            user_id = await access.find_user_id(connection, email)
        if user_id is None:
            raise BadInput(f"--as {email}: nobody has that address; name an engineer or admin of the venue")
        claims = {"sub": str(user_id), "role": "authenticated", "email": email}
        user = Identity(user_id, email, datetime.now(UTC) + timedelta(hours=1), claims)
        yield _Desk(database, user, settings.data / CAPTURES_FOLDER)


async def show_stats(settings: Settings, venue_id: str, who: str | None, *, as_json: bool) -> None:
    """Print how far the labelling is."""
    async with _desk(settings, who) as desk:
        found = await service.get_stats(desk.database, desk.user, venue_id)
    if as_json:
        sys.stdout.write(found.model_dump_json() + "\n")
        return
    table = Table("captures", "", box=None, pad_edge=False)
    for name, number in _rows(found):
        table.add_row(name, number)
    Console(highlight=False, markup=False).print(table)


def _rows(found: LabelStats) -> list[tuple[str, str]]:
    policy = found.capture.value if found.capture else "the venue was never installed"
    kept = [*found.states.items(), *((f"for {reason}", number) for reason, number in found.reasons.items())]
    cameras = [(f"of camera {camera}", number) for camera, number in sorted(found.cameras.items())]
    labels = [(f"accepted labels: {name}", number) for name, number in sorted(found.labels.items())]
    return [
        ("policy", f"{policy}, for {found.retention_days} days" if found.retention_days else policy),
        *((str(name), str(number)) for name, number in [*kept, *cameras, *labels]),
        ("on disk", f"{found.size_bytes / 1e6:.1f} MB"),
        ("purged so far", str(found.purged)),
    ]


async def export_to(
    settings: Settings,
    out: Path,
    venue_id: str,
    who: str | None,
    states: Sequence[str],
    camera_id: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Write labels into a file that was not there.

    Raises:
        BadInput: the file's name, a state, or the file itself cannot be.
    """
    kind = _kind_of(out)
    wanted = Wanted(
        states=[_state(name) for name in states] or [LabelState.ACCEPTED],
        camera_id=camera_id,
        since=_aware(since),
        until=_aware(until),
        newest=True,
        limit=exchange.MOST_EXPORTED,
    )
    async with _desk(settings, who) as desk:
        with await exchange.export(desk.database, desk.user, venue_id, desk.folder, wanted, kind) as file:
            size = await asyncio.to_thread(_copy, file, out)
    sys.stdout.write(f"{out}: {size / 1e6:.1f} MB\n")


def _copy(file: IO[bytes], out: Path) -> int:
    """Into a new file that only its owner may read: it shows people."""
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
            shutil.copyfileobj(file, copy)
            return copy.tell()
    except OSError as error:
        raise BadInput(f"{out} cannot be written: {error.strerror}") from None


async def import_from(settings: Settings, file: Path, venue_id: str, who: str | None, *, accept: bool) -> None:
    """Take corrected labels in, and print what changed.

    Raises:
        BadInput: the file cannot be read, or something in it cannot be; nothing was taken then.
    """
    kind = _kind_of(file)
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from None
    async with _desk(settings, who) as desk:
        found = await exchange.take_in(desk.database, desk.user, venue_id, content, kind, file=file.name, accept=accept)
    state = "accepted" if found.accepted else "changed ones are in review"
    sys.stdout.write(
        f"{len(found.changed)} changed, {len(found.unchanged)} as they were, {found.labels} labels; {state}\n"
    )


async def purge_some(
    settings: Settings,
    venue_id: str,
    who: str | None,
    note: str,
    capture_ids: list[UUID] | None,
    camera_id: str | None,
    since: datetime | None,
    until: datetime | None,
) -> None:
    """Delete frames, and print how many.

    Raises:
        BadInput: what was asked contradicts itself.
    """
    try:
        question = PurgeQuestion(
            note=note, capture_ids=capture_ids, camera_id=camera_id, since=_aware(since), until=_aware(until)
        )
    except ValidationError as error:
        raise BadInput(first_problem(error)) from None
    async with _desk(settings, who) as desk:
        found = await service.purge(desk.database, desk.user, venue_id, question, desk.folder)
    sys.stdout.write(f"{found.purged} purged; the ledger says so\n")


def _kind_of(file: Path) -> LabelFormat:
    if file.suffix not in _ENDINGS:
        raise BadInput(f"{file}: expected a name that ends in .zip (YOLO) or .json (COCO)")
    return _ENDINGS[file.suffix]


def _state(name: str) -> LabelState:
    if name not in tuple(LabelState):
        raise BadInput(f"--state {name}: expected one of {', '.join(LabelState)}")
    return LabelState(name)


def _aware(moment: datetime | None) -> datetime | None:
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
