"""Every backend that runs on a processor, and pictures of every awkward shape."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import cv2
import numpy as np
import pytest
import torch

from inference.detect import Detections, Detector
from inference.detect.base import Picture
from inference.detect.heads import Limits
from inference.detect.onnx import OnnxDetector
from inference.detect.openvino import OpenVinoDetector
from inference.detect.torch import TorchDetector
from inference.detect.torch_gpu import GpuRunner
from inference.detect.torch_network import open_network


class RunnerOnTheProcessor:
    """What a GPU runs, less its graph and streams."""

    name = "n/torch-gpu-path"

    def __init__(self, weights: Path, *, name: str) -> None:
        network = open_network(weights, (0,))
        assert name
        # A table that is too short at first: a crowd makes it grow.
        self._runner = GpuRunner(network, torch.device("cpu"), longest=640, limits=Limits(), most=64)

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        return self._runner.detect(batch)


Maker = Callable[..., Detector]
BACKENDS: dict[str, tuple[str, Maker, dict[str, Any]]] = {
    "openvino-f32": ("onnx", OpenVinoDetector, {"precision": "f32"}),
    "openvino-fastest": ("onnx", OpenVinoDetector, {}),
    "onnx-f32": ("onnx", OnnxDetector, {}),
    "onnx-f16": ("onnx", OnnxDetector, {"precision": "f16"}),
    "torch-f32": ("pt", TorchDetector, {"device": "cpu"}),
    "torch-gpu-path": ("pt", RunnerOnTheProcessor, {}),
}
_made: dict[str, Detector] = {}


def make(backend: str, assets: Path) -> Detector:
    """A detector of yolov8n by one backend, made once."""
    if backend not in _made:
        ending, maker, options = BACKENDS[backend]
        _made[backend] = maker(assets / f"models/yolov8n_rebuilt.{ending}", name="n", **options)
    return _made[backend]


@pytest.fixture(params=BACKENDS)
def detector(request: pytest.FixtureRequest, assets: Path) -> Detector:
    return make(request.param, assets)


@pytest.fixture(scope="session")
def reference(assets: Path) -> Detector:
    return make("openvino-f32", assets)


def frames(path: Path, *wanted: int) -> list[Picture]:
    video = cv2.VideoCapture(str(path))
    pictures = []
    for index in wanted:
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        pictures.append(np.asarray(video.read()[1], np.uint8))
    return pictures


@pytest.fixture(scope="session")
def pictures(assets: Path) -> list[Picture]:
    """Real frames: two cameras, odd sizes, portrait, tiny, a long strip, and views that do not lie in one piece."""
    clips = assets / "videos"
    square = frames(clips / "vtest.avi", 100, 500)
    (plaza,) = frames(clips / "people-walking_960x540.mp4", 50)
    portrait = np.ascontiguousarray(plaza[:, 200:500])
    odd = plaza[3:500, 11:714]
    mirrored = square[1][:, ::-1]
    return [*square, plaza, portrait, odd, mirrored, plaza[200:259, 300:341], plaza[250:270], plaza[:1, :1]]


@pytest.fixture
def make_detector(assets: Path) -> Callable[[str], Detector]:
    return lambda backend: make(backend, assets)
