"""The watch: whom it looks at, what it drops, that it never waits, and what it publishes."""

import asyncio
import threading
import time
from collections.abc import Mapping

import numpy as np
import pytest

from domain.messages import Posture, PostureEvent
from domain.venue import VenueConfig
from inference.posture.camera import WatchedCamera
from inference.posture.crop import Crop
from inference.posture.events import HoldRules
from inference.posture.landmarks import Landmarks
from inference.posture.watch import PostureWatch
from inference.track import Tracks
from tests.fakes.bodies import HANDS_UP, ColouredBodies, body

BLUE, YELLOW, BLACK = (0, 0, 255), (255, 255, 0), (0, 0, 0)
BODIES: Mapping[tuple[int, int, int], Landmarks | None] = {BLUE: body(HANDS_UP), YELLOW: body(), BLACK: None}
QUICK = HoldRules(minimum_s={Posture.FALLEN: 0.3, Posture.HANDS_UP: 0.3, Posture.CROUCHING: 0.3}, release_s=0.2)


def venue() -> VenueConfig:
    stage = [[0, 0], [320, 0], [320, 240], [0, 240]]
    camera = {"name": "North", "source": "usb:0", "frame_size": [320, 240]}
    return VenueConfig.model_validate(
        {
            "version": 1,
            "id": "hall",
            "name": "Hall",
            "capacity": 20,
            "cameras": [{"id": "north", **camera}, {"id": "south", **camera}],
            "zones": [{"id": "stage", "name": "Stage", "camera_id": "north", "polygon": stage}],
        }
    )


def scene(*people: tuple[int, tuple[int, int, int]]) -> tuple[np.ndarray, Tracks]:
    """A picture of 640 x 480 with people of one colour each, side by side, by track."""
    picture = np.full((480, 640, 3), 90, np.uint8)
    boxes = np.empty((len(people), 4))
    for row, (_, colour) in enumerate(people):
        boxes[row] = left, top, right, bottom = 20 + 60 * row, 100, 60 + 60 * row, 220
        picture[top:bottom, left:right] = colour[::-1]
    ids = np.array([track for track, _ in people], np.int64)
    return picture, Tracks(ids, boxes, np.ones(len(people), np.bool_))


class Heard(list[PostureEvent]):
    """Events as they come, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.threads: set[int] = set()

    def __call__(self, event: PostureEvent) -> None:
        self.append(event)
        self.threads.add(threading.get_ident())


async def show(watch: PostureWatch, shown: tuple[np.ndarray, Tracks], *, for_s: float, from_s: float) -> float:
    """Offer the same scene at ten frames a second; the capture time when it ended."""
    at_s = from_s
    while at_s < from_s + for_s:
        watch.offer("north", *shown, at_s)
        await asyncio.sleep(0.1)
        at_s += 0.1
    return at_s


async def test_hands_up_are_told_with_place_and_time_and_ended_when_they_come_down() -> None:
    heard, reader = Heard(), ColouredBodies(BODIES)
    async with PostureWatch(venue(), lambda: reader, heard, readings_per_s=50, rules=QUICK) as watch:
        at_s = await show(watch, scene((7, BLUE)), for_s=1.2, from_s=1000.0)
        await show(watch, scene((7, YELLOW)), for_s=1.2, from_s=at_s)
    started, ended = heard
    assert (started.venue_id, started.camera_id, started.posture) == ("hall", "north", Posture.HANDS_UP)
    assert (started.phase, started.end_reason) == ("started", None)
    assert (started.zone_ids, started.position) == (("stage",), (20.0, 110.0))
    assert started.since.timestamp() == pytest.approx(1000.0, abs=0.11)
    assert (ended.event_id, ended.phase, ended.end_reason) == (started.event_id, "ended", "recovered")
    assert reader.closed
    assert heard.threads == {threading.get_ident()}


async def test_nothing_in_an_event_tells_who_it_was() -> None:
    heard = Heard()
    async with PostureWatch(venue(), lambda: ColouredBodies(BODIES), heard, readings_per_s=50, rules=QUICK) as watch:
        await show(watch, scene((987654321, BLUE)), for_s=0.9, from_s=0.0)
    assert heard
    assert "987654321" not in "".join(event.model_dump_json() for event in heard)


async def test_the_end_of_the_watch_ends_its_events_unseen() -> None:
    heard = Heard()
    async with PostureWatch(venue(), lambda: ColouredBodies(BODIES), heard, readings_per_s=50, rules=QUICK) as watch:
        await show(watch, scene((7, BLUE)), for_s=0.9, from_s=0.0)
    assert [event.end_reason for event in heard] == [None, "unseen"]


async def test_a_camera_that_falls_silent_ends_its_events_unseen() -> None:
    heard = Heard()
    async with PostureWatch(venue(), lambda: ColouredBodies(BODIES), heard, readings_per_s=50, rules=QUICK) as watch:
        at_s = await show(watch, scene((7, BLUE)), for_s=0.9, from_s=0.0)
        watch.tell(at_s + 1)
        assert len(heard) == 1
        watch.tell(at_s + 6)
        assert heard[-1].end_reason == "unseen"
        assert heard[-1].captured_at.timestamp() == pytest.approx(at_s + 6)


async def test_readings_stay_within_the_budget_and_the_rest_is_counted() -> None:
    reader = ColouredBodies(BODIES)
    crowd = scene(*((track, YELLOW) for track in range(9)))
    async with PostureWatch(venue(), lambda: reader, Heard(), readings_per_s=6) as watch:
        await show(watch, crowd, for_s=2.0, from_s=0.0)
        counts = watch.counts
    assert 6 <= reader.read_count <= 2.0 * 6 + 5
    assert counts.taken <= reader.read_count
    assert counts.dropped > 0


async def test_everyone_in_a_crowd_gets_a_turn() -> None:
    colours = [(0, 0, blue) for blue in range(100, 109)]
    seen: set[int] = set()

    class Noting(ColouredBodies):
        def read(self, crop: Crop) -> Landmarks | None:
            seen.add(int(crop.pixels[128, 128, 2]))
            return super().read(crop)

    reader = Noting(dict.fromkeys(colours, body()))
    async with PostureWatch(venue(), lambda: reader, Heard(), readings_per_s=30) as watch:
        await show(watch, scene(*enumerate(colours)), for_s=1.5, from_s=0.0)
    assert seen == {blue for _, _, blue in colours}


async def test_an_offer_never_waits_for_a_slow_reader() -> None:
    class Slow(ColouredBodies):
        def read(self, crop: Crop) -> Landmarks | None:
            time.sleep(0.5)
            return super().read(crop)

    async with PostureWatch(venue(), lambda: Slow(BODIES), Heard(), readings_per_s=100) as watch:
        picture, tracks = scene(*((track, YELLOW) for track in range(9)))
        began = time.monotonic()
        for frame in range(50):
            watch.offer("north", picture, tracks, frame * 0.1)
            await asyncio.sleep(0)
        assert time.monotonic() - began < 0.4


async def test_a_reading_that_fails_is_counted_and_the_watch_goes_on() -> None:
    class Failing(ColouredBodies):
        def read(self, crop: Crop) -> Landmarks | None:
            found = super().read(crop)
            if self.read_count == 1:
                raise RuntimeError("the network stumbled")
            return found

    heard = Heard()
    async with PostureWatch(venue(), lambda: Failing(BODIES), heard, readings_per_s=50, rules=QUICK) as watch:
        await show(watch, scene((7, BLUE)), for_s=1.5, from_s=0.0)
        assert watch.counts.failed == 1
    assert heard


async def test_a_reader_that_cannot_be_made_is_told_to_who_asked() -> None:
    def broken() -> ColouredBodies:
        raise OSError("no model")

    with pytest.raises(OSError, match="no model"):
        async with PostureWatch(venue(), broken, Heard()):
            pass


async def test_offers_after_the_end_do_nothing() -> None:
    reader = ColouredBodies(BODIES)
    async with PostureWatch(venue(), lambda: reader, Heard()) as watch:
        pass
    watch.offer("north", *scene((1, BLUE)), 0.0)
    assert reader.read_count == 0


def test_someone_hidden_is_not_looked_at() -> None:
    camera = WatchedCamera("hall", "north", (640, 480), [])
    picture, tracks = scene((1, YELLOW), (2, YELLOW))
    tracks.seen[0] = False
    camera.present(tracks, (640, 480), 0.0)
    assert [look.track for look in camera.looks(picture, tracks, 0.0)] == [2]


def test_nothing_is_remembered_of_people_who_left() -> None:
    camera = WatchedCamera("hall", "north", (640, 480), [])
    for frame in range(500):
        picture, tracks = scene((frame, YELLOW), (frame + 1, YELLOW))
        camera.present(tracks, (640, 480), frame * 0.5)
        for look in camera.looks(picture, tracks, frame * 0.5):
            camera.looked(look)
    assert len(camera) <= 12
    camera.present(scene()[1], (640, 480), 1e6)
    assert len(camera) == 0


def test_people_in_a_priority_zone_come_first() -> None:
    stage = venue().zones[0]
    left_half = stage.model_copy(update={"polygon": type(stage.polygon)([[0, 0], [60, 0], [60, 240], [0, 240]])})
    camera = WatchedCamera("hall", "north", (320, 240), [left_half], priority_zones=["stage"])
    picture, tracks = scene(*((track, YELLOW) for track in range(5, 0, -1)))
    camera.present(tracks, (640, 480), 0.0)
    assert {look.track for look in camera.looks(picture, tracks, 0.0)[:2]} == {5, 4}
