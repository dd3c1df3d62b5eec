"""Alerts as people ask for them and act on them."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts import Alert, Outcome, Phase, Severity

MAX_ALERTS: Final = 1_000
LONGEST_NOTE: Final = 2_000


class Alerts(BaseModel):
    """Alerts as they stand now, newest first.

    Attributes:
        watched: whether the alert engine was heard in the last seconds. Without it an empty list says nothing.
        truncated: whether older ones were left out because of the limit.
    """

    venue_id: str
    watched: bool
    truncated: bool
    alerts: list[Alert]


class Action(BaseModel):
    """What somebody did about an alert.

    Attributes:
        actor: their address when they did it.
        applied_at: when the alert engine had taken it in; ``None``: not yet, as while it is away.
    """

    model_config = ConfigDict(frozen=True)

    action_id: UUID
    action: Literal["acknowledge", "note", "close"]
    outcome: Outcome | None
    note: str | None
    user_id: UUID
    actor: str
    created_at: datetime
    applied_at: datetime | None


class KeptPicture(BaseModel):
    """A picture that was kept with a change of the alert; ask for it by its sequence."""

    sequence: int
    camera_id: str
    captured_at: datetime


class AlertStory(BaseModel):
    """One alert with all that happened to it.

    Attributes:
        alert: as it stands.
        changes: every change, oldest first, each with the figures of then.
        actions: who did what and when, oldest first; shown at once, also while the engine is away.
    """

    alert: Alert
    changes: list[Alert]
    actions: list[Action]
    pictures: list[KeptPicture]


class _Act(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    action_id: UUID = Field(default_factory=uuid4)
    """Made by the client, so that asking twice acts once."""


class Acknowledge(_Act):
    """Somebody takes an alert over."""

    note: str | None = Field(default=None, min_length=1, max_length=LONGEST_NOTE)


class Note(_Act):
    """Somebody writes something down."""

    note: str = Field(min_length=1, max_length=LONGEST_NOTE)


class Close(_Act):
    """Somebody ends an alert."""

    outcome: Outcome
    note: str | None = Field(default=None, min_length=1, max_length=LONGEST_NOTE)


class PhaseSwitch(BaseModel):
    """Which part of the event begins; ``None``: no event."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phase: Phase | None


class PhaseNow(BaseModel):
    """The part of the event that it is.

    Attributes:
        since: when it was switched; ``None``: never.
        applied: whether the alert engine goes by it already.
    """

    phase: Phase | None
    since: datetime | None
    switched_by: str | None
    applied: bool


class RuleLevel(BaseModel):
    """One threshold, in the rule's unit, and where it comes from."""

    severity: Severity
    raise_at: float
    clear_at: float
    raise_after_s: float
    clear_after_s: float
    probability: float
    source: str


class RuleShown(BaseModel):
    """A rule of one place.

    Attributes:
        zone_id: ``None``: the venue, or each of its cameras.
        phase: where it differs in a phase of the event; ``None``: otherwise.
        levels: none: it is off.
    """

    rule_id: str
    zone_id: str | None
    phase: Phase | None
    title: str
    unit: str
    levels: list[RuleLevel]


class Rules(BaseModel):
    """The thresholds that hold."""

    venue_id: str
    rules: list[RuleShown]
