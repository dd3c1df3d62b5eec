"""Who stands in which zone, and how far from its border: all people and all zones of a venue at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput
from domain.geometry import Polygon

CELLS_ACROSS: Final = 256
"""The lookup grid's cells along its longer side, at most."""


@dataclass(frozen=True)
class Standing:
    """People and the zones they stand in or near, one row a pair.

    Attributes:
        person: place in the positions that were asked about, shape (p,).
        zone: place in the zones, shape (p,).
        inside: exactly what :meth:`domain.geometry.Polygon.contains` says, shape (p,).
        depth_m: distance to the zone's border, positive inside, shape (p,). Whoever is further outside than the
            index's margin need not be listed.
    """

    person: NDArray[np.int64]
    zone: NDArray[np.int64]
    inside: NDArray[np.bool_]
    depth_m: NDArray[np.float64]


class ZoneIndex:
    """Finds the zones of many people fast: a grid says which zones may be meant, their edges say which are.

    Args:
        zones: polygons in metres; they may overlap.
        margin_m: people this far outside a zone are listed too, with their distance.
    """

    def __init__(self, zones: Sequence[Polygon], *, margin_m: float = 0.0) -> None:
        if not margin_m >= 0:
            raise BadInput(f"margin_m must be 0 or more, got {margin_m}")
        self.zones = tuple(zones)
        self.areas_m2 = np.array([zone.area for zone in self.zones], np.float64)
        self._edges, self._first_edge = _edges_of(self.zones)
        self._edge_count = np.diff(self._first_edge)
        self._lay_grid(margin_m)

    def __len__(self) -> int:
        return len(self.zones)

    def _lay_grid(self, margin_m: float) -> None:
        """For each cell, the zones whose bounding box, widened by the margin, meets it."""
        lows = np.array([zone.points.min(axis=0) - margin_m for zone in self.zones]).reshape(-1, 2)
        highs = np.array([zone.points.max(axis=0) + margin_m for zone in self.zones]).reshape(-1, 2)
        self._origin = lows.min(axis=0) if len(lows) else np.zeros(2)
        extent = (highs.max(axis=0) if len(highs) else np.ones(2)) - self._origin
        self._cell_m = max(float(extent.max()) / CELLS_ACROSS, 1e-9)
        self._shape = np.ceil(extent / self._cell_m).astype(np.int64) + 1
        first = ((lows - self._origin) // self._cell_m).astype(np.int64)
        last = np.minimum(((highs - self._origin) // self._cell_m).astype(np.int64), self._shape - 1)
        cells, zones = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for zone in range(len(self.zones)):
            columns = np.arange(first[zone, 0], last[zone, 0] + 1)
            rows = np.arange(first[zone, 1], last[zone, 1] + 1)
            covered = (rows[:, None] * self._shape[0] + columns[None, :]).ravel()
            cells.append(covered)
            zones.append(np.full(len(covered), zone))
        cell = np.concatenate(cells)
        order = np.argsort(cell, kind="stable")
        self._zones_by_cell = np.concatenate(zones)[order]
        counts = np.bincount(cell, minlength=int(self._shape.prod()))
        self._first_in_cell = np.concatenate([[0], np.cumsum(counts)])

    def standing(self, xy: ArrayLike) -> Standing:
        """Who stands in or near which zone, ordered by person, then zone.

        Args:
            xy: metres, shape (n, 2). A position that is not known (``nan``) is in no zone.
        """
        where = np.asarray(xy, np.float64).reshape(-1, 2)
        person, zone = self._candidates(where)
        if len(person) == 0:
            return Standing(person, zone, np.empty(0, np.bool_), np.empty(0, np.float64))
        counts = self._edge_count[zone]
        first = np.concatenate([[0], np.cumsum(counts)[:-1]])
        edge = np.arange(int(counts.sum())) + np.repeat(self._first_edge[zone] - first, counts)
        x, y = np.repeat(where[person], counts, axis=0).T
        x1, y1, x2, y2 = self._edges[:, edge]
        crossed = _crosses(x, y, x1, y1, x2, y2)
        inside = np.add.reduceat(crossed, first, dtype=np.int64) % 2 == 1
        away = np.sqrt(np.minimum.reduceat(_squared_distance(x, y, x1, y1, x2, y2), first))
        return Standing(person, zone, inside, np.where(inside, away, -away))

    def _candidates(self, where: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        steps = (where - self._origin) / self._cell_m
        on_grid = np.flatnonzero(((steps >= 0) & (steps < self._shape)).all(axis=1))
        columns, rows = steps[on_grid].astype(np.int64).T
        cell = rows * self._shape[0] + columns
        first, counts = self._first_in_cell[cell], self._first_in_cell[cell + 1] - self._first_in_cell[cell]
        person = np.repeat(on_grid, counts)
        before = np.repeat(first - (np.cumsum(counts) - counts), counts)
        return person, self._zones_by_cell[np.arange(len(person)) + before]


def _edges_of(zones: Sequence[Polygon]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """All edges as rows x1, y1, x2, y2 with y1 <= y2, shape (4, e), and where each zone's begin, shape (m + 1,)."""
    edges = [np.empty((4, 0))]
    for zone in zones:
        start, end = zone.points.T, np.roll(zone.points.T, -1, axis=1)
        upward = start[1] <= end[1]
        edges.append(np.vstack([np.where(upward, start, end), np.where(upward, end, start)]))
    counts = [part.shape[1] for part in edges]
    return np.concatenate(edges, axis=1), np.cumsum(counts)


def _crosses(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    x2: NDArray[np.float64],
    y2: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Whether a ray from each point to the right meets its edge; rounds as ``Polygon.contains`` does."""
    spans = (y1 > y) != (y2 > y)
    rise = np.where(y2 == y1, 1.0, y2 - y1)
    return np.asarray(spans & (x < (x2 - x1) * (y - y1) / rise + x1))


def _squared_distance(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    x1: NDArray[np.float64],
    y1: NDArray[np.float64],
    x2: NDArray[np.float64],
    y2: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Squared distance of each point to its edge, ends included."""
    along_x, along_y, away_x, away_y = x2 - x1, y2 - y1, x - x1, y - y1
    share = np.clip((away_x * along_x + away_y * along_y) / (along_x**2 + along_y**2), 0.0, 1.0)
    return np.asarray((away_x - share * along_x) ** 2 + (away_y - share * along_y) ** 2)
