import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.field import KernelField, kernel_density

HALL = Polygon([[-8, -8], [28, -8], [28, 28], [-8, 28]])
FIELD = KernelField([HALL])
crowds = st.lists(st.tuples(st.floats(0, 20), st.floats(0, 20)), min_size=1, max_size=60).map(np.array)


@given(crowds)
@settings(max_examples=50, deadline=None)
def test_everyone_counts_as_one_person(people: np.ndarray) -> None:
    total = FIELD.at_points(FIELD.sums(people)[0]).sum() * 0.5**2
    assert total == pytest.approx(len(people), rel=1e-9)


@given(crowds)
@settings(max_examples=50, deadline=None)
def test_the_field_is_the_sum_of_kernels(people: np.ndarray) -> None:
    exact = kernel_density(people, points=FIELD.points_m())
    assert FIELD.at_points(FIELD.sums(people)[0]) == pytest.approx(exact, abs=0.02 * exact.max())


@given(crowds)
@settings(max_examples=50, deadline=None)
def test_no_peak_between_the_points_is_missed_by_more_than_is_said(people: np.ndarray) -> None:
    at_people = kernel_density(people, points=people).max()
    assert FIELD.highest(FIELD.sums(people)[0])[0] >= at_people * (np.exp(-(0.5**2) / 2) - 0.02)


@given(crowds, st.floats(-np.pi, np.pi), st.floats(-50, 50), st.floats(-50, 50))
@settings(deadline=None)
def test_moving_and_turning_everything_changes_nothing(
    people: np.ndarray, angle: float, right: float, up: float
) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = people @ turn.T + [right, up]
    assert kernel_density(moved, points=moved) == pytest.approx(kernel_density(people, points=people), rel=1e-6)


def test_one_person_is_helbings_kernel() -> None:
    assert kernel_density([[0, 0]], points=[[0, 0], [1, 0]]) == pytest.approx([1 / np.pi, np.exp(-1) / np.pi])


def test_a_crush_in_the_corner_of_a_half_empty_zone_is_seen() -> None:
    crush = np.stack(np.meshgrid(np.arange(10) * 0.45, np.arange(10) * 0.45), axis=-1).reshape(-1, 2) + 12
    assert len(crush) / HALL.area < 0.1
    assert FIELD.highest(FIELD.sums(crush)[0])[0] == pytest.approx(1 / 0.45**2, rel=0.05)


def test_a_wall_does_not_thin_the_crowd_that_leans_on_it() -> None:
    stall = Polygon([[0, 0], [12, 0], [12, 12], [0, 12]])
    even = np.stack(np.meshgrid(np.arange(0.25, 12, 0.5), np.arange(0.25, 12, 0.5)), axis=-1).reshape(-1, 2)
    strip = [Polygon([[0, 0], [0.5, 0], [0.5, 12], [0, 12]])]
    open_floor, walled = KernelField(strip), KernelField(strip, walkable=stall)
    assert np.median(open_floor.at_points(open_floor.sums(even)[0])) < 3
    assert np.median(walled.at_points(walled.sums(even)[0])) == pytest.approx(4, rel=0.05)


def test_unknown_positions_add_nothing_and_nobody_is_zero() -> None:
    assert FIELD.highest(FIELD.sums([[np.nan, 1], [1, np.nan]])[0])[0] == 0
    assert FIELD.highest(FIELD.sums(np.empty((0, 2)))[0])[0] == 0
    assert kernel_density([[np.nan, 0]], points=[[0, 0]]) == pytest.approx([0])


def test_zones_far_apart_and_smaller_than_a_cell_have_their_own_point() -> None:
    tiny = Polygon([[1000.1, 1000.1], [1000.2, 1000.1], [1000.2, 1000.2]])
    field = KernelField([Polygon([[0, 0], [1, 0], [1, 1], [0, 1]]), tiny])
    told = field.highest(field.sums([[1000.1, 1000.1]])[0])
    assert told[0] == 0
    assert told[1] > 0.25


def test_no_zones_are_no_field() -> None:
    field = KernelField([])
    assert field.highest(field.sums([[0.0, 0.0]])[0]).shape == (0,)


def test_a_cell_larger_than_the_kernel_is_refused() -> None:
    with pytest.raises(BadInput, match="cell_m=2 and radius_m=1"):
        KernelField([HALL], cell_m=2)
