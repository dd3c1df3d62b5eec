"""What every detector promises, whatever runs it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadInput
from inference.detect import PERSON, Detections, Detector
from inference.detect.base import Picture
from inference.detect.onnx import OnnxDetector
from inference.detect.openvino import OpenVinoDetector
from inference.detect.torch import TorchDetector


def same(first: Detections, second: Detections) -> bool:
    """The same people. A batch may add up in another order than one picture alone, which moves the last digits."""
    return len(first) == len(second) and np.allclose(first.boxes, second.boxes, atol=0.5)


def test_no_pictures_have_no_answers(detector: Detector) -> None:
    assert detector.detect([]) == []


def test_boxes_lie_in_the_picture_and_the_surest_come_first(detector: Detector, pictures: list[Picture]) -> None:
    for picture, found in zip(pictures, detector.detect(pictures), strict=True):
        height, width = picture.shape[:2]
        assert found.boxes.shape == (len(found), 4)
        assert found.boxes.dtype == found.scores.dtype == np.float32
        assert (found.boxes >= 0).all()
        assert (found.boxes <= [width, height, width, height]).all()
        assert (found.boxes[:, :2] < found.boxes[:, 2:]).all()
        assert (np.diff(found.scores) <= 0).all()
        assert ((found.scores >= 0.1) & (found.scores <= 1)).all()
        assert (found.classes == PERSON).all()


def test_a_picture_is_answered_alike_alone_and_among_others(detector: Detector, pictures: list[Picture]) -> None:
    west, north, tall = pictures[0][:, :320], pictures[2][:300], pictures[3][100:400]
    mixed = [west, north, west[:, ::-1], tall, pictures[-2], west]
    for picture, found in zip(mixed, detector.detect(mixed), strict=True):
        (alone,) = detector.detect([picture])
        assert same(alone, found)


def test_a_grey_picture_holds_nobody(detector: Detector) -> None:
    (found,) = detector.detect([np.full((320, 320, 3), 128, np.uint8)])
    assert len(found) == 0


def test_a_picture_a_row_shorter_shows_nothing_of_the_last(detector: Detector, pictures: list[Picture]) -> None:
    """Both lie in the input at the same place and scale; what is left below the shorter one must be border."""
    tall = np.ascontiguousarray(pictures[0][:320, :320])
    short = tall[:319]
    (fresh,) = detector.detect([short])
    bright = np.full_like(tall, 255)
    for _ in range(4):  # more often than a detector has inputs in turn
        detector.detect([bright, bright])
    (after,) = detector.detect([short])
    assert np.array_equal(fresh.scores, after.scores)


def test_what_is_no_picture_costs_the_others_nothing(detector: Detector, pictures: list[Picture]) -> None:
    picture = pictures[0][:, :320]
    (before,) = detector.detect([picture])
    broken = np.zeros((2, 2), np.uint8)
    for _ in range(4):  # more often than a detector has inputs in turn
        with pytest.raises((ValueError, cv2.error)):
            detector.detect([picture, broken])
    (after,) = detector.detect([picture])
    assert same(before, after)


@pytest.mark.parametrize("maker", [OpenVinoDetector, OnnxDetector, TorchDetector])
def test_a_file_that_is_no_model_is_named(maker: type, tmp_path: Path) -> None:
    for ending in (".onnx", ".pt"):
        broken = tmp_path / f"broken{ending}"
        broken.write_text("not a model")
        with pytest.raises(BadInput, match=rf"broken\{ending} cannot be read"):
            maker(broken, name="x")
    with pytest.raises(BadInput, match=r"missing\.onnx cannot be read"):
        maker(tmp_path / "missing.onnx", name="x")


@pytest.mark.parametrize("maker", [OpenVinoDetector, OnnxDetector])
def test_another_network_is_no_detector(maker: type, assets: Path) -> None:
    with pytest.raises(BadInput, match="no YOLOv8 detector"):
        maker(assets / "models/mcnn_shtechA.onnx", name="x")


@pytest.mark.parametrize(
    ("maker", "ending"), [(OpenVinoDetector, "onnx"), (OnnxDetector, "onnx"), (TorchDetector, "pt")]
)
def test_two_classes_are_told_apart(maker: type, ending: str, assets: Path, pictures: list[Picture]) -> None:
    """COCO's bicycle stands in for a head; whom one class alone finds, two find too, and say which it is."""
    weights = assets / f"models/yolov8n_rebuilt.{ending}"
    both = maker(weights, name="n", classes=(0, 1))
    (found,) = both.detect(pictures[:1])
    assert (found.classes == PERSON).sum() >= 3
    swapped = maker(weights, name="n", classes=(1, 0))
    (other,) = swapped.detect(pictures[:1])
    assert np.array_equal(other.classes, 1 - found.classes)
    with pytest.raises(BadInput, match="has 80 classes, from 0; there is no class 80"):
        maker(weights, name="n", classes=(80,))
