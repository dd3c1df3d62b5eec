"""Defaults from guidance, each with its source; what a venue changes, and what it is told when that makes no sense."""

import pytest
from pydantic import ValidationError

from api.alerts.rules import RuleBook, load_defaults
from domain.alert_rules import AlertSettings, fruin_density, fruin_level
from domain.alerts import Phase, Severity
from domain.errors import BadVenue
from tests.api.alerts.scripted import LAYOUT, book


def raise_at(settings: dict[str, object], rule_id: str, severity: Severity, phase: Phase | None = None) -> float | None:
    rule = book(settings).rules("pit", phase).get(rule_id)
    level = rule.level(severity) if rule else None
    return level.raise_at if level else None


def test_published_figures_are_what_they_are() -> None:
    assert raise_at({}, "density", Severity.DANGER) == 4.7
    assert raise_at({}, "density", Severity.CRITICAL) == 5.0
    assert raise_at({}, "pressure", Severity.DANGER) == 0.02
    assert raise_at({}, "level_of_service", Severity.WARNING) == pytest.approx(1 / 0.46)
    assert raise_at({"zones": {"pit": {"width_m": 3.0}}}, "inflow", Severity.DANGER) == 82 * 3


def test_every_default_names_its_source() -> None:
    for rule in load_defaults().rules.values():
        levels = [level for severity in Severity if (level := rule.level(severity))]
        assert levels
        assert all(len(level.source) > 5 for level in levels)


@pytest.mark.parametrize(
    ("density", "level"), [(0.0, "A"), (0.31, "B"), (0.5, "C"), (0.8, "D"), (1.2, "E"), (2.2, "F"), (9.0, "F")]
)
def test_levels_of_service_are_fruins(density: float, level: str) -> None:
    assert fruin_level(density) == level
    assert density >= fruin_density(level)


def test_the_last_named_place_wins() -> None:
    settings = {
        "rules": {"density": {"danger": {"raise_at": 4.5}}},
        "zones": {"pit": {"rules": {"density": {"danger": {"raise_at": 4.6}}}}},
        "phases": {
            "egress": {"rules": {"density": {"danger": {"raise_at": 4.2}}}},
            "headline": {"zones": {"pit": {"rules": {"density": {"danger": {"raise_at": 4.9}}}}}},
        },
    }
    assert raise_at(settings, "density", Severity.DANGER) == 4.6
    assert raise_at(settings, "density", Severity.DANGER, Phase.EGRESS) == 4.2
    assert raise_at(settings, "density", Severity.DANGER, Phase.HEADLINE) == 4.9
    bar = book(settings).rules("bar", None)["density"].level(Severity.DANGER)
    assert bar is not None
    assert (bar.raise_at, bar.clear_at) == (4.5, pytest.approx(4.5 * 4.2 / 4.7))
    assert "the venue's own figure" in bar.source


def test_capacity_and_width_scale_their_rules_and_without_them_there_is_none() -> None:
    assert raise_at({}, "count", Severity.WARNING) == pytest.approx(0.95 * 600)
    assert raise_at({}, "inflow", Severity.WARNING) is None
    assert raise_at({"rules": {"count": {"per": "one", "warning": {"raise_at": 40}, "danger": {"raise_at": 50}}}},
                    "count", Severity.WARNING) == 40  # fmt: skip


def test_a_rule_may_be_switched_off_and_a_phase_does_it_by_default() -> None:
    assert "density" not in book({"rules": {"density": {"enabled": False}}}).rules("pit", None)
    assert "level_of_service" in book().rules("pit", Phase.DOORS)
    assert "level_of_service" not in book().rules("pit", Phase.HEADLINE)
    off = {"rules": {"density": {"warning": {"enabled": False}}}}
    assert raise_at(off, "density", Severity.WARNING) is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"rules": {"densty": {}}}, r"unknown key 'densty'; did you mean 'density'\?"),
        ({"rules": {"density": {"dangr": {}}}}, r"unknown key 'dangr'; did you mean 'danger'\?"),
        ({"rules": {"density": {"danger": {"rais_at": 4}}}}, r"unknown key 'rais_at'; did you mean 'raise_at'\?"),
        ({"phases": {"headliner": {}}}, r"unknown key 'headliner'; did you mean 'headline'\?"),
        ({"zones": {"pit": {"width": 3}}}, r"unknown key 'width'; did you mean 'width_m'\?"),
        (
            {"rules": {"level_of_service": {"warning": {"raise_at": "G"}}}},
            "'G' is neither a number nor a level of service",
        ),
        ({"rules": {"density": {"danger": {"probability": 1.5}}}}, "less than 1"),
    ],
)
def test_a_misspelt_change_is_refused_with_the_nearest_right_one(settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        AlertSettings.model_validate(settings)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"zones": {"pitt": {}}}, "alerts.zones.pitt: the venue has no such zone; did you mean 'pit'"),
        ({"rules": {"density": {"danger": {"clear_at": 4.8}}}}, r"danger.clear_at \(4.8\) must be below its raise_at"),
        ({"rules": {"density": {"danger": {"raise_at": 3.0}}}}, "danger.raise_at .* is reached before warning's"),
        ({"rules": {"pressure": {"critical": {"raise_at": 0.05}}}}, "critical: clear_at must be given"),
        ({"rules": {"time_to_threshold": {"warning": {"clear_at": 100}}}}, "must be above its raise_at"),
    ],
)
def test_a_change_that_makes_no_sense_names_its_key(settings: dict[str, object], words: str) -> None:
    with pytest.raises(BadVenue, match=words):
        RuleBook(load_defaults(), AlertSettings.model_validate(settings), LAYOUT)
