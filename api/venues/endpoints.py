"""Venues over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path

from api.access.dependencies import AppParts, CurrentUser
from api.venues import service
from api.venues.schemas import Venue, VenueSummary
from domain.units import Slug

router = APIRouter(prefix="/api/v1/venues", tags=["venues"])

VenueId = Annotated[Slug, Path(description="The venue's id")]


@router.get("")
async def list_venues(user: CurrentUser, parts: AppParts) -> list[VenueSummary]:
    """The venues that the user belongs to."""
    return await service.list_venues(parts.database, user)


@router.get("/{venue_id}")
async def get_venue(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> Venue:
    """One venue with its cameras, zones, lines, floor plan and gates."""
    return await service.get_venue(parts.database, user, venue_id)
