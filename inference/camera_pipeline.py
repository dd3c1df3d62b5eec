"""One camera's way from boxes to counts: track, count by zone, count crossings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from domain.geometry import Line, Polygon
from domain.messages import LineCrossing, State, ZoneReading
from domain.venue import LineConfig, ZoneConfig
from inference.crowd.certainty import Certainty, usual_certainty
from inference.crowd.correction import CameraCorrection, feet_of
from inference.crowd.density import DensityMap
from inference.crowd.estimate import Estimates, Estimator
from inference.crowd.field import CrowdField, DensityState
from inference.crowd.fusion import Crossover, method_of
from inference.detect import Detections
from inference.track import Tracker, TrackerParameters, Tracks
from inference.zones.counting import ZoneSecond
from inference.zones.crossings import Crossing, LineCounter


@dataclass(frozen=True)
class Seen:
    """What one frame told.

    Attributes:
        tracks: the people believed to be in the picture.
        zones: people in each zone, with intervals.
        whole: people in the whole picture, the same way; one area.
        crossings: lines passed since the last frame.
        density_due: the place is crowded, and this frame's density map is wanted (see :meth:`CameraPipeline.densely`).
    """

    tracks: Tracks
    zones: Estimates
    whole: Estimates
    crossings: list[Crossing]
    density_due: bool = False

    @property
    def counts(self) -> NDArray[np.float64]:
        """People in each zone, shape (m,)."""
        return self.zones.counts


class CameraPipeline:
    """Turns one camera's detections into counts. Pure but for its memory of tracks; time is an argument.

    Args:
        zones: the camera's zones.
        lines: its counting lines.
        frame_size: width and height of the picture they were drawn on; frames of another size are scaled to it.
        parameters: what the tracker may assume.
        correction: what is known of this camera's errors; ``None``: nothing.
        crossover: of the density model whose readings will come; ``None``: none will.
        certainty: what the tracker's evidence is worth; ``None``: the product's own.
    """

    def __init__(
        self,
        zones: Sequence[Polygon],
        lines: Sequence[Line],
        frame_size: tuple[int, int] | None,
        parameters: TrackerParameters | None = None,
        *,
        correction: CameraCorrection | None = None,
        crossover: Crossover | None = None,
        certainty: Certainty | None = None,
    ) -> None:
        parameters = parameters or TrackerParameters()
        self.estimator = Estimator(certainty or usual_certainty(), correction, parameters.confirm_hits)
        self._density = None if crossover is None else DensityState(crossover)
        self._zones, self._drawn_size = tuple(zones), frame_size
        self.tracker = Tracker(parameters)
        self._lines = LineCounter(lines, forget_s=parameters.lost_s + 1)

    def process(self, found: Detections, at_s: float, picture_size: tuple[int, int]) -> Seen:
        """Take in one frame's detections.

        Args:
            found: boxes in the frame's pixels; may be empty.
            at_s: when it was captured, in seconds on a clock that only goes forward.
            picture_size: width and height of the frame, pixels.
        """
        tracks = self.tracker.update(found, at_s, picture_size)
        due = self._density is not None and self._density.look(tracks, at_s)
        return self._counted(tracks, at_s, picture_size, due=due)

    def predict(self, at_s: float, picture_size: tuple[int, int]) -> Seen:
        """Count a frame that nobody looked at, by where the people in it are believed to be.

        Nobody crosses a line unseen: a crossing is found at the next look.
        """
        return self._counted(self.tracker.coast(at_s, picture_size), at_s, picture_size)

    def density_asked(self, at_s: float) -> None:
        """The density map of the frame captured at ``at_s`` is being read."""
        if self._density is not None:
            self._density.asked(at_s)

    def densely(self, density: DensityMap, at_s: float, picture_size: tuple[int, int]) -> None:
        """Take in the density map of the frame captured at ``at_s``, whenever it comes."""
        if self._density is not None:
            self._density.take(density, at_s, picture_size)

    def _counted(self, tracks: Tracks, at_s: float, picture_size: tuple[int, int], *, due: bool = False) -> Seen:
        tracks = self.estimator.chosen(tracks, picture_size)
        factors = np.divide(self._drawn_size or picture_size, picture_size)
        # Someone cut off by the picture's lower border stands just outside it, and is still in the zone there.
        feet = feet_of(tracks.boxes, picture_size) * factors
        heights = (tracks.boxes[:, 3] - tracks.boxes[:, 1]) * factors[1]
        seen = tracks.seen
        crossings = self._lines.update(tracks.ids[seen], feet[seen], heights[seen], at_s)
        field = None if self._density is None else self._density.at(at_s)
        return self._seen(tracks, picture_size, field, crossings, due=due)

    def _seen(
        self,
        tracks: Tracks,
        picture_size: tuple[int, int],
        field: CrowdField | None,
        crossings: list[Crossing],
        *,
        due: bool,
    ) -> Seen:
        areas = (None, *self._zones)
        found = self.estimator.estimate(tracks, picture_size, areas, field, self._drawn_size)
        return Seen(tracks, found.rows(slice(1, None)), found.rows(slice(0, 1)), crossings, due)


def reading_of(
    zone: ZoneConfig, index: int, told: ZoneSecond, *, venue_id: str, model: str, epoch: int = 0
) -> ZoneReading:
    """One zone's share of a camera's second, as a message."""
    known = told.counts is not None and told.peaks is not None
    return ZoneReading(
        venue_id=venue_id,
        zone_id=zone.id,
        camera_ids=(zone.camera_id,),
        captured_at=told.second,
        state=told.state,
        reason=told.reason,
        count=_share(told.counts, index),
        peak=None if told.peaks is None else int(told.peaks[index]),
        count_low=_share(told.low, index),
        count_high=_share(told.high, index),
        frames=told.frames,
        method=method_of(_share(told.density, index) or 0.0) if known else None,
        model=model if known else None,
        epoch=epoch,
    )


def _share(values: NDArray[np.float64] | None, index: int) -> float | None:
    return None if values is None else round(float(values[index]), 3)


def crossing_of(line: LineConfig, crossing: Crossing, *, venue_id: str, captured_at: datetime) -> LineCrossing:
    """One crossing as a message, with the identity that makes storing it twice harmless."""
    return LineCrossing(
        venue_id=venue_id,
        captured_at=captured_at,
        state=State.OK,
        crossing_id=uuid4(),
        line_id=line.id,
        camera_id=line.camera_id,
        direction=crossing.direction,
    )
