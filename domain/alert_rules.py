"""When to raise an alert and when to clear it: the defaults' form, and how a venue's file changes them.

A venue file overrides what it names and nothing else, for the whole venue, one zone, one phase of an event, or one
zone in one phase; the last named wins. A key that is not known is refused with the nearest right one.
"""

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from domain.alerts import Measure, Phase, RuleId, Severity
from domain.errors import BadVenue
from domain.messages import Posture
from domain.units import Slug

FRUIN_M2_PER_PERSON: Final = MappingProxyType({"A": 3.25, "B": 2.32, "C": 1.39, "D": 0.93, "E": 0.46})
"""Least space of each level of service on walkways, m² a person; below E's it is F.

Fruin, Pedestrian Planning and Design (1971): 35, 25, 15, 10 and 5 square feet.
"""
_LETTERS: Final = "ABCDEF"


def fruin_density(letter: str) -> float:
    """People per m² from which a walkway is at this level of service; 0 for A.

    Raises:
        BadVenue: no such level.
    """
    if letter not in _LETTERS or len(letter) != 1:
        raise BadVenue(f"{letter!r} is neither a number nor a level of service from A to F")
    return 0.0 if letter == "A" else 1 / FRUIN_M2_PER_PERSON[_LETTERS[_LETTERS.index(letter) - 1]]


def fruin_level(density_per_m2: float) -> str:
    """The level of service of a walkway this dense."""
    return next(letter for letter in reversed(_LETTERS) if density_per_m2 >= fruin_density(letter))


def _letter_to_density(value: object) -> object:
    return fruin_density(value) if isinstance(value, str) else value


Threshold = Annotated[float, BeforeValidator(_letter_to_density), Field(ge=0)]
"""A number in the rule's unit; a letter of Fruin's stands for the density it begins at."""
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Probability = Annotated[float, Field(gt=0, lt=1)]
Per = Literal["one", "capacity", "width_m"]


def nearest(word: object, known: Mapping[str, object] | list[str]) -> str:
    """What to say of a word that is not known: the one that was probably meant, or all there are."""
    near = difflib.get_close_matches(str(word), list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else f"expected one of {', '.join(known)}"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, value: object) -> object:
        for key in value if isinstance(value, dict) else ():
            if key not in cls.model_fields:
                raise BadVenue(f"unknown key {key!r}; {nearest(key, cls.model_fields)}")
        return value


class LevelSettings(_Strict):
    """One severity of a rule.

    Attributes:
        raise_at: reached or passed, it counts.
        clear_at: it counts as over only beyond this one; lower than ``raise_at`` (higher, for a time to go).
        raise_after_s: how long it must be so before it is told.
        clear_after_s: how long it must be over, and seen to be, before it is cleared.
        probability: how sure it must be that ``raise_at`` is passed. 0.5: the estimate itself; less: raise early, on
            the upper end of the 90 % interval.
        source: where ``raise_at`` comes from.
    """

    raise_at: Threshold
    clear_at: Threshold
    raise_after_s: Seconds = 2.0
    clear_after_s: Seconds = 20.0
    probability: Probability = 0.5
    source: str = Field(min_length=1)


class RuleSettings(_Strict):
    """A rule of the defaults: complete.

    Attributes:
        per: what ``raise_at`` and ``clear_at`` are multiplied by: nothing, the capacity, or the entrance's width.
        posture: which one, where the measure is a posture.
        escalate_after_s: told again, as escalated, when nobody has acknowledged it for this long; ``None``: never.
        rising_from: a forecast counts from this share of its threshold on; only for ``time_to_threshold``.
    """

    measure: Measure
    title: str = Field(min_length=1)
    playbook: str = Field(min_length=1)
    per: Per = "one"
    posture: Posture | None = None
    enabled: bool = True
    escalate_after_s: Seconds | None = None
    rising_from: float | None = Field(default=None, ge=0, lt=1)
    info: LevelSettings | None = None
    warning: LevelSettings | None = None
    danger: LevelSettings | None = None
    critical: LevelSettings | None = None

    @model_validator(mode="after")
    def _has_a_posture_where_it_needs_one(self) -> Self:
        if (self.measure is Measure.POSTURE) != (self.posture is not None):
            raise BadVenue("a rule names a posture exactly when posture is what it measures")
        return self

    def level(self, severity: Severity) -> LevelSettings | None:
        """The settings of one severity; ``None`` where the rule has none."""
        found: LevelSettings | None = getattr(self, severity.value)
        return found


class LevelOverride(_Strict):
    """What a venue changes of one severity. With a ``raise_at`` alone, ``clear_at`` keeps its share of it."""

    raise_at: Threshold | None = None
    clear_at: Threshold | None = None
    raise_after_s: Seconds | None = None
    clear_after_s: Seconds | None = None
    probability: Probability | None = None
    source: str | None = None
    enabled: bool = True


class RuleOverride(_Strict):
    """What a venue changes of a rule; a severity that the defaults lack needs ``raise_at`` and ``clear_at``."""

    enabled: bool | None = None
    per: Per | None = None
    playbook: str | None = Field(default=None, min_length=1)
    escalate_after_s: Seconds | None = None
    rising_from: float | None = Field(default=None, ge=0, lt=1)
    info: LevelOverride | None = None
    warning: LevelOverride | None = None
    danger: LevelOverride | None = None
    critical: LevelOverride | None = None


class RuleOverrides(_Strict):
    """Changes by rule."""

    count: RuleOverride | None = None
    density: RuleOverride | None = None
    peak_density: RuleOverride | None = None
    level_of_service: RuleOverride | None = None
    pressure: RuleOverride | None = None
    inflow: RuleOverride | None = None
    occupancy: RuleOverride | None = None
    time_to_threshold: RuleOverride | None = None
    queue_wait: RuleOverride | None = None
    fallen: RuleOverride | None = None
    hands_up: RuleOverride | None = None
    crouching: RuleOverride | None = None
    blind_camera: RuleOverride | None = None
    unseen_zone: RuleOverride | None = None

    def of(self, rule_id: RuleId) -> RuleOverride | None:
        """The changes of one rule; ``None`` where there are none."""
        found: RuleOverride | None = getattr(self, rule_id)
        return found


class ZoneAlerts(_Strict):
    """Changes for one zone.

    Attributes:
        width_m: clear width of the zone's entrance, which turns an inflow into one per metre.
    """

    width_m: float | None = Field(default=None, gt=0)
    rules: RuleOverrides = RuleOverrides()


class PhaseAlerts(_Strict):
    """Changes while a phase of the event lasts."""

    rules: RuleOverrides = RuleOverrides()
    zones: dict[Slug, ZoneAlerts] = Field(default_factory=dict)


class PhasesAlerts(_Strict):
    """Changes by phase."""

    doors: PhaseAlerts = PhaseAlerts()
    support: PhaseAlerts = PhaseAlerts()
    headline: PhaseAlerts = PhaseAlerts()
    egress: PhaseAlerts = PhaseAlerts()

    def of(self, phase: Phase | None) -> PhaseAlerts:
        """The changes of one phase; none outside an event."""
        found: PhaseAlerts = getattr(self, phase.value) if phase else PhaseAlerts()
        return found


class AlertSettings(_Strict):
    """What a venue file says about alerts.

    Example:
        >>> settings = AlertSettings.model_validate({"rules": {"density": {"danger": {"raise_at": 4.0}}}})
        >>> settings.rules.density.danger.raise_at
        4.0
    """

    rules: RuleOverrides = RuleOverrides()
    zones: dict[Slug, ZoneAlerts] = Field(default_factory=dict)
    phases: PhasesAlerts = PhasesAlerts()

    def zone_ids(self) -> set[str]:
        """Every zone it names."""
        phases = (self.phases.of(phase) for phase in Phase)
        return {*self.zones, *(zone_id for phase in phases for zone_id in phase.zones)}


class AlertDefaults(_Strict):
    """``configs/alerts.yaml``: every rule, complete, and what the phases change."""

    version: Literal[1]
    rules: dict[RuleId, RuleSettings]
    phases: PhasesAlerts = PhasesAlerts()

    @model_validator(mode="after")
    def _every_rule_can_be_overridden(self) -> Self:
        known = set(RuleOverrides.model_fields)
        if set(self.rules) != known:
            raise BadVenue(f"the defaults must have exactly the rules {', '.join(sorted(known))}")
        return self
