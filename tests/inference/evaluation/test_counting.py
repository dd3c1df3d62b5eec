import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.evaluation.counting import BANDS, Counts, by_band, score

people = st.integers(0, 3000)
pairs = st.lists(st.tuples(people, st.floats(0, 3000)), min_size=1, max_size=40)


def test_errors_by_hand() -> None:
    found = score(Counts.of([10, 20, 30], [11, 18, 33]))
    assert found.pictures == 3
    assert found.truth_mean == 20
    assert found.mae == pytest.approx((1 + 2 + 3) / 3)
    assert found.bias == pytest.approx((1 - 2 + 3) / 3)
    assert found.rmse == pytest.approx(math.sqrt((1 + 4 + 9) / 3))


def test_no_interval_is_not_an_interval_that_is_always_wrong() -> None:
    assert score(Counts.of([1, 2], [1, 2])).coverage is None
    assert score(Counts.of([1, 2], [1, 2], [5, 5], [6, 6])).coverage == 0.0


def test_coverage_is_of_those_that_have_an_interval_and_ends_belong_to_it() -> None:
    low, high = [8, 21, np.nan, 5], [10, 25, np.nan, np.nan]
    assert score(Counts.of([10, 20, 30, 6], [9, 22, 30, 6], low, high)).coverage == 0.5


def test_the_error_of_nothing_is_not_0() -> None:
    with pytest.raises(ValueError, match="nothing"):
        score(Counts.of([], []))


def test_counts_of_different_pictures_do_not_mix() -> None:
    with pytest.raises(ValueError, match="as many"):
        Counts.of([1, 2], [1])


@given(pairs)
def test_bias_within_mae_within_rmse(counts: list[tuple[int, float]]) -> None:
    found = score(Counts.of(*np.array(counts, np.float64).T))
    assert abs(found.bias) <= found.mae + 1e-9
    assert found.mae <= found.rmse + 1e-9


@given(pairs, st.floats(0, 100))
def test_counting_more_everywhere_moves_the_bias_alone_by_it(counts: list[tuple[int, float]], more: float) -> None:
    truth, told = np.array(counts, np.float64).T
    before, after = score(Counts.of(truth, told)), score(Counts.of(truth, told + more))
    assert after.bias == pytest.approx(before.bias + more, abs=1e-6)


@given(pairs)
def test_every_picture_is_in_one_band_and_the_bands_add_up(counts: list[tuple[int, float]]) -> None:
    everything = Counts.of(*np.array(counts, np.float64).T)
    parts = [score(part) for _, part in by_band(everything)]
    assert sum(part.pictures for part in parts) == len(counts)
    total = sum(part.mae * part.pictures for part in parts) / len(counts)
    assert total == pytest.approx(score(everything).mae)


def test_a_picture_at_a_border_belongs_to_the_band_above() -> None:
    bands = {band.name: part.truth.tolist() for band, part in by_band(Counts.of([0, 9, 10, 999, 1000, 2256], [0] * 6))}
    assert bands == {"0-10": [0, 9], "10-50": [10], "500-1000": [999], "1000+": [1000, 2256]}
    assert [band.name for band in BANDS] == ["0-10", "10-50", "50-100", "100-250", "250-500", "500-1000", "1000+"]
