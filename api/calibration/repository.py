"""Calibrations in SQL."""

import json
from typing import Any, Final
from uuid import UUID

import asyncpg

from api.calibration.schemas import KeptCalibration
from api.database.pool import Connection
from domain.calibration import Calibration
from domain.venue import VenueConfig

_COLUMNS: Final = "id, venue_id, camera_id, made_at, made_by, note, calibration"
_NEWEST: Final = f"""
    select {_COLUMNS} from public.camera_calibrations
    where venue_id = $1 and camera_id = $2 order by id desc limit $3
"""  # noqa: S608 - the columns above, no input
_KEEP: Final = f"""
    insert into public.camera_calibrations (venue_id, camera_id, made_by, note, calibration)
    values ($1, $2, $3, $4, $5) returning {_COLUMNS}
"""  # noqa: S608 - likewise


async def newest(connection: Connection, venue_id: str, camera_id: str, limit: int) -> list[KeptCalibration]:
    """A camera's calibrations, the one that holds first."""
    return [_kept(row) for row in await connection.fetch(_NEWEST, venue_id, camera_id, limit)]


async def keep(
    connection: Connection, venue_id: str, camera_id: str, *, calibration: Calibration, made_by: UUID | None, note: str
) -> KeptCalibration:
    """Store a calibration; from now on it holds.

    Raises:
        InsufficientPrivilegeError: the policies do not let this user calibrate here.
    """
    content = json.dumps(calibration.model_dump(mode="json"))
    row = await connection.fetchrow(_KEEP, venue_id, camera_id, made_by, note, content)
    if row is None:
        raise RuntimeError("an insert returned no row")
    return _kept(row)


async def install(connection: Connection, config: VenueConfig) -> None:
    """Keep the calibrations of a venue file, where they differ from the newest that came from one.

    One made on the dashboard since goes on holding until the file itself changes.
    """
    for camera in config.cameras:
        if camera.calibration is None:
            continue
        content = json.dumps(camera.calibration.model_dump(mode="json"))
        await connection.execute(
            """
            insert into public.camera_calibrations (venue_id, camera_id, note, calibration)
            select $1, $2, 'from the venue file', $3::jsonb
            where $3::jsonb is distinct from (
              select calibration from public.camera_calibrations
              where venue_id = $1 and camera_id = $2 and made_by is null order by id desc limit 1
            )
            """,
            config.id,
            camera.id,
            content,
        )


def _kept(row: asyncpg.Record) -> KeptCalibration:
    values: dict[str, Any] = dict(row)
    return KeptCalibration.model_validate(values | {"calibration": json.loads(values["calibration"])})
