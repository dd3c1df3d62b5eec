"""People a minute by direction, over a sliding window: into and out of zones, and across lines."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput
from inference.zones.crossings import Crossing
from inference.zones.presence import Movements
from inference.zones.windows import SlidingSums, WatchedTime

WINDOW_S: Final = 60
"""One minute: long enough that single people do not make it jump, short enough to see a gate open."""
LEAST_WATCHED_S: Final = 10.0
"""A rate from less time is not told: one person would be 6 a minute or more."""


@dataclass(frozen=True)
class FlowRates:
    """People a minute, ``nan`` where not known; shape (m,) each."""

    in_per_min: NDArray[np.float64]
    out_per_min: NDArray[np.float64]


class _Rates:
    """Two directions of counts over the time that was watched."""

    def __init__(self, columns: int, window_s: int) -> None:
        self._inward = SlidingSums(columns, window_s=window_s)
        self._outward = SlidingSums(columns, window_s=window_s)
        self._watched = WatchedTime(columns, window_s=window_s)

    def add(self, at_s: float, inward: ArrayLike, outward: ArrayLike, seen: NDArray[np.bool_]) -> None:
        self._inward.add(at_s, inward)
        self._outward.add(at_s, outward)
        self._watched.look(at_s, seen)

    def counts(self, end_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return self._inward.total(end_s), self._outward.total(end_s)

    def rates(self, end_s: float) -> FlowRates:
        watched_s = self._watched.total(end_s)
        minutes = np.where(watched_s >= LEAST_WATCHED_S, watched_s, np.nan) / 60.0
        return FlowRates(self._inward.total(end_s) / minutes, self._outward.total(end_s) / minutes)


class ZoneFlow:
    """People a minute who walk into and out of zones.

    Only those whose passage over the border was seen are counted. Where a zone's surroundings are not watched, people
    show up inside it instead: once those who appeared there less those who vanished (a track that is lost and found
    again does both) outnumber the arrivals that were seen, the inflow is not known; likewise the outflow.

    Args:
        zones: how many.
        window_s: of the sliding window.
    """

    def __init__(self, zones: int, *, window_s: int = WINDOW_S) -> None:
        self._passages = _Rates(zones, window_s)
        self._appeared = SlidingSums(zones, window_s=window_s)
        self._vanished = SlidingSums(zones, window_s=window_s)

    def update(self, movements: Movements, at_s: float, *, seen: NDArray[np.bool_]) -> None:
        """Take in who came and went; ``seen`` says which zones are seen at all, shape (m,)."""
        self._passages.add(at_s, movements.entered_zone, movements.left_zone, seen)
        self._appeared.add(at_s, movements.appeared_zone)
        self._vanished.add(at_s, movements.vanished_zone)

    def rates(self, end_s: float) -> FlowRates:
        """Over the window that ends at ``end_s``."""
        rates = self._passages.rates(end_s)
        unexplained = self._appeared.total(end_s) - self._vanished.total(end_s)
        entered, left = self._passages.counts(end_s)
        return FlowRates(
            np.where(unexplained > entered, np.nan, rates.in_per_min),
            np.where(-unexplained > left, np.nan, rates.out_per_min),
        )


class LineFlow:
    """People a minute across lines, by direction.

    Args:
        widths_m: of the lines, shape (m,).
        window_s: of the sliding window.
    """

    def __init__(self, widths_m: Sequence[float], *, window_s: int = WINDOW_S) -> None:
        self._widths_m = np.asarray(widths_m, np.float64)
        if not (self._widths_m > 0).all():
            raise BadInput(f"widths_m must all be above 0 metres, got {list(widths_m)}")
        self._passages = _Rates(len(self._widths_m), window_s)

    def update(self, crossings: Sequence[Crossing], at_s: float, *, seen: NDArray[np.bool_] | None = None) -> None:
        """Take in what was crossed since the last look; call it when nothing was, too: that is known then."""
        sides = {
            side: [crossing.line for crossing in crossings if crossing.direction == side] for side in ("in", "out")
        }
        everywhere = np.ones(len(self._widths_m), np.bool_)
        self._passages.add(at_s, sides["in"], sides["out"], everywhere if seen is None else seen)

    def rates(self, end_s: float) -> FlowRates:
        """Over the window that ends at ``end_s``."""
        return self._passages.rates(end_s)

    def specific(self, end_s: float) -> FlowRates:
        """People a minute and metre of width: what the Green Guide's 82 on the level and 66 on steps compare with."""
        rates = self.rates(end_s)
        return FlowRates(rates.in_per_min / self._widths_m, rates.out_per_min / self._widths_m)


def flow_between(crossed_at_s: ArrayLike, *, interval_s: float) -> NDArray[np.float64]:
    """Flow through a line, people a second, in intervals that begin and end with a passage.

    Dividing by a fixed interval makes the flow jump by one over it; from passage to passage it does not (Steffen &
    Seyfried 2010, Physica A 389). Intervals are cut every ``interval_s`` from the first passage on, and each reaches
    from the last passage before its beginning to the last one before its end; one without a passage joins the next.

    Args:
        crossed_at_s: when people passed, in any order, shape (n,).
        interval_s: the least length of an interval.

    Returns:
        One flow an interval, shape (k,); empty where fewer than two people passed.
    """
    if not interval_s > 0:
        raise BadInput(f"interval_s must be above 0 seconds, got {interval_s}")
    times = np.sort(np.asarray(crossed_at_s, np.float64).reshape(-1))
    if len(times) < 2:
        return np.empty(0, np.float64)
    cuts = times[0] + interval_s * np.arange(np.ceil((times[-1] - times[0]) / interval_s) + 1)
    passed = np.unique(np.searchsorted(times, cuts + 1e-9, side="right"))
    spans_s = np.diff(times[passed - 1])
    return np.asarray(np.diff(passed)[spans_s > 0] / spans_s[spans_s > 0])
