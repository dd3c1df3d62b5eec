"""A venue file is checked when it is read: each mistake is one line that names the thing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.geometry import Line
from domain.venue import VenueConfig

HALL: dict[str, Any] = {
    "version": 1,
    "id": "hall",
    "name": "Hall",
    "capacity": 500,
    "timezone": "Europe/London",
    "cameras": [
        {"id": "door", "name": "Door", "source": "rtsp://admin:Zq9@192.0.2.7/1", "frame_size": [640, 480]},
        {"id": "stage", "name": "Stage", "source": "asset:stage.mp4", "frame_size": [1280, 720], "loop": True},
    ],
    "zones": [
        {
            "id": "floor",
            "name": "Floor",
            "camera_id": "stage",
            "polygon": [[0, 0], [1280, 0], [1280, 720], [0, 720]],
            "capacity": 400,
        },
        {
            "id": "bar",
            "name": "Bar",
            "camera_id": "door",
            "polygon": [[10, 10], [200, 10], [10, 200]],
            "primary": False,
        },
    ],
    "lines": [{"id": "gate", "name": "Gate", "camera_id": "door", "start": [0, 240], "end": [640, 240]}],
}


def hall(**changes: object) -> dict[str, Any]:
    """The hall's file with one entry changed: ``zones__0__capacity=0`` or ``zones__0__colour="red"``."""
    file: dict[str, Any] = json.loads(json.dumps(HALL))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place: Any = file
        for part in parents:
            place = place[int(part)] if part.isdigit() else place[part]
        place[last] = value
    return file


def complaints(file: object) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        VenueConfig.model_validate(file)
    assert "Zq9" not in str(refused.value)
    found = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in refused.value.errors()]
    assert all("\n" not in line for line in found)
    return found


def test_a_good_file_is_read_whole() -> None:
    venue = VenueConfig.model_validate(HALL)
    assert venue.camera("stage").frame_size == (1280, 720)
    assert venue.zones[0].polygon.area == 1280 * 720
    assert venue.lines[0].line == Line((0, 240), (640, 240))
    assert (venue.busy_at, venue.full_at) == (0.8, 0.95)
    assert (venue.cameras[0].loop, venue.cameras[0].fps, venue.zones[1].capacity) == (False, None, None)


def test_the_venues_own_clock_knows_summer() -> None:
    noon_utc = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert noon_utc.astimezone(VenueConfig.model_validate(HALL).zone_info).utcoffset() == timedelta(hours=1)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"version": 2}, ["version"]),
        ({"id": "Main Hall"}, ["id"]),
        ({"name": ""}, ["name"]),
        ({"capacity": 0}, ["capacity"]),
        ({"capacity": "many"}, ["capacity"]),
        ({"colour": "red"}, ["colour", "not permitted"]),
        ({"zones__0__colour": "red"}, ["zones.0.colour", "not permitted"]),
        ({"cameras__0__password": "Zq9"}, ["cameras.0.password", "not permitted"]),
        ({"timezone": "Mars/Olympus"}, ["timezone", "'Mars/Olympus'"]),
        ({"timezone": "../etc/passwd"}, ["timezone"]),
        ({"cameras": []}, ["cameras"]),
        ({"zones": []}, ["zones"]),
        ({"cameras__1__id": "door"}, ["camera id 'door'", "twice"]),
        ({"zones__1__id": "floor"}, ["zone id 'floor'", "twice"]),
        ({"lines": [HALL["lines"][0], HALL["lines"][0]]}, ["line id 'gate'", "twice"]),
        ({"zones__0__camera_id": "roof"}, ["'floor'", "'roof'", "'door', 'stage'"]),
        ({"lines__0__camera_id": "roof"}, ["'gate'", "'roof'"]),
        ({"zones__0__primary": False}, ["no zone is primary"]),
        ({"busy_at": 0.99}, ["busy_at (0.99)", "full_at (0.95)"]),
        ({"full_at": 1.2}, ["full_at"]),
        ({"full_at": float("nan")}, ["full_at"]),
        ({"cameras__0__source": ""}, ["cameras.0.source", "empty"]),
        ({"cameras__0__source": "rtps://u:Zq9@cam/1"}, ["cameras.0.source", "'rtps'"]),
        ({"cameras__0__source": "rtsp://u:Zq9@cam:port/1"}, ["cameras.0.source", "cam"]),
        ({"cameras__0__source": 0}, ["cameras.0.source"]),
        ({"cameras__0__frame_size": [0, 480]}, ["cameras.0.frame_size.0"]),
        ({"cameras__0__frame_size": [640]}, ["cameras.0.frame_size"]),
        ({"cameras__0__fps": 0}, ["cameras.0.fps"]),
        ({"cameras__0__fps": float("inf")}, ["cameras.0.fps"]),
        ({"zones__0__polygon": [[0, 0], [9, 9], [9, 0], [0, 9]]}, ["zones.0.polygon", "crosses itself"]),
        ({"zones__0__polygon": [[0, 0], [9, 9]]}, ["zones.0.polygon", "at least 3"]),
        ({"zones__0__polygon": "all"}, ["zones.0.polygon", "'all'"]),
        ({"zones__0__polygon": [[2000, 0], [2100, 0], [2100, 50]]}, ["'floor'", "outside", "1280x720", "'stage'"]),
        ({"zones__1__polygon": [[0, -9], [50, -9], [50, -1]]}, ["'bar'", "outside", "640x480"]),
        ({"lines__0__start": [640, 240]}, ["lines.0", "two different ends"]),
        ({"lines__0__start": [0, 900], "lines__0__end": [640, 900]}, ["'gate'", "outside", "640x480"]),
        ({"lines__0__start": [float("nan"), 0]}, ["lines.0.start"]),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_mistake_is_one_line_that_names_the_thing(changes: dict[str, object], names: list[str]) -> None:
    [line] = complaints(hall(**changes))
    assert [name for name in names if name not in line] == []


@pytest.mark.parametrize("missing", ["version", "id", "name", "capacity", "cameras", "zones"])
def test_a_missing_entry_is_named(missing: str) -> None:
    file = hall()
    del file[missing]
    assert complaints(file) == [f"{missing}: Field required"]


@pytest.mark.parametrize("file", [None, [], "hall", 3])
def test_what_is_no_mapping_is_no_venue(file: object) -> None:
    assert len(complaints(file)) == 1


def test_a_zone_may_reach_beyond_the_picture() -> None:
    """People stand half in view; a corner outside is a way to say 'to the very edge'."""
    reaching = hall(zones__0__polygon=[[-50, -50], [1400, 0], [1400, 800], [0, 720]])
    assert VenueConfig.model_validate(reaching)


def test_a_password_is_written_nowhere() -> None:
    venue = VenueConfig.model_validate(HALL)
    assert "Zq9" not in f"{venue} {venue!r} {venue.model_dump()} {venue.model_dump_json()}"
    assert "Zq9" in venue.cameras[0].source.address


def test_what_is_written_shows_the_same_shapes() -> None:
    venue = VenueConfig.model_validate(HALL)
    back = VenueConfig.model_validate_json(venue.model_dump_json())
    assert back.zones == venue.zones
    assert back.lines == venue.lines
