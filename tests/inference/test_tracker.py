import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.detect import Detections
from inference.track import Tracker, TrackerParameters, Tracks

SIZE = (1000, 600)
P = TrackerParameters()


def people(*places: tuple[float, float], score: float = 0.9) -> Detections:
    boxes = np.array([(x - 20, y - 100, x + 20, y) for x, y in places], np.float32).reshape(-1, 4)
    return Detections(boxes, np.full(len(places), score, np.float32))


def watching() -> Tracker:
    """A tracker whose camera already sees, and saw nobody."""
    tracker = Tracker()
    tracker.update(Detections.none(), -0.1, SIZE)
    return tracker


def feed(tracker: Tracker, frames: list[Detections], start_s: float = 0.0) -> list[Tracks]:
    return [tracker.update(found, start_s + index / 10, SIZE) for index, found in enumerate(frames)]


def test_a_track_appears_matures_fades_and_is_gone() -> None:
    tracker = watching()
    seen = feed(tracker, [people((500, 300))] * 5)
    assert [len(tracks) for tracks in seen] == [0, 0, 1, 1, 1]
    gone = feed(tracker, [Detections.none()] * 40, start_s=0.5)
    counted = [len(tracks) for tracks in gone]
    assert counted[:9] == [1] * 9, "hidden for less than coast_s: still there"
    assert counted[-1] == 0
    assert not gone[0].seen[0]
    assert len(tracker) == 0, "everything about a track is dropped when it ends"


def test_those_already_there_when_the_camera_begins_to_see_count_at_once() -> None:
    tracker = Tracker()
    assert len(tracker.update(people((500, 300), (700, 300)), 0.0, SIZE)) == 2
    assert len(tracker.update(people((500, 300)), 60.0, SIZE)) == 1, "also after it was blind for a while"


def test_a_single_false_box_never_counts() -> None:
    tracker = watching()
    frames = [people((500, 300)) if index % 2 == 0 else Detections.none() for index in range(20)]
    assert all(len(tracks) == 0 for tracks in feed(tracker, frames))


def test_weak_boxes_keep_a_track_but_never_start_one() -> None:
    tracker = watching()
    feed(tracker, [people((500, 300))] * 3)
    kept = feed(tracker, [people((500, 300), (700, 300), score=0.15)] * 30, start_s=0.3)
    assert {len(tracks) for tracks in kept} == {1}
    assert kept[-1].seen.all()


def test_someone_who_comes_back_in_time_keeps_the_identity() -> None:
    tracker = Tracker()
    first = feed(tracker, [people((500, 300))] * 5)[-1].ids[0]
    feed(tracker, [Detections.none()] * 15, start_s=0.5)
    again = feed(tracker, [people((500, 300))] * 3, start_s=2.0)
    assert again[-1].ids.tolist() == [first]


def test_two_people_who_pass_each_other_keep_their_identities() -> None:
    tracker = Tracker()
    walk = [people((200 + 20 * step, 300), (800 - 20 * step, 340)) for step in range(31)]
    tracks = feed(tracker, walk)
    start = dict(zip(tracks[3].ids.tolist(), tracks[3].boxes[:, 0].tolist(), strict=True))
    end = dict(zip(tracks[-1].ids.tolist(), tracks[-1].boxes[:, 0].tolist(), strict=True))
    left, right = min(start, key=start.__getitem__), max(start, key=start.__getitem__)
    assert end[left] > end[right]


def test_someone_unseen_at_the_border_has_left() -> None:
    tracker = Tracker()
    feed(tracker, [people((100 - 12 * step, 300)) for step in range(8)])
    assert len(tracker.update(Detections.none(), 0.8, SIZE)) == 0


def test_an_empty_picture_is_an_ordinary_answer() -> None:
    tracks = Tracker().update(Detections.none(), 0.0, SIZE)
    assert len(tracks) == 0
    assert tracks.feet.shape == (0, 2)


@settings(max_examples=50, deadline=None)
@given(
    frames=st.lists(
        st.tuples(st.floats(0, 2), st.lists(st.tuples(st.floats(0, 1000), st.floats(100, 600)), max_size=6)),
        max_size=40,
    )
)
def test_whatever_comes_counts_stay_within_what_was_seen(
    frames: list[tuple[float, list[tuple[float, float]]]],
) -> None:
    tracker, now, most = Tracker(), 0.0, 0
    for elapsed, places in frames:
        now += elapsed
        tracks = tracker.update(people(*places), now, SIZE)
        most += len(places)
        assert len(tracks) <= most
        assert len(set(tracks.ids.tolist())) == len(tracks)
        assert np.isfinite(tracks.boxes).all()


def test_memory_does_not_grow_with_the_people_who_passed() -> None:
    tracker, generator = Tracker(), np.random.default_rng(1)
    for index in range(3000):
        places = [(float(x), 300.0) for x in generator.uniform(0, 1000, 5)]
        tracker.update(people(*places), index / 10, SIZE)
    assert len(tracker) <= 5 * 10 * (P.lost_s + 1)
