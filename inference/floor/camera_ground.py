"""What one calibrated camera adds to the floor: its people, its zones in metres, and whether it was moved."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
import structlog
from numpy.typing import NDArray

from domain.errors import BadCalibration
from domain.floor import CameraPositions
from domain.messages import CameraHealth, FloorFigures, State, ZoneReading
from domain.venue import CameraConfig, ZoneConfig
from inference.calibration import ground_plane
from inference.calibration.drift import DriftWatch, Moved, Reference
from inference.detect.base import Picture
from inference.ground import FEET_DEVIATION, GroundPlane
from inference.track import Tracks
from inference.zones.level_of_service import level_of_service

log = structlog.get_logger()

TELL_EVERY_S: Final = 0.19
"""Between two positions of a camera: the topic's 5 Hz, less what cameras' clocks jitter by."""
LOOK_EVERY_S: Final = 1.0
"""Between two looks at the background; one costs some 10 ms."""


class CameraGround:
    """One calibrated camera.

    Args:
        config: the camera; it has a calibration.
        zones: its zones in the picture.
        venue_id: whose it is.
        folder: where the view that was calibrated is kept from one start to the next; ``None``: nowhere.

    Raises:
        BadCalibration: the calibration contradicts itself.
    """

    def __init__(
        self, config: CameraConfig, zones: Sequence[ZoneConfig], venue_id: str, folder: Path | None = None
    ) -> None:
        if config.calibration is None:
            raise BadCalibration(f"camera {config.id!r} has no calibration")
        self._id, self._venue_id = config.id, venue_id
        self._plane = ground_plane(config.calibration, config.frame_size)
        self._size = config.frame_size
        self._areas_m2 = {zone.id: self._plane.area_of(zone.polygon) for zone in zones}
        made_from = hashlib.sha256(config.calibration.model_dump_json().encode()).hexdigest()[:12]
        self._kept = None if folder is None else folder / f"{venue_id}-{config.id}-{made_from}.npz"
        self._drift = DriftWatch(None if self._kept is None else _reference(self._kept))
        self._told_at_s = self._looked_at_s = float("-inf")
        self.moved: Moved | None = None

    @property
    def plane(self) -> GroundPlane:
        """The floor as this camera sees it."""
        return self._plane

    def positions(self, tracks: Tracks, picture_size: tuple[int, int], at: datetime) -> CameraPositions | None:
        """Where the people stand; ``None`` while the last answer is recent enough.

        Args:
            tracks: of a frame, nobody included.
            picture_size: width and height of the frame, pixels.
            at: when it was captured.
        """
        if at.timestamp() - self._told_at_s < TELL_EVERY_S:
            return None
        self._told_at_s = at.timestamp()
        if self.moved is not None:
            return self._nobody(State.UNCALIBRATED, self.moved.reason, at)
        factors = np.divide(self._size, picture_size)
        heights = (tracks.boxes[:, 3] - tracks.boxes[:, 1]) * factors[1]
        xy, deviation_m = self._plane.located(tracks.feet * factors, FEET_DEVIATION * heights)
        known = np.isfinite(xy).all(axis=1) & np.isfinite(deviation_m)  # a foot above the horizon is no place
        return CameraPositions(
            venue_id=self._venue_id,
            captured_at=at,
            state=State.OK,
            camera_id=self._id,
            tracks=tuple(tracks.ids[known].tolist()),
            x_m=tuple(xy[known, 0].round(3).tolist()),
            y_m=tuple(xy[known, 1].round(3).tolist()),
            deviation_m=tuple(deviation_m[known].round(3).tolist()),
        )

    def unseen(self, health: CameraHealth, now: datetime) -> CameraPositions:
        """That this camera sees nobody's place at present, and why."""
        return self._nobody(health.state, health.reason, now)

    def _nobody(self, state: State, reason: str | None, at: datetime) -> CameraPositions:
        return CameraPositions(venue_id=self._venue_id, captured_at=at, state=state, reason=reason, camera_id=self._id)

    def wants_to_look(self, at: datetime) -> bool:
        """Whether it is time to see if the camera still looks where it did."""
        return at.timestamp() - self._looked_at_s >= LOOK_EVERY_S

    def look(self, picture: Picture, boxes: NDArray[np.float64], at: datetime) -> None:
        """See whether the camera still looks where it did."""
        at_s = self._looked_at_s = at.timestamp()
        known, before = self._drift.reference is not None, self.moved
        self.moved = self._drift.look(picture, at_s, boxes)
        if not known and self._drift.reference is not None and self._kept is not None:
            _keep(self._kept, self._drift.reference)
        if self.moved is not None and before is None:
            log.warning("camera was moved; its zones are uncalibrated", camera=self._id, reason=self.moved.reason)

    def judged(self, health: CameraHealth) -> CameraHealth:
        """The camera's health, which is ``uncalibrated`` at best while it looks elsewhere."""
        if self.moved is None or health.state is not State.OK:
            return health
        return health.model_copy(update={"state": State.UNCALIBRATED, "reason": self.moved.reason})

    def in_metres(self, reading: ZoneReading) -> ZoneReading:
        """The reading with what it is in metres. A zone that reaches the horizon has no area."""
        area_m2 = self._areas_m2.get(reading.zone_id)
        if reading.count is None or area_m2 is None:
            return reading
        density = reading.count / area_m2
        figures = FloorFigures(
            area_m2=round(area_m2, 2), density_per_m2=round(density, 4), level_of_service=level_of_service(density)
        )
        return reading.model_copy(update={"floor": figures})


def ground_of(
    config: CameraConfig, zones: Sequence[ZoneConfig], venue_id: str, folder: Path | None
) -> CameraGround | None:
    """A camera's ground; ``None`` where it has no calibration, or one that cannot be used, which a log says.

    One camera that cannot be used must not keep the others from being counted.
    """
    if config.calibration is None:
        return None
    try:
        return CameraGround(config, zones, venue_id, folder)
    except BadCalibration as error:
        log.error("camera is not calibrated; its people are counted, not placed", camera=config.id, reason=str(error))  # noqa: TRY400  # expected: a line
        return None


def _reference(path: Path) -> Reference | None:
    try:
        return Reference.from_bytes(path.read_bytes()) if path.is_file() else None
    except (OSError, BadCalibration) as error:
        log.warning("a camera's calibrated view cannot be read; the present one is taken", reason=str(error))
        return None


def _keep(path: Path, reference: Reference) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".part")
        fresh.write_bytes(reference.to_bytes())
        fresh.replace(path)
    except OSError as error:
        log.warning("a camera's calibrated view could not be kept", path=str(path), reason=str(error))
