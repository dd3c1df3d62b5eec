"""Who is in which zone since when, and who just came or went: what flow, dwell and queues are told from.

A border is passed only when it is *clearly* passed, as with counting lines, so that somebody who stands on it, or whose
position trembles, is not counted again and again. A first sighting inside is no arrival: where they came from is not
known. A track that is lost inside is no departure: where they went is not known.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from inference.zones.membership import Standing, ZoneIndex

MARGIN_M: Final = 0.25
"""How far beyond the border it is clearly passed: twice what positions on the floor tremble by (about 0.1 m)."""
LARGEST_ID: Final = 2**40
"""Track numbers are below it, so that a track and a zone fit one 64-bit key."""


@dataclass(frozen=True)
class Movements:
    """What changed since the last look, and who is inside now.

    Attributes:
        entered_zone, entered_id: people who were seen to come in, one row each.
        left_zone, left_id: people who were seen to go out.
        stayed_s: of those who left, seconds since they came in; ``nan`` where that was not seen.
        appeared_zone: first sightings inside a zone.
        vanished_zone: tracks that ended inside one.
        inside_row, inside_zone: people seen inside now, by their place in the positions, one row a person and zone.
    """

    entered_zone: NDArray[np.int64]
    entered_id: NDArray[np.int64]
    left_zone: NDArray[np.int64]
    left_id: NDArray[np.int64]
    stayed_s: NDArray[np.float64]
    appeared_zone: NDArray[np.int64]
    vanished_zone: NDArray[np.int64]
    inside_row: NDArray[np.int64]
    inside_zone: NDArray[np.int64]


class ZonePresence:
    """Remembers the live tracks and the zones they are in, nothing of anybody else.

    Args:
        index: the zones; its margin must be at least :data:`MARGIN_M`.
        forget_s: seconds after which an unseen track is dropped.
    """

    def __init__(self, index: ZoneIndex, *, forget_s: float) -> None:
        if not forget_s > 0:
            raise BadInput(f"forget_s must be above 0 seconds, got {forget_s}")
        self._forget_s = forget_s
        self._zones = max(len(index), 1)
        # A strip of width w has an area over its perimeter of just under w/2, its greatest depth: half of that is left.
        perimeters = np.array([_perimeter(zone.points) for zone in index.zones])
        self._margin_m = np.minimum(MARGIN_M, index.areas_m2 / np.maximum(perimeters, 1e-12) / 2)
        self._ids = np.empty(0, np.int64)
        self._seen_s = np.empty(0, np.float64)
        self._key = np.empty(0, np.int64)
        self._since_s = np.empty(0, np.float64)
        self._inside = np.empty(0, np.bool_)  # else first seen on the border: not known which side they are from
        self._arrival_seen = np.empty(0, np.bool_)
        self._started = False

    @property
    def tracks(self) -> int:
        """How many tracks are remembered."""
        return len(self._ids)

    @property
    def stays(self) -> int:
        """How many stays of a track in a zone are remembered."""
        return len(self._key)

    def update(self, ids: NDArray[np.int64], standing: Standing, at_s: float) -> Movements:
        """Take in where the tracks are.

        Args:
            ids: track numbers, each once, shape (n,).
            standing: of the same people, by the index.
            at_s: seconds on a clock that only goes forward.
        """
        check_ids(ids)
        vanished = self._forget(at_s)
        known = _is_in(ids, self._ids)
        margin = self._margin_m[standing.zone]
        near = standing.depth_m > -margin
        row, zone = standing.person[near], standing.zone[near]
        key, clear = ids[row] * self._zones + zone, standing.depth_m[near] >= margin[near]
        left = self._drop_those_outside(np.sort(ids), np.sort(key))
        place, had = self._find(key)
        settled = had & clear & ~self._inside[place] if len(self._key) else np.zeros(len(key), np.bool_)
        self._inside[place[settled]] = True
        self._since_s[place[settled]] = at_s
        entered = ~had & clear & known[row]
        appeared = (~had & clear & ~known[row]) | settled
        begun = ~had & (clear | ~known[row])
        self._insert(key[begun], at_s, clear[begun], entered[begun])
        self._remember(ids, at_s)
        now = self._find(key)[0]
        inside = self._inside[now] & _is_in(key, self._key) if len(self._key) else np.zeros(len(key), np.bool_)
        told = appeared if self._started else np.zeros(len(key), np.bool_)  # they were there before anybody looked
        self._started = True
        return Movements(
            zone[entered],
            ids[row[entered]],
            left[0] % self._zones,
            left[0] // self._zones,
            np.where(left[2], at_s - left[1], np.nan),
            zone[told],
            vanished % self._zones,
            row[inside],
            zone[inside],
        )

    def _forget(self, at_s: float) -> NDArray[np.int64]:
        """Drop tracks unseen for long; the keys of those that were inside a zone."""
        keep = self._seen_s >= at_s - self._forget_s
        if keep.all():
            return np.empty(0, np.int64)
        self._ids, self._seen_s = self._ids[keep], self._seen_s[keep]
        live = _is_in(self._key // self._zones, self._ids)
        vanished = self._key[~live & self._inside]
        self._keep(live)
        return vanished

    def _drop_those_outside(
        self, seen: NDArray[np.int64], near: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.bool_]]:
        """Drop stays of people who now are clearly outside; of real stays the keys, since when, and if that was seen.

        Both arguments are sorted: the tracks seen now, and the keys of those near or inside a zone.
        """
        outside = _is_in(self._key // self._zones, seen) & ~_is_in(self._key, near)
        left = outside & self._inside
        told = self._key[left], self._since_s[left], self._arrival_seen[left]
        self._keep(~outside)
        return told

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        if not rows.all():
            self._key, self._since_s = self._key[rows], self._since_s[rows]
            self._inside, self._arrival_seen = self._inside[rows], self._arrival_seen[rows]

    def _insert(
        self, keys: NDArray[np.int64], at_s: float, inside: NDArray[np.bool_], arrival_seen: NDArray[np.bool_]
    ) -> None:
        if len(keys) == 0:
            return
        every = np.concatenate([self._key, keys])
        order = np.argsort(every, kind="stable")
        self._key = every[order]
        self._since_s = np.concatenate([self._since_s, np.full(len(keys), at_s)])[order]
        self._inside = np.concatenate([self._inside, inside])[order]
        self._arrival_seen = np.concatenate([self._arrival_seen, arrival_seen])[order]

    def _remember(self, ids: NDArray[np.int64], at_s: float) -> None:
        other = ~_is_in(self._ids, np.sort(ids))
        every = np.concatenate([self._ids[other], ids])
        order = np.argsort(every, kind="stable")
        self._ids = every[order]
        self._seen_s = np.concatenate([self._seen_s[other], np.full(len(ids), at_s)])[order]

    def _find(self, keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Where each key is in the sorted table, and whether it is there at all."""
        if len(self._key) == 0:
            return np.zeros(len(keys), np.int64), np.zeros(len(keys), np.bool_)
        place = np.minimum(np.searchsorted(self._key, keys), len(self._key) - 1)
        return place, self._key[place] == keys


def check_ids(ids: NDArray[np.int64]) -> None:
    """Refuse track numbers that repeat or do not fit."""
    if len(ids) and (ids.min() < 0 or ids.max() >= LARGEST_ID):
        raise BadInput(f"track numbers must be from 0 to 2**40 - 1, got {ids.min()} to {ids.max()}")
    if len(np.unique(ids)) < len(ids):
        repeated = np.sort(ids)[1:][np.diff(np.sort(ids)) == 0][0]
        raise BadInput(f"track {repeated} is in one frame twice; each person has one place")


def _is_in(values: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values are in a sorted array."""
    if len(ordered) == 0:
        return np.zeros(len(values), np.bool_)
    return np.asarray(ordered[np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)] == values)


def _perimeter(points: NDArray[np.float64]) -> float:
    return float(np.linalg.norm(points - np.roll(points, -1, axis=0), axis=1).sum())
