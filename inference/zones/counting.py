"""People in zones, by their feet, second by second."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.geometry import Polygon
from domain.messages import State
from domain.staleness import state_by_age
from domain.units import SECOND, whole_second

GRACE: Final = timedelta(milliseconds=400)
"""How long after its end a second waits for frames still being looked at; the p95 of capture to count aimed at."""
LONGEST_GAP: Final = timedelta(minutes=10)
"""A longer pause (a suspended machine) leaves a hole instead of unknown seconds: readers take a hole as unknown too."""


def count_by_zone(feet: ArrayLike, zones: Sequence[Polygon]) -> NDArray[np.int64]:
    """How many feet stand in each zone; someone in two zones that overlap is counted in both.

    Args:
        feet: shape (n, 2), in the zones' coordinates; n may be 0.
        zones: m polygons.

    Returns:
        Shape (m,).
    """
    return np.array([zone.contains(feet).sum() for zone in zones], np.int64).reshape(len(zones))


@dataclass(frozen=True)
class ZoneSecond:
    """One camera's zones in one second.

    Attributes:
        second: its start, UTC.
        state: whether the counts may be believed.
        reason: why not; ``None`` when they may.
        counts: mean people in each zone, shape (m,); ``None`` unless the state is ``ok``.
        peaks: highest count of one frame, shape (m,); ``None`` unless the state is ``ok``.
        frames: how many frames the counts come from. 0 with state ``ok``: nothing came in this second, and the last
            frame is still recent enough to stand for it.
        low: lower end of each 90 % interval, the mean of the frames', shape (m,); ``None`` where frames came without.
        high: upper end likewise.
        density: share of each count that came from a density map, shape (m,); ``None``: boxes alone counted.
    """

    second: datetime
    state: State
    reason: str | None
    counts: NDArray[np.float64] | None
    peaks: NDArray[np.int64] | None
    frames: int
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    density: NDArray[np.float64] | None = None


class FrameCounts(Protocol):
    """One frame's people in m zones, with intervals; the crowd's own ``Estimates`` is one."""

    @property
    def counts(self) -> NDArray[np.float64]:
        """Shape (m,)."""

    @property
    def low(self) -> NDArray[np.float64]:
        """Lower end of each 90 % interval, shape (m,)."""

    @property
    def high(self) -> NDArray[np.float64]:
        """Upper end, shape (m,)."""

    @property
    def density(self) -> NDArray[np.float64]:
        """Share of each count that came from a density map, shape (m,)."""


_Rows = NDArray[np.float64]
"""Counts, lower ends, upper ends, shares of density of one frame; shape (4, m), ``nan`` where there is no interval."""


def _rows(counts: NDArray[np.int64] | FrameCounts) -> _Rows:
    if isinstance(counts, np.ndarray):
        unknown = np.full(counts.shape, np.nan)
        return np.stack([counts.astype(np.float64), unknown, unknown, np.zeros(counts.shape)])
    return np.stack([counts.counts, counts.low, counts.high, counts.density])


def _told(second: datetime, rows: Sequence[_Rows], frames: int) -> ZoneSecond:
    """A second whose counts may be believed, from one frame or more."""
    stacked = np.stack(rows)
    counts, low, high, density = stacked.mean(axis=0)
    peaks = np.rint(stacked[:, 0].max(axis=0)).astype(np.int64)
    known = not np.isnan(low).any()
    return ZoneSecond(
        second, State.OK, None, counts, peaks, frames, low if known else None, high if known else None, density
    )


@dataclass
class ZoneSeconds:
    """Gathers a camera's counts into whole seconds, none skipped, none told twice.

    Attributes:
        next_second: the first second that has not been told yet.
    """

    next_second: datetime
    _frames: dict[datetime, list[_Rows]] = field(default_factory=dict)
    _last: tuple[datetime, _Rows] | None = None

    @classmethod
    def starting(cls, now: datetime) -> "ZoneSeconds":
        """Begin with the second that ``now`` falls in."""
        return cls(whole_second(now))

    def add(self, captured_at: datetime, counts: NDArray[np.int64] | FrameCounts) -> None:
        """Take in one frame's counts, plain ones of shape (m,) or with intervals.

        A frame of a second already told only refreshes the last one.
        """
        second, rows = whole_second(captured_at), _rows(counts)
        if second >= self.next_second:
            self._frames.setdefault(second, []).append(rows)
        if self._last is None or captured_at > self._last[0]:
            self._last = (captured_at, rows)

    def close(self, now: datetime, camera: State = State.OK, reason: str | None = None) -> list[ZoneSecond]:
        """The seconds that are over by ``now`` and their grace, in order.

        Args:
            now: the present.
            camera: what the camera's health says now; unless ``ok``, its pictures show nothing to be believed.
            reason: why it is not ``ok``.
        """
        end = whole_second(now - GRACE)
        if end - self.next_second > LONGEST_GAP:
            self.next_second = end - SECOND
        told = []
        while self.next_second < end:
            told.append(self._close_one(self.next_second, camera, reason))
            self.next_second += SECOND
        for second in [second for second in self._frames if second < self.next_second]:
            del self._frames[second]
        return told

    def _close_one(self, second: datetime, camera: State, reason: str | None) -> ZoneSecond:
        frames = self._frames.pop(second, [])
        if camera in (State.BLIND, State.UNCALIBRATED):
            return ZoneSecond(second, camera, reason, None, None, len(frames))
        if frames:
            return _told(second, frames, len(frames))
        return self._without_frames(second, reason)

    def _without_frames(self, second: datetime, reason: str | None) -> ZoneSecond:
        if self._last is None:
            return ZoneSecond(second, State.BLIND, reason or "no frame yet", None, None, 0)
        captured_at, rows = self._last
        state = state_by_age(captured_at, second + SECOND)
        if state is State.OK:
            return _told(second, [rows], 0)
        silent_s = (second + SECOND - captured_at).total_seconds()
        return ZoneSecond(second, state, reason or f"no frames for {silent_s:.0f} s", None, None, 0)
