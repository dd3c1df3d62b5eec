from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from inference.detect import Detector
from inference.detect.base import Picture
from inference.detect.box import this_hardware
from inference.detect.throughput import measure, on_gpu

SMALL = [np.full((64, 96, 3), shade, np.uint8) for shade in (0, 90, 180)]


@pytest.mark.parametrize("backend", ["openvino-f32", "onnx-f32", "torch-f32"])
def test_speed_is_told_beside_that_of_the_bare_network(make_detector: Callable[[str], Detector], backend: str) -> None:
    detector = make_detector(backend)
    told = measure(detector, SMALL, 2, rounds=1)
    assert told["model"] == detector.name
    assert told["batch"] == 2
    assert told["share_of_limit"] == pytest.approx(told["frames_per_s"] / told["network_frames_per_s"])
    assert told["network_frames_per_s"] > 1


class Remembers:
    """Stands in for a detector, to see what it is shown; its network takes no time."""

    name = "remembers"

    def __init__(self) -> None:
        self.shown: list[list[int]] = []

    def detect(self, batch: list[Picture]) -> list[object]:
        self.shown.append([int(picture[0, 0, 0]) for picture in batch])
        return []

    def network_alone(self, _picture: Picture, _batch: int) -> Callable[[], None]:
        return lambda: None


def test_frames_are_taken_round_and_round() -> None:
    seen = Remembers()
    measure(seen, SMALL, 2, rounds=1)
    assert seen.shown[:4] == [[0, 90], [90, 180], [180, 0], [0, 90]]
    assert all(first != second for first, second in pairwise(seen.shown[:20]))


def test_no_frames_are_no_measurement() -> None:
    with pytest.raises(ValueError, match="no frames"):
        measure(Remembers(), [], 1)


def test_without_a_gpu_nothing_is_run_and_that_is_said() -> None:
    if this_hardware().gpus:
        pytest.skip("this machine has a GPU")
    asked: list[bool] = []
    assert on_gpu(lambda: asked.append(True) or Remembers(), SMALL) is None
    assert not asked
