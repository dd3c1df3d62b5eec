"""Who may calibrate, and what a calibration makes of points."""

import asyncpg
import numpy as np
from numpy.typing import NDArray

from api.access.tokens import Identity
from api.calibration import repository
from api.calibration.schemas import KeptCalibration, NewCalibration, Place, Preview, PreviewQuestion
from api.cameras import repository as cameras
from api.database.pool import Connection, Database
from api.errors import NotAllowed, NotVisible
from domain.calibration import Calibration, PointsCalibration
from domain.projection import projection_of


async def get_calibration(database: Database, user: Identity, venue_id: str, camera_id: str) -> KeptCalibration:
    """The calibration that holds.

    Raises:
        NotVisible: no such camera for this user, or it is not calibrated.
    """
    return (await get_history(database, user, venue_id, camera_id, limit=1))[0]


async def get_history(
    database: Database, user: Identity, venue_id: str, camera_id: str, *, limit: int
) -> list[KeptCalibration]:
    """A camera's calibrations, newest first, at least one.

    Raises:
        NotVisible: no such camera for this user, or it was never calibrated.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_unseen(connection, venue_id, camera_id)
        kept = await repository.newest(connection, venue_id, camera_id, limit)
    if not kept:
        raise NotVisible(f"camera {camera_id!r} is not calibrated")
    return kept


async def keep_calibration(
    database: Database, user: Identity, venue_id: str, camera_id: str, new: NewCalibration
) -> KeptCalibration:
    """Keep a calibration, in the user's name.

    Raises:
        NotVisible: no such camera for this user.
        NotAllowed: the user is neither admin nor engineer there.
        BadCalibration: it fixes no view.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_unseen(connection, venue_id, camera_id)
        projection_of(new.calibration)
        try:
            return await repository.keep(
                connection,
                venue_id,
                camera_id,
                calibration=new.calibration,
                made_by=user.user_id,
                note=new.note,
            )
        except asyncpg.InsufficientPrivilegeError:
            raise NotAllowed("only an admin or an engineer of this venue may calibrate its cameras") from None


async def preview(
    database: Database, user: Identity, venue_id: str, camera_id: str, question: PreviewQuestion
) -> Preview:
    """Points through matched points that are tried, or through what is kept.

    Raises:
        NotVisible: no such camera for this user, or nothing is kept for it and nothing was given to try.
        BadCalibration: what was given fixes no view.
    """
    if question.calibration is None:
        kept = await get_calibration(database, user, venue_id, camera_id)
        return _answer(kept.calibration, question)
    async with database.as_user(user.claims) as connection:
        await _refuse_unseen(connection, venue_id, camera_id)
    return _answer(question.calibration, question)


async def _refuse_unseen(connection: Connection, venue_id: str, camera_id: str) -> None:
    if not await cameras.exists(connection, venue_id, camera_id):
        raise NotVisible(f"there is no camera {camera_id!r} in venue {venue_id!r} for you")


def _answer(calibration: Calibration, question: PreviewQuestion) -> Preview:
    projection = projection_of(calibration)
    residuals_m: list[float | None] = []
    if isinstance(calibration, PointsCalibration):
        found = projection.to_floor(calibration.picture)
        residuals_m = [] if found is None else _numbers(np.hypot(*(found - calibration.floor_m).T))
    known = [residual for residual in residuals_m if residual is not None]
    camera = projection.camera_m
    return Preview(
        frame_size=projection.frame_size,
        floor_m=_places(projection.to_floor(question.pixels)),
        pixels=_places(projection.to_picture(question.floor_m)),
        residuals_m=residuals_m,
        median_residual_m=float(np.median(known)) if known else None,
        camera_m=None if camera is None else (float(camera[0]), float(camera[1]), float(camera[2])),
    )


def _numbers(values: NDArray[np.float64]) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]


def _places(points: NDArray[np.float64] | None) -> list[Place | None]:
    """JSON has no nan: what is no place is ``None``."""
    if points is None:
        return []
    return [(float(x), float(y)) if np.isfinite([x, y]).all() else None for x, y in points]
