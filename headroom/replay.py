"""``headroom replay``: a recorded run through the same code again, for the same readings and alerts, at any speed."""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from api.alerts.engine import AlertEngine
from api.alerts.engine import Heard as Judged
from api.alerts.rules import Layout, RuleBook, load_defaults
from domain.alert_rules import AlertSettings
from domain.alerts import Alert
from domain.errors import BadInput
from domain.floor import Occupancy, Positions
from domain.messages import CameraHealth, Message, PostureEvent, State, ZoneReading
from domain.venue import VenueConfig
from headroom.runlog import Heard, RunLog
from headroom.venue_file import load_venue
from inference.floor.conveyor import Conveyor
from inference.floor.engine import FloorEngine

LATE: Final = timedelta(seconds=2)
"""How far messages of a file may be out of order: cameras' clocks, and the ways messages take."""
TOLD_AFTER: Final = timedelta(milliseconds=1600)
"""From a second's start to its reading being heard, where the file does not say: the second, and the floor's lag."""
Write = Callable[[str], object]


@dataclass(frozen=True)
class Told:
    """What the replayed run says.

    Attributes:
        at: when it would have been heard.
        message: a reading, an occupancy or an alert.
    """

    at: datetime
    message: Message

    def as_json(self) -> dict[str, Any]:
        """For people and for comparing runs: without what is made up anew each time."""
        told = self.message.model_dump(mode="json", exclude_none=True)
        for made_up in ("version", "venue_id", "alert_id", "epoch"):
            told.pop(made_up, None)
        return told


class Replay:
    """The floor engine and the alert engine on one run.

    Args:
        log: the run.
        venue: in place of the one that the file names.

    Raises:
        BadInput: nobody says which venue it was.
    """

    def __init__(self, log: RunLog, venue: VenueConfig | None = None) -> None:
        chosen = venue or log.venue
        if chosen is None:
            raise BadInput(f"{log.path.name} does not say of which venue it is; add --venue FILE")
        self.venue, self._log = chosen, log
        layout = Layout.of(chosen)
        self._alerts = AlertEngine(RuleBook(load_defaults(), chosen.alerts or AlertSettings(), layout), layout)
        self._conveyor: Conveyor | None = None
        self._has_floor = chosen.floor is not None or bool(chosen.gates)
        self._now: datetime | None = None

    def run(self) -> Iterator[Told]:
        """Everything that is said, in order. What the file holds of the floor's own words is worked out anew."""
        newest: datetime | None = None
        for heard in self._log.messages():
            if heard.message.venue_id != self.venue.id or self._is_worked_out(heard.message):
                continue
            at = heard.message.captured_at
            newest = at if newest is None or at > newest else newest
            yield from self._floor(heard, newest - LATE)
            if isinstance(heard.message, ZoneReading | PostureEvent | CameraHealth):
                yield from self._judge(heard.message, heard.heard_at)
        if newest is not None and self._conveyor is not None:
            yield from self._advance(newest + timedelta(seconds=1))

    def _is_worked_out(self, message: Message) -> bool:
        """Whether the floor engine says it again."""
        if not self._has_floor:
            return isinstance(message, Alert)
        floor_reading = isinstance(message, ZoneReading) and message.method == "floor"
        unknown = isinstance(message, ZoneReading) and message.state is not State.OK and self._is_floor_zone(message)
        return floor_reading or unknown or isinstance(message, Occupancy | Positions | Alert)

    def _is_floor_zone(self, reading: ZoneReading) -> bool:
        return self.venue.floor is not None and reading.zone_id in {zone.id for zone in self.venue.floor.zones}

    def _floor(self, heard: Heard, until: datetime) -> Iterator[Told]:
        if not self._has_floor:
            return
        if self._conveyor is None:
            self._conveyor = Conveyor(FloorEngine(self.venue, self._log.footprints), heard.message.captured_at)
        self._conveyor.put(heard.message)
        yield from self._advance(until)

    def _advance(self, until: datetime) -> Iterator[Told]:
        if self._conveyor is None:
            return
        for message in self._conveyor.advance(until):
            if isinstance(message, ZoneReading | Occupancy):
                yield from self._judge(message, None)

    def _judge(self, message: Judged, heard_at: datetime | None) -> Iterator[Told]:
        at = heard_at or message.captured_at + TOLD_AFTER
        self._now = at if self._now is None or at > self._now else self._now
        if isinstance(message, ZoneReading | Occupancy):
            yield Told(at, message)
        for alert in self._alerts.take(message, self._now):
            yield Told(self._now, alert)


async def run(path: Path, venue_file: Path | None, *, speed: float, as_json: bool, write: Write = print) -> None:
    """Replay a run and tell what it says.

    Args:
        path: of the recorded run.
        venue_file: in place of the venue that the file names.
        speed: seconds of the run a second; 0 for as fast as this machine can. It changes nothing that is said.
        as_json: every reading and alert as a line of JSON; else alerts for people, and a summary.
        write: hears each line.

    Raises:
        BadInput: the file is no recorded run, or names no venue, or the speed is none.
    """
    if not 0 <= speed < float("inf"):
        raise BadInput(f"--speed {speed}: expected seconds of the run a second, or 0 for as fast as can be")
    replay = Replay(RunLog.open(path), load_venue(venue_file) if venue_file else None)
    summary = _Summary()
    loop = asyncio.get_running_loop()
    began_s, first_at = loop.time(), None
    for told in replay.run():
        first_at = first_at or told.at
        if speed:
            await asyncio.sleep(max(0.0, began_s + (told.at - first_at).total_seconds() / speed - loop.time()))
        summary.take(told)
        if as_json:
            write(json.dumps(told.as_json()))
        elif isinstance(told.message, Alert):
            write(_alert_line(told.at, told.message))
    if not as_json:
        write(summary.line)


def _alert_line(at: datetime, alert: Alert) -> str:
    where = alert.zone_id or alert.camera_id or "venue"
    return f"{at:%H:%M:%S}  {alert.severity.value:<8} {alert.change.value:<12} {where}: {alert.title}"


class _Summary:
    def __init__(self) -> None:
        self.readings = self.unknown = self.alerts = 0
        self.first: datetime | None = None
        self.last: datetime | None = None

    def take(self, told: Told) -> None:
        self.first, self.last = self.first or told.at, told.at
        if isinstance(told.message, Alert):
            self.alerts += 1
        elif isinstance(told.message, ZoneReading):
            self.readings += 1
            self.unknown += told.message.state is not State.OK

    @property
    def line(self) -> str:
        if self.first is None or self.last is None:
            return "the run holds nothing that could be read or judged"
        minutes = (self.last - self.first).total_seconds() / 60
        readings = f"{self.readings} zone readings, {self.unknown} of them unknown"
        return f"{minutes:.1f} minutes: {readings}; alerts spoke {self.alerts} times"
