"""A small hall with two cameras that overlap, two gates, and people who walk as told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

import numpy as np

from domain.floor import CameraPositions, Scan
from domain.geometry import Polygon
from domain.messages import LineCrossing, Message, State
from domain.venue import VenueConfig

DOORS = datetime(2026, 3, 1, 18, tzinfo=UTC)
WEST, EAST = Polygon([[0, 0], [12, 0], [12, 10], [0, 10]]), Polygon([[8, 0], [20, 0], [20, 10], [8, 10]])
FOOTPRINTS = {"west": WEST, "east": EAST}


def hall(**changes: object) -> VenueConfig:
    picture = [[0, 0], [640, 0], [640, 480], [0, 480]]
    described: dict[str, object] = {
        "version": 1,
        "id": "hall",
        "name": "Hall",
        "capacity": 40,
        "cameras": [
            {"id": name, "name": name, "source": "usb:0", "frame_size": [640, 480]} for name in ("west", "east")
        ],
        "zones": [{"id": "seen-west", "name": "West", "camera_id": "west", "polygon": picture}],
        "lines": [
            {"id": "door-line", "name": "Door", "camera_id": "west", "start": [0, 100], "end": [640, 100]},
            {"id": "bar-line", "name": "Bar", "camera_id": "east", "start": [0, 100], "end": [640, 100]},
        ],
        "floor": {
            "outline": [[0, 0], [24, 0], [24, 10], [0, 10]],
            "zones": [
                {"id": "left", "name": "Left", "polygon": [[0, 0], [10, 0], [10, 10], [0, 10]], "capacity": 20},
                {"id": "right", "name": "Right", "polygon": [[10, 0], [20, 0], [20, 10], [10, 10]]},
                {"id": "annex", "name": "Annex", "polygon": [[20, 0], [24, 0], [24, 10], [20, 10]]},
            ],
        },
        "gates": [
            {"id": "door", "name": "Door", "lines": ["door-line"]},
            {"id": "vip", "name": "VIP", "scans_in": True, "scans_out": True},
        ],
        "inside_at_start": 0,
    }
    return VenueConfig.model_validate(described | changes)


def at(seconds: float) -> datetime:
    return DOORS + timedelta(seconds=seconds)


def sight(camera: str, seconds: float, people: dict[int, tuple[float, float]], *, blind: bool = False) -> Message:
    if blind:
        return CameraPositions(
            venue_id="hall", captured_at=at(seconds), state=State.BLIND, reason="its picture is black", camera_id=camera
        )
    inside = {track: xy for track, xy in people.items() if FOOTPRINTS[camera].contains([xy])[0]}
    return CameraPositions(
        venue_id="hall",
        captured_at=at(seconds),
        state=State.OK,
        camera_id=camera,
        tracks=tuple(inside),
        x_m=tuple(x for x, _ in inside.values()),
        y_m=tuple(y for _, y in inside.values()),
        deviation_m=(0.1,) * len(inside),
    )


def crossing(seconds: float, direction: str = "in", line: str = "door-line") -> LineCrossing:
    return LineCrossing.model_validate(
        {
            "venue_id": "hall",
            "captured_at": at(seconds),
            "state": "ok",
            "crossing_id": uuid5(NAMESPACE_URL, f"{seconds}/{direction}/{line}"),
            "line_id": line,
            "camera_id": "west",
            "direction": direction,
        }
    )


def scan(seconds: float, key: str, people: int = 1) -> Scan:
    return Scan(
        venue_id="hall",
        captured_at=at(seconds),
        state=State.OK,
        scan_id=key,
        gate_id="vip",
        direction="in",
        people=people,
    )


def walk(seconds: float, *, blind_from: float = float("inf"), people: int = 8, seed: int = 5) -> Iterator[Message]:
    """People who wander through the hall, as both cameras tell of them five times a second."""
    rng = np.random.default_rng(seed)
    xy, heading = rng.uniform([1, 1], [19, 9], (people, 2)), rng.uniform(-0.15, 0.15, (people, 2))
    for step in range(round(seconds * 5)):
        xy = xy + heading
        heading = np.where((xy < [0.5, 0.5]) | (xy > [19.5, 9.5]), -heading, heading)
        told = {track: (round(float(x), 3), round(float(y), 3)) for track, (x, y) in enumerate(xy)}
        now = step / 5
        yield sight("west", now, told, blind=now >= blind_from)
        yield sight("east", now, told, blind=now >= blind_from)
        if step % 25 == 10:
            yield crossing(now)
