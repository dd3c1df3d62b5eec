"""What rules look at: figures out of readings, and their last seconds."""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from api.alerts.forecast import SHORT_S, TREND_S, WINDOWS_S, Line, Meeting, fit, meets
from api.alerts.machine import Look
from domain.alerts import Measure, Point
from domain.floor import Occupancy
from domain.messages import FloorFigures, State, ZoneReading

SHOWN_S: Final = 30.0
"""What an alert shows of its past."""
ZONE_MEASURES: Final = (
    Measure.COUNT,
    Measure.DENSITY,
    Measure.PEAK_DENSITY,
    Measure.LEVEL_OF_SERVICE,
    Measure.PRESSURE,
    Measure.INFLOW,
    Measure.QUEUE_WAIT,
)
KEPT_S: Final = max(WINDOWS_S)
STEADIED: Final = frozenset(
    {Measure.COUNT, Measure.DENSITY, Measure.LEVEL_OF_SERVICE, Measure.PRESSURE, Measure.OCCUPANCY}
)
"""Noisy each second, and worth knowing before the second is over."""
TRACK_OF: Final = {
    Measure.LEVEL_OF_SERVICE: Measure.DENSITY,
    Measure.TIME_TO_THRESHOLD: Measure.DENSITY,
    Measure.SIGHT: Measure.COUNT,
}
"""Measures that look at another one's seconds."""
PRESSED_FROM_PER_M2: Final = 2.0
"""Local density below which nobody is pressed, however people move: two who pass each other in an empty hall have a
high variance of velocity too. Fruin's level F begins at 2.17 /m² (1971); the turbulence that Helbing, Johansson and
Al-Abideen (2007) saw was in far denser crowds."""
HALF_SEEN: Final = 0.5
"""A zone of which cameras see less than this is called unseen; what is seen of it may raise, and clears nothing."""


@dataclass(frozen=True)
class Figure:
    """A known figure and its 90 % interval, where one has been measured."""

    value: float
    low: float | None = None
    high: float | None = None


def zone_figures(reading: ZoneReading) -> dict[Measure, Figure]:
    """The figures that a reading knows. One that it does not know is not in here: it is not 0."""
    if reading.state is not State.OK or reading.count is None:
        return {}
    found = {Measure.COUNT: Figure(reading.count, reading.count_low, reading.count_high)}
    if reading.floor is not None:
        found |= _floor_figures(reading, reading.floor)
    return found


def _floor_figures(reading: ZoneReading, floor: FloorFigures) -> dict[Measure, Figure]:
    plain = {
        Measure.PEAK_DENSITY: floor.peak_density_per_m2,
        Measure.PRESSURE: _pressure(floor),
        Measure.INFLOW: floor.inflow_per_min,
        Measure.QUEUE_WAIT: floor.queue_wait_s,
    }
    found = {measure: Figure(value) for measure, value in plain.items() if value is not None}
    if floor.density_per_m2 is not None:
        density = Figure(
            floor.density_per_m2,
            _as_density(reading.count_low, reading, floor),
            _as_density(reading.count_high, reading, floor),
        )
        found[Measure.DENSITY] = density
    return found


def _pressure(floor: FloorFigures) -> float | None:
    """Crowd pressure where people stand close enough to be pressed; 0 where it is known that they do not."""
    densest = floor.peak_density_per_m2 if floor.peak_density_per_m2 is not None else floor.density_per_m2
    if floor.pressure_per_s2 is None or densest is None:
        return None
    return floor.pressure_per_s2 if densest >= PRESSED_FROM_PER_M2 else 0.0


def _as_density(count: float | None, reading: ZoneReading, floor: FloorFigures) -> float | None:
    """An end of the count's interval as a density. The area counted on may be less than the zone's: not all is seen."""
    if count is None or floor.density_per_m2 is None:
        return None
    if reading.count and floor.density_per_m2:
        return count * floor.density_per_m2 / reading.count
    return count / floor.area_m2


def occupancy_figure(message: Occupancy) -> Figure | None:
    """The estimate of people inside; ``None``: unknown."""
    if message.state is not State.OK or message.count is None:
        return None
    return Figure(message.count, message.count_low, message.count_high)


class Track:
    """A figure's last seconds, known or not, newest last."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, Figure | None]] = deque()
        self._lines: dict[float, Line | None] = {}

    @property
    def newest_at(self) -> datetime | None:
        """When the newest second was; ``None`` before the first."""
        return datetime.fromtimestamp(self._points[-1][0], UTC) if self._points else None

    @property
    def last_known(self) -> tuple[datetime, Figure] | None:
        """The newest second that was known."""
        for at_s, figure in reversed(self._points):
            if figure is not None:
                return datetime.fromtimestamp(at_s, UTC), figure
        return None

    def add(self, at: datetime, figure: Figure | None) -> None:
        """One more second. One that is not newer than the newest changes nothing."""
        at_s = at.timestamp()
        if self._points and at_s <= self._points[-1][0]:
            return
        self._points.append((at_s, figure))
        self._lines.clear()
        while self._points[0][0] < at_s - KEPT_S:
            self._points.popleft()

    def line(self, window_s: float) -> Line | None:
        """The line through what is known of the window; ``None`` where that is too little or not of now."""
        if not self._points or self._points[-1][1] is None:
            return None
        if window_s not in self._lines:
            since, known = self._points[-1][0] - window_s, []
            for at_s, figure in reversed(self._points):
                if at_s <= since:
                    break
                if figure is not None:
                    known.append((at_s, figure.value))
            self._lines[window_s] = fit(known[::-1], window_s)
        return self._lines[window_s]

    def meeting(self, threshold: float) -> Meeting | None:
        """When the threshold will be reached, by the shortest window that says so. A rise that is over says nothing."""
        for window_s in WINDOWS_S:
            meeting = meets(self.line(window_s), threshold)
            if meeting is not None:
                return meeting
            line = self.line(window_s)
            if window_s == TREND_S and (line is None or not line.rising):
                return None
        return None

    def look(self, now: datetime, *, near: float = math.inf, may_clear: bool = True, reason: str | None = None) -> Look:
        """What a rule sees of the newest second.

        Args:
            now: to when the steady figure is brought forward.
            near: from here on the steady figure is worth its work; below it no threshold is anywhere near.
            may_clear: handed on.
            reason: why it is unknown, if it is.
        """
        if not self._points:
            return Look(at=now, value=None, reason=reason)
        at_s, figure = self._points[-1]
        at = datetime.fromtimestamp(at_s, UTC)
        if figure is None:
            return Look(at=at, value=None, reason=reason)
        line = self.line(SHORT_S) if max(figure.value, figure.high or 0.0) >= near else None
        steady, steady_sd = line.level_at(now.timestamp()) if line else (None, 0.0)
        return Look(at, figure.value, figure.low, figure.high, steady, steady_sd, may_clear=may_clear)

    def shown(self) -> tuple[Point, ...]:
        """The last half minute, for people."""
        if not self._points:
            return ()
        since = self._points[-1][0] - SHOWN_S
        return tuple(
            Point(captured_at=datetime.fromtimestamp(at_s, UTC), value=figure.value if figure else None)
            for at_s, figure in self._points
            if at_s > since
        )


def is_old(at: datetime | None, now: datetime, after: timedelta) -> bool:
    """Whether something is too long ago to be of now; what never was is."""
    return at is None or now - at > after


Figures = Mapping[Measure, Figure]
