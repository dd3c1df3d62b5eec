"""Where on the plan each camera sees, as a raster: a look-up for thousands of positions at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from domain.geometry import Polygon

CELL_M: Final = 0.25
"""Cell of a raster: below the deviation of a position, and coarser only where a footprint is wider than 64 m."""
MOST_CELLS: Final = 256
"""Along one side of a raster; bounds its memory to 64 KiB."""

OUTSIDE: Final = 0
MAYBE: Final = 1
SURELY: Final = 2


class Sightlines:
    """What each camera can see, from its footprint.

    Args:
        footprints: of each camera, in metres; ``None`` where it is not known.
        margin_m: within this of a footprint's border, on either side, it is not sure whether the camera sees.
    """

    def __init__(self, footprints: Sequence[Polygon | None], margin_m: float) -> None:
        count = len(footprints)
        self._known = np.array([footprint is not None for footprint in footprints], np.bool_).reshape(count)
        self._origin = np.zeros((count, 2))
        self._per_m = np.ones(count)
        self._columns, self._rows, self._start = np.zeros((3, count))
        # Two cells before all others are what is beyond a raster.
        self._elsewhere = np.where(self._known, 0, 1)
        rasters, length = [np.array([OUTSIDE, MAYBE], np.uint8)], 2
        for index, footprint in enumerate(footprints):
            if footprint is None:
                continue
            low = footprint.points.min(axis=0) - margin_m
            size = footprint.points.max(axis=0) + margin_m - low
            cell = max(CELL_M, float(size.max()) / MOST_CELLS)
            columns, rows = np.ceil(size / cell).astype(np.intp).tolist()
            rasters.append(_raster(footprint, low, cell, (columns, rows), margin_m).ravel())
            self._origin[index], self._per_m[index], self._start[index] = low, 1 / cell, length
            self._columns[index], self._rows[index] = columns, rows
            length += columns * rows
        self._raster = np.concatenate(rasters)
        self._overlapping = self._overlaps(margin_m)

    def look(self, cameras: NDArray[np.intp], xy: NDArray[np.float64]) -> NDArray[np.uint8]:
        """Whether each camera sees each position: ``OUTSIDE``, ``MAYBE`` or ``SURELY``.

        A camera whose footprint is not known sees every position, maybe.

        Args:
            cameras: index of a camera, shape (n,).
            xy: metres, shape (n, 2).

        Returns:
            Shape (n,).
        """
        scale = self._per_m[cameras]
        column = np.floor((xy[:, 0] - self._origin[cameras, 0]) * scale)
        row = np.floor((xy[:, 1] - self._origin[cameras, 1]) * scale)
        columns, rows = self._columns[cameras], self._rows[cameras]
        inside = (column >= 0) & (column < columns) & (row >= 0) & (row < rows)
        place = np.where(inside, self._start[cameras] + row * columns + column, self._elsewhere[cameras])
        return np.asarray(self._raster[place.astype(np.intp)])

    def overlap(self, first: NDArray[np.intp], second: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Whether two cameras may see one place, by their footprints' bounding boxes; a camera never with itself.

        Args:
            first: index of the one, shape (n,).
            second: index of the other, shape (n,).

        Returns:
            Shape (n,).
        """
        return np.asarray(self._overlapping.ravel()[first * len(self._overlapping) + second])

    def _overlaps(self, margin_m: float) -> NDArray[np.bool_]:
        """Which two cameras may see one place, by their footprints' bounding boxes, shape (cameras, cameras)."""
        low = self._origin
        high = low + np.column_stack([self._columns, self._rows]) / self._per_m[:, None]
        apart = (low[:, None] > high[None, :] + margin_m).any(axis=2)
        apart |= apart.T
        both = self._known[:, None] & self._known[None, :]
        overlapping = ~(apart & both)
        np.fill_diagonal(overlapping, val=False)
        return np.asarray(overlapping, np.bool_)


def _raster(
    footprint: Polygon, low: NDArray[np.float64], cell: float, shape: tuple[int, int], margin_m: float
) -> NDArray[np.uint8]:
    """The footprint in cells, shape (rows, columns), by the distance of each cell's centre from the border."""
    columns, rows = shape
    x, y = np.meshgrid(low[0] + (np.arange(columns) + 0.5) * cell, low[1] + (np.arange(rows) + 0.5) * cell)
    inside = footprint.contains(np.column_stack([x.ravel(), y.ravel()])).reshape(rows, columns)
    inner = distance_transform_edt(inside) * cell
    outer = distance_transform_edt(~inside) * cell if inside.any() else np.zeros(inside.shape)
    codes = np.where(inside, np.where(inner > margin_m, SURELY, MAYBE), np.where(outer <= margin_m, MAYBE, OUTSIDE))
    return codes.astype(np.uint8)
