"""A venue as its file describes it: cameras, zones, counting lines, and how many people each part holds."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self, cast
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
from numpy.typing import ArrayLike
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, field_validator, model_validator

from domain.alert_rules import AlertSettings, nearest
from domain.calibration import Calibration
from domain.captures import LearningConfig
from domain.errors import BadVenue
from domain.geometry import Line, Polygon
from domain.source import Source
from domain.units import Slug


class _Part(BaseModel):
    # Inputs are hidden in errors because a camera's source may hold a password.
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, allow_inf_nan=False, hide_input_in_errors=True
    )


def _parse_source(value: object) -> object:
    return Source.parse(value) if isinstance(value, str) else value


def _parse_polygon(value: object) -> object:
    return value if isinstance(value, Polygon) else Polygon(cast("ArrayLike", value))


CameraSource = Annotated[Source, BeforeValidator(_parse_source), PlainSerializer(lambda source: source.redacted)]
ZonePolygon = Annotated[
    Polygon, BeforeValidator(_parse_polygon), PlainSerializer(lambda polygon: polygon.points.tolist())
]
PicturePoint = tuple[float, float]
"""x, y in pixels of the camera's ``frame_size``."""


class CameraConfig(_Part):
    """One camera.

    Attributes:
        source: where its frames come from; its password is never serialised.
        frame_size: width and height, in pixels, of the picture that zones and lines were drawn on. A stream of
            another size is scaled to it.
        fps: how many frames a second to look at, at most; ``None`` looks at all.
        loop: a file starts again at its end, as a demo does.
        priority: a camera that watches exits or the stage front keeps being looked at while others give way.
        correction: file, beside the venue's, with what is known of this camera's counting errors; ``None``: nothing.
        calibration: where it looks; ``None``: its picture is not known in metres.
    """

    id: Slug
    name: str = Field(min_length=1, max_length=80)
    source: CameraSource
    frame_size: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
    fps: float | None = Field(default=None, gt=0, le=60)
    loop: bool = False
    priority: bool = False
    correction: str | None = Field(default=None, min_length=1)
    calibration: Calibration | None = None


class ZoneConfig(_Part):
    """An area of one camera's picture in which people are counted by their feet.

    Attributes:
        polygon: corners in pixels of the camera's ``frame_size``.
        capacity: people it may hold; ``None`` where no limit is set.
        primary: its people are summed into the venue's occupancy. A zone that lies inside another is not.
    """

    id: Slug
    name: str = Field(min_length=1, max_length=80)
    camera_id: Slug
    polygon: ZonePolygon
    capacity: int | None = Field(default=None, gt=0)
    primary: bool = True


class LineConfig(_Part):
    """A directed counting line in one camera's picture; see :class:`domain.geometry.Line` for which side is ``in``."""

    id: Slug
    name: str = Field(min_length=1, max_length=80)
    camera_id: Slug
    start: PicturePoint
    end: PicturePoint

    @property
    def line(self) -> Line:
        """The line as geometry."""
        return Line(self.start, self.end)

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        Line(self.start, self.end)
        return self


class FloorZoneConfig(_Part):
    """An area of the floor plan in which people are counted, whichever cameras see it.

    Attributes:
        polygon: corners in metres of the plan.
        capacity: people it may hold; ``None`` where no limit is set.
        queue: people wait here: its length, wait and service rate are told.
        front: where the queue is served, metres; ``None``: not known.
    """

    id: Slug
    name: str = Field(min_length=1, max_length=80)
    polygon: ZonePolygon
    capacity: int | None = Field(default=None, gt=0)
    queue: bool = False
    front: tuple[float, float] | None = None


class GateConfig(_Part):
    """A way in and out of the venue, and what tells of those who pass it.

    Attributes:
        lines: counting lines across it; ``in`` is into the venue.
        scans_in: everybody who comes in is scanned.
        scans_out: everybody who leaves is scanned.
    """

    id: Slug
    name: str = Field(min_length=1, max_length=80)
    lines: tuple[Slug, ...] = ()
    scans_in: bool = False
    scans_out: bool = False


class FloorPlanConfig(_Part):
    """The venue's floor, in metres: x and y as its drawing has them.

    Attributes:
        outline: where people can be at all; ``None``: wherever a camera sees.
        zones: areas people are counted in.
        hidden_per_density: people whom no camera sees because others stand before them, as a share of those seen, for
            each person/m² seen; ``None``: as in simulated halls.
    """

    outline: ZonePolygon | None = None
    zones: tuple[FloorZoneConfig, ...] = ()
    hidden_per_density: float | None = Field(default=None, ge=0, le=1)


class VenueConfig(_Part):
    """A whole venue.

    Attributes:
        capacity: licensed capacity, people.
        busy_at: share of a capacity from which a zone is shown as busy.
        full_at: share of a capacity from which a zone is shown as full.
        postures: whether people are watched for having fallen, raising their hands or crouching.
        floor: the floor plan in metres, where cameras are calibrated to one.
        gates: every way in and out, also those that nothing watches; the venue's occupancy is estimated from them.
        inside_at_start: people inside when nothing is known yet: 0 where Headroom is started before doors;
            ``None``: not known, so that occupancy stays unknown until cameras see enough of the floor.
        alerts: what differs from the default rules of ``configs/alerts.yaml``.
        learning: what may be kept of live pictures to learn from; nothing, unless it says so.

    Example:
        >>> VenueConfig.model_validate({"version": 1, "id": "hall", "name": "Hall", "capacity": 500,
        ...     "cameras": [{"id": "door", "name": "Door", "source": "usb:0", "frame_size": [640, 480]}],
        ...     "zones": [{"id": "floor", "name": "Floor", "camera_id": "door",
        ...                "polygon": [[0, 0], [640, 0], [640, 480]]}]}).zones[0].polygon.area
        153600.0
    """

    version: Literal[1]
    id: Slug
    name: str = Field(min_length=1, max_length=80)
    capacity: int = Field(gt=0)
    timezone: str = "UTC"
    busy_at: float = Field(default=0.8, gt=0, le=1)
    full_at: float = Field(default=0.95, gt=0, le=1)
    postures: bool = False
    cameras: tuple[CameraConfig, ...] = Field(min_length=1)
    zones: tuple[ZoneConfig, ...] = Field(min_length=1)
    lines: tuple[LineConfig, ...] = ()
    floor: FloorPlanConfig | None = None
    gates: tuple[GateConfig, ...] = ()
    inside_at_start: int | None = Field(default=None, ge=0)
    alerts: AlertSettings | None = None
    learning: LearningConfig = LearningConfig()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, value: str) -> str:
        if value not in available_timezones():
            raise BadVenue(f"timezone {value!r} is not known; expected a name such as Europe/London")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _refuse_repeats("camera", (camera.id for camera in self.cameras))
        floor_ids = [zone.id for zone in self.floor.zones] if self.floor else []
        _refuse_repeats("zone", [*(zone.id for zone in self.zones), *floor_ids])
        _refuse_repeats("line", (line.id for line in self.lines))
        _refuse_repeats("gate", (gate.id for gate in self.gates))
        _refuse_repeats("line of a gate", [line for gate in self.gates for line in gate.lines])
        for gate in self.gates:
            if unknown := sorted(set(gate.lines) - _ids(self.lines)):
                raise BadVenue(f"gate {gate.id!r} names lines {unknown}; the venue has {sorted(_ids(self.lines))}")
        _refuse_unknown_alert_zones(self.alerts, [*(zone.id for zone in self.zones), *floor_ids])
        cameras = {camera.id: camera for camera in self.cameras}
        if unknown := sorted(set(self.learning.cameras or ()) - set(cameras)):
            raise BadVenue(f"learning.cameras names {unknown}; the venue has {sorted(cameras)}")
        placed: tuple[ZoneConfig | LineConfig, ...] = (*self.zones, *self.lines)
        for part in placed:
            if part.camera_id not in cameras:
                raise BadVenue(f"{part.id!r} names camera {part.camera_id!r}; the venue has {sorted(cameras)}")
            _refuse_out_of_sight(part, cameras[part.camera_id])
        if self.busy_at > self.full_at:
            raise BadVenue(f"busy_at ({self.busy_at}) must not be above full_at ({self.full_at})")
        if not any(zone.primary for zone in self.zones):
            raise BadVenue("no zone is primary, so the venue's occupancy would be unknown for ever")
        return self

    @property
    def zone_info(self) -> ZoneInfo:
        """The venue's own clock, for showing times to people there."""
        return ZoneInfo(self.timezone)

    def camera(self, camera_id: str) -> CameraConfig:
        """The camera of that id (there is one: the file was checked)."""
        return next(camera for camera in self.cameras if camera.id == camera_id)


def _ids(parts: Iterable[LineConfig]) -> set[str]:
    return {part.id for part in parts}


def _refuse_repeats(what: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for identifier in ids:
        if identifier in seen:
            raise BadVenue(f"{what} id {identifier!r} is used twice")
        seen.add(identifier)


def _refuse_unknown_alert_zones(alerts: AlertSettings | None, zone_ids: list[str]) -> None:
    for zone_id in sorted(alerts.zone_ids() - set(zone_ids)) if alerts else ():
        raise BadVenue(f"alerts.zones.{zone_id}: the venue has no such zone; {nearest(zone_id, zone_ids)}")


def _refuse_out_of_sight(part: ZoneConfig | LineConfig, camera: CameraConfig) -> None:
    """What lies wholly outside its camera's picture would count nobody for ever, and zero must mean empty."""
    points = part.polygon.points if isinstance(part, ZoneConfig) else np.array([part.start, part.end])
    if (points.max(axis=0) < 0).any() or (points.min(axis=0) > camera.frame_size).any():
        width, height = camera.frame_size
        raise BadVenue(f"{part.id!r} lies outside the {width}x{height} picture of camera {camera.id!r}")
