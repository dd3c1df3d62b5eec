"""What the cameras of a venue see together, step by step.

The engine takes messages and gives messages. It reads no clock: a recorded run gives the same answer at any speed.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.floor import CameraPositions, Positions, Scan
from domain.geometry import Polygon
from domain.messages import CameraHealth, LineCrossing, Message, State
from domain.venue import VenueConfig
from inference.calibration import ground_plane
from inference.floor.people_inside import PeopleInside
from inference.floor.readings import HIDDEN_PER_DENSITY, Known, reading_of
from inference.zones.floor_zones import FloorZone, FloorZones
from inference.zones.footprint import Coverage
from inference.zones.fusion import CameraSight, FloorFusion, Merged

STEP: Final = timedelta(milliseconds=200)
"""Between two merges: the 5 Hz of the topics."""
SIGHT_AGE: Final = timedelta(seconds=2)
"""A camera whose newest sight is older does not see now; a camera looked at twice a second may miss three."""
POSITION_DEVIATION_M: Final = 0.15
"""Of one camera's positions from frame to frame, without the error that lasts: PETS 2009 S2.L1 view 1, near half."""


def footprints_of(venue: VenueConfig) -> dict[str, Polygon | None]:
    """Of each calibrated camera, the part of the plan that it sees usefully.

    Raises:
        BadCalibration: a calibration that contradicts itself.
    """
    return {
        camera.id: ground_plane(camera.calibration, camera.frame_size).footprint()
        for camera in venue.cameras
        if camera.calibration is not None
    }


@dataclass
class _Camera:
    """What a camera last said.

    Attributes:
        at: when; ``None``: it has said nothing yet.
        sight: whom it saw; ``None`` where it does not see.
        reason: why it does not, in its own words.
    """

    at: datetime | None = None
    sight: CameraSight | None = None
    reason: str | None = None


class FloorEngine:
    """One venue's floor.

    Args:
        venue: must have a floor plan, or gates.
        footprints: what each camera sees of the plan; ``None``: by the venue's own calibrations.

    Raises:
        BadCalibration: as in :func:`footprints_of`.
    """

    def __init__(self, venue: VenueConfig, footprints: Mapping[str, Polygon | None] | None = None) -> None:
        self._venue = venue
        self._zones = venue.floor.zones if venue.floor else ()
        outline = venue.floor.outline if venue.floor else None
        self._footprints = dict(footprints if footprints is not None else footprints_of(venue))
        polygons = [zone.polygon for zone in self._zones]
        self._coverage = Coverage(polygons, self._footprints, outline=outline)
        self._fusion = FloorFusion(self._footprints)
        self._figures = FloorZones(
            [FloorZone(zone.polygon, queue=zone.queue, front_m=zone.front) for zone in self._zones],
            walkable=outline,
            position_deviation_m=POSITION_DEVIATION_M,
        )
        told = venue.floor.hidden_per_density if venue.floor else None
        self._per_density = HIDDEN_PER_DENSITY if told is None else told
        self._inside = PeopleInside(venue)
        self._cameras = {camera_id: _Camera() for camera_id in self._footprints}
        self._merged: Merged | None = None
        self._second: datetime | None = None

    def take(self, message: Message) -> None:
        """Take in what a camera, a line or a scanner told.

        Another venue's message is left out, and so are positions of a camera that is not calibrated.
        """
        if message.venue_id != self._venue.id:
            return
        match message:
            case CameraPositions() if message.camera_id in self._cameras:
                self._see(message)
            case LineCrossing() | Scan():
                self._inside.take(message)
            case CameraHealth():
                self._inside.hear(message)

    def _see(self, message: CameraPositions) -> None:
        camera = self._cameras[message.camera_id]
        if camera.at is not None and message.captured_at < camera.at:
            return
        camera.at, camera.reason = message.captured_at, message.reason
        camera.sight = _sight(message) if message.state is State.OK else None

    def step(self, at: datetime) -> list[Message]:
        """Merge what is known by ``at``; the positions, and the figures of a second that is over.

        Args:
            at: on the grid of :data:`STEP`, each later than the last.
        """
        told: list[Message] = []
        second = at.astimezone(UTC).replace(microsecond=0)
        if self._second is not None and second > self._second:
            told += self._close(self._second)
        self._second = second
        seeing = self._seeing(at)
        sights = [sight for camera_id in sorted(seeing) if (sight := self._cameras[camera_id].sight) is not None]
        self._merged = self._fusion.merge(sights, at.timestamp())
        unseen = self._coverage.unseen_share(seeing)
        self._figures.update(self._merged.ids, self._merged.xy, at.timestamp(), unseen_share=unseen)
        return [*told, self._positions(at, seeing)]

    @property
    def _deviation_m(self) -> float:
        """How unsure positions are at present; with nobody there, as one camera's."""
        if self._merged is None or not len(self._merged):
            return POSITION_DEVIATION_M
        return float(np.median(self._merged.deviation_m))

    def _seeing(self, at: datetime) -> set[str]:
        return {
            camera_id
            for camera_id, camera in self._cameras.items()
            if camera.sight is not None and camera.at is not None and at - camera.at <= SIGHT_AGE
        }

    def _positions(self, at: datetime, seeing: set[str]) -> Positions:
        blind = tuple(sorted(self._cameras.keys() - seeing))
        if not seeing or self._merged is None:
            reason = "no calibrated camera sees now" if self._cameras else "no camera is calibrated to the plan"
            state = State.BLIND if self._cameras else State.UNCALIBRATED
            return Positions(
                venue_id=self._venue.id, captured_at=at, state=state, reason=reason, blind_camera_ids=blind
            )
        x_m, y_m = self._merged.xy.round(2).T.tolist() if len(self._merged) else ((), ())
        return Positions(
            venue_id=self._venue.id, captured_at=at, state=State.OK, x_m=x_m, y_m=y_m, blind_camera_ids=blind
        )

    def _close(self, second: datetime) -> Iterable[Message]:
        at = second + timedelta(seconds=1)
        seeing = self._seeing(at)
        for zone, figures, watching in zip(
            self._zones, self._figures.close(second.timestamp()), self._watching, strict=True
        ):
            reasons = [camera.reason for camera_id in watching if (camera := self._cameras[camera_id]).reason]
            yield reading_of(
                zone,
                figures,
                second,
                venue_id=self._venue.id,
                camera_ids=watching or tuple(camera.id for camera in self._venue.cameras),
                covered=bool(watching),
                reason=next(iter(reasons), None),
                known=Known(self._deviation_m, self._per_density),
            )
        yield from self._inside.tell(second, self._seen(seeing))

    def _seen(self, seeing: set[str]) -> tuple[Merged, float] | None:
        """The merged people, and the share of the floor that they are on; ``None`` where nobody looks."""
        share = self._coverage.seen_share(seeing) if seeing else None
        return None if self._merged is None or not share else (self._merged, share)

    @cached_property
    def _watching(self) -> list[tuple[str, ...]]:
        """Of each zone the cameras that see some of it when they see."""
        by_camera = {camera_id: self._coverage.unseen_share({camera_id}) for camera_id in sorted(self._cameras)}
        return [
            tuple(camera_id for camera_id, unseen in by_camera.items() if unseen[index] < 1)
            for index in range(len(self._zones))
        ]

    def blind_spots(self, at: datetime) -> list[Polygon]:
        """The parts of the plan that no camera sees at ``at``, metres."""
        return self._coverage.blind_spots(self._seeing(at))

    def snapshot(self) -> dict[str, Any]:
        """What a next life needs to go on counting the people inside."""
        return self._inside.snapshot()

    def restore(self, snapshot: dict[str, Any], at: datetime) -> None:
        """Go on from a snapshot: what passed since then passed unseen, and widens.

        Raises:
            BadInput: it is of other gates, or later than ``at``.
        """
        self._inside.restore(snapshot, at)


def _sight(message: CameraPositions) -> CameraSight:
    xy: NDArray[np.float64] = np.column_stack([message.x_m, message.y_m]).astype(np.float64).reshape(-1, 2)
    tracks = np.asarray(message.tracks, np.int64)
    return CameraSight(
        message.camera_id, message.captured_at.timestamp(), tracks, xy, np.asarray(message.deviation_m, np.float64)
    )


def first_step(at: datetime) -> datetime:
    """The first moment of the grid that is not before ``at``."""
    steps = math.ceil(at.timestamp() / STEP.total_seconds() - 1e-9)
    return datetime.fromtimestamp(steps * STEP.total_seconds(), UTC)
