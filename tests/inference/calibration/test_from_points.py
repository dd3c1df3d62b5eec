"""Ground planes from marks: good ones, wrong ones, and those that fix nothing."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.calibration import HeightsCalibration, MatchedPoint, PointsCalibration
from domain.errors import BadCalibration
from domain.projection import projection_of
from inference.calibration import from_points, ground_plane

SIZE = (768, 576)
FLOOR = np.array([[-6, 10], [-2, 11], [3, 10], [7, 14], [-7, 20], [0, 24], [8, 22], [-4, 15], [4, 18], [1, 13.0]])
VIEW = projection_of(HeightsCalibration(frame_size=SIZE, focal_px=800, tilt_deg=25, height_m=7, deviation_share=0.1))


def seen() -> NDArray[np.float64]:
    pixels = VIEW.to_picture(FLOOR)
    assert pixels is not None
    return pixels


def calibration(
    picture: NDArray[np.float64], floor_m: NDArray[np.float64] = FLOOR, **changes: float
) -> PointsCalibration:
    points = tuple(
        MatchedPoint(picture=tuple(pixel), floor_m=tuple(place))
        for pixel, place in zip(picture.tolist(), floor_m.tolist(), strict=True)
    )
    return PointsCalibration(frame_size=SIZE, points=points, **changes)


@given(st.integers(0, 1000), st.floats(0, 2))
def test_clicks_that_are_a_little_off_give_a_plane_that_is_a_little_off(seed: int, noise_px: float) -> None:
    clicked = seen() + np.random.default_rng(seed).normal(0, noise_px, FLOOR.shape)
    fit = from_points(calibration(clicked))
    assert fit.used.all()
    off = np.hypot(*(fit.plane.feet_to_floor(seen()) - FLOOR).T)
    assert off.max() < 0.02 + 0.3 * noise_px
    assert fit.median_m <= fit.largest_m
    assert fit.plane.residual_m < 0.02 + 0.3 * noise_px
    camera = fit.plane.projection.camera_m
    assert camera is None or noise_px > 0 or camera[2] == pytest.approx(7, abs=0.01)


@given(st.integers(0, 9), st.integers(0, 9), st.floats(1, 5))
def test_wrong_marks_are_left_out_and_named(first: int, second: int, wrong_m: float) -> None:
    assume(first != second)
    floor = FLOOR.copy()
    floor[[first, second]] += [[wrong_m, -wrong_m], [-wrong_m, -wrong_m]]
    assume(min(np.hypot(*(a - b)) for i, a in enumerate(floor) for b in floor[:i]) > 0.1)
    fit = from_points(calibration(seen(), floor))
    assert set(np.flatnonzero(~fit.used)) == {first, second}
    assert fit.residuals_m[[first, second]].min() > 0.5
    assert fit.median_m < 1e-3


def test_too_many_wrong_marks_are_refused_and_the_worst_named() -> None:
    floor = FLOOR + np.random.default_rng(3).normal(0, 1.2, FLOOR.shape)
    with pytest.raises(BadCalibration, match=r"do not fit one view: median .* The worst: point \d+ \("):
        from_points(calibration(seen(), floor))


def test_one_wrong_mark_of_five_cannot_be_told_and_is_refused() -> None:
    floor = FLOOR[:5].copy()
    floor[4] += (6, 0)
    with pytest.raises(BadCalibration, match="worst"):
        from_points(calibration(seen()[:5], floor))


def test_the_allowed_residual_is_the_venues_own() -> None:
    clicked = seen() + np.random.default_rng(0).normal(0, 3, FLOOR.shape)
    with pytest.raises(BadCalibration, match=r"allowed are 0.01 m"):
        from_points(calibration(clicked, largest_residual_m=0.01))
    assert from_points(calibration(clicked, largest_residual_m=2)).median_m > 0.01


def test_four_marks_fit_and_are_as_unsure_as_a_click() -> None:
    rows = [0, 3, 4, 6]
    fit = from_points(calibration(seen()[rows], FLOOR[rows]))
    assert fit.median_m < 1e-6
    assert 0.02 < fit.plane.residual_m < 0.5, "nothing checks them, so they are not taken for exact"


def test_three_marks_on_a_line_and_one_beside_it_fix_nothing() -> None:
    rows = np.array([[0, 10], [2, 10], [4, 10], [3, 14.0]])
    pixels = VIEW.to_picture(rows)
    assert pixels is not None
    with pytest.raises(BadCalibration, match="quadrangle"):
        from_points(calibration(pixels, rows))


def test_a_plan_far_from_its_origin_and_upside_down_is_a_plan_too() -> None:
    floor = FLOOR * (1, -1) + (4000, -3000)
    fit = from_points(calibration(seen(), floor))
    assert fit.plane.feet_to_floor(seen()) == pytest.approx(floor, abs=1e-3)
    camera = fit.plane.projection.camera_m
    assert camera == pytest.approx([4000, -3000, 7], abs=0.05)


def test_the_plane_is_scaled_to_the_stream() -> None:
    plane = ground_plane(calibration(seen()), (1536, 1152))
    assert plane.feet_to_floor(seen() * 2) == pytest.approx(FLOOR, abs=1e-3)
    with pytest.raises(BadCalibration, match="768x576"):
        ground_plane(calibration(seen()), (1920, 1080))
