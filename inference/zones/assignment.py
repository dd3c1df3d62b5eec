"""Which zones of the plan people stand in, for thousands of people and hundreds of zones at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.geometry import Polygon

MOST_CELLS: Final = 250_000
"""Cells of the look-up; coarser ones are taken where a plan needs more."""
CELL_M: Final = 2.0
"""Side of a cell, metres: a zone's border crosses few cells, and a cell meets few zones."""


class ZoneIndex:
    """Zones, found by where one stands.

    The same answer as asking each polygon, in time that grows with the people, not with people times zones: a grid
    tells which zones come into question.

    Args:
        zones: m polygons, metres; they may overlap.

    Example:
        >>> hall = Polygon([[0, 0], [4, 0], [4, 3], [0, 3]])
        >>> ZoneIndex([hall]).count([[1, 1], [9, 9]])
        array([1])
    """

    def __init__(self, zones: Sequence[Polygon]) -> None:
        self._zones = len(zones)
        if not zones:
            return
        self._edges = _padded(zones)
        low = np.array([zone.points.min(axis=0) for zone in zones])
        high = np.array([zone.points.max(axis=0) for zone in zones])
        self._low, size = low.min(axis=0), high.max(axis=0) - low.min(axis=0)
        self._cell = max(CELL_M, float(np.sqrt(size.prod() / MOST_CELLS)), float(size.max() / MOST_CELLS))
        self._shape = (size // self._cell).astype(np.intp) + 1
        self._first, self._many, self._in_cell = self._listed(low, high)

    def _listed(
        self, low: NDArray[np.float64], high: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """For each cell the zones whose bounding box meets it: where its list begins, how long it is; and all lists."""
        cells, zones = [], []
        begin = ((low - self._low) // self._cell).astype(np.intp)
        end = ((high - self._low) // self._cell).astype(np.intp)
        for zone in range(self._zones):
            x, y = np.meshgrid(np.arange(begin[zone, 0], end[zone, 0] + 1), np.arange(begin[zone, 1], end[zone, 1] + 1))
            cells.append((y * self._shape[0] + x).ravel())
            zones.append(np.full(x.size, zone))
        cell, zone_of = np.concatenate(cells), np.concatenate(zones)
        many = np.bincount(cell, minlength=int(self._shape.prod())).astype(np.intp)
        return np.cumsum(many) - many, many, zone_of[np.argsort(cell, kind="stable")].astype(np.intp)

    def pairs(self, xy: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Who stands in which zone: once for each zone that one is in.

        Args:
            xy: metres, shape (n, 2); n may be 0.

        Returns:
            Rows of ``xy`` and indices of zones, each of shape (k,), ordered by row, then by zone.
        """
        where = np.asarray(xy, np.float64).reshape(-1, 2)
        if not self._zones or not len(where):
            return np.empty(0, np.intp), np.empty(0, np.intp)
        cell = np.floor((where - self._low) / self._cell)
        on_plan = np.flatnonzero(((cell >= 0) & (cell < self._shape)).all(axis=1))
        column, row = cell[on_plan].astype(np.intp).T
        place = row * self._shape[0] + column
        many = self._many[place]
        people = np.repeat(on_plan, many)
        nth = np.arange(len(people)) - np.repeat(np.cumsum(many) - many, many)
        zones = self._in_cell[np.repeat(self._first[place], many) + nth]
        inside = _contains(self._edges[:, zones], where[people])
        return people[inside], zones[inside]

    def count(self, xy: ArrayLike) -> NDArray[np.int64]:
        """How many stand in each zone; someone in two zones that overlap is counted in both.

        Args:
            xy: metres, shape (n, 2); n may be 0.

        Returns:
            Shape (m,).
        """
        _, zones = self.pairs(xy)
        return np.bincount(zones, minlength=self._zones).astype(np.int64)


def _padded(zones: Sequence[Polygon]) -> NDArray[np.float64]:
    """Every zone's edges by growing y, as x1, y1, x2, y2; edges without height fill up. Shape (4, m, most corners)."""
    most = max(len(zone.points) for zone in zones)
    edges = np.zeros((4, len(zones), most))
    for index, zone in enumerate(zones):
        start, end = zone.points.T, np.roll(zone.points.T, -1, axis=1)
        upward = start[1] <= end[1]
        edges[:2, index, : len(zone.points)] = np.where(upward, start, end)
        edges[2:, index, : len(zone.points)] = np.where(upward, end, start)
    return edges


def _contains(edges: NDArray[np.float64], xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each point is in its own polygon, as :meth:`Polygon.contains` decides it, to the last bit.

    Args:
        edges: shape (4, k, corners).
        xy: shape (k, 2).
    """
    x1, y1, x2, y2 = edges
    x, y = xy[:, 0:1], xy[:, 1:2]
    spans = (y1 > y) != (y2 > y)
    left = x < (x2 - x1) * (y - y1) / np.where(y2 == y1, 1.0, y2 - y1) + x1
    return np.asarray((spans & left).sum(axis=1) % 2 == 1)
