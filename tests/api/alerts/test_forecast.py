"""Lines through noise: where a figure stands, whether it rises for sure, and when it meets a threshold."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.alerts.forecast import BELIEVED, Z90, fit, meets, probability_above


def points(seconds: int, begin: float, per_s: float, noise: float = 0.0, seed: int = 1) -> list[tuple[float, float]]:
    chance = random.Random(seed)  # noqa: S311 - made-up noise
    return [(1e9 + second, begin + per_s * second + noise * chance.gauss(0, 1)) for second in range(seconds)]


@given(st.floats(-5, 5), st.floats(-0.1, 0.1), st.integers(20, 90))
def test_a_line_without_noise_is_found_as_it_is(begin: float, per_s: float, seconds: int) -> None:
    line = fit(points(seconds, begin, per_s), 30.0)
    assert line is not None
    assert line.slope == pytest.approx(per_s, abs=1e-6)
    assert line.level == pytest.approx(begin + per_s * (seconds - 1), abs=1e-5)


def test_too_few_points_or_too_short_a_time_tell_nothing() -> None:
    assert fit([], 30.0) is None
    assert fit(points(5, 1, 0), 10.0) is None
    assert fit(points(14, 1, 0), 30.0) is None


def test_one_wild_second_hardly_bends_the_line() -> None:
    series = points(60, 2.0, 0.01, noise=0.05)
    calm = fit(series, 60.0)
    wild = fit([*series[:-5], (series[-5][0], 20.0), *series[-4:]], 60.0)
    assert calm is not None
    assert wild is not None
    assert wild.level == pytest.approx(calm.level, abs=0.1)


def test_the_slopes_interval_covers_the_truth_about_nine_times_in_ten() -> None:
    lines = [fit(points(60, 2.0, 0.01, noise=0.2, seed=seed), 60.0) for seed in range(400)]
    inside = [line is not None and abs(line.slope - 0.01) <= Z90 * line.slope_sd for line in lines]
    assert 0.85 <= sum(inside) / len(inside) <= 0.98


def test_neighbouring_seconds_that_are_alike_make_the_slope_less_sure() -> None:
    chance, value, alike = random.Random(3), 0.0, []  # noqa: S311 - made-up noise
    for second in range(120):
        value = 0.9 * value + chance.gauss(0, 0.1)
        alike.append((1e9 + second, 2.0 + value))
    wide, narrow = fit(alike, 120.0), fit(points(120, 2.0, 0.0, noise=0.23), 120.0)
    assert wide is not None
    assert narrow is not None
    assert wide.slope_sd > 2 * narrow.slope_sd


def test_a_rise_meets_its_threshold_when_it_does() -> None:
    line = fit(points(120, 2.0, 0.02, noise=0.05), 60.0)
    meeting = meets(line, 5.0)
    assert meeting is not None
    assert meeting.in_s == pytest.approx((5.0 - 2.0 - 0.02 * 119) / 0.02, rel=0.15)
    assert meeting.latest_s is not None
    assert meeting.earliest_s < meeting.in_s < meeting.latest_s


@pytest.mark.parametrize(
    ("begin", "per_s", "noise", "threshold"),
    [
        (2.0, 0.0, 0.2, 4.7),
        (4.0, -0.01, 0.05, 4.7),
        (2.0, 0.001, 0.3, 4.7),
        (5.0, 0.01, 0.05, 4.7),
        (0.5, 0.01, 0.05, 9.0),
    ],
    ids=["level", "falling", "lost in the noise", "reached already", "further than it has risen"],
)
def test_what_does_not_rise_there_for_sure_meets_nothing(
    begin: float, per_s: float, noise: float, threshold: float
) -> None:
    assert meets(fit(points(90, begin, per_s, noise), 60.0), threshold) is None


@given(st.floats(0.0, 4.0), st.floats(-0.05, 0.2), st.floats(0.0, 0.5), st.integers(0, 50))
def test_no_forecast_goes_further_than_it_is_believed(begin: float, per_s: float, noise: float, seed: int) -> None:
    meeting = meets(fit(points(70, begin, per_s, noise, seed), 60.0), 4.7)
    if meeting is not None:
        assert 0 < meeting.in_s <= BELIEVED * 60.0
        assert meeting.earliest_s <= meeting.in_s


@given(st.floats(0, 10), st.floats(0, 3), st.floats(0, 3), st.floats(0, 10))
def test_a_probability_is_one_and_agrees_with_the_interval(
    value: float, below: float, above: float, threshold: float
) -> None:
    found = probability_above(threshold, value, value - below, value + above)
    assert found is not None
    assert 0 <= found <= 1
    if threshold < value:
        assert found >= 0.5
    if threshold > value:
        assert found <= 0.5


def test_the_ends_of_a_90_percent_interval_are_5_percent_each() -> None:
    assert probability_above(6.0, 5.0, 3.0, 6.0) == pytest.approx(0.05, abs=1e-3)
    assert probability_above(3.0, 5.0, 3.0, 6.0) == pytest.approx(0.95, abs=1e-3)
    assert probability_above(5.0, 5.0, None, None) is None
    assert probability_above(-math.inf, 5.0, 4.0, 6.0) == 1.0
