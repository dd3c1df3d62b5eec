"""The alert engine: messages in, alerts out. It reads no clock: the same messages and times give the same alerts."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter

from api.alerts.explain import Scene, Where, alert_of
from api.alerts.figures import STEADIED, TRACK_OF, ZONE_MEASURES, Track, is_old, occupancy_figure, zone_figures
from api.alerts.machine import Look, Machine, Told
from api.alerts.postures import Postures
from api.alerts.rules import Layout, Rule, RuleBook
from api.alerts.sight import Seen, Sight
from domain.alerts import Alert, Measure, Outcome, Phase, Severity
from domain.floor import Occupancy
from domain.messages import CameraHealth, PostureEvent, State, ZoneReading
from domain.staleness import STALE_AFTER, aged_reading

Heard = ZoneReading | Occupancy | PostureEvent | CameraHealth
ABSENT_AFTER: Final = timedelta(seconds=10)
"""Nothing asked for this long: the engine was away itself, and that is not held against cameras."""
_NEAR: Final = 0.6
"""Below this share of a rule's lowest threshold one second's noise does not matter."""
_BLIND_CAMERA: Final = "blind_camera"
_UNSEEN_ZONE: Final = "unseen_zone"
_FORECAST: Final = Measure.TIME_TO_THRESHOLD.value
_OCCUPANCY: Final = Measure.OCCUPANCY.value


@dataclass
class EngineState:
    """What an engine must remember to go on after a restart; the last seconds are read again and not in it."""

    now: datetime | None = None
    phase: Phase | None = None
    machines: dict[str, Machine] = field(default_factory=dict)
    sight: Sight = field(default_factory=Sight)
    postures: Postures = field(default_factory=Postures)


_STATE: Final = TypeAdapter(EngineState)


class AlertEngine:
    """Rules over one venue's messages.

    Args:
        book: the rules.
        layout: what the venue is made of.
        state: of an earlier life, by :meth:`dump`.
    """

    def __init__(self, book: RuleBook, layout: Layout, state: str | bytes | None = None) -> None:
        self._book, self._layout = book, layout
        self._state = _STATE.validate_json(state) if state is not None else EngineState()
        if self._state.now is not None:
            self._state.sight.complete(layout, self._state.now)
        self._tracks: dict[tuple[str | None, Measure], Track] = {}
        self._readings: dict[str, ZoneReading] = {}
        self._looks: dict[str, Look] = {}

    @property
    def phase(self) -> Phase | None:
        """The event's phase; ``None`` outside an event."""
        return self._state.phase

    @property
    def now(self) -> datetime | None:
        """The last time it was given."""
        return self._state.now

    def dump(self) -> str:
        """What a next life needs to go on."""
        return _STATE.dump_json(self._state).decode()

    def remember(self, message: Heard) -> None:
        """Take in what an earlier life has handled already: it is part of the trend, and tells nothing new."""
        match message:
            case ZoneReading() if message.zone_id in self._layout.zones:
                newest = self._readings.get(message.zone_id)
                if newest is None or message.captured_at > newest.captured_at:
                    self._readings[message.zone_id] = message
                    self._track_reading(message)
            case Occupancy() if message.section_id is None:
                self._track(None, Measure.OCCUPANCY).add(message.captured_at, occupancy_figure(message))

    def take(self, message: Heard, now: datetime) -> list[Alert]:
        """What a message changes, and what the time since the last one did. Another venue's changes nothing."""
        if message.venue_id != self._layout.venue_id:
            return []
        said_at, alerts = now, self._forward(now)
        now = self._at(now)
        match message:
            case ZoneReading():
                return alerts + self._take_reading(message, now)
            case Occupancy():
                return alerts + self._take_occupancy(message, now)
            case PostureEvent():
                return alerts + self._take_posture(message, now)
            case CameraHealth():
                self._state.sight.hear_health(message, said_at)
                return alerts + self._look_at_cameras((message.camera_id,), now)

    def tick(self, now: datetime) -> list[Alert]:
        """What time alone changes: silence, escalation."""
        return self._forward(now)

    def set_phase(self, phase: Phase | None, now: datetime) -> list[Alert]:
        """Another part of the event begins: its thresholds hold from the next look at each figure on."""
        alerts = self._forward(now)
        self._state.phase = phase
        return alerts

    def acknowledge(self, alert_id: UUID, by: str, now: datetime) -> list[Alert]:
        """Somebody takes an alert over. One that is over, or unknown, stays as it is."""
        alerts, machine = self._forward(now), self._machine_of(alert_id)
        return alerts + (self._tell(machine.key, machine.acknowledge(by, self._at(now)), now) if machine else [])

    def note(self, alert_id: UUID, now: datetime) -> list[Alert]:
        """Somebody wrote something down about an alert."""
        alerts, machine = self._forward(now), self._machine_of(alert_id)
        return alerts + (self._tell(machine.key, machine.note(), now) if machine else [])

    def close(self, alert_id: UUID, outcome: Outcome, now: datetime) -> list[Alert]:
        """A person ends an alert: a false alarm, or resolved. A worse one than it was will still be raised."""
        alerts, machine = self._forward(now), self._machine_of(alert_id)
        return alerts + (self._tell(machine.key, machine.close(outcome, self._at(now)), now) if machine else [])

    def adopt(self, alert: Alert) -> None:
        """Go on with an alert that stands and of which this state does not know."""
        key = _key(alert.rule_id, Where(alert.zone_id, alert.camera_id))
        known = self._state.machines.get(key)
        if known is None or known.life is None or known.life.raised_at < alert.raised_at:
            self._state.machines[key] = Machine.adopted(f"{self._layout.venue_id}|{key}", alert)

    # Time

    def _at(self, now: datetime) -> datetime:
        """Time never runs backwards here, whatever order messages come in."""
        return max(now, self._state.now or now)

    def _forward(self, now: datetime) -> list[Alert]:
        """Let time pass, a whole second at a time, so that it does not matter how often somebody asks."""
        before = self._state.now
        if before is None:
            self._state.now = now
            self._state.sight.complete(self._layout, now)
            return []
        if now <= before:
            return []
        if now - before > ABSENT_AFTER:
            self._excuse(now - before)
            self._state.now = now
            return self._tick(now)
        alerts: list[Alert] = []
        moment = before.replace(microsecond=0) + timedelta(seconds=1)
        while moment <= now:
            self._state.now = moment
            alerts += self._tick(moment)
            moment += timedelta(seconds=1)
        self._state.now = now
        return alerts

    def _excuse(self, gap: timedelta) -> None:
        """Nobody looked for a while: cameras were not blind for it, and nothing was seen to be over."""
        for seen in (*self._state.sight.cameras.values(), *self._state.sight.zones.values()):
            seen.at += gap
        for machine in self._state.machines.values():
            machine.calm_since = None

    def _tick(self, now: datetime) -> list[Alert]:
        alerts: list[Alert] = []
        for key in list(self._state.machines):
            rule_id, where = _parted(key)
            if self._is_silent(rule_id, where, now):
                alerts += self._step(rule_id, where, Look(at=now, value=None, reason=self._silence(where)), now)
        alerts += self._look_at_cameras(self._layout.cameras, now)
        for zone_id in self._layout.zones:
            alerts += self._look_at_zone_sight(zone_id, now)
        alerts += self._look_at_postures(now)
        for key, machine in list(self._state.machines.items()):
            alerts += self._tell(key, machine.tick(self._rule(key), now), now)
        return alerts

    def _is_silent(self, rule_id: str, where: Where, now: datetime) -> bool:
        """Whether the figure of a rule has not been told for too long."""
        measure = self._book.base(rule_id).measure
        if measure is Measure.OCCUPANCY:
            return is_old(self._track(None, measure).newest_at, now, STALE_AFTER)
        if measure in (*ZONE_MEASURES, Measure.TIME_TO_THRESHOLD):
            reading = self._readings.get(where.zone_id or "")
            return is_old(reading.captured_at if reading else None, now, STALE_AFTER)
        return False

    def _silence(self, where: Where) -> str:
        seen = self._state.sight.zones.get(where.zone_id or "")
        return (seen.reason if seen else None) or "no reading comes any more"

    # Figures

    def _take_reading(self, reading: ZoneReading, now: datetime) -> list[Alert]:
        zone_id, newest = reading.zone_id, self._readings.get(reading.zone_id)
        if zone_id not in self._layout.zones or (newest and reading.captured_at <= newest.captured_at):
            return []
        self._readings[zone_id] = reading
        self._state.sight.hear_reading(reading, now)
        self._track_reading(reading)
        current = aged_reading(reading, now)
        partly = zone_id in self._state.sight.zones and self._state.sight.zones[zone_id].reason is not None
        where, alerts = Where(zone_id=zone_id), self._look_at_zone_sight(zone_id, now)
        alerts += self._look_at_cameras(reading.camera_ids, now)
        for measure in ZONE_MEASURES:
            if current.state is not State.OK:
                look = Look(at=now, value=None, reason=current.reason or f"it is {current.state}")
            else:
                reason = "this figure is not known now"
                look = self._look(measure, where, now, may_clear=not partly, reason=reason)
            alerts += self._step(measure.value, where, look, now)
        return alerts + self._step(_FORECAST, where, self._forecast(where, current, now), now)

    def _look(
        self, measure: Measure, where: Where, now: datetime, *, may_clear: bool = True, reason: str | None = None
    ) -> Look:
        """The newest second of a figure; without its noise where that could matter to its rule."""
        rule = self._book.rules(where.zone_id, self.phase).get(measure.value)
        near = _NEAR * rule.levels[0].clear_at if rule and measure in STEADIED else math.inf
        track = self._track(where.zone_id, TRACK_OF.get(measure, measure))
        return track.look(now, near=near, may_clear=may_clear, reason=reason)

    def _track_reading(self, reading: ZoneReading) -> None:
        figures = zone_figures(reading)
        for measure in ZONE_MEASURES:
            if measure in figures or (reading.zone_id, measure) in self._tracks:
                self._track(reading.zone_id, measure).add(reading.captured_at, figures.get(measure))

    def _track(self, zone_id: str | None, measure: Measure) -> Track:
        return self._tracks.setdefault((zone_id, measure), Track())

    def _forecast(self, where: Where, current: ZoneReading, now: datetime) -> Look:
        """Seconds until the density rule's danger threshold; for ever where nothing says that it rises."""
        track = self._track(where.zone_id, Measure.DENSITY)
        rules = self._book.rules(where.zone_id, self.phase)
        rule, density = rules.get(_FORECAST), rules.get(Measure.DENSITY.value)
        newest = track.look(now)
        if current.state is not State.OK or newest.value is None or density is None or rule is None:
            return Look(at=now, value=None, reason=current.reason or "its density is not known")
        target = density.level(Severity.DANGER) or density.levels[-1]
        far = newest.value < rule.rising_from * target.raise_at or newest.value >= target.raise_at
        meeting = None if far else track.meeting(target.raise_at)
        if meeting is None:
            return Look(at=newest.at, value=math.inf)
        return Look(at=newest.at, value=meeting.in_s, low=meeting.earliest_s, high=meeting.latest_s)

    def _take_occupancy(self, message: Occupancy, now: datetime) -> list[Alert]:
        track = self._track(None, Measure.OCCUPANCY)
        if message.section_id is not None or (track.newest_at and message.captured_at <= track.newest_at):
            return []
        track.add(message.captured_at, occupancy_figure(message))
        if is_old(message.captured_at, now, STALE_AFTER):
            look = Look(at=now, value=None, reason="its estimate is old")
        else:
            reason = message.reason or f"it is {message.state}"
            look = self._look(Measure.OCCUPANCY, Where(), now, reason=reason)
        return self._step(_OCCUPANCY, Where(), look, now)

    # Postures

    def _take_posture(self, event: PostureEvent, now: datetime) -> list[Alert]:
        zones = [zone_id for zone_id in event.zone_ids if zone_id in self._layout.zones]
        known = event.camera_id in self._layout.cameras
        places = [Where(zone_id=zone_id) for zone_id in zones] or ([Where(camera_id=event.camera_id)] if known else [])
        self._state.postures.hear(event, tuple(_place(where) for where in places), now)
        return [alert for where in places for alert in self._look_at_posture(where, event.posture.value, now)]

    def _look_at_postures(self, now: datetime) -> list[Alert]:
        rules = [rule_id for rule_id in self._book.rule_ids if self._book.base(rule_id).measure is Measure.POSTURE]
        places = {place for held in self._state.postures.held.values() for place in held.places}
        machines = [_parted(key) for key in self._state.machines]
        wheres = {_where(place) for place in places} | {where for rule_id, where in machines if rule_id in rules}
        ordered = sorted(wheres, key=_place)
        return [alert for where in ordered for rule_id in rules for alert in self._look_at_posture(where, rule_id, now)]

    def _look_at_posture(self, where: Where, rule_id: str, now: datetime) -> list[Alert]:
        """How many are known to hold it. While one was lost from sight, it is not seen to be over."""
        posture = self._book.base(rule_id).posture
        if posture is None:
            return []
        postures, place = self._state.postures, _place(where)
        machine = self._state.machines.get(_key(rule_id, where))
        taken_over = bool(machine and machine.standing and machine.standing.acknowledged_at)
        postures.forget(posture, place, now, lost_too=taken_over)
        held = postures.at(posture, place)
        if not held and machine is None:
            return []
        lost = bool(held) and all(one.lost for one in held)
        look = Look(now, float(len(held)), may_clear=not held)
        if lost:
            look = Look(now, None, reason="the person was lost from sight, however they are")
        return self._step(rule_id, where, look, now)

    # Sight

    def _look_at_cameras(self, camera_ids: Iterable[str], now: datetime) -> list[Alert]:
        cameras = self._state.sight.cameras
        return [
            alert
            for camera_id in camera_ids
            if camera_id in cameras
            for alert in self._look_at_sight(_BLIND_CAMERA, Where(camera_id=camera_id), cameras[camera_id], now)
        ]

    def _look_at_zone_sight(self, zone_id: str, now: datetime) -> list[Alert]:
        seen = self._state.sight.zones.get(zone_id)
        return self._look_at_sight(_UNSEEN_ZONE, Where(zone_id=zone_id), seen, now) if seen else []

    def _look_at_sight(self, rule_id: str, where: Where, seen: Seen, now: datetime) -> list[Alert]:
        unseen_s = self._state.sight.unseen_s(seen, now)
        if unseen_s <= 0 and _key(rule_id, where) not in self._state.machines:
            return []
        covered = where.zone_id is not None and self._state.sight.covered(where.zone_id, now)
        reason = (seen.reason or "nothing is heard of it any more") if unseen_s > 0 else None
        return self._step(rule_id, where, Look(now, unseen_s, may_raise=not covered, reason=reason), now)

    # Machines

    def _rule(self, key: str) -> Rule | None:
        rule_id, where = _parted(key)
        return self._book.rules(where.zone_id, self.phase).get(rule_id)

    def _machine_of(self, alert_id: UUID) -> Machine | None:
        machines: Sequence[Machine] = list(self._state.machines.values())
        return next((one for one in machines if one.life is not None and one.life.alert_id == alert_id), None)

    def _step(self, rule_id: str, where: Where, look: Look, now: datetime) -> list[Alert]:
        key = _key(rule_id, where)
        rule = self._rule(key)
        machine = self._state.machines.get(key)
        if machine is None:
            if rule is None or look.value is None:
                return []
            machine = Machine(f"{self._layout.venue_id}|{key}")
        told = machine.look(look, rule, now)
        self._looks[key] = look
        if machine.idle:
            self._state.machines.pop(key, None)
        else:
            self._state.machines[key] = machine
        return self._tell(key, told, now)

    def _tell(self, key: str, told: list[Told], now: datetime) -> list[Alert]:
        if not told:
            return []
        key = key.removeprefix(f"{self._layout.venue_id}|")
        scene = self._scene(key, now)
        return [alert_of(scene, one, self._at(now)) for one in told]

    def _scene(self, key: str, now: datetime) -> Scene:
        rule_id, where = _parted(key)
        base, sight = self._book.base(rule_id), self._state.sight
        measure = TRACK_OF.get(base.measure, base.measure)
        cameras = sight.cameras_of.get(where.zone_id, ()) if where.zone_id else tuple(sight.cameras)
        cameras = (where.camera_id,) if where.camera_id else cameras
        zones = sight.zones_of(where.camera_id) if where.camera_id else []
        return Scene(
            layout=self._layout,
            where=where,
            rule_id=rule_id,
            base=base,
            rule=self._rule(key),
            track=self._tracks.get((where.zone_id, measure)) if where.camera_id is None else None,
            look=self._looks.get(key, Look(at=now, value=None, reason="nothing was read since the restart")),
            cameras=cameras,
            picture_camera_id=sight.seeing(cameras, now),
            phase=self.phase,
            unseen=tuple(self._layout.zones[zone_id].name for zone_id in zones),
        )


def _key(rule_id: str, where: Where) -> str:
    return f"{rule_id}|{where.zone_id or ''}|{where.camera_id or ''}"


def _parted(key: str) -> tuple[str, Where]:
    rule_id, zone_id, camera_id = key.split("|")
    return rule_id, Where(zone_id or None, camera_id or None)


def _place(where: Where) -> str:
    return f"{where.zone_id or ''}|{where.camera_id or ''}"


def _where(place: str) -> Where:
    zone_id, camera_id = place.split("|")
    return Where(zone_id or None, camera_id or None)
