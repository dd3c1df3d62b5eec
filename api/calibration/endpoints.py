"""Calibrations over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.dependencies import AppParts, CurrentUser
from api.calibration import service
from api.calibration.schemas import MOST_HISTORY, KeptCalibration, NewCalibration, Preview, PreviewQuestion
from api.cameras.endpoints import CameraId
from api.venues.endpoints import VenueId

router = APIRouter(prefix="/api/v1/venues/{venue_id}/cameras/{camera_id}/calibration", tags=["calibration"])

Limit = Annotated[int, Query(ge=1, le=MOST_HISTORY, description="At most so many, the newest")]


@router.get("")
async def get_calibration(
    venue_id: VenueId, camera_id: CameraId, user: CurrentUser, parts: AppParts
) -> KeptCalibration:
    """The calibration that holds for a camera."""
    return await service.get_calibration(parts.database, user, venue_id, camera_id)


@router.get("/history")
async def get_history(
    venue_id: VenueId, camera_id: CameraId, user: CurrentUser, parts: AppParts, limit: Limit = 20
) -> list[KeptCalibration]:
    """A camera's calibrations, newest first."""
    return await service.get_history(parts.database, user, venue_id, camera_id, limit=limit)


@router.put("")
async def put_calibration(
    venue_id: VenueId, camera_id: CameraId, user: CurrentUser, parts: AppParts, new: NewCalibration
) -> KeptCalibration:
    """Keep a new calibration; those before it stay in the history."""
    return await service.keep_calibration(parts.database, user, venue_id, camera_id, new)


@router.post("/preview")
async def preview(
    venue_id: VenueId, camera_id: CameraId, user: CurrentUser, parts: AppParts, question: PreviewQuestion
) -> Preview:
    """What lies where, by matched points that are being tried or by the calibration that holds. Nothing is kept."""
    return await service.preview(parts.database, user, venue_id, camera_id, question)
