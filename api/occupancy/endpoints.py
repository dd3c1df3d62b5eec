"""Occupancy over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.dependencies import AppParts, CurrentUser
from api.occupancy import service
from api.occupancy.schemas import LatestOccupancy, OccupancySeries
from api.readings.endpoints import Since, Step, Until
from api.readings.schemas import Span
from api.venues.endpoints import VenueId
from domain.units import Slug

router = APIRouter(prefix="/api/v1/venues/{venue_id}/occupancy", tags=["occupancy"])

Section = Annotated[Slug | None, Query(description="A part of the venue; without it, all of the venue")]


@router.get("")
async def get_occupancy(
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    since: Since,
    until: Until,
    step: Step,
    section: Section = None,
) -> OccupancySeries:
    """People inside over time."""
    span = Span.checked(since, until, step)
    return await service.get_occupancy(parts.database, user, venue_id, span, section)


@router.get("/latest")
async def get_latest_occupancy(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> LatestOccupancy:
    """People inside now. A number that is too old to be acted on is not told."""
    return await service.get_latest(parts.database, parts.redis, user, venue_id)
