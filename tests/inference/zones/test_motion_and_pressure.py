import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.field import KernelField
from inference.zones.motion import FloorMotion, mean_by_zone, speeds
from inference.zones.pressure import (
    highest_by_zone,
    local_pressure,
    moments,
    noise_variance,
    pressure_of,
    zone_pressure,
)

HALL = Polygon([[0, 0], [12, 0], [12, 12], [0, 12]])
FIELD = KernelField([HALL])
crowds = st.lists(st.tuples(st.floats(0, 12), st.floats(0, 12)), min_size=2, max_size=60).map(np.array)


@given(st.floats(-3, 3), st.floats(-3, 3))
@settings(deadline=None)
def test_a_steady_walk_has_its_velocity_after_half_a_window(right: float, up: float) -> None:
    motion = FloorMotion()
    for step in range(12):
        at_s = step / 5
        velocity = motion.update(np.array([4]), np.array([[right, up]]) * at_s, at_s)
        if at_s < 0.5:
            assert np.isnan(velocity).all()
        else:
            assert velocity[0] == pytest.approx([right, up], abs=1e-9)


def test_a_new_track_and_an_unknown_place_have_no_speed_not_0() -> None:
    motion = FloorMotion()
    motion.update(np.array([1, 2]), np.array([[0.0, 0.0], [np.nan, np.nan]]), 0.0)
    velocity = motion.update(np.array([3, 2, 1]), np.array([[5.0, 5.0], [1.0, 1.0], [0.8, 0.0]]), 0.8)
    assert np.isnan(speeds(velocity)[:2]).all()
    assert speeds(velocity)[2] == pytest.approx(1.0)


def test_what_is_remembered_is_one_window_of_live_tracks() -> None:
    motion = FloorMotion()
    for step in range(1000):
        motion.update(np.arange(step, step + 10), np.zeros((10, 2)), step / 5)
        assert motion.tracks <= 16
    motion.update(np.empty(0, np.int64), np.empty((0, 2)), 1000.0)
    assert motion.tracks == 0


def test_mean_by_zone_leaves_out_what_is_not_known() -> None:
    means = mean_by_zone([1.0, 3.0, np.nan, np.nan], [0, 0, 0, 1], zones=3)
    assert means[0] == 2.0
    assert np.isnan(means[1:]).all()


def test_a_window_is_above_nothing() -> None:
    with pytest.raises(BadInput, match="window_s must be above 0 seconds, got 0"):
        FloorMotion(window_s=0)


@given(crowds, st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=50, deadline=None)
def test_a_crowd_that_moves_as_one_has_no_pressure(people: np.ndarray, right: float, up: float) -> None:
    velocity = np.tile([right, up], (len(people), 1))
    field = FIELD.sums(people, moments(velocity))
    assert highest_by_zone(FIELD, pressure_of(field))[0] == pytest.approx(0, abs=1e-9)
    assert local_pressure(people, velocity, points=people) == pytest.approx(np.zeros(len(people)), abs=1e-9)
    assert zone_pressure(2.0, velocity) == pytest.approx(0, abs=1e-9)


@given(crowds, st.integers(0, 2**31), st.floats(-2, 2), st.floats(-2, 2))
@settings(max_examples=50, deadline=None)
def test_drifting_together_adds_no_pressure(people: np.ndarray, seed: int, right: float, up: float) -> None:
    velocity = np.random.default_rng(seed).normal(0, 0.5, people.shape)
    still = local_pressure(people, velocity, points=people)
    assert (still >= 0).all()
    assert local_pressure(people, velocity + np.array([right, up]), points=people) == pytest.approx(still, abs=1e-6)


def test_pressure_is_density_times_variance_and_the_field_agrees() -> None:
    rng = np.random.default_rng(5)
    people, velocity = rng.uniform(0, 12, (600, 2)), rng.normal(0, 0.3, (600, 2))
    exact = local_pressure(people, velocity, points=FIELD.points_m())
    fast = FIELD.at_points(pressure_of(FIELD.sums(people, moments(velocity))))
    assert fast == pytest.approx(exact, abs=0.05 * exact.max())
    assert zone_pressure(600 / 144, velocity) == pytest.approx(600 / 144 * velocity.var(axis=0).sum())
    assert np.mean(exact) == pytest.approx(600 / 144 * 2 * 0.3**2, rel=0.3)


def test_what_trembling_positions_add_is_taken_off() -> None:
    rng = np.random.default_rng(6)
    people = np.stack(np.meshgrid(np.arange(0.25, 12, 0.5), np.arange(0.25, 12, 0.5)), axis=-1).reshape(-1, 2)
    trembling = rng.normal(0, 0.1, (2, *people.shape))
    field = FIELD.sums(people, moments(trembling[0] - trembling[1]))
    noise = noise_variance(deviation_m=0.1, window_s=1.0)
    assert noise == pytest.approx(0.04)
    raw, mended = pressure_of(field), pressure_of(field, noise_variance=noise)
    middle = FIELD.at_points(raw) > 0
    assert FIELD.at_points(raw)[middle].mean() > 0.1, "far above Helbing's 0.02 although nobody moves"
    assert FIELD.at_points(mended)[middle].mean() < 0.02


def test_pressure_nobody_can_know_is_unknown() -> None:
    unknown = np.full((3, 2), np.nan)
    people = np.full((3, 2), 5.0)
    assert np.isnan(highest_by_zone(FIELD, pressure_of(FIELD.sums(people, moments(unknown))))[0])
    assert np.isnan(local_pressure(people, unknown, points=people)).all()
    assert zone_pressure(3.0, unknown) is None
