"""A posture event says when it began and why it ended, and nothing that tells who it was."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.messages import Posture, PostureEvent, State

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def event(**changes: object) -> PostureEvent:
    values: dict[str, object] = {
        "venue_id": "town",
        "captured_at": NOON,
        "state": State.OK,
        "event_id": UUID(int=7),
        "camera_id": "north",
        "position": (12.5, 80.0),
        "posture": Posture.FALLEN,
        "phase": "started",
        "confidence": 0.9,
        "since": NOON - timedelta(seconds=2),
        "duration_s": 2.0,
    }
    return PostureEvent.model_validate(values | changes)


def test_an_event_survives_its_journey() -> None:
    assert PostureEvent.model_validate_json(event().model_dump_json()) == event()


@pytest.mark.parametrize(
    "changes",
    [
        {"phase": "ended"},
        {"end_reason": "recovered"},
        {"phase": "ended", "end_reason": "stood up"},
        {"since": NOON + timedelta(seconds=1)},
        {"confidence": 1.1},
        {"duration_s": -1.0},
        {"posture": "upright"},
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        event(**changes)


def test_there_is_no_room_for_an_identity_or_landmarks() -> None:
    for name in ("track_id", "landmarks", "picture"):
        with pytest.raises(ValidationError, match=name):
            event(**{name: 1})
