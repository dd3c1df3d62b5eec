"""Whom to look at next."""

import pytest

from inference.posture.choice import LEAST_PERIOD_S, Candidate, urgency


@pytest.mark.parametrize(
    "matters", [{"suspected": True}, {"shape": 1.5}, {"priority": True}], ids=["suspected", "lying", "priority"]
)
def test_people_that_matter_come_first(matters: dict[str, float]) -> None:
    values = {"waited_s": 1.0, "shape": 0.4, **matters}
    assert urgency(Candidate(**values)) > urgency(Candidate(waited_s=1.0, shape=0.4))  # type: ignore[arg-type]


def test_among_equals_the_longest_wait_comes_first() -> None:
    assert urgency(Candidate(2.0, 0.4)) > urgency(Candidate(1.0, 0.4))


def test_everyone_gets_a_turn_however_many_matter() -> None:
    assert urgency(Candidate(10.0, 0.4)) > urgency(Candidate(1.0, 1.5, suspected=True, priority=True))


def test_nobody_is_looked_at_again_at_once() -> None:
    assert urgency(Candidate(LEAST_PERIOD_S / 2, 1.5, suspected=True)) == 0


def test_someone_new_is_looked_at_without_a_wait() -> None:
    assert urgency(Candidate(0.0, 0.4, new=True)) > 0
