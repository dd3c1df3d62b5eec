"""Counts on real footage with known truth: PETS 2009, S2.L1, view 1."""

import json
from importlib import util
from pathlib import Path
from types import ModuleType

import cv2
import pytest

from domain.settings import Settings
from headroom import count

LAST_MEASURED = 0.374
"""Count MAE, people a frame, of yolov8n (rebuilt) by OpenVINO in bf16; `ultralytics track` on the same clip: 0.585."""


def reference() -> ModuleType:
    spec = util.spec_from_file_location("count_mae", Path(__file__).with_name("count_mae.py"))
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def settings(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(assets=assets, data=tmp_path_factory.mktemp("data"))


async def test_every_frame_is_counted_and_the_error_is_what_the_readme_says(assets: Path, settings: Settings) -> None:
    lines: list[str] = []
    await count.run(source="asset:vtest.avi", settings=settings, every_frame=True, write=lines.append)
    told = [json.loads(line) for line in lines]
    assert [line["frame"] for line in told] == list(range(1, 796))
    assert [line["t"] for line in told[:3]] == [0.0, 0.1, 0.2]
    error = reference().compare(lines, reference().truth_by_frame(assets / "datasets/pets09_s2l1/gt/gt.txt"))
    assert error["count_mae"] == pytest.approx(LAST_MEASURED, abs=0.06), "other CPUs round differently, not more"


@pytest.fixture
def beginning(assets: Path, tmp_path: Path) -> Path:
    """The first 20 of the clip's 80 seconds."""
    footage = cv2.VideoCapture(str(assets / "videos/vtest.avi"), cv2.CAP_FFMPEG)
    path = tmp_path / "beginning.avi"
    written = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (768, 576))
    for _ in range(200):
        written.write(footage.read()[1])
    written.release()
    footage.release()
    return path


async def test_seconds_tell_zones_apart(settings: Settings, beginning: Path, tmp_path: Path) -> None:
    zones = tmp_path / "zones.yaml"
    zones.write_text(
        "frame_size: [768, 576]\n"
        "zones:\n"
        "  - {id: west, polygon: [[0, 0], [384, 0], [384, 576], [0, 576]]}\n"
        "  - {id: east, polygon: [[384, 0], [768, 0], [768, 576], [384, 576]]}\n"
        "  - {id: both, polygon: [[0, 0], [768, 0], [768, 576], [0, 576]]}\n"
    )
    lines: list[str] = []
    await count.run(source=str(beginning), settings=settings, zones=zones, write=lines.append)
    told = [json.loads(line) for line in lines]
    by_zone = {zone: [line for line in told if line["zone"] == zone] for zone in ("west", "east", "both")}
    assert sum(map(len, by_zone.values())) == len(told)
    for zone in by_zone.values():
        assert [line["t"] for line in zone] == [float(second) for second in range(20)]
        assert all(line["state"] == "ok" for line in zone)
    halves = [west["count"] + east["count"] for west, east in zip(by_zone["west"], by_zone["east"], strict=True)]
    assert halves == pytest.approx([line["count"] for line in by_zone["both"]], abs=0.02), "everyone is in one half"
