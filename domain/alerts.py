"""An alert and everything that explains it: the figures behind it, how sure they are, and what to do.

An alert never says more than is known. Where the figure it stands on can no longer be seen, its ``state`` says so and
it stays: *unknown is never zero*, and a crowd that nobody sees has not gone away.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.messages import Message, State
from domain.units import Slug, UtcDatetime

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""A rule's name in ``configs/alerts.yaml`` and in a venue file."""


class Severity(StrEnum):
    """How bad it is. They are ordered by :attr:`rank`."""

    INFO = "info"
    """Worth knowing; nobody has to come."""
    WARNING = "warning"
    """Look now: it is on its way to being dangerous, or somebody may need help."""
    DANGER = "danger"
    """Act now."""
    CRITICAL = "critical"
    """Beyond what published guidance calls dangerous."""

    @property
    def rank(self) -> int:
        """0 for the mildest."""
        return SEVERITIES.index(self)


SEVERITIES: Final = tuple(Severity)


class Phase(StrEnum):
    """A part of an event; thresholds may differ between them."""

    DOORS = "doors"
    SUPPORT = "support"
    HEADLINE = "headline"
    EGRESS = "egress"


class Measure(StrEnum):
    """What a rule looks at."""

    COUNT = "count"
    DENSITY = "density"
    PEAK_DENSITY = "peak_density"
    LEVEL_OF_SERVICE = "level_of_service"
    PRESSURE = "pressure"
    INFLOW = "inflow"
    OCCUPANCY = "occupancy"
    TIME_TO_THRESHOLD = "time_to_threshold"
    QUEUE_WAIT = "queue_wait"
    POSTURE = "posture"
    SIGHT = "sight"
    """Seconds since a camera or zone was last seen. Its alert says "cannot see", never "empty"."""


UNITS: Final = {
    Measure.COUNT: "people",
    Measure.DENSITY: "people/m²",
    Measure.PEAK_DENSITY: "people/m²",
    Measure.LEVEL_OF_SERVICE: "people/m²",
    Measure.PRESSURE: "/s²",
    Measure.INFLOW: "people/min",
    Measure.OCCUPANCY: "people",
    Measure.TIME_TO_THRESHOLD: "s",
    Measure.QUEUE_WAIT: "s",
    Measure.POSTURE: "people",
    Measure.SIGHT: "s unseen",
}


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )


class Point(_Part):
    """One second of what a rule looked at; without a value it was unknown then."""

    captured_at: UtcDatetime
    value: float | None


class Trend(_Part):
    """How a figure has moved over the last while: a weighted straight line, recent seconds weighing more."""

    level: float
    """Where the line stands at the newest reading."""
    per_min: float
    per_min_low: float
    """Lower end of the slope's 90 % interval."""
    per_min_high: float
    window_s: float
    """Seconds the line was drawn over."""


class Forecast(_Part):
    """When a threshold will be reached if it goes on like this. Without a significant trend there is none."""

    threshold: float
    severity: Severity
    in_s: float = Field(ge=0)
    earliest_s: float = Field(ge=0)
    """By the steep end of the slope's 90 % interval."""
    latest_s: float | None = Field(default=None, ge=0)
    """By its flat end; ``None``: beyond what is worth saying."""


class Evidence(_Part):
    """The figures behind an alert, as they were when it last changed."""

    measure: Measure
    unit: str
    value: float | None = None
    """``None``: unknown."""
    low: float | None = None
    """Lower end of the 90 % interval; ``None`` where none has been measured."""
    high: float | None = None
    probability: float | None = Field(default=None, ge=0, le=1)
    """How sure it is that the alert's threshold is passed, by the interval; ``None`` without one."""
    trend: Trend | None = None
    forecast: Forecast | None = None
    """Time to the next worse threshold."""
    readings: tuple[Point, ...] = ()
    """The last readings, oldest first."""
    camera_ids: tuple[Slug, ...] = ()
    """The cameras that see, or should see, the place."""
    picture_camera_id: Slug | None = None
    """The one whose blurred picture was kept with the alert, if it had any."""


class Change(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    WORSENED = "worsened"
    EASED = "eased"
    REOPENED = "reopened"
    """It came back so soon after it had cleared that it is the same one."""
    ESCALATED = "escalated"
    """Nobody acknowledged it in time."""
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    SIGHT_LOST = "sight_lost"
    """What it stands on cannot be seen any more. It has not cleared."""
    SIGHT_BACK = "sight_back"
    CLEARED = "cleared"
    CLOSED = "closed"
    """A person closed it: a false alarm, or resolved."""


class Status(StrEnum):
    """Where an alert is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"
    """By itself: the figure fell below the clear threshold and stayed there, seen."""
    CLOSED = "closed"


Outcome = Literal["false_alarm", "resolved"]
STANDING: Final = frozenset({Status.OPEN, Status.ACKNOWLEDGED})


class Alert(Message):
    """An alert as it stands after a change. ``(alert_id, sequence)`` makes storing it twice harmless.

    ``captured_at`` is when the change was true, by the readings; ``state`` is ``ok`` while the figure can be seen.
    """

    kind: Literal["alert"] = "alert"
    alert_id: UUID
    sequence: int = Field(ge=1)
    """1 when raised, one more with each change."""
    change: Change
    rule_id: RuleId
    measure: Measure
    zone_id: Slug | None = None
    camera_id: Slug | None = None
    """Set where the alert is about a camera and not about a zone. Neither: the whole venue."""
    severity: Severity
    worst: Severity
    """The worst it has been."""
    status: Status
    phase: Phase | None = None
    raised_at: UtcDatetime
    acknowledged_at: UtcDatetime | None = None
    acknowledged_by: str | None = None
    ended_at: UtcDatetime | None = None
    outcome: Outcome | None = None
    escalations: int = Field(default=0, ge=0)
    times_reopened: int = Field(default=0, ge=0)
    raise_at: float
    """The threshold of its severity, in the evidence's unit."""
    clear_at: float
    title: str
    summary: str
    """One line that a steward understands."""
    playbook: str
    """What to do."""
    source: str
    """Where the threshold comes from."""
    evidence: Evidence

    @property
    def standing(self) -> bool:
        """Whether it still needs somebody."""
        return self.status in STANDING

    @model_validator(mode="after")
    def _unknown_has_no_number(self) -> Self:
        known = self.state is State.OK
        if not known and self.measure is not Measure.SIGHT and self.evidence.value is not None:
            raise ValueError(f"an alert whose figure is {self.state} has no value")
        if not known and self.status is Status.CLEARED:
            raise ValueError("an alert never clears on what is not seen")
        return self

    @model_validator(mode="after")
    def _an_end_is_told(self) -> Self:
        if (self.ended_at is not None) != (not self.standing):
            raise ValueError(f"an alert has ended_at exactly when it is over: status={self.status}")
        if (self.outcome is not None) != (self.status is Status.CLOSED):
            raise ValueError(f"an alert has an outcome exactly when a person closed it: status={self.status}")
        if self.status is Status.ACKNOWLEDGED and self.acknowledged_at is None:
            raise ValueError("an acknowledged alert says when")
        return self


AlertAction = Annotated[Literal["acknowledge", "note", "close"], Field(description="What a person did to an alert")]
