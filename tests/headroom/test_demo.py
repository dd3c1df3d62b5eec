"""A venue made for one camera of a person's own."""

from pathlib import Path

import pytest

from domain.errors import AssetUnavailable, BadSource
from domain.settings import Settings
from headroom.demo import own_source, own_venue
from headroom.ports import free_port
from headroom.up import run_demo
from headroom.venue_file import load_venue
from inference.models import ModelTable


def test_a_recording_becomes_a_venue_with_one_zone_over_its_picture(tmp_path: Path, assets: Path) -> None:
    own_venue(own_source(str(assets / "videos" / "vtest.avi")), Settings(data=tmp_path), tmp_path / "venue.yaml")
    venue = load_venue(tmp_path / "venue.yaml")
    assert venue.cameras[0].frame_size == (768, 576)
    assert venue.cameras[0].loop
    assert venue.zones[0].polygon.area == 768 * 576


def test_a_camera_that_nobody_answers_for_is_named_without_its_password(tmp_path: Path) -> None:
    source = f"rtsp://ann:hunter2@127.0.0.1:{free_port()}/1"
    with pytest.raises(BadSource, match=r"no picture from rtsp://\*\*\*@127\.0\.0\.1") as refused:
        own_venue(own_source(source), Settings(data=tmp_path), tmp_path / "venue.yaml", limit_s=3)
    assert "hunter2" not in str(refused.value)


def test_an_asset_of_that_name_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"did you mean 'vtest\.avi'"):
        own_venue(own_source("asset:vtset.avi"), Settings(data=tmp_path), tmp_path / "venue.yaml")


def test_a_machine_without_weights_hears_it_before_footage_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = ModelTable.load().model_copy(update={"default": "yolov8n-rebuilt"})  # our own is always at hand
    monkeypatch.setattr(ModelTable, "load", lambda: table)
    settings = Settings(data=tmp_path / "data", assets=tmp_path, port=free_port())
    with pytest.raises(AssetUnavailable, match=r"(?s)^yolov8n_rebuilt\.onnx .* cannot be had\. .*HEADROOM_ASSETS"):
        run_demo(settings, None)
    assert not list((settings.data / "assets").iterdir()), "nothing was fetched"
