"""The command: errors are one line on stderr with the right status, never a traceback, never a password."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from headroom.lock import data_folder_lock
from headroom.ports import free_port


def headroom(*words: str, data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    machine = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")}
    environment = {**machine, "HEADROOM_DATA": str(data), **settings, "COLUMNS": "200"}
    command = [sys.executable, "-m", "headroom", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def only_line(done: subprocess.CompletedProcess[str], status: int) -> str:
    assert done.returncode == status, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("headroom: ")
    return done.stderr.strip()


@pytest.fixture
def venue_file(tmp_path: Path, assets: Path) -> Path:
    camera = {
        "id": "door",
        "name": "Door",
        "source": str(assets / "videos" / "vtest.avi"),
        "frame_size": [768, 576],
        "loop": True,
    }
    zone = {"id": "floor", "name": "Floor", "camera_id": "door", "polygon": [[0, 0], [768, 0], [768, 576]]}
    content = {"version": 1, "id": "hall", "name": "Hall", "capacity": 50, "cameras": [camera], "zones": [zone]}
    path = tmp_path / "hall.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


def test_help_names_every_command(tmp_path: Path) -> None:
    done = headroom("--help", data=tmp_path)
    assert done.returncode == 0
    for command in ("demo", "up", "api", "recorder", "alerts", "worker", "count", "doctor", "assets"):
        assert command in done.stdout


@pytest.mark.parametrize("words", [("cuont",), ("up",), ("count",), ("demo", "--sauce", "x")])
def test_a_wrong_command_line_is_one_line_and_status_2(tmp_path: Path, words: tuple[str, ...]) -> None:
    assert "see headroom --help" in only_line(headroom(*words, data=tmp_path), 2)


def test_a_setting_that_is_not_one_is_named(tmp_path: Path) -> None:
    said = only_line(headroom("doctor", data=tmp_path, HEADROOM_PROT="8800"), 2)
    assert "HEADROOM_PROT is not a setting" in said


def test_a_venue_file_with_a_mistake_is_status_2_and_starts_nothing(tmp_path: Path, venue_file: Path) -> None:
    text = venue_file.read_text().replace("capacity", "capasity")
    venue_file.write_text(text)
    said = only_line(headroom("up", "--venue", str(venue_file), data=tmp_path / "data"), 2)
    assert "capasity: unknown key; did you mean 'capacity'?" in said
    assert not (tmp_path / "data").exists()


def test_a_data_folder_in_use_is_status_1_and_names_the_process(tmp_path: Path, venue_file: Path) -> None:
    with data_folder_lock(tmp_path / "data"):
        said = only_line(headroom("up", "--venue", str(venue_file), data=tmp_path / "data"), 1)
    assert f"is in use by Headroom pid {os.getpid()}" in said


def test_a_busy_port_is_status_1_before_anything_is_started(tmp_path: Path, venue_file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        done = headroom("up", "--venue", str(venue_file), data=tmp_path / "data", HEADROOM_PORT=port)
    assert f"port {port} is in use; set HEADROOM_PORT" in only_line(done, 1)
    assert not (tmp_path / "data" / "postgres").exists()


@pytest.mark.parametrize("words", [("count",), ("demo", "--source")])
def test_footage_that_is_text_is_refused_by_its_name(tmp_path: Path, words: tuple[str, ...]) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_text("hello\n" * 100)
    done = headroom(*words, str(clip), data=tmp_path / "data", HEADROOM_PORT=str(free_port()))
    assert "clip.mp4 is a text file" in only_line(done, 2)


def test_a_worker_without_redis_says_what_it_needs(tmp_path: Path, venue_file: Path) -> None:
    said = headroom("worker", "--venue", str(venue_file), data=tmp_path / "data")
    assert said.returncode == 1
    assert "HEADROOM_REDIS_URL" in said.stderr
    assert "Traceback" not in said.stderr


def test_where_something_went_wrong_is_shown_on_request_only(tmp_path: Path) -> None:
    words = ("up", "--venue", "nowhere.yaml")
    assert "Traceback" not in headroom(*words, data=tmp_path).stderr
    assert "Traceback" in headroom(*words, data=tmp_path, HEADROOM_LOG_LEVEL="debug").stderr


def test_doctor_is_content_with_a_machine_that_has_all(tmp_path: Path, assets: Path) -> None:
    done = headroom("doctor", data=tmp_path, HEADROOM_ASSETS=str(assets), HEADROOM_PORT=str(free_port()))
    assert done.returncode == 0, done.stdout
    for what in ("Python", "processor", "openvino", "detector", "data folder", "port", "PostgreSQL", "Valkey"):
        assert what in done.stdout


def test_doctor_is_not_content_with_a_database_that_does_not_answer(tmp_path: Path, assets: Path) -> None:
    url = f"postgresql://ann:hunter2@127.0.0.1:{free_port()}/x"
    done = headroom("doctor", data=tmp_path, HEADROOM_ASSETS=str(assets), HEADROOM_DATABASE_URL=url)
    assert done.returncode == 1
    assert "HEADROOM_DATABASE_URL does not answer" in done.stdout
    assert "hunter2" not in done.stdout + done.stderr


def test_assets_are_listed_and_fetched(tmp_path: Path, assets: Path) -> None:
    listed = headroom("assets", "list", data=tmp_path, HEADROOM_ASSETS=str(assets))
    assert "vtest.avi" in listed.stdout
    fetched = headroom("assets", "fetch", "vtest.avi", data=tmp_path, HEADROOM_ASSETS=str(assets))
    assert fetched.stdout.strip() == f"vtest.avi: {assets}/videos/vtest.avi"
    assert "did you mean 'vtest.avi'" in only_line(headroom("assets", "fetch", "vtset.avi", data=tmp_path), 2)
