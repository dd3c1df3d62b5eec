"""The rules that hold for one place in one phase: the defaults, changed by the venue file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from domain.alert_rules import (
    AlertDefaults,
    AlertSettings,
    LevelOverride,
    LevelSettings,
    Per,
    RuleOverride,
    RuleOverrides,
    RuleSettings,
    ZoneAlerts,
    nearest,
)
from domain.alerts import SEVERITIES, UNITS, Measure, Phase, Severity
from domain.errors import BadVenue
from domain.messages import Posture
from domain.problems import first_problem
from domain.venue import VenueConfig

TABLE: Final = Path(__file__).resolve().parents[2] / "configs" / "alerts.yaml"
_OWN: Final = "the venue's own figure"
_VENUE_RULES: Final = frozenset({Measure.OCCUPANCY})
_CAMERA_RULES: Final = frozenset({"blind_camera"})


@dataclass(frozen=True)
class Level:
    """One severity of a rule, in the measure's own unit."""

    severity: Severity
    raise_at: float
    clear_at: float
    raise_after_s: float
    clear_after_s: float
    probability: float
    source: str


@dataclass(frozen=True)
class Rule:
    """A rule as it holds for one place in one phase.

    Attributes:
        levels: mildest first; at least one.
        rising_from: a forecast counts from this share of its threshold on.
    """

    id: str
    measure: Measure
    title: str
    playbook: str
    posture: Posture | None
    escalate_after_s: float | None
    rising_from: float
    levels: tuple[Level, ...]

    @property
    def falling(self) -> bool:
        """Whether small is bad."""
        return self.measure is Measure.TIME_TO_THRESHOLD

    def level(self, severity: Severity) -> Level | None:
        """The level of that severity, if the rule has it."""
        return next((level for level in self.levels if level.severity is severity), None)

    def next_above(self, value: float) -> Level | None:
        """The mildest level whose threshold the value has not reached."""
        return next((level for level in self.levels if level.raise_at > value), None)


@dataclass(frozen=True)
class Place:
    """A zone, as far as rules must know it.

    Attributes:
        cameras: those that look at it; empty where only its readings will tell.
    """

    id: str
    name: str
    capacity: int | None = None
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """What a venue is made of."""

    venue_id: str
    name: str
    capacity: int | None
    zones: Mapping[str, Place]
    cameras: Mapping[str, str]
    """Each camera's name by its id."""

    @classmethod
    def of(cls, venue: VenueConfig) -> "Layout":
        """The layout of a venue file. Which cameras see a zone of the floor, its readings tell."""
        zones = {zone.id: Place(zone.id, zone.name, zone.capacity, (zone.camera_id,)) for zone in venue.zones}
        floor = venue.floor.zones if venue.floor else ()
        zones |= {zone.id: Place(zone.id, zone.name, zone.capacity) for zone in floor}
        cameras = {camera.id: camera.name for camera in venue.cameras}
        return cls(venue.id, venue.name, venue.capacity, zones, cameras)


def load_defaults(path: Path = TABLE) -> AlertDefaults:
    """The default rules.

    Raises:
        BadVenue: the file is not what it should be; one line that names the place in it.
    """
    try:
        return AlertDefaults.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        raise BadVenue(f"{path.name}: {first_problem(error)}") from None


class RuleBook:
    """Every rule of every place and phase, checked when it is made.

    Args:
        defaults: the complete rules.
        settings: what the venue changes.
        layout: capacities, and which zones there are.

    Raises:
        BadVenue: a change makes no sense; the message names its key.
    """

    def __init__(self, defaults: AlertDefaults, settings: AlertSettings, layout: Layout) -> None:
        self._defaults, self._settings, self._layout = defaults, settings, layout
        for unknown in sorted(settings.zone_ids() - set(layout.zones)):
            raise BadVenue(f"alerts.zones.{unknown}: the venue has no such zone; {nearest(unknown, [*layout.zones])}")
        self._rules: dict[tuple[str | None, Phase | None], dict[str, Rule]] = {}
        for zone_id in (None, *layout.zones):
            for phase in (None, *Phase):
                self._rules[zone_id, phase] = self._made(zone_id, phase)

    def rules(self, zone_id: str | None, phase: Phase | None) -> Mapping[str, Rule]:
        """The rules of a zone by their ids; of the venue and its cameras for ``None``."""
        key = (zone_id if zone_id in self._layout.zones else None, phase)
        return self._rules[key]

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """Every rule there is."""
        return tuple(self._defaults.rules)

    def base(self, rule_id: str) -> RuleSettings:
        """The rule as the defaults have it: its measure and its words, in whatever phase."""
        return self._defaults.rules[rule_id]

    def shown(self) -> list[dict[str, object]]:
        """All of them for people to read; a phase that changes nothing is left out."""
        rows: list[dict[str, object]] = []
        for (zone_id, phase), rules in self._rules.items():
            usual = self._rules[zone_id, None]
            for rule_id in usual.keys() | rules.keys():
                rule = rules.get(rule_id)
                if phase is not None and rule == usual.get(rule_id):
                    continue
                levels = [asdict(level) for level in rule.levels] if rule else []
                row = {"rule_id": rule_id, "zone_id": zone_id, "phase": phase, "title": self.base(rule_id).title}
                rows.append({**row, "unit": UNITS[self.base(rule_id).measure], "levels": levels})
        return sorted(rows, key=lambda row: (str(row["zone_id"] or ""), str(row["rule_id"]), str(row["phase"] or "")))

    def _made(self, zone_id: str | None, phase: Phase | None) -> dict[str, Rule]:
        made = {}
        for rule_id, base in self._defaults.rules.items():
            of_venue = base.measure in _VENUE_RULES or rule_id in _CAMERA_RULES
            if of_venue != (zone_id is None) and base.measure is not Measure.POSTURE:
                continue
            rule = self._rule(rule_id, base, zone_id, phase)
            if rule is not None:
                made[rule_id] = rule
        return made

    def _rule(self, rule_id: str, base: RuleSettings, zone_id: str | None, phase: Phase | None) -> Rule | None:
        for place, override in self._overrides(rule_id, zone_id, phase):
            base = _merged(base, override, f"{place}.{rule_id}")
        factor = self._factor(base.per, zone_id, phase)
        levels = tuple(
            _level(severity, level, factor) for severity in SEVERITIES if (level := base.level(severity)) is not None
        )
        if not base.enabled or factor is None or not levels:
            return None
        _refuse_disorder(rule_id, base, levels, zone_id, phase)
        return Rule(
            id=rule_id,
            measure=base.measure,
            title=base.title,
            playbook=base.playbook,
            posture=base.posture,
            escalate_after_s=base.escalate_after_s,
            rising_from=base.rising_from or 0.0,
            levels=levels,
        )

    def _overrides(self, rule_id: str, zone_id: str | None, phase: Phase | None) -> list[tuple[str, RuleOverride]]:
        """Every change of a rule, the last one to win at the end, each with its place in its file."""
        own, of_phase = self._settings, self._settings.phases.of(phase)
        layers: list[tuple[str, RuleOverrides]] = [
            ("configs/alerts.yaml phases", self._defaults.phases.of(phase).rules),
            ("alerts.rules", own.rules),
            (f"alerts.zones.{zone_id}.rules", _of_zone(own.zones, zone_id).rules),
            (f"alerts.phases.{phase}.rules", of_phase.rules),
            (f"alerts.phases.{phase}.zones.{zone_id}.rules", _of_zone(of_phase.zones, zone_id).rules),
        ]
        return [(place, found) for place, rules in layers if (found := rules.of(rule_id)) is not None]

    def _factor(self, per: Per, zone_id: str | None, phase: Phase | None) -> float | None:
        """What the thresholds are multiplied by; ``None`` where that is not known, and the rule says nothing."""
        if per == "one":
            return 1.0
        if per == "capacity":
            capacity = self._layout.zones[zone_id].capacity if zone_id else self._layout.capacity
            return float(capacity) if capacity else None
        in_phase = _of_zone(self._settings.phases.of(phase).zones, zone_id).width_m
        return in_phase or _of_zone(self._settings.zones, zone_id).width_m


def _of_zone(zones: Mapping[str, ZoneAlerts], zone_id: str | None) -> ZoneAlerts:
    return zones.get(zone_id or "", ZoneAlerts())


def _level(severity: Severity, level: LevelSettings, factor: float | None) -> Level:
    return Level(
        severity=severity,
        raise_at=level.raise_at * (factor or 1.0),
        clear_at=level.clear_at * (factor or 1.0),
        raise_after_s=level.raise_after_s,
        clear_after_s=level.clear_after_s,
        probability=level.probability,
        source=level.source,
    )


def _merged(base: RuleSettings, override: RuleOverride, place: str) -> RuleSettings:
    given = override.model_dump(exclude_unset=True, exclude={severity.value for severity in SEVERITIES})
    changed = base.model_copy(update={key: value for key, value in given.items() if value is not None})
    if "escalate_after_s" in given:
        changed = changed.model_copy(update={"escalate_after_s": given["escalate_after_s"]})
    for severity in SEVERITIES:
        level: LevelOverride | None = getattr(override, severity.value)
        if level is not None:
            merged = _merged_level(base.level(severity), level, f"{place}.{severity}")
            changed = changed.model_copy(update={severity.value: merged})
    return changed


def _merged_level(base: LevelSettings | None, override: LevelOverride, place: str) -> LevelSettings | None:
    if not override.enabled:
        return None
    given = {key: value for key, value in override.model_dump(exclude={"enabled"}).items() if value is not None}
    if base is None:
        missing = [key for key in ("raise_at", "clear_at") if key not in given]
        if missing:
            raise BadVenue(f"{place}: {' and '.join(missing)} must be given: the defaults have no such level")
        return LevelSettings.model_validate({"source": _OWN, **given})
    if "raise_at" in given:
        given.setdefault("source", f"{_OWN}; the default is {base.raise_at:g}: {base.source}")
        given.setdefault("clear_at", given["raise_at"] * base.clear_at / base.raise_at if base.raise_at else 0.0)
    return base.model_copy(update=given)


def _refuse_disorder(
    rule_id: str, base: RuleSettings, levels: tuple[Level, ...], zone_id: str | None, phase: Phase | None
) -> None:
    """A clear threshold that is no lower than its raise threshold would flap; a worse one must not come first."""
    where = f"alerts: rule {rule_id}" + (f" of zone {zone_id}" if zone_id else "") + (f" in {phase}" if phase else "")
    sign = -1.0 if base.measure is Measure.TIME_TO_THRESHOLD else 1.0
    for level in levels:
        if sign * level.clear_at >= sign * level.raise_at:
            side = "above" if sign < 0 else "below"
            raise BadVenue(
                f"{where}: {level.severity}.clear_at ({level.clear_at:g}) must be {side} its raise_at "
                f"({level.raise_at:g})"
            )
    for milder, worse in pairwise(levels):
        if sign * worse.raise_at < sign * milder.raise_at:
            raise BadVenue(
                f"{where}: {worse.severity}.raise_at ({worse.raise_at:g}) is reached before {milder.severity}'s "
                f"({milder.raise_at:g}); change both, or set {milder.severity}.enabled to false"
            )
