import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from inference.track.motion import (
    ACCELERATION,
    FIRST_VELOCITY,
    POSITION_NOISE,
    MotionState,
    to_centre,
    to_corners,
)

coordinate = st.floats(-1000, 1000)
box = st.tuples(coordinate, coordinate, st.floats(1, 300), st.floats(1, 300))


def full_filter_x(steps: list[tuple[float, float, float]], height: float, first: float) -> tuple[float, float]:
    """The textbook filter for x alone, with matrices: position and velocity after the last step."""
    state = np.array([first, 0.0])
    covariance = np.diag([(POSITION_NOISE * height) ** 2, (FIRST_VELOCITY * height) ** 2])
    for elapsed, measured, measured_height in steps:
        move = np.array([[1, elapsed], [0, 1]])
        noise = (ACCELERATION * height) ** 2 * np.array([[elapsed**3 / 3, elapsed**2 / 2], [elapsed**2 / 2, elapsed]])
        state, covariance = move @ state, move @ covariance @ move.T + noise
        seen = np.array([[1.0, 0.0]])
        gain = covariance @ seen.T / (seen @ covariance @ seen.T + (POSITION_NOISE * measured_height) ** 2)
        state = state + (gain * (measured - state[0])).ravel()
        covariance = (np.eye(2) - gain @ seen) @ covariance
    return float(state[0]), float(state[1])


@given(first=coordinate, steps=st.lists(st.tuples(st.floats(0.01, 1), coordinate), min_size=1, max_size=8))
def test_the_split_filter_equals_the_textbook_one(first: float, steps: list[tuple[float, float]]) -> None:
    height = 100.0
    motion = MotionState.start(np.array([[first, 50.0, 40.0, height]]))
    for elapsed, x in steps:
        motion.predict(elapsed)
        motion.update(np.array([0]), np.array([[x, 50.0, 40.0, height]]))
    expected = full_filter_x([(elapsed, x, height) for elapsed, x in steps], height, first)
    assert np.allclose((motion.position[0, 0], motion.velocity[0, 0]), expected, rtol=1e-6, atol=1e-6)


@given(boxes=st.lists(box, max_size=5))
def test_boxes_survive_the_way_to_centres_and_back(boxes: list[tuple[float, ...]]) -> None:
    centred = np.array(boxes).reshape(-1, 4)
    assert np.allclose(to_centre(to_corners(centred)), centred)


def test_an_unseen_box_keeps_its_size_and_its_way() -> None:
    motion = MotionState.start(np.array([[0.0, 0.0, 40.0, 100.0]]))
    for step in range(1, 20):
        motion.predict(0.1)
        motion.update(np.array([0]), np.array([[10.0 * step, 0.0, 40.0, 100.0 - 4 * step]]))
    height, x = motion.position[0, 3], motion.position[0, 0]
    motion.predict(1.0)
    assert motion.position[0, 3] == height
    assert motion.position[0, 0] - x > 80
