from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.geometry import Polygon
from domain.messages import State
from inference.zones.counting import GRACE, ZoneSeconds, count_by_zone

START = datetime(2026, 6, 1, 18, 0, 0, tzinfo=UTC)
LEFT = Polygon([[0, 0], [10, 0], [10, 10], [0, 10]])
RIGHT = Polygon([[10, 0], [20, 0], [20, 10], [10, 10]])


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_feet_are_counted_in_the_zone_they_stand_in() -> None:
    assert count_by_zone([[1, 1], [2, 2], [15, 5], [50, 50]], [LEFT, RIGHT]).tolist() == [2, 1]
    assert count_by_zone(np.empty((0, 2)), [LEFT, RIGHT]).tolist() == [0, 0]
    assert count_by_zone([[1, 1]], []).shape == (0,)


def test_feet_on_a_shared_border_are_counted_once() -> None:
    assert count_by_zone([[10, 5]], [LEFT, RIGHT]).sum() == 1


def test_a_second_is_averaged_and_keeps_its_peak() -> None:
    seconds = ZoneSeconds.starting(START)
    for moment, people in ((0.1, 4), (0.4, 6), (0.7, 5)):
        seconds.add(at(moment), np.array([people]))
    assert seconds.close(at(1.0)) == [], "the second waits for frames still being looked at"
    (told,) = seconds.close(at(1) + GRACE)
    assert (told.second, told.state, told.frames) == (START, State.OK, 3)
    assert told.counts is not None
    assert told.peaks is not None
    assert (told.counts[0], told.peaks[0]) == (5.0, 6)


def test_every_second_is_told_once_and_in_order() -> None:
    seconds = ZoneSeconds.starting(START)
    told = []
    for tick in range(100):
        seconds.add(at(tick / 5), np.array([tick]))
        told += seconds.close(at(tick / 5))
    assert [item.second for item in told] == [at(index) for index in range(len(told))]
    assert len(told) == 19


def test_a_camera_that_never_gave_a_frame_is_unknown_not_empty() -> None:
    (told,) = ZoneSeconds.starting(START).close(at(1.5))
    assert told.state is State.BLIND
    assert told.counts is None
    assert told.peaks is None


def test_an_empty_room_is_zero_and_known() -> None:
    seconds = ZoneSeconds.starting(START)
    seconds.add(at(0.5), np.array([0]))
    (told,) = seconds.close(at(1.5))
    assert told.state is State.OK
    assert told.counts is not None
    assert told.counts[0] == 0


def test_silence_goes_from_known_through_stale_to_blind() -> None:
    seconds = ZoneSeconds.starting(START)
    seconds.add(at(0.9), np.array([3]))
    states = [told.state for told in seconds.close(at(14))]
    assert states == [State.OK] * 4 + [State.STALE] * 6 + [State.BLIND] * 3


@pytest.mark.parametrize("state", [State.BLIND, State.UNCALIBRATED])
def test_frames_of_a_camera_that_cannot_be_believed_count_for_nothing(state: State) -> None:
    seconds = ZoneSeconds.starting(START)
    seconds.add(at(0.5), np.array([0]))
    (told,) = seconds.close(at(1.5), state, "picture is black")
    assert (told.state, told.reason, told.counts) == (state, "picture is black", None)


def test_a_frame_that_is_too_late_does_not_change_what_was_told() -> None:
    seconds = ZoneSeconds.starting(START)
    seconds.close(at(1.5))
    seconds.add(at(0.9), np.array([9]))
    assert [told.second for told in seconds.close(at(2.5))] == [at(1)]


def test_a_machine_that_slept_does_not_tell_hours_at_once() -> None:
    seconds = ZoneSeconds.starting(START)
    assert len(seconds.close(at(7200))) == 1
