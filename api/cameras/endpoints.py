"""Camera pictures over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access.dependencies import AppParts, CurrentUser
from api.cameras import service
from api.venues.endpoints import VenueId
from domain.units import Slug

router = APIRouter(prefix="/api/v1/venues/{venue_id}/cameras", tags=["cameras"])

CameraId = Annotated[Slug, Path(description="The camera's id")]


@router.get(
    "/{camera_id}/picture",
    response_class=Response,
    responses={
        200: {
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {"X-Captured-At": {"schema": {"type": "string", "format": "date-time"}}},
        }
    },
)
async def get_picture(venue_id: VenueId, camera_id: CameraId, user: CurrentUser, parts: AppParts) -> Response:
    """A camera's newest picture, as JPEG."""
    picture = await service.get_picture(parts.database, parts.redis, user, venue_id, camera_id)
    headers = {"X-Captured-At": picture.captured_at, "Cache-Control": "no-store"}
    return Response(picture.jpeg, media_type="image/jpeg", headers=headers)
