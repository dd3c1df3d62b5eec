"""An alert cannot say what is not known, and severities are in order."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from pydantic import ValidationError

from domain.alert_rules import AlertSettings, RuleOverrides
from domain.alerts import SEVERITIES, Alert, Change, Evidence, Measure, Severity, Status
from domain.messages import State

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def alert(**changes: object) -> Alert:
    values: dict[str, object] = {
        "venue_id": "hall",
        "captured_at": NOON,
        "state": State.OK,
        "alert_id": UUID(int=1),
        "sequence": 1,
        "change": Change.RAISED,
        "rule_id": "density",
        "measure": Measure.DENSITY,
        "zone_id": "pit",
        "severity": Severity.DANGER,
        "worst": Severity.DANGER,
        "status": Status.OPEN,
        "raised_at": NOON,
        "raise_at": 4.7,
        "clear_at": 4.2,
        "title": "Dense crowd",
        "summary": "Pit: 4.9 people/m²",
        "playbook": "Stop people entering.",
        "source": "Green Guide",
        "evidence": Evidence(measure=Measure.DENSITY, unit="people/m²", value=4.9),
    }
    return Alert.model_validate(values | changes)


def test_severities_are_in_order() -> None:
    assert [severity.rank for severity in SEVERITIES] == [0, 1, 2, 3]
    assert SEVERITIES[0] is Severity.INFO
    assert SEVERITIES[-1] is Severity.CRITICAL


def test_an_alert_comes_back_as_it_was() -> None:
    made = alert()
    assert Alert.model_validate_json(made.model_dump_json()) == made
    assert made.standing


NOTHING = Evidence(measure=Measure.DENSITY, unit="people/m²")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": State.BLIND}, "whose figure is blind has no value"),
        ({"state": State.BLIND, "evidence": NOTHING, "status": Status.CLEARED, "ended_at": NOON}, "never clears"),
        ({"status": Status.CLEARED}, "ended_at exactly when it is over"),
        ({"ended_at": NOON}, "ended_at exactly when it is over"),
        ({"status": Status.CLOSED, "ended_at": NOON}, "outcome exactly when a person closed it"),
        ({"status": Status.ACKNOWLEDGED}, "says when"),
        ({"sequence": 0}, "greater than or equal to 1"),
        ({"rule_id": "Not a rule"}, "match pattern"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        alert(**changes)


def test_without_sight_there_is_no_number_but_the_seconds_without_sight() -> None:
    unseen = Evidence(measure=Measure.SIGHT, unit="s unseen", value=12.0)
    assert alert(state=State.BLIND, measure=Measure.SIGHT, evidence=unseen).evidence.value == 12.0
    assert alert(state=State.BLIND, evidence=NOTHING).evidence.value is None


def test_every_zone_that_a_venue_file_names_is_found() -> None:
    settings = AlertSettings.model_validate(
        {"zones": {"pit": {}}, "phases": {"egress": {"zones": {"gate": {"width_m": 4}}}}}
    )
    assert settings.zone_ids() == {"pit", "gate"}


def test_what_is_not_named_is_not_changed() -> None:
    assert all(AlertSettings().rules.of(rule_id) is None for rule_id in RuleOverrides.model_fields)
