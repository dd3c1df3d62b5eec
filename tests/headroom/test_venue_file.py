"""Venue files: every mistake is one line that names the place, and no password is repeated."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from domain.errors import AssetUnavailable, BadSource, BadVenue
from domain.settings import Settings
from headroom.demo import DEMO_VENUE
from headroom.venue_file import load_venue, with_sources_resolved, write_venue

PASSWORD = "hunter2"


def venue(**changes: object) -> dict[str, Any]:
    camera = {"id": "door", "name": "Door", "source": f"rtsp://ann:{PASSWORD}@10.0.0.9/1", "frame_size": [640, 480]}
    zone = {"id": "floor", "name": "Floor", "camera_id": "door", "polygon": [[0, 0], [640, 0], [640, 480]]}
    base = {"version": 1, "id": "hall", "name": "Hall", "capacity": 500, "cameras": [camera], "zones": [zone]}
    return base | changes


def written(folder: Path, content: object) -> Path:
    path = folder / "hall.yaml"
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content))
    return path


def refusal(path: Path) -> str:
    with pytest.raises(BadVenue) as refused:
        load_venue(path)
    said = str(refused.value)
    assert "\n" not in said
    assert PASSWORD not in said
    assert refused.value.__cause__ is None or PASSWORD not in str(refused.value.__cause__)
    return said


def test_a_right_file_is_a_venue(tmp_path: Path) -> None:
    assert load_venue(written(tmp_path, venue())).cameras[0].source.address == f"rtsp://ann:{PASSWORD}@10.0.0.9/1"


def test_the_demo_venue_is_right() -> None:
    assert load_venue(DEMO_VENUE).id == "town-square"


def test_a_zone_that_crosses_itself_is_named(tmp_path: Path) -> None:
    zones = [*venue()["zones"], venue()["zones"][0] | {"id": "bow", "polygon": [[0, 0], [9, 9], [9, 0], [0, 9]]}]
    said = refusal(written(tmp_path, venue(zones=zones)))
    assert said.startswith(f"venue {tmp_path}/hall.yaml: zones.1.polygon: polygon crosses itself")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"capasity": 3}, "capasity: unknown key; did you mean 'capacity'?"),
        ({"lights": True}, "lights: unknown key; the keys are version, id, name"),
        ({"name": ""}, "name: String should have at least 1 character"),
        ({"id": "The Hall"}, "id: must be small letters, digits and hyphens, as in west-gate"),
        ({"timezone": "Mars"}, "timezone 'Mars' is not known"),
        ({"cameras": []}, "cameras: "),
        ({"version": 2}, "version: Input should be 1"),
    ],
)
def test_a_wrong_key_or_value_is_named(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    assert said in refusal(written(tmp_path, venue(**changes)))


def test_an_unknown_key_of_a_camera_names_the_nearest_of_a_camera(tmp_path: Path) -> None:
    camera = venue()["cameras"][0] | {"lopp": True}
    said = refusal(written(tmp_path, venue(cameras=[camera])))
    assert "cameras.0.lopp: unknown key; did you mean 'loop'?" in said


def test_a_misspelt_key_is_one_mistake(tmp_path: Path) -> None:
    content = venue()
    content["capacty"] = content.pop("capacity")
    assert refusal(written(tmp_path, content)).endswith("hall.yaml: capacty: unknown key; did you mean 'capacity'?")


def test_a_misspelt_key_of_a_zone_is_told_before_what_is_missing(tmp_path: Path) -> None:
    zone = venue()["zones"][0] | {"polygone": venue()["zones"][0]["polygon"]}
    del zone["polygon"]
    content = venue(zones=[zone])
    del content["name"]
    said = refusal(written(tmp_path, content))
    assert said.endswith("zones.0.polygone: unknown key; did you mean 'polygon'? (and 1 more)"), "the other is the name"


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    content = venue()
    del content["capacity"]
    assert "capacity: is missing" in refusal(written(tmp_path, content))


def test_a_camera_that_is_not_there_is_named(tmp_path: Path) -> None:
    zone = venue()["zones"][0] | {"camera_id": "roof"}
    assert "'floor' names camera 'roof'" in refusal(written(tmp_path, venue(zones=[zone])))


def test_a_bad_camera_address_is_refused_without_its_password(tmp_path: Path) -> None:
    camera = venue()["cameras"][0] | {"source": f"rtsp://ann:{PASSWORD}@10.0.0.9:port/1"}
    said = refusal(written(tmp_path, venue(cameras=[camera])))
    assert "cameras.0.source: camera URL has a bad host or port" in said
    assert "more" not in said, "a list without its only camera is no second mistake"


def test_yaml_that_is_none_is_told_by_its_line_and_not_quoted(tmp_path: Path) -> None:
    text = f"version: 1\ncameras:\n  - source: [rtsp://ann:{PASSWORD}@10.0.0.9/1\n"
    assert "line 4, column 1: is not YAML" in refusal(written(tmp_path, text))


@pytest.mark.parametrize("text", ["", "- 1\n", "hello"])
def test_a_file_that_is_no_mapping_says_what_a_venue_has(tmp_path: Path, text: str) -> None:
    assert "must be a mapping with version, id, name" in refusal(written(tmp_path, text))


def test_bytes_are_not_a_venue(tmp_path: Path) -> None:
    (tmp_path / "hall.yaml").write_bytes(b"\xff\xfe\x00\x01")
    assert "is not text" in refusal(tmp_path / "hall.yaml")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot be read: No such file or directory" in refusal(tmp_path / "nowhere.yaml")


def test_a_recording_is_looked_for_beside_the_venue_file(tmp_path: Path, assets: Path) -> None:
    (tmp_path / "clip.avi").symlink_to(assets / "videos" / "vtest.avi")
    camera = venue()["cameras"][0] | {"source": "clip.avi"}
    config = load_venue(written(tmp_path, venue(cameras=[camera])))
    resolved = with_sources_resolved(config, Settings(data=tmp_path), beside=tmp_path)
    assert resolved.cameras[0].source.address == str(tmp_path / "clip.avi")


def test_a_recording_that_is_not_there_names_its_camera(tmp_path: Path) -> None:
    camera = venue()["cameras"][0] | {"source": "clip.avi"}
    config = load_venue(written(tmp_path, venue(cameras=[camera])))
    with pytest.raises(BadSource, match=r"^camera door: clip\.avi"):
        with_sources_resolved(config, Settings(data=tmp_path), beside=tmp_path)


def test_an_asset_becomes_a_file(tmp_path: Path, assets: Path) -> None:
    settings = Settings(assets=assets, data=tmp_path)
    resolved = with_sources_resolved(load_venue(DEMO_VENUE), settings, beside=DEMO_VENUE.parent)
    assert resolved.cameras[0].source.address == str(assets / "videos" / "vtest.avi")


def test_an_asset_that_cannot_be_had_says_how_to_use_own_footage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(AssetUnavailable, match=r"make run SOURCE=rtsp://"):
        with_sources_resolved(load_venue(DEMO_VENUE), Settings(data=tmp_path), beside=DEMO_VENUE.parent)


def test_a_written_venue_is_its_owners_alone(tmp_path: Path) -> None:
    write_venue(tmp_path / "run" / "venue.yaml", venue())
    assert stat.S_IMODE((tmp_path / "run" / "venue.yaml").stat().st_mode) == 0o600
    assert load_venue(tmp_path / "run" / "venue.yaml").id == "hall"
