"""Deleting what is too old, and knowing of every file: nothing of the folder of captures escapes the ledger."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog
from pydantic import ValidationError

from api.database.pool import Database
from api.labels import repository
from api.labels.service import delete_files
from domain.captures import Sidecar
from domain.errors import Unavailable

log = structlog.get_logger()

BATCH: Final = 500
SETTLED_S: Final = 600.0
"""A file this old was told of, if its telling was not lost."""
ABANDONED_S: Final = 86_400.0
"""A part of a file this old belongs to a worker that died while writing."""


async def keep_captures(database: Database, folder: Path, now: datetime) -> int:
    """Delete the captures whose time is over, with a row in the ledger for each. Safe to call again at any time.

    First, pictures that no row tells of get theirs: their telling was lost, and their time must end as well.

    Args:
        database: where captures are known.
        folder: of captures.
        now: the present.

    Returns:
        How many were deleted.
    """
    await _adopt(database, folder)
    purged = 0
    while True:
        async with database.as_service() as connection:
            expired = await repository.expired(connection, now, BATCH)
            if not expired:
                break
            await asyncio.to_thread(delete_files, folder, expired)
            purged += await repository.purge_expired(connection, list(expired))
    if purged:
        log.info("captures deleted, their time was over", purged=purged)
    return purged


async def keep_captures_or_say_why(database: Database, folder: Path, now: datetime) -> None:
    """The same, for those who have other work to do: a file that cannot be deleted is named in the log."""
    try:
        await keep_captures(database, folder, now)
    except (OSError, Unavailable) as error:
        log.error("captures cannot be deleted now; it is tried again", problem=str(error))  # noqa: TRY400 - expected


async def _adopt(database: Database, folder: Path) -> None:
    """Store the rows of pictures that have none; delete again what the ledger says is deleted."""
    found = await asyncio.to_thread(lambda: dict(_settled(folder, time.time())))
    if not found:
        return
    async with database.as_service() as connection:
        known = await repository.known(connection, list(found))
        venues = await repository.venue_ids(connection)
        purged = {identity: found[identity].capture.file for identity, stored in known.items() if not stored}
        await asyncio.to_thread(delete_files, folder, purged)
        lost = [one.capture for identity, one in found.items() if identity not in known]
        await repository.store_captures(connection, [capture for capture in lost if capture.venue_id in venues])
    if lost or purged:
        log.info("captures that were not as the table has them", stored=len(lost), deleted=len(purged))


def _settled(folder: Path, now_s: float) -> Iterator[tuple[UUID, Sidecar]]:
    """What stands beside the pictures that are old enough; parts of files that nobody will finish are deleted."""
    for part in folder.glob("*/*/*/*.part"):
        if now_s - part.stat().st_mtime > ABANDONED_S:
            part.unlink(missing_ok=True)
    for path in folder.glob("*/*/*/*.json"):
        age_s = now_s - path.stat().st_mtime
        if not path.with_suffix(".jpg").exists():
            if age_s > ABANDONED_S:
                path.unlink(missing_ok=True)
            continue
        if age_s < SETTLED_S:
            continue
        try:
            sidecar = Sidecar.model_validate_json(path.read_bytes())
        except ValidationError:
            log.error("what stands beside a picture cannot be read", file=str(path))  # noqa: TRY400 - expected
            continue
        yield sidecar.capture.capture_id, sidecar
