from hypothesis import given
from hypothesis import strategies as st

from ingest.backoff import Backoff

chances = st.floats(0, 1, exclude_max=True)


@given(st.lists(chances, min_size=1, max_size=60), st.floats(0.01, 2), st.floats(2, 60))
def test_no_wait_is_longer_than_the_cap_or_than_its_doubling(rolls: list[float], base_s: float, cap_s: float) -> None:
    backoff = Backoff(base_s=base_s, cap_s=cap_s)
    for attempt, chance in enumerate(rolls):
        wait_s = backoff.wait_s(lasted_s=0, gave_frames=False, chance=chance)
        assert 0 <= wait_s <= min(cap_s, base_s * 2**attempt)


@given(chances, st.floats(0, 100))
def test_an_attempt_that_took_long_has_waited_already(chance: float, lasted_s: float) -> None:
    patient = Backoff(base_s=4, cap_s=5).wait_s(lasted_s=lasted_s, gave_frames=False, chance=chance)
    at_once = Backoff(base_s=4, cap_s=5).wait_s(lasted_s=0, gave_frames=False, chance=chance)
    assert patient == max(0, at_once - lasted_s)


def test_waits_double_until_the_cap() -> None:
    backoff = Backoff(base_s=0.5, cap_s=5)
    assert [backoff.wait_s(lasted_s=0, gave_frames=False, chance=1) for _ in range(6)] == [0.5, 1, 2, 4, 5, 5]


def test_a_connection_that_lasted_clears_the_failures_before_it() -> None:
    backoff = Backoff(base_s=0.5, cap_s=5)
    for _ in range(5):
        backoff.wait_s(lasted_s=0, gave_frames=False, chance=1)
    backoff.wait_s(lasted_s=3600, gave_frames=True, chance=1)
    assert backoff.wait_s(lasted_s=0, gave_frames=False, chance=1) == 1


def test_a_camera_that_gives_one_frame_and_dies_is_not_called_back_at_once_for_ever() -> None:
    backoff = Backoff(base_s=0.5, cap_s=5)
    waits = [backoff.wait_s(lasted_s=0.4, gave_frames=True, chance=1) for _ in range(6)]
    assert waits[-1] > 4


def test_a_camera_away_for_a_year_does_not_overflow() -> None:
    backoff = Backoff(base_s=0.5, cap_s=5)
    for _ in range(10_000):
        backoff.wait_s(lasted_s=0, gave_frames=False, chance=0)
    assert backoff.wait_s(lasted_s=0, gave_frames=False, chance=1) == 5
