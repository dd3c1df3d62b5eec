"""How many people are in the venue: the occupancy filter, fed by messages."""

from collections import OrderedDict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from domain.floor import Occupancy, Scan
from domain.messages import CameraHealth, LineCrossing, State
from domain.venue import GateConfig, VenueConfig
from inference.floor.readings import interval
from inference.zones.fusion import Merged
from inference.zones.occupancy import OccupancyFilter
from inference.zones.occupancy_gates import Gate

REMEMBERED: Final = timedelta(hours=6)
"""How long a scan's key is known, as long as the Stream of scans reaches back."""


class PeopleInside:
    """One venue's people, second by second; tells nothing where the venue has neither gates nor a floor.

    Args:
        venue: its gates, its capacity, and how many were inside at the start.
    """

    def __init__(self, venue: VenueConfig) -> None:
        self._venue = venue
        self._gate_of_line = {line: gate for gate in venue.gates for line in gate.lines}
        self._gates = {gate.id: gate for gate in venue.gates}
        self._camera_of_line = {line.id: line.camera_id for line in venue.lines}
        self._gates_of_camera: dict[str, list[GateConfig]] = {}
        for gate in venue.gates:
            for camera_id in {self._camera_of_line[line] for line in gate.lines}:
                self._gates_of_camera.setdefault(camera_id, []).append(gate)
        self._seeing: dict[str, bool] = {}
        self._filter = OccupancyFilter([_gate(gate) for gate in venue.gates])
        self._begun = False
        self._scans: OrderedDict[str, datetime] = OrderedDict()

    def hear(self, health: CameraHealth) -> None:
        """A gate whose lines' cameras do not see is watched by nobody: what usually passes it passes unseen."""
        gates = self._gates_of_camera.get(health.camera_id, ())
        self._seeing[health.camera_id] = health.state is State.OK
        for gate in gates:
            lines = all(self._seeing.get(self._camera_of_line[line], True) for line in gate.lines)
            self._begin(health.captured_at)
            self._filter.watch(gate.id, health.captured_at.timestamp(), lines=lines)

    def take(self, message: LineCrossing | Scan) -> None:
        """Somebody passed a line, or a ticket was scanned. A line that belongs to no gate is not a way in or out."""
        at_s = message.captured_at.timestamp()
        self._begin(message.captured_at)
        if isinstance(message, LineCrossing):
            gate = self._gate_of_line.get(message.line_id)
            if gate is not None:
                self._filter.crossings(*_split(message.direction, 1), at_s, gate.id)
        elif message.gate_id in self._gates and not self._told_before(message):
            gate = self._gates[message.gate_id]
            if gate.scans_in if message.direction == "in" else gate.scans_out:
                self._filter.scans(*_split(message.direction, message.people), at_s, gate.id)

    def _told_before(self, scan: Scan) -> bool:
        """Whether this scan was told already; scanners that were offline send again what they are not sure of."""
        while self._scans and scan.captured_at - next(iter(self._scans.values())) > REMEMBERED:
            self._scans.popitem(last=False)
        known = scan.scan_id in self._scans
        self._scans[scan.scan_id] = scan.captured_at
        return known

    def _begin(self, at: datetime) -> None:
        if not self._begun and self._venue.inside_at_start is not None:
            self._filter.start(self._venue.inside_at_start, at.timestamp())
        self._begun = True

    def tell(self, second: datetime, seen: tuple[Merged, float] | None) -> Iterator[Occupancy]:
        """The people inside at the end of a second.

        Args:
            second: its start.
            seen: the people the cameras see, each once, and the share of the floor they are on; ``None``: nobody looks.
        """
        if not self._gates and self._venue.floor is None:
            return
        at = second + timedelta(seconds=1)
        self._begin(at)
        if seen is not None:
            merged, share = seen
            low, high = interval(len(merged), 0.0)
            self._filter.camera_count(len(merged), low, high, share, at.timestamp())
        estimate = self._filter.estimate(at.timestamp())
        capacity = self._venue.capacity
        if estimate is None:
            reason = "how many were inside at the start is not known, and no camera sees the floor"
            yield Occupancy(
                venue_id=self._venue.id, captured_at=second, state=State.BLIND, reason=reason, capacity=capacity
            )
            return
        yield Occupancy(
            venue_id=self._venue.id,
            captured_at=second,
            state=State.OK,
            count=round(estimate.count, 2),
            count_low=round(estimate.low, 2),
            count_high=round(estimate.high, 2),
            capacity=capacity,
            over_capacity=estimate.count > capacity,
            drift_per_hour=None if estimate.drift_per_hour is None else round(estimate.drift_per_hour, 2),
            seen_share=None if estimate.seen_share is None else round(min(estimate.seen_share, 1.0), 3),
        )

    def snapshot(self) -> dict[str, Any]:
        """What a next life needs."""
        return self._filter.snapshot()

    def restore(self, snapshot: dict[str, Any], at: datetime) -> None:
        """Go on from a snapshot.

        Raises:
            BadInput: it is of other gates, or later than ``at``.
        """
        self._filter.restore(snapshot, at.timestamp())
        self._begun = True


def _gate(gate: GateConfig) -> Gate:
    return Gate(gate.id, lines=bool(gate.lines), scans_in=gate.scans_in, scans_out=gate.scans_out)


def _split(direction: str, people: int) -> tuple[int, int]:
    """People in, people out."""
    return (people, 0) if direction == "in" else (0, people)
