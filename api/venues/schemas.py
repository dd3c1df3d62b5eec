"""Venues as a page needs them to draw."""

from pydantic import BaseModel, ConfigDict

from api.access.schemas import Role

Point = tuple[float, float]
"""x, y in pixels of the camera's frame."""


class VenueSummary(BaseModel):
    """One venue in a list.

    Attributes:
        capacity: licensed capacity, people.
        role: what this user may do there.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    capacity: int
    timezone: str
    role: Role


class CameraOut(BaseModel):
    """A camera; frame sizes are the picture that zones and lines are drawn on, in pixels."""

    id: str
    name: str
    frame_width: int
    frame_height: int


class ZoneOut(BaseModel):
    """A zone in its camera's picture.

    Attributes:
        capacity: people it may hold; ``None`` where no limit is set.
        primary: its people are summed into the venue's occupancy.
    """

    id: str
    name: str
    camera_id: str
    polygon: list[Point]
    capacity: int | None
    primary: bool


class LineOut(BaseModel):
    """A counting line; walking from start to end, ``in`` is to the right."""

    id: str
    name: str
    camera_id: str
    start: Point
    end: Point


class Venue(VenueSummary):
    """A whole venue.

    Attributes:
        busy_at: share of a capacity from which a zone is shown as busy.
        full_at: share of a capacity from which a zone is shown as full.
    """

    busy_at: float
    full_at: float
    cameras: list[CameraOut]
    zones: list[ZoneOut]
    lines: list[LineOut]
