"""What of the plan the cameras see, and what none of them sees: shares of zones, of the outline, and the blind spots.

Everything is decided on a raster of the plan: a cell is seen where its centre lies in the footprint of a camera that
sees now. A footprint's border is right to half a cell, so that a share of a zone is wrong by at most half a cell times
the length of the borders within it, divided by its area: 1.3 % where one straight border passes through 10 m by 10 m.
"""

from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import label

from domain.errors import BadGeometry
from domain.geometry import Polygon

CELL_M: Final = 0.25
"""Side of a cell, metres: half of what a person takes."""
MOST_CELLS: Final = 4_000_000
"""A plan with more is refused: 500 m by 500 m have as many at the default cell."""
KEPT: Final = 32
"""Sets of seeing cameras whose answer is kept. Few change at a time, and what comes back is mostly the last but one."""


def unseen_share(
    zones: Sequence[Polygon],
    footprints: Mapping[str, Polygon | None],
    seeing: Collection[str],
    *,
    cell_m: float = CELL_M,
) -> NDArray[np.float64]:
    """Which share of each zone no camera sees now.

    A camera whose footprint is not known counts as seeing nothing: what it covers cannot be told. For answers again and
    again, keep a :class:`Coverage`.

    Args:
        zones: m polygons, metres.
        footprints: of each camera, metres; ``None`` where it is not known.
        seeing: cameras that see now.
        cell_m: side of a cell.

    Returns:
        From 0 (all of it is seen) to 1, shape (m,).

    Raises:
        BadGeometry: the zones are too large for the cell, or a seeing camera has no entry among the footprints.
    """
    return Coverage(zones, footprints, cell_m=cell_m).unseen_share(seeing)


class Coverage:
    """The plan in cells: which zone has which, and which camera sees which.

    Args:
        zones: m polygons, metres.
        footprints: of each camera, metres; ``None`` where it is not known, which counts as seeing nothing.
        outline: of the plan; ``None``: where its zones are.
        cell_m: side of a cell.

    Raises:
        BadGeometry: the cell is no length, or the plan has more than :data:`MOST_CELLS` cells.
    """

    def __init__(
        self,
        zones: Sequence[Polygon],
        footprints: Mapping[str, Polygon | None],
        *,
        outline: Polygon | None = None,
        cell_m: float = CELL_M,
    ) -> None:
        if not 0 < cell_m < np.inf:
            raise BadGeometry(f"a cell's side must be a number of metres above 0, got {cell_m}")
        self.cell_m = cell_m
        shapes = [*zones, *([outline] if outline else [])]
        self._low, self._size = _extent(shapes, cell_m)
        self._zones = [self._cells(zone) for zone in zones]
        self._floor = self._cells(outline) if outline else _union(self._zones, self._size)
        self._footprints = dict(footprints)
        self._seen_by = {
            camera: self._cells(footprint, whole=False) for camera, footprint in footprints.items() if footprint
        }
        self._kept: OrderedDict[frozenset[str], NDArray[np.bool_]] = OrderedDict()

    def unseen_share(self, seeing: Collection[str]) -> NDArray[np.float64]:
        """Which share of each zone no camera sees, from 0 to 1, shape (m,).

        Args:
            seeing: cameras that see now.

        Raises:
            BadGeometry: a camera that is none of the plan's.
        """
        seen = self._seen(seeing)
        return np.array([1 - seen[cells].mean() for cells in self._zones], np.float64)

    def seen_share(self, seeing: Collection[str]) -> float | None:
        """Which share of the outline cameras see now, from 0 to 1; ``None`` where there is neither outline nor zone."""
        if not len(self._floor):
            return None
        return float(self._seen(seeing)[self._floor].mean())

    def blind_spots(self, seeing: Collection[str], *, least_m2: float = 1.0) -> list[Polygon]:
        """The parts of the outline that no camera sees now, as rectangles of whole cells which do not overlap.

        Args:
            seeing: cameras that see now.
            least_m2: a connected part that is smaller is not told.

        Returns:
            Ordered from low to high y, then x; none where all is seen.
        """
        blind = np.zeros(self._size[0] * self._size[1], np.bool_)
        blind[self._floor] = ~self._seen(seeing)[self._floor]
        kept = _large_parts(blind.reshape(self._size), least_m2 / self.cell_m**2)
        return [self._rectangle(*cells) for cells in _rectangles(kept)]

    def _seen(self, seeing: Collection[str]) -> NDArray[np.bool_]:
        """Which cells some camera sees, all rows in one, shape (rows * columns,)."""
        key = frozenset(seeing)
        unknown = sorted(key - self._footprints.keys())
        if unknown:
            raise BadGeometry(f"cameras {unknown} are none of the plan's: {sorted(self._footprints)}")
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        seen = np.zeros(self._size[0] * self._size[1], np.bool_)
        for camera in key & self._seen_by.keys():
            seen[self._seen_by[camera]] = True
        self._kept[key] = seen
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return seen

    def _cells(self, shape: Polygon, *, whole: bool = True) -> NDArray[np.intp]:
        """The cells whose centre is in the shape; for a zone too small for that (``whole``), those of its corners."""
        rows, columns = self._size
        first = np.clip(np.floor((shape.points.min(axis=0) - self._low) / self.cell_m), 0, (columns, rows))
        last = np.clip(np.ceil((shape.points.max(axis=0) - self._low) / self.cell_m), 0, (columns, rows))
        x, y = (axis.ravel() for axis in np.meshgrid(np.arange(first[0], last[0]), np.arange(first[1], last[1])))
        inside = shape.contains(self._low + self.cell_m * (np.column_stack([x, y]) + 0.5))
        cells = np.asarray(y[inside] * columns + x[inside], np.intp)
        if whole and not len(cells):
            corners = np.clip((shape.points - self._low) // self.cell_m, 0, (columns - 1, rows - 1))
            cells = np.unique((corners[:, 1] * columns + corners[:, 0]).astype(np.intp))
        return cells

    def _rectangle(self, top: int, bottom: int, left: int, right: int) -> Polygon:
        """Cells from ``top`` to before ``bottom`` and from ``left`` to before ``right``, in metres."""
        (x1, y1), (x2, y2) = (self._low + self.cell_m * np.array([[left, top], [right, bottom]])).tolist()
        return Polygon([[x1, y1], [x2, y1], [x2, y2], [x1, y2]])


def _extent(shapes: Sequence[Polygon], cell_m: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The corner of the raster, and its rows and columns."""
    if not shapes:
        return np.zeros(2), (0, 0)
    corners = np.concatenate([shape.points for shape in shapes])
    low = np.floor(corners.min(axis=0) / cell_m) * cell_m
    columns, rows = np.maximum(np.ceil((corners.max(axis=0) - low) / cell_m), 1)
    if columns * rows > MOST_CELLS:
        size = f"{columns * cell_m:.0f} m by {rows * cell_m:.0f} m"
        raise BadGeometry(f"a plan of {size} has more than {MOST_CELLS:,} cells of {cell_m} m: choose a larger cell")
    return low, (int(rows), int(columns))


def _union(parts: Sequence[NDArray[np.intp]], size: tuple[int, int]) -> NDArray[np.intp]:
    marked = np.zeros(size[0] * size[1], np.bool_)
    for cells in parts:
        marked[cells] = True
    return np.flatnonzero(marked)


def _large_parts(blind: NDArray[np.bool_], least_cells: float) -> NDArray[np.bool_]:
    """Without the connected parts (by their sides) that are too small to tell."""
    if not blind.any():
        return blind
    parts, _ = label(blind)
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray((sizes >= least_cells)[parts] & blind)


def _rectangles(blind: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """The marked cells as rectangles (top, bottom, left, right): equal runs of rows that follow each other are one."""
    done: list[tuple[int, int, int, int]] = []
    growing: dict[tuple[int, int], int] = {}
    for row in range(len(blind) + 1):
        runs = _runs(blind[row]) if row < len(blind) else set()
        done.extend((growing.pop(run), row, *run) for run in growing.keys() - runs)
        for run in runs - growing.keys():
            growing[run] = row
    return sorted(done, key=lambda one: (one[0], one[2]))


def _runs(cells: NDArray[np.bool_]) -> set[tuple[int, int]]:
    """The stretches of marked cells in a row, as first and one beyond the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], cells, [False]]).astype(np.int8)))
    return set(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
