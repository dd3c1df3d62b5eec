import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.media_clock import MediaClock, Pacer


def times(fps: float, stamps: list[float]) -> list[float]:
    clock = MediaClock(fps)
    return [clock.advance(stamp) for stamp in stamps]


def test_time_starts_at_zero_whatever_the_first_stamp() -> None:
    assert times(10, [7.0, 7.1, 7.2]) == pytest.approx([0, 0.1, 0.2])


def test_stamps_are_believed_over_a_header_that_claims_twice_the_rate() -> None:
    assert times(50, [0.04, 0.08, 0.12]) == pytest.approx([0, 0.04, 0.08])


@pytest.mark.parametrize("fps", [0, -1, 0.01, 1000, 90_000, math.nan, math.inf])
def test_with_an_absurd_rate_in_the_header_frames_are_a_25th_apart(fps: float) -> None:
    assert times(fps, [0, 0.001, 0.002]) == pytest.approx([0, 0.04, 0.08])


def test_a_missing_or_backward_stamp_counts_as_one_step_like_the_last() -> None:
    assert times(25, [0, 0.1, 0.0, 0.0]) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_after_a_broken_stamp_the_good_ones_count_again() -> None:
    assert times(10, [0, 0.1, 0.0, 0.3, 0.4]) == pytest.approx([0, 0.1, 0.2, 0.3, 0.4])


def test_nobody_waits_through_a_stamp_that_jumps_by_hours() -> None:
    assert times(10, [0, 0.1, 7200.0, 7200.1]) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_the_end_is_one_step_after_the_last_frame() -> None:
    clock = MediaClock(10)
    for stamp in (0, 0.1, 0.2):
        clock.advance(stamp)
    assert clock.end_s == pytest.approx(0.3)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2), st.floats(allow_nan=True, allow_infinity=True))
def test_whatever_the_stamps_time_moves_forward(stamps: list[float], fps: float) -> None:
    seen = times(fps, stamps)
    assert seen == sorted(seen)
    assert all(math.isfinite(time_s) for time_s in seen)


def test_a_frame_waits_for_its_turn() -> None:
    pacer = Pacer()
    assert pacer.wait_s(0, now_s=100) == 0
    assert pacer.wait_s(0.1, now_s=100.03) == pytest.approx(0.07)


def test_a_little_late_is_caught_up() -> None:
    pacer = Pacer()
    pacer.wait_s(0, now_s=0)
    assert pacer.wait_s(0.1, now_s=0.5) == 0
    assert pacer.wait_s(1.0, now_s=0.6) == pytest.approx(0.4)


def test_after_a_long_stall_it_goes_on_from_there_and_does_not_rush() -> None:
    pacer = Pacer()
    pacer.wait_s(0, now_s=0)
    assert pacer.wait_s(0.1, now_s=60) == 0
    assert pacer.wait_s(0.2, now_s=60) == pytest.approx(0.1)
