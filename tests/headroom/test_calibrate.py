"""The calibrate command: what it tells, what it writes, and that it never harms a venue file."""

# ruff: noqa: ASYNC240 - small files of the test's own

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import yaml

from domain.calibration import HeightsCalibration
from domain.errors import BadInput, BadVenue
from domain.projection import projection_of
from domain.settings import Settings
from headroom.calibrate import Question, run, size_of, with_calibration
from headroom.venue_file import load_venue

FLOOR = [(-6, 10), (-2, 11), (3, 10), (7, 14), (-7, 20), (0, 24), (8, 22), (-4, 15)]
VENUE = """\
# Our hall.
version: 1
id: hall
name: Hall
capacity: 50
cameras:
  - id: door   # over the door
    name: Door
    source: usb:0
    frame_size: [768, 576] # pixels

  # the second
  - id: stage
    name: Stage
    source: usb:1
    frame_size: [768, 576]
# where people are
zones:
  - {id: floor, name: Floor, camera_id: door, polygon: [[0, 0], [768, 0], [768, 576]]}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    view = projection_of(
        HeightsCalibration(frame_size=(768, 576), focal_px=800, tilt_deg=25, height_m=7, deviation_share=0.1)
    )
    seen = view.to_picture(FLOOR)
    assert seen is not None
    pairs = [
        {"picture": [float(x), float(y)], "floor_m": list(place)} for (x, y), place in zip(seen, FLOOR, strict=True)
    ]
    path = tmp_path / "marks.yaml"
    path.write_text(yaml.safe_dump({"frame_size": [768, 576], "points": pairs}))
    return path


@pytest.fixture
def venue(tmp_path: Path) -> Path:
    path = tmp_path / "hall.yaml"
    path.write_text(VENUE)
    return path


async def told(settings: Settings, **question: Any) -> list[str]:  # noqa: ANN401 - a Question's fields
    lines: list[str] = []
    await run(Question(**{"camera_id": "door"} | question), settings, lines.append)
    return lines


async def test_marks_give_residuals_a_camera_and_a_block_to_paste(settings: Settings, marks: Path) -> None:
    lines = await told(settings, points=marks)
    assert lines[0] == "# 8 of 8 points agree: residual median 0.000 m, largest 0.000 m"
    assert any("the camera is 7.0 m above the floor" in line for line in lines)
    pasted = yaml.safe_load("\n".join(lines))["calibration"]
    assert pasted["kind"] == "points"
    assert pasted["points"] == yaml.safe_load(marks.read_text())["points"]


@pytest.mark.parametrize("camera", ["door", "stage"])
async def test_a_venue_file_gets_its_block_and_keeps_everything_else(
    settings: Settings, marks: Path, venue: Path, camera: str
) -> None:
    await told(settings, points=marks, camera_id=camera, write=venue)
    written = venue.read_text()
    left = iter(written.splitlines())
    assert all(line in left for line in VENUE.splitlines()), "every line is still there, in order"
    calibration = load_venue(venue).camera(camera).calibration
    assert calibration is not None
    assert calibration.kind == "points"
    await told(settings, points=marks, camera_id=camera, write=venue)
    assert venue.read_text() == written, "a second time replaces the first"


def test_a_calibration_is_replaced_by_one_of_another_kind(marks: Path, venue: Path) -> None:
    del marks
    first = with_calibration(
        venue, "door", "calibration: {kind: heights, frame_size: [768, 576], focal_px: 9, tilt_deg: 9, height_m: 9}\n"
    )
    venue.write_text(first)
    block = (
        "calibration:\n  kind: heights\n  frame_size: [768, 576]\n  focal_px: 800.0\n  tilt_deg: 20\n  height_m: 5\n"
    )
    venue.write_text(with_calibration(venue, "door", block))
    found = load_venue(venue).camera("door").calibration
    assert isinstance(found, HeightsCalibration)
    assert (found.height_m, "# the second" in venue.read_text()) == (5, True)


async def test_what_cannot_be_written_without_harm_is_left_alone(settings: Settings, marks: Path, venue: Path) -> None:
    flow = VENUE.replace(
        "  - id: stage\n    name: Stage\n    source: usb:1\n    frame_size: [768, 576]\n",
        "  - {id: stage, name: Stage, source: 'usb:1', frame_size: [768, 576]}\n",
    )
    venue.write_text(flow)
    with pytest.raises(BadVenue, match="only a person can add to it"):
        await told(settings, points=marks, camera_id="stage", write=venue)
    with pytest.raises(BadVenue, match="has no camera 'roof'"):
        await told(settings, points=marks, camera_id="roof", write=venue)
    assert venue.read_text() == flow


async def test_the_preview_shows_the_grid(settings: Settings, marks: Path, tmp_path: Path) -> None:
    (tmp_path / "footage").mkdir()
    blank = np.full((576, 768, 3), 90, np.uint8)
    cv2.imwrite(str(tmp_path / "footage" / "0.png"), blank)
    preview = tmp_path / "grid.png"
    await told(settings, points=marks, on=str(tmp_path / "footage"), preview=preview)
    drawn = cv2.imread(str(preview))
    assert drawn is not None
    assert drawn.shape == blank.shape
    assert (drawn != blank).any(axis=2).mean() > 0.02


@pytest.mark.parametrize(
    ("question", "complaint"),
    [
        ({}, "exactly one of"),
        ({"points": Path("a"), "tsai": Path("b")}, "exactly one of"),
        ({"opencv": Path("a")}, "needs --frame-size"),
        ({"points": Path("a"), "preview": Path("b.png")}, "needs --on"),
        ({"points": Path("/none.yaml")}, "cannot be read"),
        ({"tsai": Path("/none.xml")}, "cannot be read"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused_in_one_line(
    settings: Settings, question: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(BadInput, match=complaint) as refused:
        await told(settings, **question)
    assert "\n" not in str(refused.value)


async def test_four_marks_come_with_advice(settings: Settings, marks: Path) -> None:
    content = yaml.safe_load(marks.read_text())
    content["points"] = [content["points"][row] for row in (0, 3, 4, 6)]
    marks.write_text(yaml.safe_dump(content))
    assert any("fit whatever they say" in line for line in await told(settings, points=marks))


@pytest.mark.parametrize("text", ["768", "768x", "x", "-1x5", "0x0", "768 x 576"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="768x576"):
        size_of(text)
    assert size_of("768x576") == (768, 576)
