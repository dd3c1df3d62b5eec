"""Density as a field on the floor, which sees the crush in a corner of a half empty zone.

The kernel is Helbing, Johansson & Al-Abideen's (2007, Physical Review E 75, 046109): a person at distance d adds
``exp(-d² / R²) / (π R²)``, R = 1 m. Duives, Daamen & Hoogendoorn (2015, Physica A 427) compare it with other measures.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import gaussian_filter

from domain.errors import BadInput
from domain.geometry import Polygon

RADIUS_M: Final = 1.0
"""Helbing et al.'s R."""
CELL_M: Final = 0.5
"""Spacing of the field's points. No spot of a zone is further than 0.35 m from one, and a sum of kernels falls by at
most ``1 - exp(-0.35² / R²)`` = 12 % over that from its peak (a lone person's; a dense crowd's is flatter)."""
REACH: Final = 3.0
"""Kernels end here, in radii: what lies beyond is 0.01 % of a person."""
BLOCK_CELLS: Final = 32
"""Side of the squares the floor is worked in. With 5,000 people in 100 zones, 16 and 48 took half as long again."""
LEAST_ON_FLOOR: Final = 0.25
"""In a right-angled corner a quarter of the kernel is on the floor; a spot with less is outside the walls."""


def kernel_density(people: ArrayLike, *, points: ArrayLike, radius_m: float = RADIUS_M) -> NDArray[np.float64]:
    """Density at any points, by the kernel above, without walls.

    Args:
        people: metres, shape (n, 2); a position that is not known (``nan``) adds nothing.
        points: metres, shape (k, 2).
        radius_m: the kernel's R.

    Returns:
        People per m², shape (k,).
    """
    where = np.asarray(people, np.float64).reshape(-1, 2)
    where = where[~np.isnan(where).any(axis=1)]
    at = np.asarray(points, np.float64).reshape(-1, 2)
    density = np.ones((len(at), len(where))) / (np.pi * radius_m**2)
    for axis in (0, 1):
        density *= np.exp(-(((at[:, None, axis] - where[None, :, axis]) / radius_m) ** 2))
    return np.asarray(density.sum(axis=1))


class KernelField:
    """Sums of kernels on the points of a square lattice inside zones; the floor between them is not worked out.

    Args:
        zones: polygons in metres; each has at least one point, its own middle where no lattice point falls inside.
        walkable: where people can be at all. Beside a wall (a stage barrier) part of the kernel falls where nobody can
            stand, and density would come out up to half too low: there it is divided by the part that does not
            (Diggle 1985, Applied Statistics 34). Without it, everyone's kernel is counted whole.
        radius_m: the kernel's R.
        cell_m: the lattice's spacing.
    """

    def __init__(
        self,
        zones: Sequence[Polygon],
        *,
        walkable: Polygon | None = None,
        radius_m: float = RADIUS_M,
        cell_m: float = CELL_M,
    ) -> None:
        if not (radius_m > 0 and 0 < cell_m <= radius_m):
            raise BadInput(f"a field needs 0 < cell_m <= radius_m, got cell_m={cell_m} and radius_m={radius_m}")
        self._cell_m = cell_m
        self._kernel_cells = math.ceil(REACH * radius_m / cell_m)
        self._kernel = _blur(radius_m, cell_m, self._kernel_cells)
        self._lay_blocks([_lattice_inside(zone, cell_m) for zone in zones])
        self._floor_share = self._share_of_kernels(walkable, radius_m)

    def _lay_blocks(self, points: list[NDArray[np.int64]]) -> None:
        """Number the blocks of 32 by 32 lattice points that a zone touches, then those that only reach into one."""
        self._first_point = np.concatenate([[0], np.cumsum([len(part) for part in points])]).astype(np.int64)
        every = np.concatenate([np.empty((0, 2), np.int64), *points])
        block, within = every // BLOCK_CELLS, every % BLOCK_CELLS
        ring = -(-self._kernel_cells // BLOCK_CELLS)
        self._low = block.min(axis=0, initial=0) - ring
        shape = block.max(axis=0, initial=0) + ring - self._low + 1
        places = block - self._low
        used, number = np.unique(places @ [shape[1], 1], return_inverse=True)
        self._number = np.full(shape, -1, np.int64)
        for across, up in np.ndindex(2 * ring + 1, 2 * ring + 1):
            self._number[places[:, 0] + across - ring, places[:, 1] + up - ring] = -2
        self._number.reshape(-1)[used] = np.arange(len(used))
        around = self._number == -2
        self._number[around] = len(used) + np.arange(int(around.sum()))
        self._blocks = np.column_stack(np.divmod(used, shape[1])) + self._low
        self._point = (number.reshape(-1) * BLOCK_CELLS + within[:, 0]) * BLOCK_CELLS + within[:, 1]
        self._cells = int(self._number.max(initial=-1) + 1) * BLOCK_CELLS**2
        steps = np.arange(-self._kernel_cells, BLOCK_CELLS + self._kernel_cells)
        columns = self._blocks[:, 0, None] * BLOCK_CELLS + steps
        rows = self._blocks[:, 1, None] * BLOCK_CELLS + steps
        self._around = self._cell(columns[:, :, None], rows[:, None, :])

    def _share_of_kernels(self, walkable: Polygon | None, radius_m: float) -> NDArray[np.float64]:
        """Part of each point's kernel that is on the floor: 1 in the open, a half at a wall, a quarter in a corner."""
        shape = (len(self._blocks), BLOCK_CELLS, BLOCK_CELLS)
        if walkable is None or len(self._blocks) == 0:
            return np.ones(shape)
        low = self._blocks.min(axis=0) * BLOCK_CELLS - self._kernel_cells
        size = (self._blocks.max(axis=0) + 1) * BLOCK_CELLS + self._kernel_cells - low
        steps = _every_step(size) + low
        on_floor = walkable.contains((steps + 0.5) * self._cell_m).reshape(size).astype(np.float64)
        blur = radius_m / np.sqrt(2) / self._cell_m
        share = gaussian_filter(on_floor, blur, mode="constant", radius=self._kernel_cells)
        first = self._blocks * BLOCK_CELLS - low
        across = np.arange(BLOCK_CELLS)
        rows, columns = first[:, 0, None] + across, first[:, 1, None] + across
        return np.asarray(np.maximum(share[rows[:, :, None], columns[:, None, :]], LEAST_ON_FLOOR))

    def _cell(self, column: NDArray[np.int64], row: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where lattice points are kept; beyond all blocks, the one place that is thrown away."""
        block_x, block_y = column // BLOCK_CELLS - self._low[0], row // BLOCK_CELLS - self._low[1]
        there = (block_x >= 0) & (block_y >= 0) & (block_x < self._number.shape[0]) & (block_y < self._number.shape[1])
        number = np.where(there, self._number[np.where(there, block_x, 0), np.where(there, block_y, 0)], -1)
        cell = (number * BLOCK_CELLS + column % BLOCK_CELLS) * BLOCK_CELLS + row % BLOCK_CELLS
        return np.asarray(np.where(number >= 0, cell, self._cells))

    def empty(self, channels: int) -> NDArray[np.float64]:
        """A field of zeros, to add others to."""
        return np.zeros((channels, len(self._blocks), BLOCK_CELLS, BLOCK_CELLS))

    def sums(self, people: ArrayLike, weights: ArrayLike | None = None) -> NDArray[np.float64]:
        """Sum of the people's kernels, each times its weights.

        Everyone is shared out among the nine lattice points around them, and these are blurred: within 2 % of the peak
        of :func:`kernel_density`, which sums over everybody at every point (1.1 % was the worst of 100 random crowds).

        Args:
            people: metres, shape (n, 2); a position that is not known (``nan``) adds nothing.
            weights: one column a channel, shape (n, c); ``None``: one channel, every person 1.

        Returns:
            Per m², shape (c, blocks, 32, 32); read it by :meth:`at_points` or :meth:`highest`.
        """
        where = np.asarray(people, np.float64).reshape(-1, 2)
        factors = np.ones((len(where), 1)) if weights is None else np.asarray(weights, np.float64)
        known = np.isfinite(where).all(axis=1)
        where, factors = where[known], factors[known]
        spread = self._shared_out(where, factors).take(self._around, axis=1)
        # Block by block: one large product would wake a thread on every core for each frame.
        return np.asarray(self._kernel @ (spread @ self._kernel.T) / self._floor_share)

    def _shared_out(self, where: NDArray[np.float64], factors: NDArray[np.float64]) -> NDArray[np.float64]:
        """Everyone's weights on the nine lattice points around them, shape (c, cells + 1)."""
        steps = where / self._cell_m - 0.5
        nearest = np.rint(steps).astype(np.int64)
        beyond = steps - nearest
        # The quadratic B-spline: its variance is a quarter of a cell's square wherever between points somebody stands.
        shares = np.stack([(0.5 - beyond) ** 2 / 2, 0.75 - beyond**2, (0.5 + beyond) ** 2 / 2])
        cell = np.concatenate([self._cell(*(nearest + step - 1).T) for step in np.ndindex(3, 3)])
        share = np.stack([shares[across, :, 0] * shares[up, :, 1] for across, up in np.ndindex(3, 3)])
        weighted = [np.bincount(cell, (share * factor).ravel(), self._cells + 1) for factor in factors.T]
        total = np.array(weighted, np.float64).reshape(factors.shape[1], self._cells + 1)
        total[:, -1] = 0.0
        return total

    def at_points(self, channel: NDArray[np.float64]) -> NDArray[np.float64]:
        """A channel, shape (blocks, 32, 32), at the zones' points, zone after zone, shape (k,)."""
        return np.asarray(channel.reshape(-1)[self._point])

    def highest(self, channel: NDArray[np.float64]) -> NDArray[np.float64]:
        """The highest value of a channel, shape (blocks, 32, 32), in each zone, shape (m,)."""
        if len(self._first_point) == 1:
            return np.empty(0, np.float64)
        return np.asarray(np.maximum.reduceat(self.at_points(channel), self._first_point[:-1]))

    def points_m(self) -> NDArray[np.float64]:
        """Where the zones' points are, zone after zone, metres, shape (k, 2)."""
        block, within = np.divmod(self._point, BLOCK_CELLS**2)
        steps = np.stack(np.divmod(within, BLOCK_CELLS), axis=1)
        return np.asarray((self._blocks[block] * BLOCK_CELLS + steps + 0.5) * self._cell_m)


def _blur(radius_m: float, cell_m: float, reach: int) -> NDArray[np.float64]:
    """The kernel along one axis, per metre, from a block with ``reach`` more cells on either side to the block itself.

    Sharing people out among lattice points has blurred them already, by a variance of cell²/4: the kernel is that much
    narrower (R² is twice a variance). It sums to 1 over the lattice, so nobody is lost.
    """
    narrowed = radius_m**2 - cell_m**2 / 2
    steps = np.arange(-reach, reach + 1)
    one = np.exp(-((steps * cell_m) ** 2) / narrowed)
    rows = np.arange(BLOCK_CELLS)[:, None]
    kernel = np.zeros((BLOCK_CELLS, BLOCK_CELLS + 2 * reach))
    kernel[rows, rows + reach + steps] = one / (one.sum() * cell_m)
    return kernel


def _lattice_inside(zone: Polygon, cell_m: float) -> NDArray[np.int64]:
    """The lattice points (whole steps) inside a zone; where there is none, the one nearest to its corners' middle."""
    first = np.floor(zone.points.min(axis=0) / cell_m).astype(np.int64)
    last = np.floor(zone.points.max(axis=0) / cell_m).astype(np.int64)
    steps = _every_step(last - first + 1) + first
    inside = steps[zone.contains((steps + 0.5) * cell_m)]
    middle = np.floor(zone.points.mean(axis=0) / cell_m).astype(np.int64)
    return np.asarray(inside if len(inside) else middle[None], np.int64)


def _every_step(shape: NDArray[np.int64]) -> NDArray[np.int64]:
    """All pairs of whole numbers from 0 up to ``shape``, shape (k, 2)."""
    columns, rows = np.meshgrid(np.arange(shape[0]), np.arange(shape[1]), indexing="ij")
    return np.column_stack([columns.ravel(), rows.ravel()])
