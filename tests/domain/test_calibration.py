"""What may be said of where a camera looks, and the geometry that follows."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from domain.calibration import (
    Calibration,
    CameraCalibration,
    HeightsCalibration,
    Placement,
    PointsCalibration,
    TsaiCalibration,
)
from domain.errors import BadCalibration
from domain.lens import OpenCvLens, TsaiLens
from domain.projection import of_homography, projection_of, through_points
from domain.venue import CameraConfig

SIZE = (640, 480)
MARKS = [((100, 400), (0, 0)), ((500, 410), (4, 0)), ((420, 200), (4, 9)), ((180, 190), (0, 9)), ((300, 280), (2, 4))]
POINTS: dict[str, Any] = {
    "kind": "points",
    "frame_size": SIZE,
    "points": [{"picture": seen, "floor_m": floor} for seen, floor in MARKS],
}
CAMERA: dict[str, Any] = {
    "kind": "camera",
    "frame_size": SIZE,
    "matrix": [[600, 0, 320], [0, 600, 240], [0, 0, 1]],
    "rotation": [[1, 0, 0], [0, -0.6, -0.8], [0, 0.8, -0.6]],
    "translation_m": [0, 4, 3],
}
TSAI: dict[str, Any] = {
    "kind": "tsai",
    "frame_size": SIZE,
    "focal": 5.5,
    "kappa1": 0.005,
    "cx": 324,
    "cy": 282,
    "sx": 1.09,
    "dpx": 0.005127,
    "dpy": 0.00465,
    "tx": 828.7,
    "ty": -3175.5,
    "tz": 35469.3,
    "rx": 2.04,
    "ry": -0.893,
    "rz": -0.43,
}
HEIGHTS: dict[str, Any] = {"kind": "heights", "frame_size": SIZE, "focal_px": 600, "tilt_deg": 30, "height_m": 5}
EVERY = [POINTS, CAMERA, TSAI, HEIGHTS]


def parse(content: dict[str, Any]) -> Calibration:
    return TypeAdapter[Calibration](Calibration).validate_python(content)


@pytest.mark.parametrize("content", EVERY, ids=lambda content: content["kind"])
def test_each_kind_survives_being_written_and_is_a_cameras_field(content: dict[str, Any]) -> None:
    read = parse(content)
    assert parse(read.model_dump(mode="json")) == read
    camera = CameraConfig.model_validate(
        {"id": "a", "name": "A", "source": "usb:0", "frame_size": SIZE, "calibration": content}
    )
    assert camera.calibration == read


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (POINTS | {"points": POINTS["points"][:3]}, "at least 4"),
        (POINTS | {"points": [*POINTS["points"], POINTS["points"][1]]}, "points 2 and 6 have the same picture"),
        (
            POINTS | {"points": [{"picture": [x * 10, x * x], "floor_m": [x, 2 * x]} for x in range(6)]},
            "one line in floor_m",
        ),
        (POINTS | {"points": [{"picture": [1, 2], "floor_m": [20_000, 0]}] * 4}, "less than or equal to 10000"),
        (POINTS | {"largest_residual_m": 0}, "greater than 0"),
        (POINTS | {"frame_size": [640, 0]}, "greater than 0"),
        (CAMERA | {"matrix": [[600, 0, 320], [0, -600, 240], [0, 0, 1]]}, "fx and fy above 0"),
        (CAMERA | {"distortion": [0.1, 0.2]}, "0, 4, 5, 8 or 12 numbers, got 2"),
        (CAMERA | {"rotation": [[2, 0, 0], [0, 1, 0], [0, 0, 1]]}, "must be a rotation"),
        (CAMERA | {"rotation": [[1, 0, 0], [0, 1, 0], [0, 0, -1]]}, "must be a rotation"),
        (CAMERA | {"translation_m": [0, -4, -3]}, "camera -5.00 m above the floor"),
        (CAMERA | {"translation_m": [0, 4000, 3000]}, "all in metres"),
        (CAMERA | {"translation_m": [0, math.nan, 3]}, "finite"),
        (TSAI | {"metres_per_unit": 1.0}, "all in metres"),
        (TSAI | {"focal": 0}, "greater than 0"),
        (HEIGHTS | {"height_m": -3}, "greater than 0"),
        (HEIGHTS | {"tilt_deg": 95}, "less than or equal to 90"),
        (HEIGHTS | {"colour": "red"}, "Extra inputs"),
        (HEIGHTS | {"kind": "guess"}, "'points', 'camera', 'tsai', 'heights'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(content: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        parse(content)


def test_a_square_is_mapped_exactly_and_its_residuals_are_nothing() -> None:
    calibration = PointsCalibration.model_validate(POINTS | {"points": POINTS["points"][:4]})
    found = projection_of(calibration).to_floor(calibration.picture)
    assert found == pytest.approx(calibration.floor_m, abs=1e-9)


def test_three_marks_on_a_line_and_one_beside_it_fix_nothing() -> None:
    seen = np.array([[0, 0], [100, 0], [200, 0], [50, 80.0]])
    with pytest.raises(BadCalibration, match="quadrangle"):
        through_points(seen, seen / 100, SIZE)


def test_marks_on_both_sides_of_the_horizon_are_refused() -> None:
    view = projection_of(parse(CAMERA))
    behind = np.array([[0.0, 2.0], [1.0, 9.0], [3.0, -40.0]])
    with pytest.raises(BadCalibration, match="horizon between"):
        of_homography(view.base, behind, SIZE)


@pytest.mark.parametrize("distortion", [(), (-0.3, 0.12, -0.0007, 0.003), (-0.15, 0.05, 0.001, 0.004, 0.01)])
def test_the_lens_is_opencvs(distortion: tuple[float, ...]) -> None:
    import cv2  # noqa: PLC0415 - the reference; the domain itself knows numpy only

    matrix = np.array([[1100.0, 0, 300], [0, 1120, 260], [0, 0, 1]])
    pixels = np.array([[x, y] for x in (0.0, 300, 640) for y in (0.0, 260, 480)])
    terms = np.array(distortion or (0.0, 0, 0, 0))
    lens = OpenCvLens(matrix, distortion)
    rays = lens.to_rays(pixels)
    undone = cv2.undistortPoints(pixels[:, None], matrix, terms, criteria=(3, 100, 1e-13))
    assert rays == pytest.approx(undone[:, 0], abs=1e-7)
    done, _ = cv2.projectPoints(np.column_stack([rays, np.ones(9)]), np.zeros(3), np.zeros(3), matrix, terms)
    assert lens.to_pixels(rays) == pytest.approx(done[:, 0], abs=1e-6)


@given(st.floats(-0.4, 0.4), st.floats(-0.2, 0.3), st.floats(-320, 320), st.floats(-240, 240))
def test_undoing_a_lens_gives_the_pixel_back_or_nothing(k1: float, k2: float, x: float, y: float) -> None:
    pixels = np.array([[320 + x, 240 + y]])
    for lens in (
        OpenCvLens(np.array([[400.0, 0, 320], [0, 400, 240], [0, 0, 1]]), (k1, k2, 0.001, -0.002)),
        TsaiLens((320, 240), (0.01, 0.011), 4.0, k1 / 10),
    ):
        rays = lens.to_rays(pixels)
        if np.isfinite(rays).all():
            assert lens.to_pixels(rays) == pytest.approx(pixels, abs=1e-3)


def test_a_lens_that_folds_back_has_no_ray_there() -> None:
    lens = OpenCvLens(np.array([[400.0, 0, 320], [0, 400, 240], [0, 0, 1]]), (-0.5, 0, 0, 0))
    assert np.isnan(lens.to_pixels(np.array([[3.0, 0.0]]))).all()
    assert np.isnan(lens.to_rays(np.array([[5000.0, 240.0]]))).all()
    assert np.isnan(TsaiLens((0, 0), (1, 1), 1.0, -0.1).to_rays(np.array([[9.0, 0.0]]))).all()


@given(st.floats(-50, 50), st.floats(-50, 50), st.floats(-180, 180), st.booleans())
def test_a_placement_moves_the_plan_and_nothing_else(x: float, y: float, turn: float, mirrored: bool) -> None:  # noqa: FBT001
    placement = Placement(origin_m=(x, y), turn_deg=turn, mirrored=mirrored)
    own = projection_of(CameraCalibration.model_validate(CAMERA))
    laid = projection_of(CameraCalibration.model_validate(CAMERA | {"placement": placement}))
    pixels = [[320, 240], [100, 400], [600, 450]]
    for height_m in (0.0, 1.7):
        before, after = own.to_floor(pixels, height_m), laid.to_floor(pixels, height_m)
        assert before is not None
        assert after is not None
        moved = np.column_stack([before, np.ones(3)]) @ placement.matrix.T
        assert after == pytest.approx(moved[:, :2], abs=1e-6)


def test_heights_look_as_far_down_as_they_say() -> None:
    view = projection_of(HeightsCalibration.model_validate(HEIGHTS))
    assert view.camera_m == pytest.approx([0, 0, 5])
    middle = view.to_floor([[319.5, 239.5]])
    assert middle == pytest.approx(np.array([[0, 5 / math.tan(math.radians(30))]]))


def test_tsai_s_camera_is_where_pets_put_it() -> None:
    assert projection_of(TsaiCalibration.model_validate(TSAI)).camera_m == pytest.approx([-28.9, -19.5, 7.1], abs=0.1)


def test_a_picture_of_another_shape_is_refused_and_of_another_size_scaled() -> None:
    view = projection_of(parse(POINTS))
    half = view.for_picture((320, 240))
    assert half.to_floor([[50, 200]]) == pytest.approx(view.to_floor([[100, 400]]))
    assert half.to_picture([[2, 4]]) == pytest.approx(view.to_picture([[2, 4]]) / 2)
    with pytest.raises(BadCalibration, match="640x480, which one of 640x360"):
        view.for_picture((640, 360))
