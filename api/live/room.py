"""What is known of one venue right now, and who is watching it."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from api.live.mailbox import LiveItem, Mailbox
from domain.alerts import Alert
from domain.floor import Occupancy, Positions
from domain.live import LiveSnapshot
from domain.messages import CameraHealth, LineCrossing, State, ZoneReading
from domain.staleness import BLIND_AFTER, aged_health, aged_occupancy, aged_positions, aged_reading
from domain.topics import ALERTS, CAMERAS, CROSSINGS, OCCUPANCY, POSITIONS, READINGS

_HEARD: Final = (READINGS, CROSSINGS, CAMERAS, ALERTS, OCCUPANCY, POSITIONS)


@dataclass(frozen=True)
class Layout:
    """What a venue is made of, as far as the feed must know.

    Attributes:
        zones: each zone's camera; a zone of the floor plan may be seen by all.
        cameras: every camera.
    """

    zones: Mapping[str, tuple[str, ...]]
    cameras: frozenset[str]


_Ageing = ZoneReading | CameraHealth | Occupancy | Positions


@dataclass(frozen=True)
class _Heard:
    health: CameraHealth
    heard_at: datetime


class Room:
    """One venue's newest values and its watchers. Knows no clock and no Redis: time and messages are handed in.

    A zone that was never heard of is shown as blind from the start: a screen must not take silence for emptiness.
    """

    def __init__(self, venue_id: str, layout: Layout, now: datetime) -> None:
        self.venue_id = venue_id
        self.opening = asyncio.Lock()
        self.loaded = False
        self._layout = layout
        self._readings = {zone: _never(venue_id, zone, cameras, now) for zone, cameras in layout.zones.items()}
        self._cameras: dict[str, _Heard] = {}
        self._shown: dict[tuple[str, str], State] = {
            (reading.kind, zone): reading.state for zone, reading in self._readings.items()
        }
        self._occupancy: dict[str | None, Occupancy] = {}
        self._positions: Positions | None = None
        self._alerts: dict[UUID, Alert] = {}
        self._alerts_watched = False
        self._mailboxes: set[Mailbox] = set()

    @property
    def channels(self) -> tuple[str, ...]:
        """The Redis channels that feed this room."""
        return tuple(topic.key(self.venue_id) for topic in _HEARD)

    @property
    def cameras(self) -> frozenset[str]:
        """The cameras whose last values belong to the snapshot."""
        return self._layout.cameras

    @property
    def zones(self) -> frozenset[str]:
        """The zones in use."""
        return frozenset(self._layout.zones)

    @property
    def empty(self) -> bool:
        """Whether nobody watches."""
        return not self._mailboxes

    def join(self) -> Mailbox:
        """A mailbox for one more watcher."""
        mailbox = Mailbox(self.venue_id)
        mailbox.tell_watched(watched=self._alerts_watched)
        self._mailboxes.add(mailbox)
        return mailbox

    def leave(self, mailbox: Mailbox) -> None:
        """A watcher has gone."""
        self._mailboxes.discard(mailbox)

    def hear(self, item: LiveItem, now: datetime, heard_at: datetime | None = None) -> None:
        """Take in a message and pass it on. One older than what is known already changes nothing."""
        match item:
            case ZoneReading():
                known = self._readings.get(item.zone_id)
                if known is None or item.captured_at > known.captured_at:
                    self._readings[item.zone_id] = item
                    self._show(aged_reading(item, now))
            case CameraHealth():
                heard = _Heard(item, heard_at or now)
                before = self._cameras.get(item.camera_id)
                if before is None or heard.heard_at >= before.heard_at:
                    self._cameras[item.camera_id] = heard
                    self._show(aged_health(item, now, heard.heard_at))
            case LineCrossing():
                self._offer(item)
            case Occupancy() | Positions():
                self._hear_floor(item, now)
            case Alert():
                self._hear_alert(item)

    def _hear_floor(self, item: Occupancy | Positions, now: datetime) -> None:
        if isinstance(item, Positions):
            if self._positions is None or item.captured_at > self._positions.captured_at:
                self._positions = item
                self._show(aged_positions(item, now))
            return
        known = self._occupancy.get(item.section_id)
        if known is None or item.captured_at > known.captured_at:
            self._occupancy[item.section_id] = item
            self._show(aged_occupancy(item, now))

    def _hear_alert(self, alert: Alert) -> None:
        known = self._alerts.get(alert.alert_id)
        if known is not None and known.sequence >= alert.sequence:
            return
        if alert.standing:
            self._alerts[alert.alert_id] = alert
        else:
            self._alerts.pop(alert.alert_id, None)
        self._offer(alert)

    def hear_standing(self, alerts: Iterable[Alert]) -> None:
        """What stands by the engine's own word; the rest ended while nobody here listened."""
        standing = {alert.alert_id: alert for alert in alerts}
        for alert_id in set(self._alerts) - set(standing):
            del self._alerts[alert_id]
        for alert in standing.values():
            self._hear_alert(alert)

    def tell_watched(self, *, watched: bool) -> None:
        """Whether the alert engine was heard lately: an empty list of alerts means nothing without it."""
        self._alerts_watched = watched
        for mailbox in self._mailboxes:
            mailbox.tell_watched(watched=watched)

    def grow_older(self, now: datetime) -> None:
        """Tell the watchers of each number that has become too old since they were last told."""
        for reading in self._readings.values():
            self._show(aged_reading(reading, now), only_if_changed=True)
        for heard in self._cameras.values():
            self._show(aged_health(heard.health, now, heard.heard_at), only_if_changed=True)
        for occupancy in self._occupancy.values():
            self._show(aged_occupancy(occupancy, now), only_if_changed=True)
        if self._positions is not None:
            self._show(aged_positions(self._positions, now), only_if_changed=True)

    def snapshot(self, now: datetime) -> LiveSnapshot:
        """The newest of everything, as old as it is."""
        return LiveSnapshot(
            venue_id=self.venue_id,
            sent_at=now,
            readings=tuple(aged_reading(reading, now) for reading in self._readings.values()),
            cameras=tuple(aged_health(heard.health, now, heard.heard_at) for heard in self._cameras.values()),
            occupancy=tuple(aged_occupancy(occupancy, now) for occupancy in self._occupancy.values()),
            positions=aged_positions(self._positions, now) if self._positions is not None else None,
            alerts=tuple(self._alerts.values()),
            alerts_watched=self._alerts_watched,
        )

    def _show(self, item: _Ageing, *, only_if_changed: bool = False) -> None:
        key = (item.kind, _place(item))
        if not only_if_changed or self._shown.get(key) is not item.state:
            self._shown[key] = item.state
            self._offer(item)

    def _offer(self, item: LiveItem) -> None:
        for mailbox in self._mailboxes:
            mailbox.put(item)


def _place(item: _Ageing) -> str:
    """What else than its kind tells it from others."""
    match item:
        case ZoneReading():
            return item.zone_id
        case CameraHealth():
            return item.camera_id
        case Occupancy():
            return item.section_id or ""
        case Positions():
            return ""


def newest_per_zone(readings: Iterable[ZoneReading], zones: frozenset[str]) -> dict[str, ZoneReading]:
    """Of readings that come newest first, the newest of each zone in use."""
    found: dict[str, ZoneReading] = {}
    for reading in readings:
        if reading.zone_id in zones:
            found.setdefault(reading.zone_id, reading)
    return found


def _never(venue_id: str, zone_id: str, camera_ids: tuple[str, ...], now: datetime) -> ZoneReading:
    return ZoneReading(
        venue_id=venue_id,
        zone_id=zone_id,
        camera_ids=camera_ids,
        captured_at=now - BLIND_AFTER - timedelta(seconds=1),  # any reading that may still be shown is newer
        state=State.BLIND,
        reason="no reading yet",
    )
