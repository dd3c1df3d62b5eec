"""Properties of the frozen shapes: what must hold for any polygon, not for one that was picked."""

import math
from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.errors import BadGeometry
from domain.geometry import LARGEST, Points, Polygon, as_points

SQUARE = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))

coordinates = st.floats(-1000, 1000, allow_subnormal=False)
places = st.tuples(coordinates, coordinates)
angles = st.floats(0, 2 * math.pi)


@st.composite
def stars(draw: st.DrawFn, fewest: int = 3) -> Polygon:
    """A star-shaped polygon, seldom convex: corners by growing angle round a centre, each at its own distance."""
    count = draw(st.integers(fewest, 12))
    distances = draw(st.lists(st.floats(1, 100), min_size=count, max_size=count))
    turns = np.arange(count) * 2 * math.pi / count + draw(angles)
    x, y = draw(places)
    rays = np.column_stack([np.cos(turns), np.sin(turns)]) * np.array(distances)[:, None]
    return Polygon(rays + np.array([x, y]))


def winding_number(polygon: Polygon, point: NDArray[np.float64]) -> int:
    """How often the polygon turns round the point, by the sum of the angles: slow, and unlike ray casting."""
    away = polygon.points - point
    headings = np.arctan2(away[:, 1], away[:, 0])
    turns = np.diff(np.append(headings, headings[0]))
    return round(float(((turns + math.pi) % (2 * math.pi) - math.pi).sum()) / (2 * math.pi))


def border_distance(polygon: Polygon, points: Points) -> NDArray[np.float64]:
    starts, ends = polygon.points, np.roll(polygon.points, -1, axis=0)
    along = ends - starts
    share = ((points[:, None] - starts) * along).sum(axis=2) / (along**2).sum(axis=1)
    feet = starts + np.clip(share, 0, 1)[..., None] * along
    return np.asarray(np.linalg.norm(points[:, None] - feet, axis=2).min(axis=1))


def rotated(points: Points, angle: float) -> Points:
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(points @ turn.T)


def scatter(polygon: Polygon, seed: int, count: int = 60) -> Points:
    """Points in and around the polygon, none so near its border that rounding decides."""
    low, high = polygon.points.min(axis=0), polygon.points.max(axis=0)
    points = np.random.default_rng(seed).uniform(low - 20, high + 20, size=(count, 2))
    return points[border_distance(polygon, points) > 1e-6]


@given(stars(), st.integers(0, 2**32))
def test_contains_agrees_with_the_winding_number(polygon: Polygon, seed: int) -> None:
    points = scatter(polygon, seed)
    expected = [winding_number(polygon, point) != 0 for point in points]
    assert polygon.contains(points).tolist() == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=3, max_size=6), st.integers(0, 2**32))
def test_contains_agrees_with_opencv(corners: list[tuple[int, int]], seed: int) -> None:
    try:
        polygon = Polygon(corners)
    except BadGeometry:
        assume(False)  # noqa: FBT003 - hypothesis takes it by position only
    contour = np.array(corners, dtype=np.float32).reshape(-1, 1, 2)
    points = scatter(polygon, seed)
    points = points[border_distance(polygon, points) > 1e-3]  # OpenCV's contour is single precision
    expected = [cv2.pointPolygonTest(contour, (x, y), measureDist=False) > 0 for x, y in points.tolist()]
    assert polygon.contains(points).tolist() == expected


@given(stars(), st.integers(0, 2**32), places, angles)
def test_contains_and_area_do_not_depend_on_where_the_shape_lies(
    polygon: Polygon, seed: int, shift: tuple[float, float], angle: float
) -> None:
    points = scatter(polygon, seed)
    moved = Polygon(rotated(polygon.points, angle) + shift)
    assert moved.contains(rotated(points, angle) + shift).tolist() == polygon.contains(points).tolist()
    assert moved.area == pytest.approx(polygon.area, rel=1e-9)


@given(stars(), st.integers(0, 11), st.booleans())
def test_first_corner_and_direction_do_not_matter(polygon: Polygon, first: int, reverse: bool) -> None:  # noqa: FBT001 - hypothesis names it
    points = np.roll(polygon.points, first, axis=0)
    other = Polygon(points[::-1] if reverse else points)
    where = scatter(polygon, first)
    assert other.contains(where).tolist() == polygon.contains(where).tolist()
    assert other.area == pytest.approx(polygon.area)


@given(stars(), st.floats(0.1, 10), st.floats(0.1, 10))
def test_scaling_multiplies_the_area(polygon: Polygon, x_factor: float, y_factor: float) -> None:
    assert polygon.scaled(x_factor, y_factor).area == pytest.approx(polygon.area * x_factor * y_factor)


def test_area_of_a_square_far_from_the_origin_keeps_its_precision() -> None:
    """Site coordinates in a national grid are millions of metres from its origin."""
    assert Polygon(np.add(SQUARE, (4e6, 5e6))).area == 12.0


rising = st.lists(st.floats(1, 9), min_size=0, max_size=4, unique=True).map(sorted)


@given(rising, rising, st.lists(places, max_size=20))
def test_cells_of_a_cut_rectangle_hold_each_point_once(
    columns: list[float], rows: list[float], anywhere: list[tuple[float, float]]
) -> None:
    """Nobody on the border of two zones is counted twice or missed, corners of four zones included."""
    xs, ys = [0.0, *columns, 10.0], [0.0, *rows, 10.0]
    cells = [
        Polygon([[left, top], [right, top], [right, bottom], [left, bottom]])
        for left, right in pairwise(xs)
        for top, bottom in pairwise(ys)
    ]
    on_borders = [(x, y) for x in xs for y in ys]
    points = np.array([*on_borders, *anywhere])
    inside = ((points >= 0) & (points < 10)).all(axis=1)
    assert np.sum([cell.contains(points) for cell in cells], axis=0).tolist() == inside.astype(int).tolist()


@given(st.floats(0, 10), st.floats(0, 10), st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_a_slanted_border_gives_each_point_on_it_to_one_side(top: float, bottom: float, shares: list[float]) -> None:
    """The two zones walk their border in opposite directions and must round alike."""
    left = Polygon([(-5.0, 0.0), (top, 0.0), (bottom, 7.0), (-5.0, 7.0)])
    right = Polygon([(bottom, 7.0), (top, 0.0), (15.0, 0.0), (15.0, 7.0)])
    share = np.array(shares)
    points = np.column_stack([top + share * (bottom - top), share * 7])
    within = (points[:, 1] >= 0) & (points[:, 1] < 7)
    owners = left.contains(points).astype(int) + right.contains(points)
    assert owners[within].tolist() == [1] * int(within.sum())


def test_no_points_is_an_ordinary_input() -> None:
    assert Polygon(SQUARE).contains([]).shape == (0,)
    assert Polygon(SQUARE).contains(np.empty((0, 2))).shape == (0,)


def test_a_place_that_is_not_known_lies_in_no_zone() -> None:
    assert Polygon(SQUARE).contains([[math.nan, 1], [1, math.nan]]).tolist() == [False, False]


@pytest.mark.parametrize(
    ("points", "complaint"),
    [
        ([], "pairs"),
        ([[0, 0], [1, 1]], "at least 3 corners"),
        ([[0, 0], [4, 0], [4, 0], [0, 3]], "repeats a corner"),
        ([[0, 0], [4, 0], [4, 3], [0, 0]], "repeats a corner"),
        ([[0, 0], [4, 0], [4, 3], [-0.0, -0.0]], "repeats a corner"),
        ([[0, 0], [4, 3], [4, 0], [0, 3]], "crosses itself"),
        ([[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]], "crosses itself"),
        ([[0, 0], [4, 0], [2, 0], [2, 3]], "crosses itself"),
        ([[0, 0], [1, 1], [2, 2]], "no area"),
        ([[0, 0], [1e-9, 1], [0, 2]], "no area"),
        ([[0, 0], [math.nan, 1], [0, 2]], "not a number"),
        ([[0, 0], [math.inf, 1], [0, 2]], "not a number"),
        ([[0, 0], [LARGEST * 2, 1], [0, 2]], "not a number"),
        ([[0, 0], [10**400, 1], [0, 2]], "pairs"),
        ([[0, 0], [1], [0, 2]], "pairs"),
        ([[0, 0, 0], [1, 0, 0], [0, 2, 0]], "pairs"),
        ("square", "pairs"),
        (None, "pairs"),
        ({"x": 1}, "pairs"),
        ([[0, 0], ["left", 1], [0, 2]], "pairs"),
    ],
)
def test_bad_polygon_is_refused_in_one_line_that_says_why(points: object, complaint: str) -> None:
    with pytest.raises(BadGeometry, match=complaint) as refused:
        Polygon(points)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


@given(stars(fewest=4), st.data())
def test_swapping_two_neighbouring_corners_is_refused(polygon: Polygon, data: st.DataObject) -> None:
    """Four corners clicked in the wrong order: the commonest mistake of drawing a zone."""
    hull = cv2.convexHull(polygon.points.astype(np.float32)).reshape(-1, 2)
    assume(len(hull) >= 4)
    first = data.draw(st.integers(0, len(hull) - 1))
    second = (first + 1) % len(hull)
    hull[[first, second]] = hull[[second, first]]
    with pytest.raises(BadGeometry, match="crosses itself"):
        Polygon(hull)


def test_a_shape_owns_its_points() -> None:
    corners = np.array(SQUARE)
    polygon = Polygon(corners)
    corners[0] = (1, 1)
    assert polygon.points[0].tolist() == [0, 0]
    with pytest.raises(ValueError, match="read-only"):
        polygon.points[0, 0] = 5


def test_equal_shapes_hash_alike() -> None:
    same = Polygon([[-0.0, 0], *SQUARE[1:]])
    assert Polygon(SQUARE) == same
    assert hash(Polygon(SQUARE)) == hash(same)
    assert Polygon(SQUARE) != Polygon(SQUARE).scaled(2, 1)
    assert Polygon(SQUARE) != SQUARE


@given(st.lists(places, min_size=1, max_size=5))
def test_points_keep_their_values(values: list[tuple[float, float]]) -> None:
    assert as_points(values, name="points").tolist() == [list(pair) for pair in values]
