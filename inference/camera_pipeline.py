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
from inference.detect import Detections
from inference.track import Tracker, TrackerParameters, Tracks
from inference.zones.counting import ZoneSecond, count_by_zone
from inference.zones.crossings import Crossing, LineCounter


@dataclass(frozen=True)
class Seen:
    """What one frame told.

    Attributes:
        tracks: the people believed to be in the picture.
        counts: people in each zone, shape (m,).
        crossings: lines passed since the last frame.
    """

    tracks: Tracks
    counts: NDArray[np.int64]
    crossings: list[Crossing]


class CameraPipeline:
    """Turns one camera's detections into counts. Pure but for its memory of tracks; time is an argument.

    Args:
        zones: the camera's zones.
        lines: its counting lines.
        frame_size: width and height of the picture they were drawn on; frames of another size are scaled to it.
        parameters: what the tracker may assume.
    """

    def __init__(
        self,
        zones: Sequence[Polygon],
        lines: Sequence[Line],
        frame_size: tuple[int, int] | None,
        parameters: TrackerParameters | None = None,
    ) -> None:
        parameters = parameters or TrackerParameters()
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
        return self._counted(self.tracker.update(found, at_s, picture_size), at_s, picture_size)

    def predict(self, at_s: float, picture_size: tuple[int, int]) -> Seen:
        """Count a frame that nobody looked at, by where the people in it are believed to be.

        Nobody crosses a line unseen: a crossing is found at the next look.
        """
        return self._counted(self.tracker.coast(at_s, picture_size), at_s, picture_size)

    def _counted(self, tracks: Tracks, at_s: float, picture_size: tuple[int, int]) -> Seen:
        factors = np.divide(self._drawn_size or picture_size, picture_size)
        # Someone cut off by the picture's lower border stands just outside it, and is still in the zone there.
        feet = np.clip(tracks.feet, 0, np.subtract(picture_size, 1)) * factors
        heights = (tracks.boxes[:, 3] - tracks.boxes[:, 1]) * factors[1]
        seen = tracks.seen
        crossings = self._lines.update(tracks.ids[seen], feet[seen], heights[seen], at_s)
        return Seen(tracks, count_by_zone(feet, self._zones), crossings)


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
        count=None if told.counts is None else round(float(told.counts[index]), 3),
        peak=None if told.peaks is None else int(told.peaks[index]),
        frames=told.frames,
        method="boxes" if known else None,
        model=model if known else None,
        epoch=epoch,
    )


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
