"""A turned body is the body of the turned picture."""

import numpy as np
import pytest

from inference.posture.landmarks import Joint, Landmarks
from tests.fakes.bodies import body


@pytest.mark.parametrize("quarters", [-1, 0, 1, 2, 3, 5])
def test_points_turn_as_the_pixels_do(quarters: int) -> None:
    picture = np.zeros((100, 100))
    picture[20, 70] = 1
    row, column = np.argwhere(np.rot90(picture, quarters) == 1)[0]
    points = np.zeros((33, 3))
    points[:, :2] = (70.5 / 100, 20.5 / 100)
    turned = Landmarks(points, np.ones(33)).turned(quarters)
    assert turned.points[0, :2] == pytest.approx(((column + 0.5) / 100, (row + 0.5) / 100))


def test_turning_there_and_back_changes_nothing() -> None:
    assert body().turned(1).turned(-1).points == pytest.approx(body().points)


def test_legs_beyond_the_picture_are_not_visible() -> None:
    cut = body().without_legs()
    assert cut.visibility[Joint.LEFT_KNEE :].max() == 0
    assert cut.visibility[Joint.LEFT_HIP] == 1


def test_anything_but_33_points_is_refused() -> None:
    with pytest.raises(ValueError, match="33 points"):
        Landmarks(np.zeros((17, 3)), np.zeros(17))
