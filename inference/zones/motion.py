"""How fast people move, from where they were a moment ago."""

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput

WINDOW_S: Final = 1.0
"""Over a second a walker's sway (about two steps a second) cancels, and a position error of 0.1 m becomes 0.14 m/s."""


class FloorMotion:
    """Velocity of each track: its way over a window, divided by the time it took.

    The definition of Steffen & Seyfried (2010, Physica A 389), looking back only: what is told at a time t is the
    velocity centred on t less half the window. A track followed for less than
    half the window has none yet (``nan``, not 0).

    What is kept is the positions of one window, so a track that ends leaves nothing behind.

    Args:
        window_s: how far to look back.
    """

    def __init__(self, *, window_s: float = WINDOW_S) -> None:
        if not window_s > 0:
            raise BadInput(f"window_s must be above 0 seconds, got {window_s}")
        self.window_s = window_s
        self._frames: deque[tuple[float, NDArray[np.int64], NDArray[np.float64]]] = deque()

    def update(self, ids: NDArray[np.int64], xy: NDArray[np.float64], at_s: float) -> NDArray[np.float64]:
        """Take in where the tracks are, and tell how they move.

        Args:
            ids: track numbers, each once, shape (n,).
            xy: metres, shape (n, 2); ``nan`` where not known.
            at_s: seconds on a clock that only goes forward.

        Returns:
            Metres per second, shape (n, 2); ``nan`` where not known.
        """
        while self._frames and self._frames[0][0] < at_s - self.window_s - 1e-6:
            self._frames.popleft()
        velocity = np.full((len(ids), 2), np.nan)
        for before_s, known, places in self._frames:
            if at_s - before_s < self.window_s / 2 - 1e-6:
                break
            open_rows = np.flatnonzero(np.isnan(velocity[:, 0]))
            if len(open_rows) == 0 or len(known) == 0:
                continue
            at = np.minimum(np.searchsorted(known, ids[open_rows]), len(known) - 1)
            found = known[at] == ids[open_rows]
            rows = open_rows[found]
            velocity[rows] = (xy[rows] - places[at[found]]) / (at_s - before_s)
        order = np.argsort(ids, kind="stable")
        self._frames.append((at_s, ids[order], xy[order]))
        return velocity

    @property
    def tracks(self) -> int:
        """How many tracks are remembered."""
        return len(np.unique(np.concatenate([known for _, known, _ in self._frames]))) if self._frames else 0


def speeds(velocity: ArrayLike) -> NDArray[np.float64]:
    """Metres per second of each velocity, shape (n, 2) to (n,); ``nan`` where not known."""
    return np.asarray(np.linalg.norm(np.asarray(velocity, np.float64).reshape(-1, 2), axis=1))


def mean_by_zone(values: ArrayLike, zone: ArrayLike, *, zones: int) -> NDArray[np.float64]:
    """Mean of what is known in each zone; ``nan`` where nothing is.

    Args:
        values: one a person and zone, shape (p,); ``nan`` where not known.
        zone: whose, shape (p,).
        zones: how many zones there are.

    Returns:
        Shape (zones,).
    """
    all_values, places = np.asarray(values, np.float64), np.asarray(zone, np.int64)
    known = ~np.isnan(all_values)
    counts = np.bincount(places[known], minlength=zones)
    sums = np.bincount(places[known], weights=all_values[known], minlength=zones)
    return np.asarray(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
