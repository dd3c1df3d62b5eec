"""A number that was true stops being known: at 4 s it is stale, at 10 s its camera is blind."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import CameraHealth, State, ZoneReading
from domain.staleness import BLIND_AFTER, STALE_AFTER, aged_health, aged_reading, state_by_age

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)


def seen(state: State = State.OK) -> ZoneReading:
    known = {"count": 5.2, "peak": 6, "count_low": 4.0, "count_high": 6.4} if state is State.OK else {}
    return ZoneReading.model_validate(
        {
            "venue_id": "hall",
            "zone_id": "floor",
            "camera_ids": ["door"],
            "captured_at": NOON,
            "state": state,
            "epoch": 3,
        }
        | known
    )


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (timedelta(0), State.OK),
        (-timedelta(seconds=1), State.OK),
        (STALE_AFTER, State.OK),
        (STALE_AFTER + TICK, State.STALE),
        (BLIND_AFTER, State.STALE),
        (BLIND_AFTER + TICK, State.BLIND),
        (timedelta(days=400), State.BLIND),
    ],
)
def test_state_changes_just_after_its_limit(age: timedelta, state: State) -> None:
    assert state_by_age(NOON, NOON + age) is state


def test_one_late_second_is_still_a_reading() -> None:
    """The newest reading is named by its second's start and arrives up to 2.4 s after it; one may be lost."""
    assert state_by_age(NOON, NOON + timedelta(seconds=2.4 + 1)) is State.OK


def test_a_fresh_reading_is_shown_as_it_is() -> None:
    assert aged_reading(seen(), NOON + STALE_AFTER) == seen()


@given(st.timedeltas(STALE_AFTER + TICK, timedelta(days=2)), st.sampled_from(State))
def test_an_old_reading_loses_its_count_and_keeps_its_place(age: timedelta, state: State) -> None:
    shown = aged_reading(seen(state), NOON + age)
    assert (shown.count, shown.peak, shown.count_low, shown.count_high) == (None, None, None, None)
    assert shown.state is not State.OK
    assert (shown.zone_id, shown.camera_ids, shown.captured_at, shown.epoch) == ("floor", ("door",), NOON, 3)


@given(st.timedeltas(timedelta(0), timedelta(days=2)), st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_ageing_never_makes_a_reading_known_again(age: timedelta, more: timedelta) -> None:
    once = aged_reading(seen(), NOON + age)
    twice = aged_reading(once, NOON + age + more)
    assert twice == aged_reading(seen(), NOON + age + more) or twice.state is State.BLIND


def test_an_old_reading_says_for_how_long() -> None:
    assert aged_reading(seen(), NOON + timedelta(seconds=7)).reason == "no reading for 7 s"


def test_a_blind_camera_keeps_its_own_reason() -> None:
    blind = seen(State.BLIND).model_copy(update={"reason": "black picture"})
    assert aged_reading(blind, NOON + timedelta(minutes=1)).reason == "black picture"


def health(state: State) -> CameraHealth:
    return CameraHealth(venue_id="hall", camera_id="door", captured_at=NOON, state=state, frames_captured=90)


def test_a_silent_worker_makes_its_cameras_unknown() -> None:
    now = NOON + timedelta(seconds=8)
    shown = aged_health(health(State.OK), now, heard_at=NOON)
    assert (shown.state, shown.reason) == (State.STALE, "its worker is silent for 8 s")
    assert shown.frames_captured == 90
    assert aged_health(health(State.OK), NOON + timedelta(seconds=11), heard_at=NOON).state is State.BLIND


def test_a_camera_whose_worker_speaks_is_as_the_worker_says() -> None:
    """Its newest frame may be old: that is the camera's fault, and its worker has judged it."""
    now = NOON + timedelta(minutes=5)
    assert aged_health(health(State.BLIND), now, heard_at=now) == health(State.BLIND)
    assert aged_health(health(State.OK), now, heard_at=now) == health(State.OK)
