"""Ours against ultralytics' ByteTrack on the same detections; the command in trackers.py shows the whole clip."""

import sys
from importlib import util
from pathlib import Path

import pytest

from domain.settings import Settings
from inference.worker import make_detector

FRAMES = 200
"""A quarter of the clip."""


def test_people_are_followed_and_counted_no_worse_than_by_bytetrack(assets: Path, tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    spec = util.spec_from_file_location("trackers", Path(__file__).with_name("trackers.py"))
    assert spec is not None
    assert spec.loader is not None
    trackers = util.module_from_spec(spec)
    sys.modules["trackers_reference"] = trackers
    spec.loader.exec_module(trackers)
    detector = make_detector(Settings(assets=assets, data=tmp_path), None)
    found = trackers.compare(assets / "videos/vtest.avi", assets / "datasets/pets09_s2l1/gt/gt.txt", detector, FRAMES)
    ours, theirs = found["headroom"], found["ultralytics bytetrack"]
    assert ours["frames"] == theirs["frames"] == FRAMES
    assert ours["hota"] >= theirs["hota"]
    assert ours["identity_switches"] <= theirs["identity_switches"]
    assert ours["count_mae"] <= theirs["count_mae"] / 2
    assert ours["count_mae_with_ignored"] <= theirs["count_mae_with_ignored"]
