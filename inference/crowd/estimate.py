"""How many people are in each of several areas, with an interval: by tracks, and where it is crowded by density."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from domain.geometry import Polygon
from inference.crowd.certainty import Certainty, Interval, interval_of
from inference.crowd.correction import CameraCorrection, feet_of
from inference.crowd.field import CrowdField
from inference.crowd.fusion import Method, method_of, spread
from inference.track import Tracks

Floats = NDArray[np.float64]
Area = Polygon | None
"""``None``: the whole picture."""


@dataclass(frozen=True)
class Estimates:
    """People in each of m areas at one moment.

    Attributes:
        counts: shape (m,); whole numbers where boxes alone count, uncorrected.
        low: lower end of each 90 % interval, shape (m,).
        high: upper end, shape (m,).
        density: share of each count that came from the density map, 0..1, shape (m,).
    """

    counts: Floats
    low: Floats
    high: Floats
    density: Floats

    @classmethod
    def of(cls, rows: Sequence[tuple[float, Interval, float]]) -> "Estimates":
        """From each area's count, interval and share of density."""
        table = np.array([(count, ends.low, ends.high, share) for count, ends, share in rows]).reshape(-1, 4)
        return cls(*table.T)

    def rows(self, chosen: slice) -> "Estimates":
        """Of the chosen areas only."""
        return Estimates(self.counts[chosen], self.low[chosen], self.high[chosen], self.density[chosen])

    def method(self, index: int) -> Method:
        """Which reading an area's count came from."""
        return method_of(float(self.density[index]))


class Estimator:
    """Makes counts with intervals of tracks.

    Args:
        certainty: what the tracker's evidence is worth.
        correction: what is known of the camera; ``None``: nothing.
        confirm_hits: sightings after which a track counts.
    """

    def __init__(self, certainty: Certainty, correction: CameraCorrection | None, confirm_hits: int) -> None:
        self._certainty, self._correction, self._confirm_hits = certainty, correction, confirm_hits

    def chosen(self, tracks: Tracks, picture_size: tuple[int, int]) -> Tracks:
        """The tracks that count with this camera."""
        return tracks if self._correction is None else self._correction.counted(tracks, picture_size)

    def estimate(
        self,
        tracks: Tracks,
        picture_size: tuple[int, int],
        areas: Sequence[Area],
        field: CrowdField | None = None,
        drawn_on: tuple[int, int] | None = None,
    ) -> Estimates:
        """People in each area.

        Args:
            tracks: those who count, as :meth:`chosen` gives them.
            picture_size: width and height of the frame, pixels.
            areas: in pixels of ``drawn_on``.
            field: what the density map says; ``None``: boxes alone.
            drawn_on: size of the picture the areas are drawn on; ``None``: the frame's.
        """
        factors = np.divide(drawn_on or picture_size, picture_size)
        feet = feet_of(tracks.boxes, picture_size) * factors
        doubted = feet_of(tracks.doubtful.boxes, picture_size) * factors
        chances = self._certainty.of_counted(tracks, picture_size)
        maybe = self._certainty.of_doubtful(tracks.doubtful, self._confirm_hits)
        trust = np.zeros(len(tracks)) if field is None else field.trust_at(tracks.boxes)
        rows = []
        for area in areas:
            inside, near = _within(area, feet), _within(area, doubted)
            count = float(inside.sum())
            ends = interval_of((*chances[inside], *maybe[near]), count, self._certainty.tail)
            heads = 0.0 if field is None else field.people_in(area, factors)
            rows.append(self._corrected(*_fused(count, ends, trust[inside], heads, field)))
        return Estimates.of(rows)

    def _corrected(self, count: float, ends: Interval, share: float) -> tuple[float, Interval, float]:
        known = self._correction
        if known is None:
            return count, ends, share
        low = max(0.0, known.gain * (count - known.interval * (count - ends.low)))
        return known.gain * count, Interval(low, known.gain * (count + known.interval * (ends.high - count))), share


def _fused(
    boxes: float, ends: Interval, trust: Floats, heads: float, field: CrowdField | None
) -> tuple[float, Interval, float]:
    """Boxes where the density map is not trusted, and its heads where it is; see :class:`CrowdField` for the trust.

    The interval's parts are added, for what misleads one reading (darkness, a crowd that hides itself) misleads both.
    """
    if field is None:
        return boxes, ends, 0.0
    kept = float((1 - trust).sum())
    part = kept / boxes if boxes else 1.0
    count = kept + heads
    wide = spread(heads) * heads / (heads + 1)  # nothing is unsure about no heads
    low = kept - part * (boxes - ends.low) + field.crossover.low * wide + heads
    high = kept + part * (ends.high - boxes) + field.crossover.high * wide + heads
    return count, Interval(max(0.0, min(low, count)), max(high, count)), heads / count if count else 0.0


def _within(area: Area, points: Floats) -> NDArray[np.bool_]:
    return np.ones(len(points), np.bool_) if area is None else area.contains(points)
