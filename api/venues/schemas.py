"""Venues as a page needs them to draw."""

from pydantic import BaseModel, ConfigDict

from api.access.schemas import Role

Point = tuple[float, float]
"""x, y in pixels of the camera's frame."""
FloorPoint = tuple[float, float]
"""x, y in metres of the floor plan."""


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


class FloorZoneOut(BaseModel):
    """A zone of the floor plan, whichever cameras see it. Its people are in the cameras' zones too: never add them.

    Attributes:
        polygon: corners in metres.
        capacity: people it may hold; ``None`` where no limit is set.
        queue: people wait here.
        front: where the queue is served; ``None``: not known.
    """

    id: str
    name: str
    polygon: list[FloorPoint]
    capacity: int | None
    queue: bool
    front: FloorPoint | None


class FloorPlanOut(BaseModel):
    """The venue's floor in metres, x and y as its drawing has them.

    Attributes:
        outline: where people can be at all; ``None``: wherever a camera sees.
    """

    outline: list[FloorPoint] | None
    zones: list[FloorZoneOut]


class GateOut(BaseModel):
    """A way in and out.

    Attributes:
        lines: counting lines across it; ``in`` is into the venue.
        scans_in: everybody who comes in is scanned.
        scans_out: everybody who leaves is scanned.
    """

    id: str
    name: str
    lines: list[str]
    scans_in: bool
    scans_out: bool


class Venue(VenueSummary):
    """A whole venue.

    Attributes:
        zones: those of the cameras' pictures.
        floor: the floor plan with its own zones; ``None``: the venue has none.
        busy_at: share of a capacity from which a zone is shown as busy.
        full_at: share of a capacity from which a zone is shown as full.
    """

    busy_at: float
    full_at: float
    cameras: list[CameraOut]
    zones: list[ZoneOut]
    lines: list[LineOut]
    floor: FloorPlanOut | None
    gates: list[GateOut]
