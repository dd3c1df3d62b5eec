"""The engine on crowds with known truth: early enough, seldom wrong, once, and never taking unseen for empty."""

import random
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.alerts.engine import AlertEngine
from domain.alerts import Alert, Change, Measure, Phase, Severity, Status
from domain.messages import Posture, PostureEvent, State, ZoneReading
from tests.api.alerts.scripted import (
    DANGER,
    LAYOUT,
    START,
    Noise,
    at,
    book,
    crossing,
    engine,
    health,
    normal,
    occupancy,
    reading,
    run,
    seen,
    surge,
)

TOLD = (Change.RAISED, Change.WORSENED)


def well(one: AlertEngine, second: float, *, north: bool = True) -> list[Alert]:
    """Both cameras and the bar are well at that second."""
    alerts = one.take(health(second, "south"), at(second + 1.5))
    alerts += one.take(reading(second, 0.4, zone="bar", camera="south"), at(second + 1.5))
    return alerts + (one.take(health(second, "north"), at(second + 1.5)) if north else [])


def live(one: AlertEngine, densities: list[float | None], first: int = 0, **changes: object) -> list[Alert]:
    """The pit, a second each; ``None``: it is blind. Everything else is well."""
    alerts: list[Alert] = []
    for index, density in enumerate(densities):
        second = first + index
        alerts += well(one, second)
        alerts += one.take(reading(second, density, **changes), at(second + 1.5))
    return alerts


def of(alerts: list[Alert], rule_id: str) -> list[Alert]:
    return [alert for alert in alerts if alert.rule_id == rule_id]


@pytest.mark.parametrize("seed", range(12))
def test_a_surge_is_told_before_or_within_5_s_of_the_true_crossing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a made-up crowd
    truth, seconds = surge(chance)
    passed = crossing(truth, DANGER, seconds)
    assert passed is not None
    told = run(engine(), seen(truth, seconds, Noise(), chance))
    danger = [
        arrives
        for arrives, alert in told
        if alert.rule_id == "density" and alert.severity.rank >= Severity.DANGER.rank and alert.change in TOLD
    ]
    assert danger
    assert danger[0] - at(passed) <= timedelta(seconds=5)
    assert danger[0] - at(passed) >= timedelta(seconds=-60), "that early it was not this surge"


def test_a_normal_crowd_raises_less_than_one_an_hour() -> None:
    raised, hours = 0, 3
    for seed in range(hours * 2):
        chance = random.Random(1000 + seed)  # noqa: S311 - a made-up crowd
        one = engine()
        one.set_phase(Phase.HEADLINE, START)
        told = run(one, seen(normal(chance, chance.uniform(0.3, 3.3)), 1800, Noise(), chance))
        raised += sum(alert.change in (*TOLD, Change.REOPENED) for _, alert in told)
    assert raised < hours


def test_a_flapping_density_is_raised_once() -> None:
    told = of(live(engine(), [4.9, 4.9, 4.9, 3.9, 3.9, 3.9, 3.9] * 60, half_width=0.1), "density")
    assert [alert.change for alert in told].count(Change.RAISED) == 1
    assert len({alert.alert_id for alert in told}) == 1
    assert {alert.change for alert in told} <= {*TOLD, Change.ESCALATED}


def test_a_worse_severity_is_told_whatever_was_done_about_the_milder_one() -> None:
    one = engine()
    told = live(one, [4.2] * 10)
    one.acknowledge(of(told, "density")[0].alert_id, "sam", at(12))
    told = of(live(one, [5.4] * 4, first=12), "density")
    assert told[-1].severity is Severity.CRITICAL
    assert told[-1].status is Status.OPEN
    one.close(told[-1].alert_id, "false_alarm", at(18))
    assert of(live(one, [5.4] * 60, first=18), "density") == []
    one = engine()
    alert = of(live(one, [4.2] * 10), "density")[0]
    one.close(alert.alert_id, "false_alarm", at(12))
    assert of(live(one, [4.8] * 6, first=12), "density")[0].severity is Severity.DANGER


def test_the_upper_end_of_the_interval_raises_early_and_says_how_sure_it_is() -> None:
    told = of(live(engine(), [4.55] * 6, half_width=0.6), "density")
    danger = [alert for alert in told if alert.severity is Severity.DANGER][0]  # noqa: RUF015
    assert danger.evidence.value == pytest.approx(4.55)
    assert danger.evidence.probability is not None
    assert 0.25 < danger.evidence.probability < 0.5
    assert "may have passed 4.7" in danger.summary or "sure" in danger.summary


def test_an_alert_explains_itself() -> None:
    ramp = [2.0 + 0.03 * second for second in range(75)]
    told = of(live(engine(), list(ramp), half_width=0.2), "density")
    first = told[0]
    evidence = first.evidence
    assert (first.severity, first.zone_id, evidence.unit) == (Severity.WARNING, "pit", "people/m²")
    assert evidence.value is not None
    assert evidence.low is not None
    assert evidence.high is not None
    assert evidence.low < evidence.value < evidence.high
    assert len(evidence.readings) == 30
    assert all(one.captured_at < two.captured_at for one, two in pairwise(evidence.readings))
    assert evidence.trend is not None
    assert evidence.trend.per_min == pytest.approx(1.8, rel=0.05)
    assert evidence.forecast is not None
    assert evidence.forecast.severity is Severity.DANGER
    assert evidence.forecast.in_s == pytest.approx((4.7 - evidence.value) / 0.03, abs=3)
    assert evidence.picture_camera_id == "north"
    assert first.playbook
    assert "4 people/m²" in first.source
    assert first.summary.startswith("Pit: ")


def test_a_steady_rise_is_told_ahead_with_the_time_that_is_left() -> None:
    ramp: list[float | None] = [1.5 + 0.012 * second for second in range(290)]
    told = live(engine(), ramp, half_width=0.2)
    (ahead,) = [alert for alert in of(told, "time_to_threshold") if alert.change is Change.RAISED]
    true_crossing = (DANGER - 1.5) / 0.012
    notice_s = true_crossing - (ahead.raised_at - START).total_seconds()
    assert notice_s > 60
    assert ahead.evidence.value == pytest.approx(notice_s, rel=0.15)
    assert of(told, "density")[0].raised_at > ahead.raised_at
    assert "if it goes on like this" in ahead.summary


def test_a_crowd_that_no_longer_rises_takes_its_forecast_back() -> None:
    one = engine()
    live(one, [1.5 + 0.02 * second for second in range(120)])
    told = of(live(one, [3.9] * 120, first=120), "time_to_threshold")
    assert [alert.change for alert in told if alert.change is not Change.ESCALATED] == [Change.CLEARED]


def test_a_blind_camera_says_cannot_see_and_never_empty() -> None:
    one = engine()
    live(one, [1.0] * 10)
    told: list[Alert] = []
    for second in range(10, 40):
        told += well(one, second, north=False)
        told += one.take(health(second, "north", State.BLIND, "the picture is black"), at(second + 1.5))
        told += one.take(reading(second, None), at(second + 1.5))
    (alert,) = told
    assert (alert.rule_id, alert.camera_id, alert.state) == ("blind_camera", "north", State.BLIND)
    assert "cannot see" in alert.summary
    assert "Pit" in alert.summary
    assert "black" in alert.summary
    assert alert.raised_at - at(10) < timedelta(seconds=13)
    assert alert.evidence.picture_camera_id is None
    back = live(one, [1.0] * 30, first=40)
    assert [(one.rule_id, one.change) for one in back] == [("blind_camera", Change.CLEARED)]


def test_silence_is_not_seeing_too() -> None:
    one = engine()
    one.tick(START)
    told = [alert for second in range(1, 15) for alert in one.tick(at(second))]
    assert {alert.rule_id for alert in told} == {"blind_camera"}
    assert {alert.camera_id for alert in told} == {"north", "south"}
    assert all("cannot see" in alert.summary for alert in told)


def test_a_zone_whose_cameras_see_but_which_is_not_known_says_so_itself() -> None:
    told = live(engine(), [None] * 20)
    assert [(alert.rule_id, alert.zone_id) for alert in told] == [("unseen_zone", "pit")]
    assert told[0].state is State.BLIND


def test_a_danger_that_nobody_sees_any_more_has_not_cleared() -> None:
    one = engine()
    standing = live(one, [5.5] * 5)
    told = of(live(one, [None] * 600, first=5), "density")
    assert Change.CLEARED not in [alert.change for alert in told]
    (lost,) = [alert for alert in told if alert.change is Change.SIGHT_LOST]
    assert (lost.state, lost.evidence.value, lost.status) == (State.BLIND, None, Status.OPEN)
    assert "cannot see any more" in lost.summary
    assert "5.5" in lost.summary
    assert lost.evidence.readings[-1].value is None
    assert lost.alert_id in {alert.alert_id for alert in standing}
    back = of(live(one, [5.5] * 3, first=605), "density")
    assert [alert.change for alert in back] == [Change.SIGHT_BACK]


def test_what_is_seen_of_half_a_zone_raises_and_clears_nothing() -> None:
    one = engine()
    live(one, [5.5] * 5)
    told = of(live(one, [1.0] * 300, first=5, unseen_share=0.7), "density")
    assert {alert.change for alert in told} == {Change.ESCALATED}
    one = engine()
    assert of(live(one, [5.5] * 5, unseen_share=0.7), "density")


def test_nobody_acknowledges_so_it_escalates() -> None:
    one = engine()
    told = of(live(one, [5.5] * 100), "density")
    assert [alert.change for alert in told if alert.change not in TOLD] == [Change.ESCALATED]
    assert "nobody has acknowledged" in told[-1].summary


def test_a_full_venue_and_an_unknown_one() -> None:
    one = engine()
    told = [alert for second in range(20) for alert in one.take(occupancy(second, 1900), at(second + 1.5))]
    (full,) = of(told, "occupancy")
    assert (full.severity, full.zone_id, full.evidence.unit) == (Severity.WARNING, None, "people")
    told = [alert for second in range(20, 200) for alert in one.take(occupancy(second, None), at(second + 1.5))]
    assert Change.CLEARED not in [alert.change for alert in told]
    assert Change.SIGHT_LOST in [alert.change for alert in of(told, "occupancy")]


def fallen(second: float, event_id: UUID, phase: str = "started", end_reason: str | None = None) -> PostureEvent:
    return PostureEvent.model_validate(
        {
            "venue_id": "hall",
            "captured_at": at(second),
            "state": "ok",
            "event_id": event_id,
            "camera_id": "north",
            "zone_ids": ("pit",),
            "position": (1.0, 2.0),
            "posture": Posture.FALLEN,
            "phase": phase,
            "confidence": 0.8,
            "since": at(second - 2),
            "duration_s": 2.0,
            "end_reason": end_reason,
        }
    )


def test_somebody_who_fell_and_got_up_is_over_and_one_lost_from_sight_is_not() -> None:
    one, first, second = engine(), uuid4(), uuid4()
    live(one, [1.0] * 3)
    assert [alert.rule_id for alert in one.take(fallen(3, first), at(4.6))] == ["fallen"]
    one.take(fallen(6, first, "ended", "recovered"), at(6.5))
    assert of(live(one, [1.0] * 10, first=5), "fallen")[-1].change is Change.CLEARED
    one.take(fallen(20, second), at(21))
    one.take(fallen(22, second, "ended", "track_ended"), at(23))
    told = of(live(one, [1.0] * 30, first=22), "fallen")
    assert [alert.change for alert in told] == [Change.SIGHT_LOST]
    one.acknowledge(told[-1].alert_id, "sam", at(60))
    assert of(live(one, [1.0] * 20, first=60), "fallen")[-1].change is Change.CLEARED


def test_people_who_pass_each_other_in_an_empty_hall_are_under_no_pressure() -> None:
    one, thin = engine(), {"pressure_per_s2": 0.3, "peak_density_per_m2": 1.4}
    assert not of(live(one, [0.2] * 20, **thin), "pressure")
    thick = {"pressure_per_s2": 0.3, "peak_density_per_m2": 4.4}
    assert of(live(one, [2.2] * 20, first=20, **thick), "pressure")


def test_pressure_peak_queue_and_inflow_have_their_rules() -> None:
    one = engine({"zones": {"pit": {"width_m": 2.0}}})
    figures = {"pressure_per_s2": 0.03, "peak_density_per_m2": 5.6, "queue_wait_s": 2000.0, "inflow_per_min": 170.0}
    told = {alert.rule_id: alert.severity for alert in live(one, [1.0] * 80, **figures)}
    assert told == {
        "pressure": Severity.DANGER,
        "peak_density": Severity.WARNING,
        "queue_wait": Severity.DANGER,
        "inflow": Severity.DANGER,
    }


def test_a_phase_switches_thresholds_on_a_standing_alert() -> None:
    one = engine({"phases": {"headline": {"rules": {"density": {
        "warning": {"raise_at": 5.6}, "danger": {"raise_at": 6.0}, "critical": {"raise_at": 6.5}}}}}})  # fmt: skip
    live(one, [4.8] * 5)
    one.set_phase(Phase.HEADLINE, at(6))
    told = of(live(one, [4.8] * 60, first=6), "density")
    assert [(alert.change, alert.phase) for alert in told] == [(Change.CLEARED, Phase.HEADLINE)]


def test_another_venues_message_changes_nothing() -> None:
    one = engine()
    other = reading(0, 9.0).model_copy(update={"venue_id": "rival"})
    assert one.take(other, at(1)) == []
    assert one.now is None


def test_a_late_or_repeated_reading_changes_nothing() -> None:
    one = engine()
    live(one, [1.0] * 10)
    assert [alert for second in (9, 8, 3) for alert in one.take(reading(second, 9.0), at(12))] == []


def test_how_often_it_is_asked_does_not_matter() -> None:
    densities: list[float | None] = [3.0] * 5 + [5.5] * 80 + [None] * 30 + [3.0] * 60
    often, seldom = engine(), engine()
    frequent: list[Alert] = []
    for second, density in enumerate(densities):
        for tenth in range(10):
            frequent += often.tick(at(second + 0.5 + tenth / 10))
        frequent += live(often, [density], first=second)
    assert frequent == live(seldom, densities)


def test_a_dumped_state_goes_on_as_if_nothing_had_been() -> None:
    densities: list[float | None] = [4.4] * 3 + [5.5] * 70 + [None] * 30 + [3.0] * 60
    whole = live(engine(), densities)
    one, told = engine(), []
    for second, density in enumerate(densities):
        told += live(one, [density], first=second)
        state = one.dump()
        one = AlertEngine(book(), LAYOUT, state)
        for past in range(max(second - 240, 0), second + 1):
            one.remember(reading(past, densities[past]))
            one.remember(reading(past, 0.4, zone="bar", camera="south"))
    assert [(alert.alert_id, alert.sequence, alert.change) for alert in told] == [
        (alert.alert_id, alert.sequence, alert.change) for alert in whole
    ]


def test_its_own_absence_is_not_held_against_the_cameras() -> None:
    one = engine()
    live(one, [1.0] * 5)
    one.tick(at(3600))
    assert [alert for second in range(5) for alert in live(one, [1.0], first=3600 + second)] == []


unknown_or_known = st.lists(
    st.tuples(st.none() | st.floats(0, 7), st.sampled_from(["ok", "blind", "silent"]), st.integers(1, 12)),
    min_size=1,
    max_size=25,
)


@settings(max_examples=80, deadline=None)
@given(unknown_or_known)
def test_no_path_of_an_alert_turns_unknown_into_zero(script: list[tuple[float | None, str, int]]) -> None:
    """Whatever comes: an alert that cannot be seen has no value and no end, and every value was really read."""
    one, second, read = engine(), 0, set()
    told: list[Alert] = []
    for density, camera, seconds in script:
        for _ in range(seconds):
            told += well(one, second, north=camera == "ok")
            if camera == "blind":
                told += one.take(health(second, "north", State.BLIND, "black"), at(second + 1.5))
            if camera != "silent":
                known = density if camera == "ok" else None
                read.add(known)
                told += one.take(reading(second, known), at(second + 1.5))
            second += 1
    for alert in told:
        points = {point.value for point in alert.evidence.readings} - {None}
        if alert.measure is Measure.DENSITY:
            assert points <= read - {None}
        if alert.measure is not Measure.SIGHT:
            assert (alert.evidence.value is None) or alert.state is State.OK
        if alert.state is not State.OK:
            assert alert.status is not Status.CLEARED
            assert "empty" not in alert.summary
            assert "cannot see" in alert.summary or alert.change is Change.ESCALATED
        assert isinstance(Alert.model_validate_json(alert.model_dump_json()), Alert)
    assert all(isinstance(item, ZoneReading) for item in [reading(0, None)])
