"""Posture events over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.access.dependencies import AppParts, CurrentUser
from api.postures import service
from api.postures.schemas import MAX_EVENTS, Postures
from api.readings.endpoints import Since, Until
from api.venues.endpoints import VenueId
from domain.messages import Posture

router = APIRouter(prefix="/api/v1/venues/{venue_id}", tags=["postures"])

Kinds = Annotated[list[Posture] | None, Query(description="Only these postures")]
Limit = Annotated[int, Query(ge=1, le=MAX_EVENTS, description="At most so many events, the newest")]


@router.get("/postures")
async def get_postures(
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    since: Since,
    until: Until,
    posture: Kinds = None,
    limit: Limit = 200,
) -> Postures:
    """Who fell, put their hands up or crouched down, newest first."""
    return await service.get_postures(parts.database, user, venue_id, since, until, postures=posture, limit=limit)
