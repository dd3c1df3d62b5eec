"""Scans over HTTP."""

from fastapi import APIRouter

from api.access.dependencies import AppParts, CurrentUser
from api.scans import service
from api.scans.schemas import NewScans, TakenScans
from api.venues.endpoints import VenueId

router = APIRouter(prefix="/api/v1/venues/{venue_id}", tags=["scans"])


@router.post("/scans")
async def tell_scans(venue_id: VenueId, body: NewScans, user: CurrentUser, parts: AppParts) -> TakenScans:
    """Tell of scanned tickets, one or many. Whatever was not answered may be sent again: it counts once."""
    return await service.take_scans(parts.scanners, parts.redis, user, venue_id, body.scans)
