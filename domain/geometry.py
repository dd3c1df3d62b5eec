"""Frozen shapes that are checked when they are made, so that nothing downstream checks again.

Coordinates have no unit here: a ``Polygon`` may lie in a picture (pixels, x right, y down) or on the floor (metres).
A ``Homography`` is the only way from the one to the other.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadGeometry

Points = NDArray[np.float64]
"""Shape (n, 2): x, y."""

LARGEST: Final = 1e9
"""No picture and no site is larger, in pixels or metres; products of two such numbers stay exact enough to compare."""
SHORTEST: Final = 1e-9
"""A line shorter than this has no direction that rounding would not turn round."""


def as_points(values: ArrayLike, *, name: str) -> Points:
    """``values`` as an (n, 2) float array of its own, which cannot be written to.

    Raises:
        BadGeometry: not pairs of numbers, or a number that is not finite or beyond :data:`LARGEST`.
    """
    try:
        # Adding 0.0 copies, and turns -0.0 into 0.0: equal shapes must have equal bytes, which they are hashed by.
        points = np.asarray(values, dtype=np.float64) + 0.0
    except (TypeError, ValueError, OverflowError) as error:
        raise BadGeometry(f"{name} must be a list of [x, y] pairs, got {values!r}") from error
    if points.ndim != 2 or points.shape[1] != 2:
        raise BadGeometry(f"{name} must be a list of [x, y] pairs, got {values!r}")
    if not (np.abs(points) <= LARGEST).all():
        raise BadGeometry(f"{name} has a coordinate that is not a number of at most {LARGEST:.0e}: {values!r}")
    points.setflags(write=False)
    return points


def _side(start: Points, end: Points, points: Points) -> Points:
    """Twice the signed area of start, end, point: positive where the point lies to one fixed side."""
    along = end - start
    away = points - start
    return np.asarray(along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0])


def _segments_touch(first: tuple[Points, Points], second: tuple[Points, Points]) -> bool:
    """Whether two closed segments share a point, collinear overlap included."""
    (a, b), (c, d) = first, second
    ab_c, ab_d = float(_side(a, b, c)), float(_side(a, b, d))
    cd_a, cd_b = float(_side(c, d, a)), float(_side(c, d, b))
    if ab_c * ab_d < 0 and cd_a * cd_b < 0:
        return True
    on_segment = (
        (ab_c, a, b, c),
        (ab_d, a, b, d),
        (cd_a, c, d, a),
        (cd_b, c, d, b),
    )
    return any(side == 0 and _within(p, q, r) for side, p, q, r in on_segment)


def _within(start: Points, end: Points, point: Points) -> bool:
    """Whether ``point``, known to lie on the infinite line, lies between ``start`` and ``end``."""
    low, high = np.minimum(start, end), np.maximum(start, end)
    return bool(((low <= point) & (point <= high)).all())


@dataclass(frozen=True, eq=False)
class Polygon:
    """A simple polygon: at least three corners, some area, no edge that crosses or touches another.

    Args:
        points: the corners in order, either way round, shape (n, 2); the last is joined to the first.

    Raises:
        BadGeometry: fewer than three corners, a repeated corner, no area, or edges that cross.

    Example:
        >>> Polygon([[0, 0], [4, 0], [4, 3], [0, 3]]).area
        12.0
    """

    points: Points

    def __init__(self, points: ArrayLike) -> None:
        object.__setattr__(self, "points", as_points(points, name="polygon"))
        self._check()

    def _check(self) -> None:
        corners = self.points
        shown = corners.tolist()
        if len(corners) < 3:
            raise BadGeometry(f"polygon needs at least 3 corners, got {len(corners)}: {shown}")
        if len(np.unique(corners, axis=0)) < len(corners):
            raise BadGeometry(f"polygon repeats a corner (do not repeat the first at the end): {shown}")
        edges = [(corners[i], corners[(i + 1) % len(corners)]) for i in range(len(corners))]
        for i, j in combinations(range(len(edges)), 2):
            neighbours = j - i == 1 or (i == 0 and j == len(edges) - 1)
            if not neighbours and _segments_touch(edges[i], edges[j]):
                raise BadGeometry(f"polygon crosses itself: edge {i + 1} meets edge {j + 1} of {shown}")
        if self.area <= 1e-9 * float(np.ptp(corners, axis=0).max()) ** 2:
            raise BadGeometry(f"polygon has no area: {shown}")

    @cached_property
    def area(self) -> float:
        """Area in the square of the coordinates' unit (the shoelace formula), never negative."""
        x, y = (self.points - self.points[0]).T  # near the origin, where products lose nothing
        return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)

    def contains(self, points: ArrayLike) -> NDArray[np.bool_]:
        """Which points lie inside, by even-odd ray casting.

        A point on the border belongs to exactly one of two polygons that share that border, corner by corner.

        Args:
            points: shape (n, 2), in the polygon's own coordinates; n may be 0.

        Returns:
            Shape (n,).
        """
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        x, y = where[:, 0:1], where[:, 1:2]
        start, end = self.points.T, np.roll(self.points.T, -1, axis=1)
        # Each edge by growing y: a neighbour that walks it the other way must round the same.
        upward = start[1] <= end[1]
        x1, y1 = np.where(upward, start, end)
        x2, y2 = np.where(upward, end, start)
        spans = (y1 > y) != (y2 > y)
        rise = np.where(y2 == y1, 1.0, y2 - y1)
        left = x < (x2 - x1) * (y - y1) / rise + x1
        return np.asarray((spans & left).sum(axis=1) % 2 == 1)

    def scaled(self, x_factor: float, y_factor: float) -> "Polygon":
        """The same shape in a picture of another size."""
        return Polygon(self.points * (x_factor, y_factor))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polygon) and np.array_equal(self.points, other.points)

    def __hash__(self) -> int:
        return hash(self.points.tobytes())


@dataclass(frozen=True, eq=False)
class Line:
    """A directed counting line from ``start`` to ``end``.

    The ``in`` side is the right-hand side of someone who walks from start to end *in a picture* (x right, y down):
    a line drawn left to right counts movement down the picture as ``in``.

    Raises:
        BadGeometry: the two ends are the same point, or closer than :data:`SHORTEST`.
    """

    start: Points
    end: Points

    def __init__(self, start: ArrayLike, end: ArrayLike) -> None:
        ends = as_points([np.asarray(start), np.asarray(end)], name="line")
        object.__setattr__(self, "start", ends[0])
        object.__setattr__(self, "end", ends[1])
        if self.length < SHORTEST:
            raise BadGeometry(f"line needs two different ends, got {ends[0].tolist()} and {ends[1].tolist()}")

    @cached_property
    def length(self) -> float:
        """Length in the coordinates' unit."""
        return float(np.hypot(*(self.end - self.start)))

    def signed_distance(self, points: ArrayLike) -> NDArray[np.float64]:
        """Distance from the infinite line, positive on the ``in`` side.

        Args:
            points: shape (n, 2).

        Returns:
            Shape (n,), in the coordinates' unit.
        """
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.asarray(_side(self.start, self.end, where) / self.length)

    def position_along(self, points: ArrayLike) -> NDArray[np.float64]:
        """Where each point's foot falls on the line: 0 at the start, 1 at the end, outside that beyond the ends."""
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        return np.asarray((where - self.start) @ (self.end - self.start) / self.length**2)

    def scaled(self, x_factor: float, y_factor: float) -> "Line":
        """The same line in a picture of another size."""
        return Line(self.start * (x_factor, y_factor), self.end * (x_factor, y_factor))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Line) and np.array_equal(self.start, other.start) and np.array_equal(self.end, other.end)
        )

    def __hash__(self) -> int:
        return hash(self.start.tobytes() + self.end.tobytes())


@dataclass(frozen=True, eq=False)
class Homography:
    """A projective map from a picture (pixels) to the floor (metres), or back.

    Args:
        matrix: shape (3, 3); scaled so that its largest entry has size 1.

    Raises:
        BadGeometry: not 3x3, not finite, or without an inverse.
    """

    matrix: NDArray[np.float64]

    def __init__(self, matrix: ArrayLike) -> None:
        try:
            values = np.array(matrix, dtype=np.float64)
        except (TypeError, ValueError, OverflowError) as error:
            raise BadGeometry(f"homography must be 3x3 finite numbers, got {matrix!r}") from error
        if values.shape != (3, 3) or not np.isfinite(values).all():
            raise BadGeometry(f"homography must be 3x3 finite numbers, got shape {values.shape}")
        largest = float(np.abs(values).max())
        if largest == 0 or np.linalg.matrix_rank(values) < 3:
            raise BadGeometry(f"homography has no inverse: {values.tolist()}")
        values = values / largest + 0.0
        values.setflags(write=False)
        object.__setattr__(self, "matrix", values)

    def project(self, points: ArrayLike) -> NDArray[np.float64]:
        """Map points, shape (n, 2), to shape (n, 2). A point on the horizon maps to ``nan``, never to a place."""
        where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        mapped = np.column_stack([where, np.ones(len(where))]) @ self.matrix.T
        depth = mapped[:, 2:3]
        terms = np.abs(np.column_stack([where, np.ones(len(where))])) @ np.abs(self.matrix[2:3].T)
        horizon = np.abs(depth) <= 1e-12 * terms  # what is left of terms that cancel is rounding, not depth
        return np.asarray(np.where(horizon, np.nan, mapped[:, :2] / np.where(horizon, 1.0, depth)))

    @cached_property
    def inverse(self) -> "Homography":
        """The map back."""
        return Homography(np.linalg.inv(self.matrix))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Homography) and np.array_equal(self.matrix, other.matrix)

    def __hash__(self) -> int:
        return hash(self.matrix.tobytes())
