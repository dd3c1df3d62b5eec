"""An alert in words and figures: what is known, how sure it is, what comes next, and what to do."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.alerts.figures import Track
from api.alerts.forecast import TREND_S, Z90, Line
from api.alerts.machine import Look, Told
from api.alerts.rules import Layout, Rule
from domain.alert_rules import RuleSettings, fruin_level
from domain.alerts import UNITS, Alert, Change, Evidence, Forecast, Measure, Phase, Status, Trend
from domain.messages import State

_TRENDS: Final = frozenset({Measure.COUNT, Measure.DENSITY, Measure.LEVEL_OF_SERVICE, Measure.OCCUPANCY})
_CHANGES: Final = {
    Change.ESCALATED: "nobody has acknowledged it",
    Change.WORSENED: "it has become worse",
    Change.EASED: "it has eased",
    Change.REOPENED: "it is back",
    Change.SIGHT_BACK: "it can be seen again",
}


@dataclass(frozen=True)
class Where:
    """What an alert is about: a zone, a camera, or with neither the whole venue."""

    zone_id: str | None = None
    camera_id: str | None = None

    def name(self, layout: Layout) -> str:
        """As people there call it."""
        if self.zone_id:
            zone = layout.zones.get(self.zone_id)
            return zone.name if zone else self.zone_id  # the venue file no longer has it
        return layout.cameras.get(self.camera_id, self.camera_id) if self.camera_id else layout.name


@dataclass(frozen=True)
class Scene:
    """What surrounds one change of an alert.

    Attributes:
        base: the rule's words, which hold in every phase.
        rule: as it holds now; ``None`` where this phase has none.
        track: the figure's last seconds; ``None`` for what has none, such as a posture.
        look: the newest look at the figure.
        cameras: those that watch the place.
        picture_camera_id: the one that sees it now.
        unseen: for a camera that cannot see: the names of its zones.
    """

    layout: Layout
    where: Where
    rule_id: str
    base: RuleSettings
    rule: Rule | None
    track: Track | None
    look: Look
    cameras: tuple[str, ...]
    picture_camera_id: str | None
    phase: Phase | None
    unseen: tuple[str, ...] = ()


def alert_of(scene: Scene, told: Told, now: datetime) -> Alert:
    """The message that tells of a change."""
    life, look, measure = told.life, scene.look, scene.base.measure
    seen = _is_seen(look, measure)
    return Alert(
        venue_id=scene.layout.venue_id,
        captured_at=min(look.at, now),
        state=State.OK if seen else State.BLIND,
        reason=None if seen else look.reason or "it cannot be seen",
        alert_id=life.alert_id,
        sequence=life.sequence,
        change=told.change,
        rule_id=scene.rule_id,
        measure=measure,
        zone_id=scene.where.zone_id,
        camera_id=scene.where.camera_id,
        severity=life.severity,
        worst=life.worst,
        status=life.status,
        phase=scene.phase,
        raised_at=life.raised_at,
        acknowledged_at=life.acknowledged_at,
        acknowledged_by=life.acknowledged_by,
        ended_at=life.ended_at,
        outcome=life.outcome,
        escalations=life.escalations,
        times_reopened=life.times_reopened,
        raise_at=life.raise_at,
        clear_at=life.clear_at,
        title=scene.base.title,
        summary=_summary(scene, told, now),
        playbook=scene.rule.playbook if scene.rule else scene.base.playbook,
        source=life.source,
        evidence=_evidence(scene, told),
    )


def _is_seen(look: Look, measure: Measure) -> bool:
    return look.value is not None and (measure is not Measure.SIGHT or look.value <= 0)


def _evidence(scene: Scene, told: Told) -> Evidence:
    look, measure = scene.look, scene.base.measure
    value = look.value if look.value is not None and math.isfinite(look.value) else None
    falling = measure is Measure.TIME_TO_THRESHOLD
    line = _line(scene) if look.value is not None else None
    return Evidence(
        measure=measure,
        unit=UNITS[measure],
        value=value,
        low=look.low if value is not None else None,
        high=look.high if value is not None else None,
        probability=look.probability(told.life.raise_at, falling=falling) if value is not None else None,
        trend=_trend(line),
        forecast=_forecast(scene, line),
        readings=scene.track.shown() if scene.track else (),
        camera_ids=scene.cameras,
        picture_camera_id=scene.picture_camera_id,
    )


def _line(scene: Scene) -> Line | None:
    trended = scene.base.measure in _TRENDS or scene.base.measure is Measure.TIME_TO_THRESHOLD
    return scene.track.line(TREND_S) if scene.track and trended else None


def _trend(line: Line | None) -> Trend | None:
    if line is None:
        return None
    return Trend(
        level=line.level,
        per_min=line.slope * 60,
        per_min_low=(line.slope - Z90 * line.slope_sd) * 60,
        per_min_high=(line.slope + Z90 * line.slope_sd) * 60,
        window_s=line.window_s,
    )


def _forecast(scene: Scene, line: Line | None) -> Forecast | None:
    """Time to the next worse threshold of the same figure."""
    if line is None or scene.rule is None or scene.rule.falling:
        return None
    level = scene.rule.next_above(line.level)
    meeting = scene.track.meeting(level.raise_at) if level and scene.track else None
    if level is None or meeting is None:
        return None
    return Forecast(
        threshold=level.raise_at,
        severity=level.severity,
        in_s=meeting.in_s,
        earliest_s=meeting.earliest_s,
        latest_s=meeting.latest_s,
    )


def _summary(scene: Scene, told: Told, now: datetime) -> str:
    name, life = scene.where.name(scene.layout), told.life
    what = _figure(scene, told)
    if life.status is Status.CLOSED:
        return f"{name}: closed as {str(life.outcome).replace('_', ' ')}; {what}"
    if life.status is Status.CLEARED:
        why = "" if scene.rule else "; this phase of the event has no such rule"
        return f"{name}: over, after {_time((now - life.raised_at).total_seconds())}; {what}{why}"
    news = _CHANGES.get(told.change)
    if told.change is Change.ESCALATED:
        news = f"{news} for {_time((now - life.raised_at).total_seconds())}"
    if told.change is Change.ACKNOWLEDGED:
        news = f"taken over by {life.acknowledged_by}"
    return f"{name}: {what}{f'; {news}' if news else ''}"


def _figure(scene: Scene, told: Told) -> str:
    look, measure = scene.look, scene.base.measure
    if measure is Measure.SIGHT:
        return _sight(scene)
    if look.value is None:
        return _unseen(scene)
    if measure is Measure.TIME_TO_THRESHOLD:
        return _time_to_go(look)
    if measure is Measure.POSTURE:
        posture = str(scene.base.posture).replace("_", " ")
        return f"{look.value:.0f} with posture {posture}" if look.value else "nobody any more"
    return f"{_number(look.value, measure)}{_interval(look, measure)}{_threshold(scene, told)}{_movement(scene)}"


def _sight(scene: Scene) -> str:
    unseen_s = scene.look.value or 0.0
    if unseen_s <= 0:
        return "it is seen again"
    of = f"; nothing is known of {', '.join(scene.unseen)}" if scene.unseen else ""
    why = f" ({scene.look.reason})" if scene.look.reason else ""
    return f"cannot see for {_time(unseen_s)}{why}{of}"


def _unseen(scene: Scene) -> str:
    known = scene.track.last_known if scene.track else None
    why = f" ({scene.look.reason})" if scene.look.reason else ""
    last = ""
    if known is not None:
        at, figure = known
        last = f"; it was {_number(figure.value, _own(scene.base.measure))} at {at:%H:%M:%S} UTC"
    return f"cannot see any more{why}, so this has not cleared{last}"


def _time_to_go(look: Look) -> str:
    if look.value is None or not math.isfinite(look.value):
        return "it no longer rises towards the danger threshold"
    latest = f" to {_time(look.high)}" if look.high is not None else " or later"
    earliest = _time(look.low) if look.low is not None else ""
    return f"reaches the danger threshold in {_time(look.value)} (90 %: {earliest}{latest}) if it goes on like this"


def _own(measure: Measure) -> Measure:
    """The measure that a track holds: a forecast's is the density."""
    return Measure.DENSITY if measure is Measure.TIME_TO_THRESHOLD else measure


def _number(value: float, measure: Measure) -> str:
    if measure is Measure.LEVEL_OF_SERVICE:
        return f"level of service {fruin_level(value)}, {value:.1f} people/m²"
    if measure is Measure.QUEUE_WAIT:
        return f"a wait of {_time(value)}"
    digits = {Measure.PRESSURE: 3, Measure.DENSITY: 1, Measure.PEAK_DENSITY: 1}.get(measure, 0)
    unit = UNITS[measure]
    return f"{value:.{digits}f}{'' if unit.startswith('/') else ' '}{unit}"


def _interval(look: Look, measure: Measure) -> str:
    if look.low is None or look.high is None:
        return ""
    digits = {Measure.DENSITY: 1, Measure.LEVEL_OF_SERVICE: 1}.get(measure, 0)
    return f" (90 %: {look.low:.{digits}f} to {look.high:.{digits}f})"


def _threshold(scene: Scene, told: Told) -> str:
    threshold, look = told.life.raise_at, scene.look
    probability = look.probability(threshold)
    sure = "" if probability is None else f", {probability:.0%} sure"
    if look.value is None or told.life.ended_at is not None:
        return ""
    if look.value >= threshold:
        return f", at or above {threshold:.3g}{sure}"
    if told.change is Change.RAISED and probability is not None:
        return f", may have passed {threshold:.3g}{sure}"
    return f", below {threshold:.3g}, not yet below {told.life.clear_at:.3g} for long enough"


def _movement(scene: Scene) -> str:
    line = _line(scene)
    if line is None or abs(line.slope) < Z90 * line.slope_sd:
        return ""
    words = "rising" if line.slope > 0 else "falling"
    digits = 0 if scene.base.measure in (Measure.COUNT, Measure.OCCUPANCY) else 1
    text = f"; {words} by {abs(line.slope) * 60:.{digits}f} a minute"
    forecast = _forecast(scene, line)
    return f"{text}, {forecast.threshold:.3g} in {_time(forecast.in_s)}" if forecast else text


def _time(seconds: float) -> str:
    whole = round(max(seconds, 0.0))
    if whole < 120:
        return f"{whole} s"
    return f"{whole // 60} min" if whole >= 600 or whole % 60 == 0 else f"{whole // 60} min {whole % 60} s"
