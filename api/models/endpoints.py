"""Models over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.access.dependencies import AppParts, CurrentUser
from api.models import service
from api.models.schemas import (
    MOST_LISTED,
    Challenge,
    Event,
    ModelChange,
    Models,
    Promote,
    RollBack,
    Shadows,
    VersionInFull,
    Withdraw,
)
from api.venues.endpoints import VenueId

router = APIRouter(prefix="/api/v1/venues/{venue_id}/models", tags=["models"])

Limit = Annotated[int, Query(ge=1, le=MOST_LISTED, description="At most so many, the newest")]
Name = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Number = Annotated[int, Path(ge=1, le=2_000_000_000)]


@router.get("")
async def get_models(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> Models:
    """What the venue's workers are to run, and what they could."""
    return await service.get_models(parts.database, user, venue_id)


@router.get("/changes")
async def get_changes(venue_id: VenueId, user: CurrentUser, parts: AppParts, limit: Limit = 50) -> list[ModelChange]:
    """Who decided what, when and why."""
    return await service.get_changes(parts.database, user, venue_id, limit)


@router.get("/events")
async def get_events(venue_id: VenueId, user: CurrentUser, parts: AppParts, limit: Limit = 50) -> list[Event]:
    """What became of models in the workers: swapped, kept, rolled back and why."""
    return await service.get_events(parts.database, user, venue_id, limit)


@router.get("/shadows")
async def get_shadows(venue_id: VenueId, user: CurrentUser, parts: AppParts, limit: Limit = 20) -> Shadows:
    """How challengers compared with champions on live frames."""
    return await service.get_shadows(parts.database, user, venue_id, limit)


@router.get("/versions/{name}/{version}")
async def get_version(
    venue_id: VenueId, name: Name, version: Number, user: CurrentUser, parts: AppParts
) -> VersionInFull:
    """One version with its card, and what speaks against promoting it now."""
    return await service.get_version(parts.database, user, venue_id, name, version)


@router.post("/promote")
async def promote(venue_id: VenueId, body: Promote, user: CurrentUser, parts: AppParts) -> Models:
    """Make a version champion: workers load it beside, swap between two frames, and go back if it is worse.

    Refused while an event's doors are open, and unless it counted better than the champion; ``force`` overrides that.
    """
    return await service.decide(parts.database, parts.redis, user, venue_id, body)


@router.post("/rollback")
async def roll_back(venue_id: VenueId, body: RollBack, user: CurrentUser, parts: AppParts) -> Models:
    """Go back to the champion before; doors may be open."""
    return await service.decide(parts.database, parts.redis, user, venue_id, body)


@router.put("/challenger")
async def challenge(venue_id: VenueId, body: Challenge, user: CurrentUser, parts: AppParts) -> Models:
    """Have a version run beside the champion on a share of the frames; it counts nothing."""
    return await service.decide(parts.database, parts.redis, user, venue_id, body)


@router.post("/challenger/withdraw")
async def withdraw(venue_id: VenueId, body: Withdraw, user: CurrentUser, parts: AppParts) -> Models:
    """Have nothing run beside the champion."""
    return await service.decide(parts.database, parts.redis, user, venue_id, body)
