"""From pixels to metres: round trips, horizons, heads, areas, and how sure a place is."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from domain.calibration import HeightsCalibration
from domain.geometry import Polygon
from domain.projection import of_homography, projection_of
from inference.calibration import ground_plane
from inference.ground import PERSON_HEIGHT_M, GroundPlane

SIZE = (640, 480)


def view(height_m: float = 6.0, tilt: float = 30.0, focal: float = 600.0, roll: float = 0.0) -> HeightsCalibration:
    """A synthetic camera: its floor's origin lies below it, y where it looks."""
    return HeightsCalibration(
        frame_size=SIZE, focal_px=focal, tilt_deg=tilt, roll_deg=roll, height_m=height_m, deviation_share=1e-9
    )


cameras = st.builds(view, st.floats(2.5, 30), st.floats(5, 80), st.floats(300, 2500), st.floats(-20, 20))
pixels = st.lists(st.tuples(st.floats(0, 639), st.floats(0, 479)), min_size=1, max_size=12)
places = st.lists(st.tuples(st.floats(-40, 40), st.floats(0.5, 80)), min_size=1, max_size=12)


@given(cameras, places)
def test_floor_to_picture_to_floor_is_the_same_place(
    camera: HeightsCalibration, floor: list[tuple[float, float]]
) -> None:
    plane = ground_plane(camera)
    there = plane.floor_to_picture(floor)
    assert there is not None
    seen = np.isfinite(there).all(axis=1)
    assert plane.feet_to_floor(there[seen]) == pytest.approx(np.array(floor)[seen], rel=1e-6, abs=1e-5)


@given(cameras, pixels)
def test_a_pixel_is_a_place_exactly_below_the_horizon(
    camera: HeightsCalibration, seen: list[tuple[float, float]]
) -> None:
    plane = ground_plane(camera)
    floor = plane.feet_to_floor(seen)
    rays = np.column_stack([(np.array(seen) - (319.5, 239.5)) / camera.focal_px, np.ones(len(seen))])
    downward = -(rays @ camera.rotation)[:, 2]
    below, above = downward > 1e-6, downward < -1e-6
    assert np.isfinite(floor[below]).all()
    assert np.isnan(floor[above]).all()
    assert np.isnan(plane.deviation_m(np.array(seen)[above], 1.0)).all(), "no place is not a sure place"


@given(cameras, places, st.floats(1.2, 2.1))
def test_heads_and_feet_land_at_the_same_place(
    camera: HeightsCalibration, floor: list[tuple[float, float]], tall_m: float
) -> None:
    assume(abs(camera.height_m - tall_m) > 0.3)
    plane = ground_plane(camera)
    heads = plane.floor_to_picture(floor, tall_m)
    assert heads is not None
    seen = np.isfinite(heads).all(axis=1)
    landed = plane.heads_to_floor(heads[seen], tall_m)
    assert landed == pytest.approx(np.array(floor)[seen], rel=1e-5, abs=1e-4)


@given(st.floats(3, 30), st.floats(20, 60), st.floats(400, 1500), st.floats(-10, 10))
def test_a_homography_alone_finds_the_heads_of_a_level_lens(
    height_m: float, tilt: float, focal: float, roll: float
) -> None:
    whole = projection_of(view(height_m, tilt, focal, roll))
    spots = whole.to_floor([[100, 460], [540, 460], [320, 300], [200, 350]])
    assert spots is not None
    assume(np.isfinite(spots).all())
    pixel_map = np.array([[focal, 0, 319.5], [0, focal, 239.5], [0, 0, 1]]) @ whole.base
    flat = GroundPlane(of_homography(pixel_map * -3.0, spots, SIZE))
    heads = whole.to_picture(spots, PERSON_HEIGHT_M)
    assert heads is not None
    assert flat.heads_to_floor(heads) == pytest.approx(spots, rel=1e-5, abs=1e-4)
    assert flat.projection.camera_m == pytest.approx([0, 0, height_m], rel=1e-4, abs=1e-4)


def test_a_view_straight_down_says_that_heads_cannot_be_projected() -> None:
    plane = GroundPlane(of_homography(np.diag([100.0, 100, 1]), np.array([[0.0, 0], [3, 4]]), SIZE))
    assert not plane.knows_heights
    assert plane.heads_to_floor([[10, 10]]) is None
    assert plane.floor_to_picture([[1, 1]], 1.7) is None
    assert plane.feet_to_floor([[100, 200]]).tolist() == [[1, 2]]


def test_a_camera_at_head_height_sees_no_place_in_heads() -> None:
    plane = ground_plane(view(height_m=1.7))
    heads = plane.heads_to_floor([[320, 100], [320, 400]], 1.7)
    assert heads is not None
    assert np.isnan(heads).all()


@given(cameras, st.floats(50, 600), st.floats(300, 470))
def test_the_deviation_is_how_far_noise_moves_a_place(camera: HeightsCalibration, x: float, y: float) -> None:
    plane = ground_plane(camera)
    assume(bool((plane.metres_per_pixel([[x, y]]) < 0.5).all()))
    noise = np.random.default_rng(7).normal(0, 0.5, (4000, 2))
    floor = plane.feet_to_floor(noise + np.array([x, y]))
    largest = np.sqrt(np.linalg.eigvalsh(np.cov(floor.T))[-1])
    assert plane.deviation_m([[x, y]], 0.5) == pytest.approx([largest], rel=0.1)


def test_what_the_calibration_leaves_unsure_is_added() -> None:
    plane = ground_plane(view())
    sure = plane.deviation_m([[320, 400]], 2.0)
    unsure = GroundPlane(plane.projection, residual_m=0.3).deviation_m([[320, 400]], 2.0)
    assert unsure == pytest.approx(np.hypot(sure, 0.3))
    rough = GroundPlane(plane.projection, residual_share=0.2)
    distance = np.hypot(*plane.feet_to_floor([[320, 400]])[0])
    assert rough.deviation_m([[320, 400]], 0.0) == pytest.approx([0.2 * distance])
    each = plane.deviation_m([[320, 400], [320, 300]], [2.0, 0.0])
    assert each == pytest.approx([sure[0], 0], abs=1e-6)


def test_nobody_is_an_ordinary_answer() -> None:
    plane = ground_plane(view())
    floor, deviation = plane.located(np.empty((0, 2)), np.empty(0))
    assert (floor.shape, deviation.shape) == ((0, 2), (0,))


@given(cameras)
def test_the_footprint_is_seen_and_its_places_are_measurable(camera: HeightsCalibration) -> None:
    plane = ground_plane(camera)
    seen = plane.footprint()
    if seen is None:
        return
    inside = plane.floor_to_picture(seen.points)
    assert inside is not None
    assert (inside > -1).all()
    assert (inside < np.add(SIZE, 1)).all()
    assert (plane.metres_per_pixel(np.clip(inside, 0, np.subtract(SIZE, 1)))[:, 0] < 0.55).all()
    assert seen.area < 500_000


def test_the_footprint_ends_where_people_are_too_small_and_is_nothing_for_the_sky() -> None:
    plane = ground_plane(view(tilt=15))
    near, far = plane.footprint(smallest_person_px=60), plane.footprint(smallest_person_px=20)
    assert near is not None
    assert far is not None
    assert near.area < far.area
    assert near.points[:, 1].max() < 1.7 * 600 / 60 / np.cos(np.radians(45)), "60 pixels are 17 m away"
    assert ground_plane(view(tilt=-29)).footprint() is None


def test_another_picture_size_sees_the_same_floor() -> None:
    plane = ground_plane(view())
    half = plane.for_picture((320, 240))
    assert half.feet_to_floor([[160, 200]]) == pytest.approx(plane.feet_to_floor([[320, 400]]), abs=0.05)
    whole = plane.footprint(worst_m_per_px=0.2, smallest_person_px=20)
    same = plane.footprint((320, 240), worst_m_per_px=0.4, smallest_person_px=10)
    assert whole is not None
    assert same is not None
    assert same.area == pytest.approx(whole.area, rel=0.05)


@given(st.floats(3, 20), st.floats(15, 70), st.floats(0.5, 6), st.floats(0.5, 6))
def test_the_area_of_a_zone_in_the_picture_is_that_of_the_floor(
    height_m: float, tilt: float, across_m: float, deep_m: float
) -> None:
    plane = ground_plane(view(height_m, tilt))
    corners = np.array([[0, 0], [across_m, 0], [across_m, deep_m], [0, deep_m]]) + np.array([-1.0, height_m + 1])
    seen = plane.floor_to_picture(corners)
    assert seen is not None
    assume(np.isfinite(seen).all())
    assert plane.area_of(Polygon(seen)) == pytest.approx(across_m * deep_m, rel=1e-4)


def test_a_zone_that_reaches_the_sky_has_no_area() -> None:
    plane = ground_plane(view(tilt=10))
    assert plane.area_of(Polygon([[0, 0], [640, 0], [640, 480], [0, 480]])) is None
