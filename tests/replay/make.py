"""The golden run: ``python -m tests.replay.make`` writes it and what it says anew. Look at the diff before keeping it.

Thirty-two people walk through a small hall that two cameras see. From the twelfth second on two dozen of them press
into the pit before the stage, 4 m² of it, and let go again; later one camera goes blind.
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from domain.messages import CameraHealth, Message, State
from domain.topics import CAMERAS, CROSSINGS, SIGHTINGS
from domain.venue import VenueConfig
from headroom.replay import run
from headroom.runlog import RunLogWriter, writing
from tests.fakes.hall import FOOTPRINTS, at, crossing, hall, sight

FOLDER = Path(__file__).parent
RUN, GOLDEN = FOLDER / "surge.jsonl.gz", FOLDER / "surge.golden.jsonl"
SECONDS, PEOPLE, CROWD = 75, 32, 24
SURGE, BLIND = (12.0, 45.0), (55.0, 70.0)
PIT = np.array([2.0, 2.0])


def venue() -> VenueConfig:
    """The hall with a pit before its stage."""
    pit = {"id": "pit", "name": "Pit", "polygon": [[2, 2], [4, 2], [4, 4], [2, 4]], "capacity": 12}
    left = {"id": "left", "name": "Left", "polygon": [[0, 0], [10, 0], [10, 10], [0, 10]], "capacity": 40}
    return hall(floor={"outline": [[0, 0], [20, 0], [20, 10], [0, 10]], "zones": [left, pit]})


def messages() -> Iterator[Message]:
    """What cameras and lines tell."""
    rng = np.random.default_rng(7)
    xy, spot = rng.uniform([5, 1], [19, 9], (PEOPLE, 2)), PIT + rng.uniform(0.15, 1.85, (PEOPLE, 2))
    for step in range(SECONDS * 5):
        now = step / 5
        pressing = SURGE[0] <= now < SURGE[1]
        goal = np.where(
            (np.arange(PEOPLE) < CROWD)[:, None] & pressing, spot, rng.uniform([5, 1], [19, 9], (PEOPLE, 2))
        )
        away = goal - xy
        xy = xy + away * np.minimum(1.0, 0.26 / np.maximum(np.hypot(*away.T), 1e-9))[:, None]
        noisy = (xy + rng.normal(0, 0.03, xy.shape)).clip([0.1, 0.1], [19.9, 9.9])
        told = {track: (round(float(x), 2), round(float(y), 2)) for track, (x, y) in enumerate(noisy)}
        for camera in FOOTPRINTS:
            blind = camera == "west" and BLIND[0] <= now < BLIND[1]
            yield sight(camera, now, told, blind=blind)
            if step % 5 == 0:
                state, reason = (State.BLIND, "its picture is black") if blind else (State.OK, None)
                yield CameraHealth(venue_id="hall", captured_at=at(now), state=state, reason=reason, camera_id=camera)
        if step % 20 == 3:
            yield crossing(now)


def write_run() -> None:
    """The run itself."""
    topics = {"camera_positions": SIGHTINGS, "camera_health": CAMERAS, "line_crossing": CROSSINGS}
    with writing(RUN) as file:
        log = RunLogWriter(file)
        log.venue(venue(), FOOTPRINTS)
        for message in messages():
            log.message(topics[getattr(message, "kind")], message.model_dump_json(exclude_defaults=True))  # noqa: B009


def main() -> None:
    """Write both files."""
    write_run()
    lines: list[str] = []
    asyncio.run(run(RUN, None, speed=0, as_json=True, write=lines.append))
    GOLDEN.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
