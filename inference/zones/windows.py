"""Sums over a sliding window, in whole seconds: memory is fixed, and a replay gives the same sums at any speed."""

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput

SLACK_S: Final = 15
"""Seconds kept beyond the window, so that a second may be closed that long after its end."""


class SlidingSums:
    """Adds values up by column (a zone, a line), and tells their sum over the last ``window_s`` seconds.

    Args:
        columns: how many sums.
        window_s: whole seconds.
    """

    def __init__(self, columns: int, *, window_s: int) -> None:
        if window_s < 1:
            raise BadInput(f"window_s must be at least 1 second, got {window_s}")
        self.window_s = window_s
        self._sums = np.zeros((window_s + SLACK_S, columns))
        self._second_of = np.full(window_s + SLACK_S, -1, np.int64)

    def add(self, at_s: float, columns: ArrayLike, values: ArrayLike = 1.0) -> None:
        """Add ``values`` to ``columns``, which may repeat; what is older than the window is not remembered."""
        second = math.floor(at_s)
        row = second % len(self._sums)
        if self._second_of[row] > second:
            return
        if self._second_of[row] < second:
            self._second_of[row] = second
            self._sums[row] = 0.0
        np.add.at(self._sums[row], np.asarray(columns, np.int64), values)

    def total(self, end_s: float, *, window_s: int | None = None) -> NDArray[np.float64]:
        """Sums over the whole seconds before ``end_s``, shape (columns,); the last ``window_s`` if it is given."""
        end = math.floor(end_s)
        within = (self._second_of >= end - (window_s or self.window_s)) & (self._second_of < end)
        return np.asarray(self._sums[within].sum(axis=0))


class WatchedTime:
    """How long each column was watched within a window: what counts are divided by.

    The time between two looks counts as watched when both saw, up to :data:`LONGEST_GAP_S`; a longer silence does not.

    Args:
        columns: how many zones or lines.
        window_s: whole seconds.
    """

    LONGEST_GAP_S: Final = 1.0

    def __init__(self, columns: int, *, window_s: int) -> None:
        self._sums = SlidingSums(columns, window_s=window_s)
        self._columns = np.arange(columns)
        self._last: tuple[float, NDArray[np.bool_]] | None = None

    def look(self, at_s: float, seen: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Take in that the columns in ``seen`` were seen at ``at_s``; returns the seconds just added, shape (m,)."""
        added = np.zeros(len(self._columns))
        if self._last is not None:
            before_s, saw = self._last
            gap_s = at_s - before_s
            if gap_s <= self.LONGEST_GAP_S:
                added[seen & saw] = gap_s
        self._last = (at_s, seen)
        self._sums.add(at_s, self._columns, added)
        return added

    def total(self, end_s: float) -> NDArray[np.float64]:
        """Seconds watched in the window that ends at ``end_s``, shape (columns,)."""
        return self._sums.total(end_s)
