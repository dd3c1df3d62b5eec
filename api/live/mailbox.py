"""What one screen has not been sent yet: the newest of each key, and no more."""

import asyncio
from collections import deque
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.alerts import Alert
from domain.floor import Occupancy, Positions
from domain.live import LiveUpdate
from domain.messages import CameraHealth, LineCrossing, ZoneReading

KEPT_CROSSINGS: Final = 200
"""A minute of a gate at its busiest; a screen that is further behind is told how many it missed."""

LiveItem = ZoneReading | CameraHealth | LineCrossing | Alert | Occupancy | Positions


class Mailbox:
    """Bounded by construction: one reading a zone, one health a camera, ``KEPT_CROSSINGS`` crossings.

    Likewise one occupancy a section, and where people stand once.
    Of an alert the newest change is kept. There is one alert at most for each rule and place, and each says all of it:
    nothing is lost by leaving out what came between.
    """

    def __init__(self, venue_id: str) -> None:
        self._venue_id = venue_id
        self._readings: dict[str, ZoneReading] = {}
        self._cameras: dict[str, CameraHealth] = {}
        self._crossings: deque[LineCrossing] = deque()
        self._occupancy: dict[str | None, Occupancy] = {}
        self._positions: Positions | None = None
        self._alerts: dict[UUID, Alert] = {}
        self._alerts_watched = False
        self._skipped = 0
        self._filled = asyncio.Event()

    def put(self, item: LiveItem) -> None:
        """Add what is new. What it replaces, unsent, counts as skipped."""
        match item:
            case ZoneReading():
                self._skipped += item.zone_id in self._readings
                self._readings[item.zone_id] = item
            case CameraHealth():
                self._skipped += item.camera_id in self._cameras
                self._cameras[item.camera_id] = item
            case LineCrossing():
                if len(self._crossings) == KEPT_CROSSINGS:
                    self._crossings.popleft()
                    self._skipped += 1
                self._crossings.append(item)
            case Occupancy():
                self._skipped += item.section_id in self._occupancy
                self._occupancy[item.section_id] = item
            case Positions():
                self._positions = item
            case Alert():
                self._alerts[item.alert_id] = item
        self._filled.set()

    def tell_watched(self, *, watched: bool) -> None:
        """Whether somebody watches for alerts; a change is sent at once."""
        if watched != self._alerts_watched:
            self._alerts_watched = watched
            self._filled.set()

    async def wait(self, timeout_s: float) -> None:
        """Until there is something to send, or the time is up."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._filled.wait()
        except TimeoutError:
            return

    def take(self, now: datetime) -> LiveUpdate:
        """Everything unsent, as one message; empty where there is nothing (a heartbeat)."""
        update = LiveUpdate(
            venue_id=self._venue_id,
            sent_at=now,
            readings=tuple(self._readings.values()),
            cameras=tuple(self._cameras.values()),
            crossings=tuple(self._crossings),
            occupancy=tuple(self._occupancy.values()),
            positions=self._positions,
            alerts=tuple(self._alerts.values()),
            alerts_watched=self._alerts_watched,
            skipped=self._skipped,
        )
        self._readings.clear()
        self._cameras.clear()
        self._crossings.clear()
        self._occupancy.clear()
        self._positions = None
        self._alerts.clear()
        self._skipped = 0
        self._filled.clear()
        return update
