"""Alerts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from api.access.dependencies import AppParts, CurrentUser
from api.alerts import service
from api.alerts.repository import Wanted
from api.alerts.schemas import (
    MAX_ALERTS,
    Acknowledge,
    Alerts,
    AlertStory,
    Close,
    Note,
    PhaseNow,
    PhaseSwitch,
    Rules,
)
from api.labels.feedback import ask_for_frames
from api.venues.endpoints import VenueId
from domain.alerts import Severity
from domain.units import UtcDatetime

router = APIRouter(prefix="/api/v1/venues/{venue_id}", tags=["alerts"])

AlertId = Annotated[UUID, Path(description="The alert's id")]
Standing = Annotated[bool, Query(description="Only those that stand")]
From = Annotated[UtcDatetime | None, Query(description="Raised then or later, with its offset")]
Before = Annotated[UtcDatetime | None, Query(description="Raised before")]
Worst = Annotated[list[Severity] | None, Query(description="Only those that were as bad as one of these")]
Limit = Annotated[int, Query(ge=1, le=MAX_ALERTS, description="At most so many, the newest")]
Sequence = Annotated[int | None, Query(ge=1, description="The change that the picture was kept with; the newest")]


@router.get("/alerts")
async def get_alerts(
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    since: From = None,
    until: Before = None,
    severity: Worst = None,
    *,
    standing: Standing = False,
    limit: Limit = 200,
) -> Alerts:
    """Alerts as they stand now, newest first."""
    wanted = Wanted(standing=standing, since=since, until=until, severities=severity, limit=limit)
    return await service.get_alerts(parts.database, parts.redis, user, venue_id, wanted)


@router.get("/alerts/rules")
async def get_rules(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> Rules:
    """The thresholds that hold, by zone and phase, each with its source."""
    return await service.get_rules(parts.database, user, venue_id)


@router.get("/alerts/{alert_id}")
async def get_alert(venue_id: VenueId, alert_id: AlertId, user: CurrentUser, parts: AppParts) -> AlertStory:
    """One alert with the readings behind it and all that happened to it."""
    return await service.get_story(parts.database, user, venue_id, alert_id)


@router.get(
    "/alerts/{alert_id}/picture",
    response_class=Response,
    responses={
        200: {
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {"X-Captured-At": {"schema": {"type": "string", "format": "date-time"}}},
        }
    },
)
async def get_alert_picture(
    venue_id: VenueId, alert_id: AlertId, user: CurrentUser, parts: AppParts, sequence: Sequence = None
) -> Response:
    """What the camera showed when the alert was raised or worsened, people blurred."""
    picture = await service.get_picture(parts.database, user, venue_id, alert_id, sequence)
    headers = {
        "X-Captured-At": picture.captured_at.isoformat(),
        "X-Camera-Id": picture.camera_id,
        "Cache-Control": "no-store",
    }
    return Response(picture.jpeg, media_type="image/jpeg", headers=headers)


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge(
    venue_id: VenueId, alert_id: AlertId, body: Acknowledge, user: CurrentUser, parts: AppParts
) -> AlertStory:
    """Take an alert over: it no longer escalates unless it becomes worse."""
    return await service.act(parts.database, user, venue_id, alert_id, body)


@router.post("/alerts/{alert_id}/notes")
async def add_note(venue_id: VenueId, alert_id: AlertId, body: Note, user: CurrentUser, parts: AppParts) -> AlertStory:
    """Write down what was done; also when it is over."""
    return await service.act(parts.database, user, venue_id, alert_id, body)


@router.post("/alerts/{alert_id}/close")
async def close(venue_id: VenueId, alert_id: AlertId, body: Close, user: CurrentUser, parts: AppParts) -> AlertStory:
    """End an alert as a false alarm or as resolved. A worse one is still told."""
    story = await service.act(parts.database, user, venue_id, alert_id, body)
    if body.outcome == "false_alarm":
        await ask_for_frames(parts.database, parts.redis, venue_id, alert_id)
    return story


@router.get("/phase")
async def get_phase(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> PhaseNow:
    """The part of the event that it is."""
    return await service.get_phase(parts.database, user, venue_id)


@router.put("/phase")
async def set_phase(venue_id: VenueId, body: PhaseSwitch, user: CurrentUser, parts: AppParts) -> PhaseNow:
    """Begin another part of the event: its thresholds hold from then on."""
    return await service.set_phase(parts.database, user, venue_id, body.phase)
