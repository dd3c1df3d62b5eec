import numpy as np
import pytest

from domain.errors import BadInput
from inference.track import Tracks
from training.fit_camera import Labelled, _frames, fit

SIZE = (640, 480)


def labelled(frames: int, *, ghost_x: float, gain: float = 1.0) -> Labelled:
    """Four people who are labelled and a box at ``ghost_x`` that never is."""
    tracks = []
    for _ in range(frames):
        x = np.array([150.0, 250, 350, 450, ghost_x])
        boxes = np.column_stack([x - 10, np.full(5, 200.0), x + 10, np.full(5, 260.0)])
        tracks.append(Tracks(np.arange(5), boxes, np.ones(5, np.bool_), np.full(5, 0.8), np.zeros(5)))
    return Labelled(SIZE, tracks, np.full(frames, 4.0 * gain))


def test_the_side_on_which_nobody_is_labelled_is_left_out() -> None:
    example = labelled(60, ghost_x=630)
    found = fit("gate", example, "made up")
    assert found.area is not None
    assert found.gain == 1.0
    assert example.error(found) == 0
    told = example.told(found)
    assert np.mean((told.low <= 4) & (told.high >= 4)) >= 0.9


def test_what_no_area_explains_is_a_gain() -> None:
    found = fit("gate", labelled(60, ghost_x=300, gain=2.0), "made up")
    assert found.area is None
    assert found.gain == pytest.approx(8 / 5)


def test_too_few_frames_are_refused() -> None:
    with pytest.raises(BadInput, match="3 frames with 12 people are too few"):
        fit("gate", labelled(3, ghost_x=630), "made up")


@pytest.mark.parametrize("text", ["", "5", "9-2", "0-3", "a-b"])
def test_frames_that_are_no_range_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="FIRST-LAST"):
        _frames(text)
