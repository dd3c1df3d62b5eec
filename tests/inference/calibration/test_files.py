"""Camera parameters as others write them."""

import json
from pathlib import Path

import pytest

from domain.errors import BadCalibration
from domain.projection import projection_of
from inference.calibration.files import read_opencv, read_tsai

XML = """<?xml version="1.0" encoding="UTF-8"?>
<Camera name="cam1">
  <Geometry width="768" height="576" ncx="795" nfx="752" dx="4.85e-03" dy="4.65e-03" dpx="5.127e-03" dpy="4.65e-03"/>
  <Intrinsic focal="5.555" kappa1="5.111e-03" cx="324.2" cy="282.6" sx="1.0938"/>
  <Extrinsic tx="828.7" ty="-3175.5" tz="35469.3" rx="2.0405" ry="-0.8934" rz="-0.4306"/>
</Camera>
"""
POSE = {
    "K": [[600, 0, 320], [0, 600, 240], [0, 0, 1]],
    "R": [[1, 0, 0], [0, -0.6, -0.8], [0, 0.8, -0.6]],
    "t": [[0], [4000], [3000]],
}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_the_xml_of_pets_is_read(tmp_path: Path) -> None:
    read = read_tsai(written(tmp_path, "view1.xml", XML))
    assert (read.frame_size, read.kappa1) == ((768, 576), 0.005111)
    assert projection_of(read).camera_m == pytest.approx([-28.9, -19.5, 7.1], abs=0.1)


@pytest.mark.parametrize("names", [{}, {"K": "camera_matrix", "t": "tvec"}])
def test_opencvs_parameters_are_read_under_either_name(tmp_path: Path, names: dict[str, str]) -> None:
    content = {names.get(key, key): value for key, value in POSE.items()}
    path = written(tmp_path, "camera.yaml", json.dumps(content))
    read = read_opencv(path, None, (640, 480), metres_per_unit=0.001)
    assert read.translation_m == pytest.approx((0, 4, 3))
    assert projection_of(read).camera_m == pytest.approx([0, 0, 5])


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("a.xml", "<Camera", "is not XML"),
        ("a.xml", '<!DOCTYPE x [<!ENTITY a "aa">]><Camera/>', "document type"),
        ("a.xml", "<Camera><Intrinsic focal='1'/></Camera>", "kappa1, cx"),
        ("a.xml", XML.replace("35469.3", "far"), "tz: "),
        ("a.json", "{", "neither JSON nor YAML"),
        ("a.json", "[1]", "must be a mapping"),
        ("a.json", '{"view1": {"focal": 1}, "view2": {"focal": 1}}', "name one: view1, view2"),
        ("a.xml", "<a>" + "x" * 1_000_001, "larger than"),
    ],
)
def test_a_file_that_is_something_else_is_refused_by_name(tmp_path: Path, name: str, text: str, complaint: str) -> None:
    with pytest.raises(BadCalibration, match=complaint) as refused:
        read_tsai(written(tmp_path, name, text))
    assert "a." in str(refused.value)


@pytest.mark.parametrize(
    ("content", "view", "complaint"),
    [
        ({"K": POSE["K"]}, None, "R, t is missing"),
        (POSE | {"t": ["a", 1, 2]}, None, "lists of numbers"),
        (POSE | {"R": [[2, 0, 0], [0, 1, 0], [0, 0, 1]]}, None, "must be a rotation"),
        ({"a": POSE, "b": POSE}, "c", "no view 'c'; it has a, b"),
    ],
)
def test_opencv_parameters_that_are_wrong_are_refused(
    tmp_path: Path, content: dict[str, object], view: str | None, complaint: str
) -> None:
    with pytest.raises(BadCalibration, match=complaint):
        read_opencv(written(tmp_path, "c.json", json.dumps(content)), view, (640, 480))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadCalibration, match=r"none\.xml: cannot be read: No such file"):
        read_tsai(tmp_path / "none.xml")
