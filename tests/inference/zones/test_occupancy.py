import json
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from inference.zones.occupancy import Estimate, OccupancyFilter
from inference.zones.occupancy_gates import Gate
from inference.zones.truncated import moments, quantile

GATES = (Gate("west"), Gate("east", scans_in=True, scans_out=True))


def known(people: float = 0, deviation: float = 0.0) -> OccupancyFilter:
    inside = OccupancyFilter(GATES)
    inside.start(people, 0.0, deviation)
    return inside


def told(inside: OccupancyFilter, at_s: float) -> Estimate:
    estimate = inside.estimate(at_s)
    assert estimate is not None
    return estimate


PEOPLE = st.integers(0, 200)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("lines"), st.sampled_from(["west", "east"]), PEOPLE, PEOPLE),
        st.tuples(st.just("scans"), st.just("east"), PEOPLE, PEOPLE),
        st.tuples(st.just("cameras"), st.floats(0, 1), PEOPLE, PEOPLE),
        st.tuples(st.just("blind"), st.sampled_from(["west", "east"]), st.booleans(), st.booleans()),
    ),
    max_size=25,
)


def feed(inside: OccupancyFilter, step: tuple, at_s: float) -> None:
    what, where, first, second = step
    if what == "lines":
        inside.crossings(first, second, at_s, where)
    elif what == "scans":
        inside.scans(first, second, at_s, where)
    elif what == "cameras":
        inside.camera_count(first, max(0, first - second), first + second, where, at_s)
    else:
        inside.watch(where, at_s, lines=first, scans=second)


@given(st.none() | st.integers(0, 500), STEPS, st.floats(0.1, 900))
def test_whatever_is_told_nobody_is_negative_and_the_covariance_stays_one(
    people: int | None, steps: list[tuple], pause_s: float
) -> None:
    inside = OccupancyFilter(GATES) if people is None else known(people)
    for index, step in enumerate(steps):
        feed(inside, step, index * pause_s)
        estimate = inside.estimate(index * pause_s)
        covariance = inside.covariance
        scale = max(1.0, float(np.abs(covariance).max()))
        assert np.array_equal(covariance, covariance.T)
        assert np.linalg.eigvalsh(covariance).min() >= -1e-9 * scale
        if estimate is not None:
            assert 0 <= estimate.low <= estimate.count <= estimate.high < np.inf


@given(STEPS)
def test_passages_alone_never_make_a_number(steps: list[tuple]) -> None:
    inside = OccupancyFilter(GATES)
    for index, step in enumerate(steps):
        if step[0] != "cameras":
            feed(inside, step, index * 10.0)
    assert inside.estimate(1000.0) is None


def test_cameras_that_see_nothing_say_nothing() -> None:
    inside = OccupancyFilter(GATES)
    inside.camera_count(0, 0, 0, 0.0, 1.0)
    assert inside.estimate(1.0) is None
    busy = known(500, 20)
    busy.camera_count(0, 0, 0, 0.0, 1.0)
    assert told(busy, 1.0).count == pytest.approx(500, abs=1)


@given(st.integers(100, 3000), st.floats(1, 200), st.floats(0.05, 1), st.floats(-1, 1))
def test_more_evidence_never_widens(people: int, deviation: float, seen_share: float, off: float) -> None:
    inside = known(people, deviation)
    before = told(inside, 10.0).deviation
    count = max(0.0, people * seen_share * 0.95 * (1 + 0.05 * off))
    inside.camera_count(count, 0.9 * count, 1.1 * count, seen_share, 10.0)
    assert told(inside, 10.0).deviation <= before * (1 + 1e-9)


@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_the_less_of_the_floor_is_seen_the_less_is_known(first: float, second: float) -> None:
    deviations = []
    for seen_share in sorted((first, second)):
        inside = known(1000, 300)
        count = 950 * seen_share
        inside.camera_count(count, 0.95 * count, 1.05 * count, seen_share, 1.0)
        deviations.append(told(inside, 1.0).deviation)
    assert deviations[0] >= deviations[1] - 1e-6


def test_the_same_error_told_each_second_is_not_averaged_away() -> None:
    inside = known(1000, 300)
    inside.camera_count(950, 900, 1000, 1.0, 0.0)
    once = told(inside, 0.0).deviation
    for second in range(1, 60):
        inside.camera_count(950, 900, 1000, 1.0, float(second))
    assert told(inside, 60.0).deviation > 0.7 * once


@given(st.integers(1, 100), st.floats(60, 7200))
def test_a_blind_gate_widens_with_what_usually_passes(per_minute: int, blind_s: float) -> None:
    widths = []
    for seeing in (True, False):
        inside = known()
        for minute in range(1, 31):
            inside.crossings(per_minute, 0, minute * 60.0, "west")
        inside.watch("west", 1800.0, lines=seeing)
        widths.append(told(inside, 1800.0 + blind_s).deviation)
    assert widths[1] ** 2 - widths[0] ** 2 >= per_minute / 60 * blind_s * 0.9


def test_people_who_pass_a_blind_gate_are_expected() -> None:
    inside = known()
    for minute in range(1, 61):
        inside.crossings(30, 0, minute * 60.0, "west")
    before = told(inside, 3600.0)
    inside.watch("west", 3600.0, lines=False)
    after = told(inside, 4200.0)
    assert after.low < before.count + 300 < after.high
    assert after.high - after.low > 3 * (before.high - before.low)


@given(st.permutations(range(4)))
def test_the_order_of_what_is_told_at_once_does_not_matter_much(order: list[int]) -> None:
    steps = [
        ("lines", "west", 4, 1),
        ("scans", "east", 10, 2),
        ("lines", "east", 9, 2),
        ("cameras", 1.0, 530, 60),
    ]

    def after(sequence: list[int]) -> Estimate:
        inside = known(500, 30)
        for index in sequence:
            feed(inside, steps[index], 60.0)
        return told(inside, 60.0)

    first, other = after([0, 1, 2, 3]), after(list(order))
    assert other.count == pytest.approx(first.count, abs=0.25 * first.deviation)
    assert other.deviation == pytest.approx(first.deviation, rel=0.1)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_passages_told_at_once_may_come_in_any_order(order: tuple[int, ...]) -> None:
    steps = [("lines", "west", 40, 10), ("scans", "east", 100, 20), ("lines", "east", 97, 19)]
    inside = known(500, 30)
    for index in order:
        feed(inside, steps[index], 60.0)
    assert told(inside, 60.0).count == pytest.approx(500 + 30 * 1.025 + 80 * 1.003, abs=0.1)


def test_a_passage_that_is_told_late_counts() -> None:
    inside = known(100)
    inside.crossings(10, 0, 60.0, "west")
    inside.crossings(10, 0, 59.0, "west")
    assert told(inside, 60.0).count == pytest.approx(120.5, abs=0.1)


def test_over_capacity_is_told() -> None:
    inside = known()
    inside.scans(1200, 0, 60.0, "east")
    assert told(inside, 60.0).low > 1150  # the filter knows no capacity: nothing to be cut to


def test_a_line_and_a_scanner_at_one_gate_count_nobody_twice() -> None:
    inside = known()
    for minute in range(1, 61):
        inside.scans(20, 0, minute * 60.0, "east")
        inside.crossings(19, 0, minute * 60.0, "east")
    assert told(inside, 3600.0).count == pytest.approx(1200, abs=10)


def test_scans_teach_how_far_the_line_is_off_for_when_the_scanner_fails() -> None:
    inside = known()
    for minute in range(1, 121):
        inside.scans(20, 0, minute * 60.0, "east")
        inside.crossings(18, 0, minute * 60.0, "east")
    drift = told(inside, 7200.0).drift_per_hour
    assert drift is not None
    assert drift > 60  # 120 an hour are missed; half is known once it has lasted
    inside.watch("east", 7200.0, scans=False)
    before = told(inside, 7200.0).count
    inside.crossings(180, 0, 7260.0, "east")
    assert told(inside, 7260.0).count - before == pytest.approx(198, abs=6)


def test_a_scanner_that_is_dead_and_says_nothing_is_doubted() -> None:
    inside = known(1000, 5)
    for minute in range(1, 11):
        inside.crossings(30, 0, minute * 60.0, "east")
    assert told(inside, 660.0).high > 1200


def test_scans_of_an_outage_count_nobody_the_line_has_counted() -> None:
    inside = known()
    inside.watch("east", 0.0, scans=False)
    inside.crossings(50, 0, 60.0, "east")
    inside.scans(50, 0, 61.0, "east")
    assert told(inside, 61.0).count == pytest.approx(51, abs=1)


def test_full_coverage_corrects_a_wrong_start_within_minutes() -> None:
    inside = known(0)
    for second in range(0, 600, 10):
        inside.camera_count(950, 900, 1000, 1.0, float(second))
    assert told(inside, 600.0).count == pytest.approx(1000, rel=0.05)


def test_more_out_than_in_is_people_who_were_missed_at_the_way_in() -> None:
    inside = known()
    inside.crossings(100, 0, 60.0, "west")
    inside.crossings(0, 104, 120.0, "west")
    after = told(inside, 120.0)
    assert 0 < after.count < 5
    inside.crossings(50, 0, 180.0, "west")
    assert told(inside, 180.0).count == pytest.approx(52, abs=3)


def test_a_restart_goes_on_and_doubts_what_passed_meanwhile() -> None:
    inside = known(800, 5)
    for minute in range(1, 31):
        inside.crossings(10, 10, minute * 60.0, "west")
    kept = json.loads(json.dumps(inside.snapshot()))
    again = OccupancyFilter(GATES)
    again.restore(kept, 1800.0)
    assert told(again, 1800.0).count == told(inside, 1800.0).count
    later = OccupancyFilter(GATES)
    later.restore(kept, 2400.0)
    assert told(later, 2400.0).deviation > 2 * told(inside, 2400.0).deviation
    assert told(later, 2400.0).seen_share is None


def test_what_cameras_saw_long_ago_is_not_what_is_seen() -> None:
    inside = known()
    inside.camera_count(10, 8, 12, 0.9, 0.0)
    assert told(inside, 20.0).seen_share == 0.9
    assert told(inside, 60.0).seen_share is None


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (lambda inside: inside.crossings(-1, 0, 1.0, "west"), "people_in must be a number of at least 0, got -1"),
        (lambda inside: inside.crossings(1, 0, 1.0, "north"), "gate 'north' is not known; the gates are"),
        (lambda inside: inside.scans(1, 0, 1.0, "west"), "gate 'west' has no scans"),
        (lambda inside: inside.camera_count(5, 6, 7, 1.0, 1.0), "lies in its interval"),
        (lambda inside: inside.camera_count(5, 5, 5, 1.5, 1.0), "seen_share 1.5"),
        (lambda inside: inside.predict(float("nan")), "at_s must be a finite number"),
        (lambda inside: inside.start(float("nan"), 0.0), "count must be a number"),
        (lambda inside: inside.restore(OccupancyFilter([]).snapshot(), 0.0), "the snapshot is of gates"),
    ],
)
def test_what_cannot_be_is_refused_in_words(mistake: object, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        mistake(known())  # type: ignore[operator]
    assert words in str(refused.value)


def test_two_gates_of_one_name_are_refused() -> None:
    with pytest.raises(BadInput, match="gate ids must differ"):
        OccupancyFilter([Gate("west"), Gate("west")])


@given(st.floats(-20, 40), st.floats(0.01, 20), st.floats(0.01, 0.99))
def test_a_normal_that_cannot_be_negative_is_as_sampling_says(mean: float, deviation: float, share: float) -> None:
    middle, spread = moments(mean, deviation)
    assert middle >= max(0.0, mean)
    assert 0 <= spread <= deviation * (1 + 1e-9)
    assert 0 <= quantile(share / 2, mean, deviation) <= quantile(share, mean, deviation)


@pytest.mark.parametrize("mean", [-3.0, 0.0, 1.0, 6.0])
def test_its_moments_and_quantiles_by_sampling(mean: float) -> None:
    samples = np.random.default_rng(1).normal(mean, 2.0, 2_000_000)
    kept = samples[samples >= 0]
    middle, spread = moments(mean, 2.0)
    assert middle == pytest.approx(kept.mean(), rel=0.01)
    assert spread == pytest.approx(kept.std(), rel=0.01)
    assert quantile(0.9, mean, 2.0) == pytest.approx(np.quantile(kept, 0.9), rel=0.01)
