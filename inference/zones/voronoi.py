"""Voronoi density: everyone's own ground is what is nearer to them than to anybody else, up to a cut-off radius.

Steffen & Seyfried (2010, Physica A 389, 1902-1910) show that it follows a crowd with far less scatter than counting
heads in an area does; the cut-off keeps people at the edge of a crowd from owning the empty rest of the floor.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import Delaunay

from domain.errors import BadInput
from domain.geometry import Polygon

SEGMENTS: Final = 64
"""Corners of the cut-off circle's polygon; 64 lose 0.16 % of the circle's area."""


@dataclass(frozen=True)
class VoronoiCells:
    """Everyone's own ground.

    Attributes:
        corners: of each cell before the walls cut it, convex, metres, shape (n, v, 2); a cell of fewer corners repeats
            its last.
        cells_m2: area of each cell on the floor, shape (n,).
        people: how many stand on the very same spot and share the cell, shape (n,).
    """

    corners: NDArray[np.float64]
    cells_m2: NDArray[np.float64]
    people: NDArray[np.int64]

    @property
    def areas_m2(self) -> NDArray[np.float64]:
        """Everyone's own ground, shape (n,)."""
        return np.asarray(self.cells_m2 / self.people)

    @property
    def density_per_m2(self) -> NDArray[np.float64]:
        """Everyone's own density, shape (n,)."""
        return np.asarray(1.0 / self.areas_m2)


def voronoi_cells(
    people: ArrayLike, *, walkable: Polygon, cut_off_m: float | None = None, segments: int = SEGMENTS
) -> VoronoiCells:
    """The Voronoi cells of everybody, within the cut-off and the walls.

    Where a wall that turns a corner cuts a cell into several pieces, all of them belong to it.

    Args:
        people: metres, shape (n, 2), all inside ``walkable``.
        walkable: the floor; it need not be convex.
        cut_off_m: nobody owns ground further away; ``None``: no cut-off.
        segments: corners of the polygon that stands for the cut-off circle.

    Raises:
        BadInput: a position that is not known or not on the floor, a cut-off that is not above 0.
    """
    where = np.asarray(people, np.float64).reshape(-1, 2)
    _check(where, walkable, cut_off_m)
    spots, spot, shared = np.unique(where, axis=0, return_inverse=True, return_counts=True)
    cells = _starting_shapes(spots, walkable, cut_off_m, segments)
    for other in _neighbours(spots, walkable).T:
        there = np.where(other[:, None] >= 0, spots[other], spots)
        cells = _keep_nearer(cells, spots, there)
    floor = np.broadcast_to(walkable.points, (len(spots), *walkable.points.shape))
    rows = spot.reshape(-1)
    return VoronoiCells(cells[rows], _areas(_within(floor, cells))[rows], shared[rows])


def voronoi_density(cells: VoronoiCells, *, zone: Polygon, walkable: Polygon | None = None) -> float:
    """The zone's density, people per m²: the mean over its area of the density of whoever owns each spot.

    Ground that nobody owns (beyond every cut-off) has density 0.

    Args:
        cells: of everybody, not only of those inside.
        zone: lies within the floor that the cells were made for, unless that is convex and given.
        walkable: a convex floor that the zone sticks out of: only the part on the floor has people, all of it divides.
    """
    if len(cells.people) == 0:
        return 0.0
    part = zone.points[None]
    if walkable is not None:
        part = _within(part, walkable.points[None])
    shapes = np.broadcast_to(part[0], (len(cells.people), *part.shape[1:]))
    owned = _areas(_within(shapes, cells.corners))
    return float((owned / cells.cells_m2).sum() / zone.area)


def _check(where: NDArray[np.float64], walkable: Polygon, cut_off_m: float | None) -> None:
    if cut_off_m is not None and not cut_off_m > 0:
        raise BadInput(f"cut_off_m must be above 0, got {cut_off_m}")
    lost = np.flatnonzero(~walkable.contains(where))
    if len(lost):
        raise BadInput(f"person {lost[0]} at {where[lost[0]].tolist()} is not on the walkable floor")


def _starting_shapes(
    spots: NDArray[np.float64], walkable: Polygon, cut_off_m: float | None, segments: int
) -> NDArray[np.float64]:
    """What everyone would own alone: the cut-off circle, or a box around the floor; anticlockwise."""
    low, high = walkable.points.min(axis=0) - 1.0, walkable.points.max(axis=0) + 1.0
    if cut_off_m is None:
        box = np.array([low, [high[0], low[1]], high, [low[0], high[1]]])
        return np.repeat(box[None], len(spots), axis=0)
    angles = 2 * np.pi * np.arange(segments) / segments
    circle = cut_off_m * np.column_stack([np.cos(angles), np.sin(angles)])
    return np.asarray(spots[:, None] + circle)


def _neighbours(spots: NDArray[np.float64], walkable: Polygon) -> NDArray[np.int64]:
    """Everyone's neighbours in the Delaunay triangulation, -1 where there are no more, shape (n, k).

    Four spots far away make a triangulation of one or two people, or of people in a row, possible; they take nobody's
    neighbour whose border would lie on the floor.
    """
    if len(spots) < 2:
        return np.empty((len(spots), 0), np.int64)
    low, high = walkable.points.min(axis=0), walkable.points.max(axis=0)
    far = 1e3 * float((high - low).max())
    corners = (low + high) / 2 + far * np.array([[-1, -1.01], [1.02, -1], [1, 1.03], [-1.04, 1]])
    first, others = Delaunay(np.vstack([spots, corners])).vertex_neighbor_vertices
    owner = np.repeat(np.arange(len(spots)), np.diff(first)[: len(spots)])
    other = others[: len(owner)].astype(np.int64)
    place = np.arange(len(owner)) - first[owner]
    table = np.full((len(spots), int(np.diff(first)[: len(spots)].max())), -1, np.int64)
    table[owner, place] = np.where(other < len(spots), other, -1)
    return table


def _keep_nearer(
    cells: NDArray[np.float64], own: NDArray[np.float64], other: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The part of each cell that is nearer to ``own`` than to ``other``; all of it where the two are the same."""
    return _clip(cells, other - own, ((other**2).sum(axis=1) - (own**2).sum(axis=1)) / 2)


def _within(shapes: NDArray[np.float64], convex: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each shape, cut by each convex polygon, whichever way round that goes."""
    turn = np.sign(_signed_areas(convex))
    following = np.roll(convex, -1, axis=1)
    for place in range(convex.shape[1]):
        start, end = convex[:, place], following[:, place]
        out = turn[:, None] * np.column_stack([end[:, 1] - start[:, 1], start[:, 0] - end[:, 0]])
        shapes = _clip(shapes, out, (out * start).sum(axis=1))
    return shapes


def _clip(shapes: NDArray[np.float64], normal: NDArray[np.float64], offset: NDArray[np.float64]) -> NDArray[np.float64]:
    """The part of each polygon where ``normal . x <= offset`` (Sutherland & Hodgman 1974), for all at once.

    A polygon that is not convex may come out as pieces joined by edges that are walked both ways: its area is right.

    Args:
        shapes: shape (n, v, 2).
        normal: shape (n, 2).
        offset: shape (n,).
    """
    beyond = np.einsum("nvc,nc->nv", shapes, normal) - offset[:, None]
    following, beyond_next = np.roll(shapes, -1, axis=1), np.roll(beyond, -1, axis=1)
    inside = beyond <= 0
    if inside.all():
        return shapes
    crosses = inside != (beyond_next <= 0)
    share = beyond / np.where(crosses, beyond - beyond_next, 1.0)
    meeting = shapes + share[..., None] * (following - shapes)
    kept = np.stack([inside, crosses], axis=2).reshape(len(shapes), -1)
    corners = np.stack([shapes, meeting], axis=2).reshape(len(shapes), -1, 2)
    return _packed(corners, kept)


def _packed(corners: NDArray[np.float64], kept: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The kept corners of each polygon, in order; shorter ones repeat their last, empty ones are a point."""
    counts = kept.sum(axis=1)
    packed = np.zeros((len(corners), max(int(counts.max(initial=0)), 1), 2))
    row, column = np.nonzero(kept)
    packed[row, np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)] = corners[row, column]
    last = packed[np.arange(len(packed)), np.maximum(counts - 1, 0)]
    absent = np.arange(packed.shape[1]) >= counts[:, None]
    return np.where(absent[..., None], last[:, None], packed)


def _signed_areas(shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = np.moveaxis(shapes - shapes[:, :1], 2, 0)
    return np.asarray((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1) / 2)


def _areas(shapes: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.abs(_signed_areas(shapes))
