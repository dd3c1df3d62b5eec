from datetime import UTC, datetime, timedelta

import pytest

from domain.messages import CameraHealth, State
from ingest.limits import CameraLimits
from ingest.vitals import Vitals
from ingest.wire import Sight

NOON = datetime(2030, 6, 1, 12, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


@pytest.fixture
def vitals() -> Vitals:
    return Vitals("door", CameraLimits())


def give_frame(vitals: Vitals, at_s: float, sight: Sight = Sight.CLEAR) -> None:
    vitals.captured(after(at_s), (640, 480), sight)


def health(vitals: Vitals, at_s: float) -> CameraHealth:
    return vitals.health("hall", after(at_s))


def test_a_camera_that_never_gave_a_frame_is_blind_and_connecting(vitals: Vitals) -> None:
    seen = health(vitals, 1)
    assert (seen.state, seen.reason) == (State.BLIND, "connecting")
    assert seen.last_frame_at is None
    assert seen.captured_at == after(1)
    assert seen.fps is None


def test_a_camera_that_was_refused_from_the_start_says_why(vitals: Vitals) -> None:
    vitals.failed("connection refused")
    assert health(vitals, 1).reason == "connection refused"


def test_a_frame_makes_it_ok(vitals: Vitals) -> None:
    vitals.failed("connection refused")
    give_frame(vitals, 0)
    seen = health(vitals, 0.1)
    assert (seen.state, seen.reason) == (State.OK, None)
    assert (seen.frame_width, seen.frame_height) == (640, 480)
    assert seen.captured_at == seen.last_frame_at == NOON


def test_a_cut_walks_from_ok_to_stale_to_blind_with_the_reason(vitals: Vitals) -> None:
    give_frame(vitals, 0)
    vitals.failed("connection refused")
    assert health(vitals, 3.9).state is State.OK
    assert (health(vitals, 5).state, health(vitals, 5).reason) == (State.STALE, "no frames for 5 s: connection refused")
    assert (health(vitals, 12).state, health(vitals, 12).reason) == (
        State.BLIND,
        "no frames for 12 s: connection refused",
    )


def test_a_silent_camera_says_only_for_how_long(vitals: Vitals) -> None:
    give_frame(vitals, 0)
    assert health(vitals, 12).reason == "no frames for 12 s"


@pytest.mark.parametrize(("sight", "reason"), [(Sight.FROZEN, "picture is frozen"), (Sight.BLACK, "picture is black")])
def test_a_picture_that_shows_nothing_is_blind_though_frames_come(vitals: Vitals, sight: Sight, reason: str) -> None:
    give_frame(vitals, 0, sight)
    assert (health(vitals, 1).state, health(vitals, 1).reason) == (State.BLIND, reason)
    give_frame(vitals, 2)
    assert health(vitals, 2).state is State.OK


def test_what_a_person_has_to_mend_is_blind_at_once(vitals: Vitals) -> None:
    give_frame(vitals, 0)
    vitals.failed("hall.jpg is empty", needs_mending=True)
    assert (health(vitals, 1).state, health(vitals, 1).reason) == (State.BLIND, "hall.jpg is empty")


def test_a_recording_that_waits_on_purpose_is_ok(vitals: Vitals) -> None:
    give_frame(vitals, 0)
    vitals.alive(after(60))
    assert health(vitals, 61).state is State.OK


def test_fps_is_that_of_the_last_seconds(vitals: Vitals) -> None:
    for number in range(100):
        give_frame(vitals, number / 10)
    assert health(vitals, 9.9).fps == pytest.approx(10)
    for number in range(150):
        give_frame(vitals, 10 + number / 25)
    assert health(vitals, 15.96).fps == pytest.approx(25, rel=0.01)


def test_fps_falls_as_soon_as_frames_stop_and_is_then_unknown(vitals: Vitals) -> None:
    for number in range(50):
        give_frame(vitals, number / 10)
    fps = health(vitals, 7).fps
    assert fps is not None
    assert 4 < fps < 7
    assert health(vitals, 30).fps is None


def test_frames_are_counted_as_captured_dropped_and_late(vitals: Vitals) -> None:
    for number in range(5):
        give_frame(vitals, number)
    vitals.dropped()
    vitals.looked_at(after(3), after(3.9))
    vitals.looked_at(after(4), after(5.1))
    seen = health(vitals, 5)
    assert (seen.frames_captured, seen.frames_dropped, seen.frames_late) == (5, 1, 1)


def test_the_first_start_is_not_a_restart(vitals: Vitals) -> None:
    assert health(vitals, 0).restarts == 0
    vitals.started()
    assert health(vitals, 0).restarts == 0
    vitals.started()
    assert health(vitals, 0).restarts == 1
