from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from pydantic import ValidationError

from domain.captures import Capture, CapturePolicy, LearningConfig
from tests.api import world

AT = datetime(2026, 5, 1, 18, tzinfo=UTC)


def capture(**changes: object) -> Capture:
    values: dict[str, object] = {
        "venue_id": "town",
        "camera_id": "north",
        "captured_at": AT,
        "state": "ok",
        "capture_id": uuid4(),
        "file": f"town/north/20260501/{uuid4().hex}.jpg",
        "sha256": "0" * 64,
        "width": 640,
        "height": 480,
        "size_bytes": 1000,
        "policy": "blurred",
        "keep_until": AT + timedelta(days=30),
        "model": "m",
        "count": 3,
        "count_low": 1,
        "count_high": 6,
        "uncertainty": 0.5,
        "reasons": ("flicker",),
    }
    return Capture.model_validate(values | changes)


def test_nothing_is_kept_unless_the_venue_says_so() -> None:
    plain = world.venue("town")
    assert plain.learning.capture is CapturePolicy.OFF
    assert not plain.learning.keeps("north")
    some = world.venue("town", learning={"capture": "blurred", "cameras": ["north"]})
    assert some.learning.keeps("north")
    assert not some.learning.keeps("south")


@pytest.mark.parametrize(
    ("learning", "words"),
    [
        ({"capture": "consented"}, "needs consent_reference"),
        ({"capture": "consented", "consent_reference": "   "}, "needs consent_reference"),
        ({"capture": "blurred", "consent_reference": "file 12"}, "belongs to capture: consented"),
        ({"consent_reference": "file 12"}, "belongs to capture: consented"),
        ({"capture": "always"}, "off"),
        ({"capture": "blurred", "retention_days": 0}, "greater than or equal to 1"),
        ({"capture": "blurred", "per_day": 5}, r"per_day \(5\) must be at least per_hour \(6\)"),
        ({"capture": "blurred", "cameras": ["roof"]}, "the venue has"),
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(learning: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        world.venue("town", learning=learning)


def test_consent_is_written_down() -> None:
    config = LearningConfig(capture=CapturePolicy.CONSENTED, consent_reference="contract 2026-17, annex B")
    assert config.keeps("any")


@pytest.mark.parametrize(
    "changes",
    [
        {"policy": "off"},
        {"policy": "consented"},
        {"consent_reference": "file 12"},
        {"file": "../north/20260501/" + "0" * 32 + ".jpg"},
        {"file": "town/south/20260501/" + "0" * 32 + ".jpg"},
        {"file": "town/north/20260501/" + "0" * 32 + ".png"},
        {"reasons": ()},
        {"reasons": ("flicker", "flicker")},
        {"state": "blind"},
        {"uncertainty": 1.5},
    ],
)
def test_a_capture_that_may_not_be_is_refused(changes: dict[str, object]) -> None:
    assert capture().policy is CapturePolicy.BLURRED
    with pytest.raises(ValidationError):
        capture(**changes)
