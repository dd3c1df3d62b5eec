"""What one part of Headroom tells another, each with when the frame was captured and whether it may be believed.

*Unknown is never zero*: a reading has a count exactly when its state is ``ok``. The constructor enforces it, so no
reader can meet a blind zone with a number in it, nor a trusted zone without one.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.units import Slug, UtcDatetime

MESSAGE_VERSION: Final = 1


class State(StrEnum):
    """Whether a number may be believed."""

    OK = "ok"
    STALE = "stale"
    """The newest frame is old, but the connection has not been given up."""
    BLIND = "blind"
    """No frames, a black picture, a frozen picture, or a camera that was moved."""
    UNCALIBRATED = "uncalibrated"
    """The camera sees, but where it looks is not known."""


class Message(BaseModel):
    """What every message carries."""

    # JSON has no infinity: it would be written as null, which means unknown.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )

    version: Literal[1] = MESSAGE_VERSION
    venue_id: Slug
    captured_at: UtcDatetime
    """When the frame was captured, not when it was handled."""
    state: State
    reason: str | None = None
    """Why the state is not ``ok``, in words a steward understands."""


class FloorFigures(BaseModel):
    """A zone's second in metres. A figure that is not known is ``None``, never 0."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )

    area_m2: float = Field(gt=0)
    """Of the zone's part that people can stand on."""
    unseen_share: float = Field(default=0.0, ge=0, le=1)
    """Share of the area that no camera sees now."""
    density_per_m2: float | None = Field(default=None, ge=0)
    """People over area, averaged over the second."""
    peak_density_per_m2: float | None = Field(default=None, ge=0)
    """Highest local density inside, from the kernel field."""
    level_of_service: Literal["A", "B", "C", "D", "E", "F"] | None = None
    """Fruin's level of the zone's density."""
    speed_m_per_s: float | None = Field(default=None, ge=0)
    pressure_per_s2: float | None = Field(default=None, ge=0)
    """Crowd pressure: density times the variance of velocity (Helbing et al. 2007)."""
    inflow_per_min: float | None = Field(default=None, ge=0)
    outflow_per_min: float | None = Field(default=None, ge=0)
    queue_length: float | None = Field(default=None, ge=0)
    """People waiting; ``None`` where the zone is no queue."""
    queue_wait_s: float | None = Field(default=None, ge=0)
    """Expected wait of somebody who joins now."""
    service_per_min: float | None = Field(default=None, ge=0)
    dwell_s: float | None = Field(default=None, ge=0)
    """Mean stay of those who left within the last minutes."""


class ZoneReading(Message):
    """How many people stood in a zone during one second (``captured_at`` is that second's start)."""

    kind: Literal["zone_reading"] = "zone_reading"
    zone_id: Slug
    camera_ids: tuple[Slug, ...] = Field(min_length=1)
    count: float | None = Field(default=None, ge=0)
    """People, averaged over the second's frames; ``None`` when unknown."""
    peak: int | None = Field(default=None, ge=0)
    """The highest count of one frame in the second."""
    count_low: float | None = Field(default=None, ge=0)
    """Lower end of the 90 % interval; ``None`` where no interval has been measured for this camera."""
    count_high: float | None = Field(default=None, ge=0)
    frames: int = Field(default=0, ge=0)
    """How many frames were looked at."""
    method: Literal["boxes", "density", "fused", "floor"] | None = None
    """Which reading of the crowd the count came from; ``floor``: positions on the plan, cameras merged."""
    model: str | None = None
    epoch: int = Field(default=0, ge=0)
    """Grows each time another worker takes over the camera."""
    floor: "FloorFigures | None" = None
    """What is known in metres; ``None`` where the zone's place on the floor is not."""

    @model_validator(mode="after")
    def _unknown_is_never_zero(self) -> Self:
        known = self.state is State.OK
        if not known and self.floor is not None:
            raise ValueError("an unknown reading has no figures")
        if known != (self.count is not None) or known != (self.peak is not None):
            raise ValueError(f"a reading has a count and a peak exactly when it is ok: state={self.state}")
        if not known and (self.count_low is not None or self.count_high is not None):
            raise ValueError("an unknown reading has no interval")
        return self


class LineCrossing(Message):
    """One person passed a counting line."""

    kind: Literal["line_crossing"] = "line_crossing"
    crossing_id: UUID
    """Made once, when the crossing is seen: what makes storing it twice harmless."""
    line_id: Slug
    camera_id: Slug
    direction: Literal["in", "out"]


class Posture(StrEnum):
    """How a person holds themselves, where that may matter to security."""

    FALLEN = "fallen"
    """Lying, or as good as: the trunk is level and the legs do not carry it."""
    HANDS_UP = "hands_up"
    """Both hands at the height of the head or above, upper arms lifted."""
    CROUCHING = "crouching"
    """Squatting or sitting on the ground, the trunk upright; someone on a chair is not."""


class PostureEvent(Message):
    """Somebody fell, put their hands up or crouched down, and stayed so; or that is over.

    ``captured_at`` is when it was known: a started one comes after its posture's minimum duration. Nothing in it
    tells who it was: no track, no landmarks, no picture.
    """

    kind: Literal["posture_event"] = "posture_event"
    event_id: UUID
    """Made once for each event; its start and its end carry the same one."""
    camera_id: Slug
    zone_ids: tuple[Slug, ...] = ()
    """The zones the person's feet are in; none where they stand in no zone."""
    position: tuple[float, float]
    """The feet (bottom centre of the box), x and y in pixels of the camera's ``frame_size``."""
    posture: Posture
    phase: Literal["started", "ended"]
    confidence: float = Field(ge=0, le=1)
    """Mean over the looks taken while it lasted. A score, not a measured probability."""
    since: UtcDatetime
    """When the posture was first seen."""
    duration_s: float = Field(ge=0)
    """From ``since`` to the last look that showed it."""
    end_reason: Literal["recovered", "track_ended", "unseen"] | None = None
    """``recovered``: the person was seen otherwise again. ``track_ended``: they are no longer found in the picture,
    however they are. ``unseen``: they are, but their posture could not be told for long."""

    @model_validator(mode="after")
    def _an_end_has_its_reason(self) -> Self:
        if (self.phase == "ended") != (self.end_reason is not None):
            raise ValueError(f"an event has an end_reason exactly when it has ended: {self.phase}, {self.end_reason}")
        if self.since > self.captured_at:
            raise ValueError("a posture is seen before it is known")
        return self


class CameraHealth(Message):
    """How a camera is doing. Where it never gave a frame, ``captured_at`` is when that was noticed."""

    kind: Literal["camera_health"] = "camera_health"
    camera_id: Slug
    last_frame_at: UtcDatetime | None = None
    fps: float | None = Field(default=None, ge=0)
    """Frames captured a second over the last few seconds; ``None`` while there are none."""
    frame_width: int | None = None
    """Pixels."""
    frame_height: int | None = None
    frames_captured: int = Field(default=0, ge=0)
    frames_dropped: int = Field(default=0, ge=0)
    """Captured, but replaced by a newer one before anyone looked."""
    frames_late: int = Field(default=0, ge=0)
    """Looked at more than the camera's latency bound after capture."""
    frames_predicted: int = Field(default=0, ge=0)
    """Counted by where tracks were believed to be, because the detector had too much to do: load that was shed."""
    restarts: int = Field(default=0, ge=0)
    """How often the capture was started again."""


StreamMessage = Annotated[ZoneReading | LineCrossing | CameraHealth, Field(discriminator="kind")]
