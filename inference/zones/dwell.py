"""How long people stay in a zone."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from inference.zones.presence import Movements
from inference.zones.windows import SlidingSums

WINDOW_S: Final = 600
"""Ten minutes: the stays told are of those who left within them."""
LEAST_STAYS: Final = 3
"""A mean of fewer says more about these people than about the zone."""


class DwellMeter:
    """Mean stay of those who were seen to come in and to leave.

    Stays whose beginning or end was not seen are left out: how long they were is not known. That favours short stays
    while the session is younger than they are, and wherever tracks break; :func:`dwell_by_little` does not depend on
    tracks. Nothing is kept of a person: a stay is added to its zone's sum when it ends.

    Args:
        zones: how many.
        window_s: of the sliding window.
    """

    def __init__(self, zones: int, *, window_s: int = WINDOW_S) -> None:
        self._stays_s = SlidingSums(zones, window_s=window_s)
        self._stays = SlidingSums(zones, window_s=window_s)

    def update(self, movements: Movements, at_s: float) -> None:
        """Take in who left."""
        whole = ~np.isnan(movements.stayed_s)
        self._stays_s.add(at_s, movements.left_zone[whole], movements.stayed_s[whole])
        self._stays.add(at_s, movements.left_zone[whole])

    def stays(self, end_s: float) -> NDArray[np.float64]:
        """How many whole stays ended within the window, shape (m,)."""
        return self._stays.total(end_s)

    def mean_s(self, end_s: float) -> NDArray[np.float64]:
        """Mean stay, seconds, shape (m,); ``nan`` where fewer than :data:`LEAST_STAYS` ended within the window."""
        stays = self.stays(end_s)
        return np.asarray(np.where(stays >= LEAST_STAYS, self._stays_s.total(end_s) / np.maximum(stays, 1), np.nan))


def dwell_by_little(mean_people: float, leaving_per_min: float) -> float | None:
    """Mean stay by Little's law (1961): people inside, over people leaving; ``None`` where nobody leaves.

    It holds over a time in which as many come as go, and needs no track to last.
    """
    return mean_people / (leaving_per_min / 60.0) if leaving_per_min > 0 else None
