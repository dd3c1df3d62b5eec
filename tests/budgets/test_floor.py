"""What merging on the floor may cost and how wrong it may be, on smaller crowds than the command's."""

import json

import numpy as np
import pytest

from domain.errors import BadInput
from headroom.bench.floor import CROWDS, cost_of, error_of, run
from headroom.bench.floor_crowd import Faults, Walkers, cameras_over, grid_of_footprints, watched


@pytest.mark.parametrize("crowd", [CROWDS[0], CROWDS[1]], ids=lambda crowd: crowd.title)
def test_less_than_two_in_a_hundred_are_counted_double(crowd) -> None:  # noqa: ANN001
    error = error_of(crowd, steps=20, seed=3)
    assert error.sights > 2
    assert -0.02 < error.double < 0.02
    assert error.double == pytest.approx(error.split - error.mixed)


def test_eighty_cameras_cost_no_more_each_than_twenty() -> None:
    few, many = cost_of(20, 8), cost_of(80, 8)
    assert many.tracks == pytest.approx(4 * few.tracks, rel=0.2)
    # Overhead that does not grow is in both; three times as much each would be growth by the square.
    assert many.merge_ms + many.zones_ms < 8 * (few.merge_ms + few.zones_ms)


def test_the_cameras_are_as_wrong_as_is_said() -> None:
    random, faults = np.random.default_rng(5), Faults()
    walkers = Walkers.start(200, (16.0, 16.0), random)
    cameras = cameras_over(grid_of_footprints(2, 2, 8.0, 13.0), 200, faults, random)
    seen = missed = false = 0
    for moment in watched(walkers, cameras, faults, random, 60):
        for camera, truth in zip(cameras, moment.truth, strict=True):
            seen += int((truth >= 0).sum())
            false += int((truth < 0).sum())
            missed += int(camera.gap.sum())
    assert missed / (seen + missed) == pytest.approx(0.1, abs=0.02)
    assert false / seen == pytest.approx(0.02, abs=0.01)


def test_the_command_says_it_in_json_and_refuses_no_cameras(capsys: pytest.CaptureFixture[str]) -> None:
    run([4], steps=2, errors=False, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert found["costs"][0]["people"] == 100
    assert found["errors"] == []
    with pytest.raises(BadInput, match="cameras must be at least 1, got 0"):
        run([0])
