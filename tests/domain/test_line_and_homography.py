"""Counting lines and the way from a picture to the floor."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.errors import BadGeometry
from domain.geometry import Homography, Line

coordinates = st.floats(-1000, 1000, allow_subnormal=False)
places = st.tuples(coordinates, coordinates)


@st.composite
def lines(draw: st.DrawFn) -> Line:
    start, end = draw(places), draw(places)
    assume(math.dist(start, end) > 1e-3)
    return Line(start, end)


def test_in_is_the_right_hand_of_someone_who_walks_the_line_in_a_picture() -> None:
    left_to_right = Line((0, 100), (200, 100))
    below, above = (50, 130), (50, 70)
    assert left_to_right.signed_distance([below, above]).tolist() == [30, -30]


def test_position_runs_from_the_start_to_the_end_and_beyond() -> None:
    line = Line((10, 0), (30, 0))
    assert line.position_along([(10, 5), (20, -5), (30, 0), (0, 0), (40, 9)]).tolist() == [0, 0.5, 1, -0.5, 1.5]


@given(lines(), st.lists(places, min_size=1, max_size=10))
def test_turning_the_line_round_swaps_in_and_out(line: Line, points: list[tuple[float, float]]) -> None:
    turned = Line(line.end, line.start)
    assert turned.signed_distance(points) == pytest.approx(-line.signed_distance(points), abs=1e-6)
    assert turned.position_along(points) == pytest.approx(1 - line.position_along(points), rel=1e-6, abs=1e-6)


@given(lines(), places)
def test_distance_and_position_say_where_a_point_is(line: Line, point: tuple[float, float]) -> None:
    along = (line.end - line.start) / line.length
    to_the_right = np.array([-along[1], along[0]])
    [distance], [position] = line.signed_distance([point]), line.position_along([point])
    rebuilt = line.start + position * line.length * along + distance * to_the_right
    assert rebuilt == pytest.approx(point, rel=1e-6, abs=1e-6)


@given(lines(), st.floats(0.1, 10), st.floats(0.1, 10))
def test_the_side_of_a_point_survives_another_picture_size(line: Line, x_factor: float, y_factor: float) -> None:
    point = line.start + (line.end - line.start) / 2 + (3.0, -2.0)
    before = line.signed_distance([point])
    assume(abs(before[0]) > 1e-6)
    after = line.scaled(x_factor, y_factor).signed_distance([point * (x_factor, y_factor)])
    assert np.sign(after) == np.sign(before)


@pytest.mark.parametrize(
    ("start", "end", "complaint"),
    [
        ((3, 4), (3, 4), "two different ends"),
        ((0, 0), (1e-200, 0), "two different ends"),
        ((0, 0), (math.nan, 1), "not a number"),
        ((0, 0), (1, 2, 3), "pairs"),
        (("a", 0), (1, 2), "pairs"),
    ],
)
def test_bad_line_is_refused_in_one_line(start: object, end: object, complaint: str) -> None:
    with pytest.raises(BadGeometry, match=complaint) as refused:
        Line(start, end)  # type: ignore[arg-type]
    assert "\n" not in str(refused.value)


def test_equal_lines_are_one_and_a_turned_line_is_another() -> None:
    assert Line((0, 0), (1, 2)) == Line((-0.0, 0), (1, 2))
    assert hash(Line((0, 0), (1, 2))) == hash(Line((-0.0, 0), (1, 2)))
    assert Line((0, 0), (1, 2)) != Line((1, 2), (0, 0))


@st.composite
def views(draw: st.DrawFn) -> Homography:
    """Picture (pixels) to floor (metres) of a camera 2 to 30 m up, tilted down by 10 to 80 degrees."""
    height_m, tilt = draw(st.floats(2, 30)), math.radians(draw(st.floats(10, 80)))
    focal_px = draw(st.floats(300, 3000))
    camera = np.array([[focal_px, 0, 320], [0, focal_px, 240], [0, 0, 1]])
    # Floor x to the right, floor y away from the camera, which looks down at it by the tilt.
    floor_to_camera = np.array(
        [
            [1, 0, 0],
            [0, -math.sin(tilt), height_m * math.cos(tilt)],
            [0, math.cos(tilt), height_m * math.sin(tilt)],
        ]
    )
    return Homography(np.linalg.inv(camera @ floor_to_camera))


floor_points = st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 100)), min_size=1, max_size=20)


@given(views(), floor_points)
def test_floor_to_picture_and_back_is_the_same_place(view: Homography, floor: list[tuple[float, float]]) -> None:
    there = view.inverse.project(floor)
    assert view.project(there) == pytest.approx(np.array(floor), rel=1e-6, abs=1e-6)


@given(views(), st.floats(-2000, 2000))
def test_a_point_on_the_horizon_is_nowhere_on_the_floor(view: Homography, x: float) -> None:
    a, b, c = view.matrix[2]
    horizon_y = -(a * x + c) / b
    assert np.isnan(view.project([(x, horizon_y)])).all()


@given(views(), floor_points, st.floats(0.01, 100), st.sampled_from([-1, 1]))
def test_the_size_of_a_matrix_has_no_meaning(
    view: Homography, floor: list[tuple[float, float]], factor: float, sign: int
) -> None:
    other = Homography(view.inverse.matrix * factor * sign)
    assert other.project(floor) == pytest.approx(view.inverse.project(floor), rel=1e-6, abs=1e-9)
    assert np.abs(other.matrix).max() == 1


def test_no_points_map_to_no_points() -> None:
    assert Homography(np.eye(3)).project([]).shape == (0, 2)


@pytest.mark.parametrize(
    "matrix",
    [
        np.zeros((3, 3)),
        np.ones((3, 3)),
        np.diag([1, 1, 0]),
        np.diag([1, math.nan, 1]),
        np.diag([1, math.inf, 1]),
        np.eye(2),
        [[1, 2], [3]],
        "eye",
        None,
        [[10**400, 0, 0], [0, 1, 0], [0, 0, 1]],
    ],
)
def test_a_map_without_a_way_back_is_refused(matrix: NDArray[np.float64]) -> None:
    with pytest.raises(BadGeometry, match="homography"):
        Homography(matrix)


def test_equal_maps_hash_alike_and_cannot_be_changed() -> None:
    identity = Homography(np.eye(3))
    assert identity == Homography(np.eye(3) * 2)
    assert hash(identity) == hash(Homography(np.where(np.eye(3) == 0, -0.0, 1.0)))
    assert identity != Homography(np.diag([1, 2, 1]))
    with pytest.raises(ValueError, match="read-only"):
        identity.matrix[0, 0] = 2
