"""The life of a posture event: held, raised once, ended once, with its reason; and nothing remembered afterwards."""

from collections.abc import Iterable

import pytest

from domain.messages import Posture
from inference.posture.classify import UNKNOWN, Judgement
from inference.posture.events import Change, HoldRules, PostureEvents

FALLEN = Judgement({Posture.FALLEN: 0.9, Posture.HANDS_UP: 0.0, Posture.CROUCHING: 0.1})
HANDS_UP = Judgement({Posture.FALLEN: 0.0, Posture.HANDS_UP: 0.8, Posture.CROUCHING: 0.0})
CROUCHING = Judgement({Posture.FALLEN: 0.1, Posture.HANDS_UP: 0.0, Posture.CROUCHING: 0.7})
UPRIGHT = Judgement({Posture.FALLEN: 0.0, Posture.HANDS_UP: 0.0, Posture.CROUCHING: 0.0})


def seconds(first: float, last: float, step: float = 0.5) -> list[float]:
    return [first + step * i for i in range(round((last - first) / step) + 1)]


def play(events: PostureEvents, looks: Iterable[tuple[float, Judgement]], track: int = 1) -> list[tuple[float, Change]]:
    """What happens, and when, to one person that is there all the time."""
    told = []
    for at_s, judgement in looks:
        told += [(at_s, change) for change in events.present([track], at_s)]
        told += [(at_s, change) for change in events.take(track, judgement, at_s)]
    return told


@pytest.mark.parametrize(
    ("judgement", "posture", "minimum_s"),
    [(FALLEN, Posture.FALLEN, 2.0), (HANDS_UP, Posture.HANDS_UP, 1.0), (CROUCHING, Posture.CROUCHING, 3.0)],
)
def test_a_posture_is_raised_once_when_held_for_its_minimum_duration(
    judgement: Judgement, posture: Posture, minimum_s: float
) -> None:
    told = play(PostureEvents(), [(at_s, judgement) for at_s in seconds(10, 20)])
    ((at_s, change),) = told
    assert at_s == 10 + minimum_s
    assert (change.posture, change.since_s, change.duration_s) == (posture, 10, minimum_s)
    assert change.confidence == pytest.approx(judgement.scores[posture])
    assert change.end_reason is None


def test_a_shorter_posture_is_no_event() -> None:
    looks = [(at_s, FALLEN) for at_s in seconds(0, 1.5)] + [(at_s, UPRIGHT) for at_s in seconds(2, 6)]
    assert play(PostureEvents(), looks) == []


def test_two_looks_are_no_event_however_far_apart() -> None:
    assert play(PostureEvents(), [(0.0, FALLEN), (2.5, FALLEN)]) == []


def test_standing_up_again_ends_the_event() -> None:
    looks = [(at_s, FALLEN) for at_s in seconds(0, 5)] + [(at_s, UPRIGHT) for at_s in seconds(5.5, 8)]
    (_, started), (at_s, ended) = play(PostureEvents(), looks)
    assert (ended.event_id, ended.end_reason) == (started.event_id, "recovered")
    assert (at_s, ended.since_s, ended.duration_s) == (6.5, 0, 5)


def test_one_wrong_reading_neither_ends_nor_delays() -> None:
    looks = [(at_s, UPRIGHT if at_s in (1.0, 4.0) else FALLEN) for at_s in seconds(0, 8)]
    ((at_s, change),) = play(PostureEvents(), looks)
    assert at_s == 2.0
    assert change.confidence == pytest.approx((0.9 * 4 + 0.0) / 5)


def test_a_second_fall_is_a_second_event() -> None:
    down_up_down = [(at_s, UPRIGHT if 4 <= at_s <= 6 else FALLEN) for at_s in seconds(0, 10)]
    told = [change for _, change in play(PostureEvents(), down_up_down)]
    assert [change.end_reason for change in told] == [None, "recovered", None]
    assert told[0].event_id == told[1].event_id != told[2].event_id


def test_a_gap_without_knowledge_ends_nothing() -> None:
    looks = [(at_s, FALLEN) for at_s in seconds(0, 3)] + [(at_s, UNKNOWN) for at_s in seconds(3.5, 20)]
    assert len(play(PostureEvents(), looks)) == 1


def test_too_long_a_gap_ends_it_unseen() -> None:
    looks = [(at_s, FALLEN) for at_s in seconds(0, 3)] + [(at_s, UNKNOWN) for at_s in seconds(3.5, 40)]
    (_, _), (at_s, ended) = play(PostureEvents(), looks)
    assert ended.end_reason == "unseen"
    assert at_s == 33.5
    assert ended.duration_s == 3


def test_a_gap_before_it_was_raised_starts_the_hold_anew() -> None:
    looks = [(0.0, FALLEN), (0.5, FALLEN), (1.0, FALLEN), (5.0, FALLEN), (6.0, FALLEN), (7.0, FALLEN)]
    ((at_s, change),) = play(PostureEvents(), looks)
    assert (at_s, change.since_s) == (7.0, 5.0)


def test_the_end_of_the_track_ends_the_event_and_says_so() -> None:
    events = PostureEvents()
    play(events, [(at_s, FALLEN) for at_s in seconds(0, 3)])
    assert events.present([], 6.9) == []
    (ended,) = events.present([], 7.1)
    assert (ended.end_reason, ended.duration_s) == ("track_ended", 3)
    assert len(events) == 0


def test_a_track_that_is_missing_for_a_moment_keeps_its_event() -> None:
    events = PostureEvents()
    play(events, [(at_s, FALLEN) for at_s in seconds(0, 3)])
    events.present([], 5.0)
    assert play(events, [(at_s, FALLEN) for at_s in seconds(6, 8)]) == []
    assert events.suspected == {1}


def test_postures_of_one_person_are_events_of_their_own() -> None:
    both = Judgement({Posture.HANDS_UP: 0.9, Posture.CROUCHING: 0.9})
    told = play(PostureEvents(), [(at_s, both) for at_s in seconds(0, 4)])
    assert [(at_s, change.posture) for at_s, change in told] == [(1.0, Posture.HANDS_UP), (3.0, Posture.CROUCHING)]


def test_people_do_not_lend_each_other_time() -> None:
    events = PostureEvents()
    for i, at_s in enumerate(seconds(0, 3)):
        events.present([1, 2], at_s)
        assert events.take(i % 2 + 1, HANDS_UP if i % 2 else UPRIGHT, at_s) == [] or at_s >= 1.5


def test_a_look_that_comes_after_its_track_ended_changes_nothing() -> None:
    assert PostureEvents().take(7, FALLEN, 1.0) == []


def test_the_end_of_the_watch_ends_every_event_unseen() -> None:
    events = PostureEvents()
    play(events, [(at_s, FALLEN) for at_s in seconds(0, 3)], track=1)
    play(events, [(at_s, HANDS_UP) for at_s in seconds(0, 3)], track=2)
    assert [change.end_reason for change in events.end_all()] == ["unseen", "unseen"]
    assert len(events) == 0


def test_nothing_is_remembered_of_people_who_left() -> None:
    events = PostureEvents()
    for i in range(5000):
        events.present([i, i + 1], i * 0.5)
        events.take(i, FALLEN if i % 3 else UPRIGHT, i * 0.5)
    assert len(events) <= 2 + HoldRules().lost_s / 0.5
    events.present([], 1e6)
    assert len(events) == 0
