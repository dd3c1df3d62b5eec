import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.pacer import Pacer


@given(jitter=st.lists(st.floats(-0.24, 0.24), min_size=50, max_size=50), fps=st.sampled_from([5.0, 10.0]))
def test_a_camera_that_jitters_at_exactly_its_rate_loses_no_frame(jitter: list[float], fps: float) -> None:
    pacer = Pacer(fps)
    assert all(pacer.due(1000 + (index + late) / fps) for index, late in enumerate(jitter))


@pytest.mark.parametrize("sent", [7.0, 15.0, 25.0, 60.0])
def test_a_faster_camera_is_thinned_to_the_rate(sent: float) -> None:
    pacer = Pacer(5.0)
    taken = sum(pacer.due(index / sent) for index in range(int(60 * sent)))
    assert taken == pytest.approx(300, abs=2)


def test_a_pause_is_not_made_up_for_and_a_clock_set_back_starts_anew() -> None:
    pacer = Pacer(5.0)
    assert pacer.due(0.0)
    after = [pacer.due(at) for at in 60 + np.arange(0, 1, 0.02)]
    assert sum(after) <= 6
    assert pacer.due(10.0)


def test_without_a_rate_every_frame_is_due() -> None:
    assert all(Pacer(None).due(0.0) for _ in range(3))
