"""Queues: who waits, how fast they are served, and how long somebody who joins now will wait.

Little's law (J. D. C. Little 1961, Operations Research 9): the people in a queue are the rate at which they pass it
times the time each spends in it. Turned round, with the people who wait now and the rate at which the front serves
them, it is the wait of whoever joins.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput
from inference.zones.presence import Movements, check_ids
from inference.zones.windows import SlidingSums, WatchedTime

SLOW_M_PER_S: Final = 0.4
"""Below it somebody may be waiting. Chosen: a third of a free walk's 1.3 m/s (Fruin 1971), and well above the
0.14 m/s that a position error of 0.1 m makes of standing still (:data:`inference.zones.motion.WINDOW_S`)."""
FAST_M_PER_S: Final = 0.8
"""Above it somebody walks. Chosen: twice :data:`SLOW_M_PER_S`, so that one step forward in a queue is not walking."""
SETTLE_S: Final = 2.0
"""How long somebody must be slow to begin to wait, or fast to stop: a queue moves up in steps."""
WINDOW_S: Final = 300
"""Service is measured over five minutes."""
LEAST_SERVED: Final = 3
"""A wait is not told from the service of fewer."""
LEAST_BUSY_S: Final = 30.0
"""A service rate is not told before somebody has waited for as long in all."""
DISBELIEF: Final = 2.0
"""Where people who were followed from end to end waited this many times as long as Little's law says, the law's answer
is not told: people must have left who were not served. The other way round, only tracks have broken."""
FRONT_REACH_M: Final = 2.0
"""Whoever leaves further from the front than this gave up."""


@dataclass(frozen=True)
class QueueFigures:
    """Of every zone, ``nan`` where not known or where it is no queue; shape (m,) each.

    Attributes:
        length: people waiting, averaged over the last second.
        wait_s: expected wait of somebody who joins now; 0 where nobody waits.
        service_per_min: people served a minute while somebody waited.
        little_wait_s: mean wait over the window by Little's law.
        tracked_wait_s: mean wait of those served who were followed from end to end: what the law is checked against.
        abandoned_per_min: people who waited and left elsewhere than at the front, where a front is known.
    """

    length: NDArray[np.float64]
    wait_s: NDArray[np.float64]
    service_per_min: NDArray[np.float64]
    little_wait_s: NDArray[np.float64]
    tracked_wait_s: NDArray[np.float64]
    abandoned_per_min: NDArray[np.float64]


@dataclass
class _Stays:
    """People in queue zones, sorted by key (track and zone): the only thing kept of them."""

    key: NDArray[np.int64]
    seen_s: NDArray[np.float64]
    waiting: NDArray[np.bool_]
    waited: NDArray[np.bool_]
    otherwise_since_s: NDArray[np.float64]

    @classmethod
    def none(cls) -> "_Stays":
        nothing = np.empty(0, np.float64)
        return cls(np.empty(0, np.int64), nothing, np.empty(0, np.bool_), np.empty(0, np.bool_), nothing)

    def at(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "_Stays":
        return _Stays(
            self.key[rows], self.seen_s[rows], self.waiting[rows], self.waited[rows], self.otherwise_since_s[rows]
        )

    def joined(self, other: "_Stays") -> "_Stays":
        both = _Stays(
            np.concatenate([self.key, other.key]),
            np.concatenate([self.seen_s, other.seen_s]),
            np.concatenate([self.waiting, other.waiting]),
            np.concatenate([self.waited, other.waited]),
            np.concatenate([self.otherwise_since_s, other.otherwise_since_s]),
        )
        return both.at(np.argsort(both.key, kind="stable"))


class QueueMeter:
    """Watches the queue zones among a venue's zones.

    Args:
        queue: which zones are queues, shape (m,).
        fronts_m: where each queue is served, shape (m, 2); ``nan`` or ``None`` where that is not known: then everybody
            who waited and leaves was served.
        forget_s: seconds after which an unseen track is dropped.
        window_s: of the sliding window.
    """

    def __init__(
        self, queue: ArrayLike, *, forget_s: float, fronts_m: ArrayLike | None = None, window_s: int = WINDOW_S
    ) -> None:
        if not forget_s > 0:
            raise BadInput(f"forget_s must be above 0 seconds, got {forget_s}")
        self._queue = np.asarray(queue, np.bool_).reshape(-1)
        zones = len(self._queue)
        fronts = np.full((zones, 2), np.nan) if fronts_m is None else np.asarray(fronts_m, np.float64)
        if fronts.shape != (zones, 2):
            raise BadInput(f"fronts_m needs one x and y a zone, shape ({zones}, 2), got {fronts.shape}")
        self._fronts_m, self._forget_s = fronts, forget_s
        self._stays = _Stays.none()
        self._served = SlidingSums(zones, window_s=window_s)
        self._abandoned = SlidingSums(zones, window_s=window_s)
        self._tracked = SlidingSums(zones, window_s=window_s)
        self._tracked_s = SlidingSums(zones, window_s=window_s)
        self._busy_s = SlidingSums(zones, window_s=window_s)
        self._person_s = SlidingSums(zones, window_s=window_s)
        self._lengths = SlidingSums(zones, window_s=1)
        self._looks = SlidingSums(zones, window_s=1)
        self._watched = WatchedTime(zones, window_s=window_s)

    @property
    def stays(self) -> int:
        """How many stays of a track in a queue are remembered."""
        return len(self._stays.key)

    def update(
        self,
        ids: NDArray[np.int64],
        xy: NDArray[np.float64],
        speed_m_per_s: NDArray[np.float64],
        movements: Movements,
        at_s: float,
        *,
        seen: NDArray[np.bool_],
    ) -> None:
        """Take in a look at everybody.

        Args:
            ids: track numbers, shape (n,).
            xy: metres, shape (n, 2).
            speed_m_per_s: shape (n,); ``nan`` where not known: such a person neither begins nor stops waiting.
            movements: of the same look.
            at_s: seconds on a clock that only goes forward.
            seen: which zones are seen at all, shape (m,).
        """
        check_ids(ids)
        self._tell_leavers(ids, xy, movements, at_s)
        in_queue = self._queue[movements.inside_zone]
        row, zone = movements.inside_row[in_queue], movements.inside_zone[in_queue]
        now = self._look(ids[row] * len(self._queue) + zone, speed_m_per_s[row], at_s)
        others = ~np.isin(self._stays.key, now.key) & (self._stays.seen_s >= at_s - self._forget_s)
        self._stays = self._stays.at(others).joined(now)
        lengths = np.bincount(now.key[now.waiting] % max(len(self._queue), 1), minlength=len(self._queue))
        watched_s = self._watched.look(at_s, seen)
        zones = np.arange(len(self._queue))
        self._busy_s.add(at_s, zones, np.where(lengths > 0, watched_s, 0.0))
        self._person_s.add(at_s, zones, lengths * watched_s)
        self._lengths.add(at_s, zones, np.where(seen, lengths, 0))
        self._looks.add(at_s, zones, seen)

    def _tell_leavers(self, ids: NDArray[np.int64], xy: NDArray[np.float64], movements: Movements, at_s: float) -> None:
        """Count those who waited and have left, as served or as given up, and drop them."""
        keys = movements.left_id * len(self._queue) + movements.left_zone
        waiters = self._stays.key[self._stays.waited]
        told = np.isin(keys, waiters)
        zone, stayed_s = movements.left_zone[told], movements.stayed_s[told]
        order = np.argsort(ids, kind="stable")
        place = xy[order[np.searchsorted(ids[order], movements.left_id[told])]]
        off_m = np.linalg.norm(place - self._fronts_m[zone], axis=1)
        served = ~(off_m > FRONT_REACH_M)  # where no front is known, the distance is nan
        followed = served & ~np.isnan(stayed_s)
        self._served.add(at_s, zone[served])
        self._abandoned.add(at_s, zone[~served])
        self._tracked.add(at_s, zone[followed])
        self._tracked_s.add(at_s, zone[followed], stayed_s[followed])
        self._stays = self._stays.at(~np.isin(self._stays.key, keys))

    def _look(self, key: NDArray[np.int64], speed: NDArray[np.float64], at_s: float) -> _Stays:
        """The people in queues now, with what is remembered of them, brought up to now."""
        order = np.argsort(key, kind="stable")
        key, speed = key[order], speed[order]
        waiting, waited = np.zeros(len(key), np.bool_), np.zeros(len(key), np.bool_)
        since_s = np.full(len(key), np.nan)
        old = self._stays
        if len(old.key) and len(key):
            place = np.minimum(np.searchsorted(old.key, key), len(old.key) - 1)
            had = old.key[place] == key
            waiting[had], waited[had] = old.waiting[place[had]], old.waited[place[had]]
            since_s[had] = old.otherwise_since_s[place[had]]
        otherwise = np.where(waiting, speed > FAST_M_PER_S, speed < SLOW_M_PER_S)
        since_s = np.where(otherwise, np.where(np.isnan(since_s), at_s, since_s), np.nan)
        turns = otherwise & (at_s - since_s >= SETTLE_S - 1e-6)
        waiting = waiting ^ turns
        return _Stays(key, np.full(len(key), at_s), waiting, waited | waiting, np.where(turns, np.nan, since_s))

    def figures(self, end_s: float) -> QueueFigures:
        """What is known at ``end_s``, from the whole seconds before it."""
        looks, watched_s = self._looks.total(end_s), self._watched.total(end_s)
        length = np.where(self._queue & (looks > 0), self._lengths.total(end_s) / np.maximum(looks, 1), np.nan)
        served, busy_s = self._served.total(end_s), self._busy_s.total(end_s)
        evident = self._queue & (busy_s >= LEAST_BUSY_S)
        service_per_min = np.where(evident, 60.0 * served / np.maximum(busy_s, 1e-9), np.nan)
        little_s = np.where(evident & (served > 0), self._person_s.total(end_s) / np.maximum(served, 1), np.nan)
        tracked = self._tracked.total(end_s)
        enough = self._queue & (tracked >= LEAST_SERVED)
        tracked_s = np.where(enough, self._tracked_s.total(end_s) / np.maximum(tracked, 1), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            joining_s = np.where(served >= LEAST_SERVED, length / (service_per_min / 60.0), np.nan)
        joining_s = np.where(tracked_s > DISBELIEF * little_s, np.nan, joining_s)
        has_front = self._queue & ~np.isnan(self._fronts_m).any(axis=1) & (watched_s >= LEAST_BUSY_S)
        abandoned = np.where(has_front, 60.0 * self._abandoned.total(end_s) / np.maximum(watched_s, 1e-9), np.nan)
        return QueueFigures(
            length=length,
            wait_s=np.where(length == 0, 0.0, joining_s),
            service_per_min=service_per_min,
            little_wait_s=little_s,
            tracked_wait_s=tracked_s,
            abandoned_per_min=abandoned,
        )
