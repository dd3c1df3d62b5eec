"""A simulated step as the messages that the product's own parts would send, for recording and for publishing."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, UUID, uuid5

from domain.floor import CameraPositions, Scan
from domain.messages import CameraHealth, LineCrossing, Message, State
from domain.topics import CAMERAS, CROSSINGS, SCANS, SIGHTINGS, Topic
from headroom.simulation.cameras import Sight
from headroom.simulation.gates import DIRECTIONS, Direction, Told
from headroom.simulation.simulator import Simulator, Step

_MOST_SCANNED: Final = 50
"""People in one scan message, at most."""


class Telling:
    """Turns steps into messages.

    Args:
        venue_id: whose messages they are.
        doors_at: UTC time at which the scenario's time is 0.
        run: tells runs apart, so that one's crossings and scans are not taken for the other's.
        simulator: whose steps they are; its cameras' health is told where it is given.
    """

    def __init__(self, venue_id: str, doors_at: datetime, run: str, simulator: Simulator | None = None) -> None:
        self._cameras = [camera.id for camera in simulator.cameras.cameras] if simulator else []
        self._gates = [door.gate.id for door in simulator.plan.doors] if simulator else []
        self._venue_id, self._doors_at, self._run = venue_id, doors_at, run
        self._told = 0

    def messages(self, step: Step) -> Iterator[tuple[Topic, Message]]:
        """What is said of a step, each with its topic: cameras, those that are blind included, then gates."""
        if step.at_s % 1 == 0:
            yield from ((CAMERAS, health) for health in self._healths(step))
        for sight in step.sights:
            yield SIGHTINGS, self._positions(sight)
        if step.looked:
            for camera_id in sorted(step.blind_cameras):
                yield SIGHTINGS, self._blind(camera_id, step.at_s)
        for told in step.crossings:
            yield from ((CROSSINGS, self._crossing(told, direction)) for direction in _each_person(told))
        for told in step.scans:
            yield from ((SCANS, scan) for scan in self._scans(told))

    def _healths(self, step: Step) -> Iterator[CameraHealth]:
        """How every camera is, once a second, as a worker tells it; one over a gate that is blind too."""
        overhead = {f"{gate_id}-camera": gate_id in step.blind_gates for gate_id in self._gates}
        blind = {camera_id: camera_id in step.blind_cameras for camera_id in self._cameras} | overhead
        for camera_id, dark in blind.items():
            yield CameraHealth(
                venue_id=self._venue_id,
                captured_at=self._at(step.at_s),
                state=State.BLIND if dark else State.OK,
                reason="the camera gives no pictures" if dark else None,
                camera_id=camera_id,
                last_frame_at=None if dark else self._at(step.at_s),
            )

    def _at(self, at_s: float) -> datetime:
        return self._doors_at + timedelta(seconds=float(at_s))

    def _positions(self, sight: Sight) -> CameraPositions:
        return CameraPositions(
            venue_id=self._venue_id,
            captured_at=self._at(sight.at_s),
            state=State.OK,
            camera_id=sight.camera_id,
            tracks=tuple(sight.tracks.tolist()),
            x_m=tuple(sight.xy[:, 0].round(3).tolist()),
            y_m=tuple(sight.xy[:, 1].round(3).tolist()),
            deviation_m=tuple(sight.deviation_m.round(3).tolist()),
        )

    def _blind(self, camera_id: str, at_s: float) -> CameraPositions:
        return CameraPositions(
            venue_id=self._venue_id,
            captured_at=self._at(at_s),
            state=State.BLIND,
            reason="the camera gives no pictures",
            camera_id=camera_id,
        )

    def _new_id(self) -> UUID:
        self._told += 1
        return uuid5(NAMESPACE_URL, f"{self._run}/{self._told}")

    def _crossing(self, told: Told, direction: Direction) -> LineCrossing:
        return LineCrossing(
            venue_id=self._venue_id,
            captured_at=self._at(told.at_s),
            state=State.OK,
            crossing_id=self._new_id(),
            line_id=told.gate_id,
            camera_id=f"{told.gate_id}-camera",
            direction=direction,
        )

    def _scans(self, told: Told) -> Iterator[Scan]:
        for direction, people in zip(DIRECTIONS, (told.went_in, told.went_out), strict=True):
            for first in range(0, people, _MOST_SCANNED):
                yield Scan(
                    venue_id=self._venue_id,
                    captured_at=self._at(told.at_s),
                    state=State.OK,
                    scan_id=str(self._new_id()),
                    gate_id=told.gate_id,
                    direction=direction,
                    people=min(_MOST_SCANNED, people - first),
                )


def _each_person(told: Told) -> Iterator[Direction]:
    for direction, people in zip(DIRECTIONS, (told.went_in, told.went_out), strict=True):
        yield from (direction for _ in range(people))
