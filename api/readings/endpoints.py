"""Readings and crossings over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.dependencies import AppParts, CurrentUser
from api.readings import service
from api.readings.schemas import MAX_STEP_S, Crossings, Readings, Span
from api.venues.endpoints import VenueId
from domain.units import Slug, UtcDatetime

router = APIRouter(prefix="/api/v1/venues/{venue_id}", tags=["readings"])

Since = Annotated[UtcDatetime, Query(description="Start of the range, with its offset, as in 2026-05-01T18:00:00Z")]
Until = Annotated[UtcDatetime, Query(description="End of the range; not part of it")]
Step = Annotated[int, Query(ge=1, le=MAX_STEP_S, description="Length of a bucket, seconds")]
Zones = Annotated[list[Slug] | None, Query(description="Only these zones; a retired one may be named")]


@router.get("/readings")
async def get_readings(
    venue_id: VenueId, user: CurrentUser, parts: AppParts, since: Since, until: Until, step: Step, zone: Zones = None
) -> Readings:
    """People in zones over time."""
    span = Span.checked(since, until, step)
    return await service.get_readings(parts.database, user, venue_id, span, zone or [])


@router.get("/crossings")
async def get_crossings(
    venue_id: VenueId, user: CurrentUser, parts: AppParts, since: Since, until: Until, step: Step
) -> Crossings:
    """People across counting lines over time."""
    span = Span.checked(since, until, step)
    return await service.get_crossings(parts.database, user, venue_id, span)
