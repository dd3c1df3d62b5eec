"""Where a figure is going: a line through its last seconds, how sure its slope is, and when it meets a threshold."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Z90: Final = 1.6449
"""Standard deviations from the middle to either end of a 90 % interval of a normal distribution."""
SHORT_S: Final = 12.0
"""Window of where a figure stands now: a surge from 2 to 5 people/m² in 30 s moves it by 1.2 in that time."""
TREND_S: Final = 60.0
"""Window of the trend that people are shown."""
WINDOWS_S: Final = (30.0, 60.0, 120.0, 240.0)
"""Windows that a forecast tries, the shortest first: a fast surge shows in half a minute, a slow one in four."""
BELIEVED: Final = 1.0
"""A rise is believed to go on for as long as it has lasted, and no longer. What crowds do in waves, a minute up and a
minute down, meets no threshold this way."""
_FEWEST: Final = 6
_MOST_ALIKE: Final = 0.9
_HUBER: Final = 1.345
"""Huber's constant: 95 % as efficient as least squares where the noise is normal (Huber 1964)."""

Series = Sequence[tuple[float, float]]
"""Times in seconds, rising, and values."""
_Array = NDArray[np.float64]


@dataclass(frozen=True)
class Line:
    """A fitted line.

    Attributes:
        at_s: the time of the newest point.
        level: where the line stands then.
        level_sd: standard deviation of that.
        slope: change per second.
        slope_sd: standard deviation of that, neighbouring seconds being alike accounted for.
        window_s: what it was drawn over.
    """

    at_s: float
    level: float
    level_sd: float
    slope: float
    slope_sd: float
    window_s: float

    @property
    def rising(self) -> bool:
        """Whether the whole 90 % interval of the slope is above 0."""
        return self.slope - Z90 * self.slope_sd > 0

    def level_at(self, at_s: float) -> tuple[float, float]:
        """Level and standard deviation a moment later."""
        ahead_s = max(at_s - self.at_s, 0.0)
        return self.level + self.slope * ahead_s, math.hypot(self.level_sd, self.slope_sd * ahead_s)


@dataclass(frozen=True)
class Meeting:
    """When a rising line meets a threshold, in seconds from its newest point."""

    in_s: float
    earliest_s: float
    latest_s: float | None


def fit(series: Series, window_s: float) -> Line | None:
    """The line through the window that ends with the newest point; ``None`` where there is too little to tell.

    Weighted least squares with weights that fall to a half at the window's far end, and Huber's weights against single
    wild seconds. The slope's variance is the sandwich estimate, widened by (1 + r) / (1 - r) where residuals of
    neighbouring seconds are alike with correlation r (Bayley and Hammersley 1946).

    Args:
        series: known seconds only; gaps are simply not there.
        window_s: how far back to look. The points must span at least half of it; a forecast asks for nearly all.
    """
    newest = series[-1][0] if series else 0.0
    points = np.array([point for point in series if point[0] > newest - window_s], dtype=np.float64)
    if len(points) < _FEWEST or newest - points[0, 0] < window_s / 2:
        return None
    ages, values = points[:, 0] - newest, points[:, 1]
    recent = 1.0 + 0.5 * ages / window_s
    slope, level = _solve(ages, values, recent)
    weights = recent * _huber(values - level - slope * ages)
    slope, level = _solve(ages, values, weights)
    level_sd, slope_sd = _deviations(ages, values - level - slope * ages, weights)
    return Line(newest, level, level_sd, slope, slope_sd, float(-ages[0]))


def meets(line: Line | None, threshold: float) -> Meeting | None:
    """When the line will reach the threshold; ``None`` where it does not rise for sure, has reached it, or is far off.

    Unknown and never are the same here on purpose: nothing is promised that the readings do not show.
    """
    if line is None or not line.rising or line.level >= threshold:
        return None
    gap = threshold - line.level
    in_s = gap / line.slope
    if in_s > BELIEVED * line.window_s:
        return None
    steep, flat = line.slope + Z90 * line.slope_sd, line.slope - Z90 * line.slope_sd
    latest_s = gap / flat
    return Meeting(in_s, gap / steep, latest_s if latest_s <= 2 * BELIEVED * line.window_s else None)


def _solve(ages: _Array, values: _Array, weights: _Array) -> tuple[float, float]:
    """Slope, and level at age 0."""
    total, weighted = float(weights.sum()), weights * ages
    age, value = float(weighted.sum()) / total, float(weights @ values) / total
    slope = (float(weighted @ values) - total * age * value) / (float(weighted @ ages) - total * age * age)
    return slope, value - slope * age


def _huber(residuals: _Array) -> _Array:
    sizes = np.abs(residuals)
    scale = _HUBER * 1.4826 * float(np.sort(sizes)[len(sizes) // 2])
    return np.minimum(1.0, scale / np.maximum(sizes, 1e-12)) if scale > 0 else np.ones_like(sizes)


def _deviations(ages: _Array, residuals: _Array, weights: _Array) -> tuple[float, float]:
    """Standard deviations of the level at age 0 and of the slope."""
    total = float(weights.sum())
    age = float(weights @ ages) / total
    lever = weights * (ages - age)
    spread = float(lever @ ages)
    of_slope = lever * residuals / spread
    of_level = weights * residuals / total - age * of_slope
    widened = len(ages) / (len(ages) - 2) * _inflation(residuals)
    return math.sqrt(float(of_level @ of_level) * widened), math.sqrt(float(of_slope @ of_slope) * widened)


def _inflation(residuals: _Array) -> float:
    square = float(residuals @ residuals)
    if square <= 0:
        return 1.0
    alike = min(max(float(residuals[1:] @ residuals[:-1]) / square, 0.0), _MOST_ALIKE)
    return (1 + alike) / (1 - alike)


def probability_above(
    threshold: float, value: float, low: float | None, high: float | None, own_sd: float = 0.0
) -> float | None:
    """How sure it is that the truth is at or above the threshold; ``None`` where nothing says how unsure the value is.

    The 90 % interval is read as two halves of normal distributions, one below the value and one above.

    Args:
        threshold: in the value's unit.
        value: the estimate.
        low: lower end of its 90 % interval.
        high: upper end.
        own_sd: a further standard deviation, such as a fitted line's.
    """
    end = high if threshold > value else low
    half = abs(end - value) / Z90 if end is not None else 0.0
    deviation = math.hypot(half, own_sd)
    if deviation <= 0:
        return None if low is None or high is None else float(value >= threshold)
    return 0.5 * math.erfc((threshold - value) / deviation / math.sqrt(2))
