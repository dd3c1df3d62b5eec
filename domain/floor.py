"""What is said in metres: where people stand on the venue's floor plan, and how many the venue holds.

The plan's origin and axes are the venue's own (x right, y up or down as its drawing has it); its unit is the metre.
Positions carry no identity that outlives the session, and unknown is never zero here either.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from domain.messages import Message, State
from domain.units import Slug


class CameraPositions(Message):
    """Where one camera sees people stand, in one frame. Only the newest matters; it is not stored.

    The lists have one entry a person and the same order. ``ok`` with empty lists: the camera sees nobody.
    """

    kind: Literal["camera_positions"] = "camera_positions"
    camera_id: Slug
    tracks: tuple[int, ...] = ()
    """The camera's own track numbers: meaningless elsewhere, and after the session."""
    x_m: tuple[float, ...] = ()
    y_m: tuple[float, ...] = ()
    deviation_m: tuple[float, ...] = ()
    """Standard deviation of each position, in any direction: what pixels and calibration leave unsure."""

    @model_validator(mode="after")
    def _one_entry_a_person(self) -> Self:
        lengths = {len(self.tracks), len(self.x_m), len(self.y_m), len(self.deviation_m)}
        if len(lengths) > 1:
            raise ValueError(f"positions need one entry a person in each list, got lengths {sorted(lengths)}")
        if self.state is not State.OK and self.tracks:
            raise ValueError(f"a camera that is {self.state} knows no positions")
        return self


class Positions(Message):
    """Where people stand on the plan, each once, whichever cameras see them.

    ``ok`` as long as one camera sees; ``blind_camera_ids`` says which do not, and their part of the plan is unknown.
    """

    kind: Literal["positions"] = "positions"
    x_m: tuple[float, ...] = ()
    y_m: tuple[float, ...] = ()
    blind_camera_ids: tuple[Slug, ...] = ()


class Occupancy(Message):
    """How many people are in the venue, from counts, crossings and scans together, with what is unsure about it."""

    kind: Literal["occupancy"] = "occupancy"
    section_id: Slug | None = None
    """A part of the venue; ``None`` is all of it."""
    count: float | None = Field(default=None, ge=0)
    """The estimate; ``None`` before anything is known."""
    count_low: float | None = Field(default=None, ge=0)
    """Lower end of the 90 % interval."""
    count_high: float | None = Field(default=None, ge=0)
    capacity: int | None = Field(default=None, gt=0)
    over_capacity: bool = False
    """The estimate is above the capacity. It is told as it is, never cut to the capacity."""
    drift_per_hour: float | None = None
    """What the line counts are estimated to miss, people an hour; positive: they undercount."""
    seen_share: float | None = Field(default=None, ge=0, le=1)
    """Share of the floor that cameras see now; the rest is carried by crossings and scans, and widens the interval."""

    @model_validator(mode="after")
    def _unknown_is_never_zero(self) -> Self:
        known = self.state is State.OK
        if known != (self.count is not None):
            raise ValueError(f"an occupancy has a count exactly when it is ok: state={self.state}")
        if (self.count_low is None) != (self.count is None) or (self.count_high is None) != (self.count is None):
            raise ValueError("an occupancy has its interval exactly when it has a count")
        return self


class Scan(Message):
    """A ticket was scanned at a gate."""

    kind: Literal["scan"] = "scan"
    scan_id: str = Field(min_length=1, max_length=120)
    """The scanner's own idempotency key: the same scan told twice counts once."""
    gate_id: Slug
    direction: Literal["in", "out"]
    people: int = Field(default=1, gt=0, le=50)
