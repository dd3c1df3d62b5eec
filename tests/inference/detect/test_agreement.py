"""Backends agree on real frames, within what their arithmetic allows."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.detect import Detections, Detector
from inference.detect.base import Picture
from inference.track.tracker import iou


@dataclass(frozen=True)
class Tolerance:
    """How far two backends may be apart.

    Attributes:
        overlap: least overlap of a clear box with its twin.
        score: greatest difference of their scores.
        count: greatest difference of the boxes of at least 0.25 in a picture.
    """

    overlap: float
    score: float
    count: int


SAME_ARITHMETIC = Tolerance(overlap=0.99, score=0.001, count=0)
"""32-bit floats, added up in another order. Measured: 0.0004 px and 0.000003."""
FEWER_BITS = Tolerance(overlap=0.9, score=0.05, count=1)
"""bf16 and f16."""
TOLERANCE = {
    "openvino-fastest": FEWER_BITS,
    "onnx-f32": SAME_ARITHMETIC,
    "onnx-f16": FEWER_BITS,
    "torch-f32": SAME_ARITHMETIC,
    "torch-gpu-path": SAME_ARITHMETIC,
}


def twins_missing(some: Detections, other: Detections, allowed: Tolerance) -> NDArray[np.bool_]:
    """The clear boxes of one that the other has nothing like."""
    clear = some.scores >= 0.5
    if not clear.any():
        return np.zeros(0, np.bool_)
    overlap = iou(some.boxes[clear].astype(float), other.boxes.astype(float))
    near = overlap > allowed.overlap
    alike = np.abs(some.scores[clear][:, None] - other.scores) < allowed.score
    return ~(near & alike).any(axis=1)


@pytest.mark.parametrize("backend", TOLERANCE)
def test_a_backend_sees_whom_full_precision_sees(
    backend: str, request: pytest.FixtureRequest, reference: Detector, pictures: list[Picture]
) -> None:
    detector: Detector = request.getfixturevalue("make_detector")(backend)
    allowed = TOLERANCE[backend]
    everyone = 0
    for exact, found in zip(reference.detect(pictures), detector.detect(pictures), strict=True):
        everyone += int((exact.scores >= 0.5).sum())
        assert not twins_missing(exact, found, allowed).any()
        assert not twins_missing(found, exact, allowed).any()
        assert abs(int((exact.scores >= 0.25).sum()) - int((found.scores >= 0.25).sum())) <= allowed.count
    assert everyone >= 30, "pictures of nobody would agree too"
