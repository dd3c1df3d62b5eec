"""The detectors, on real footage where the shared assets are at hand, on hand-made arrays where they are not."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from inference.detect import PERSON, Detections
from inference.detect.base import Picture
from inference.detect.heads import decode, keep_best
from inference.detect.letterbox import Letterbox
from inference.detect.openvino import OpenVinoDetector
from inference.detect.torch import TorchDetector
from inference.track.tracker import iou

side = st.integers(16, 4000)


@given(height=side, width=side)
def test_a_letterbox_keeps_the_shape_and_gives_boxes_back(height: int, width: int) -> None:
    fit = Letterbox.fit(height, width, longest=640)
    assert fit.height % 32 == fit.width % 32 == 0
    assert max(fit.height, fit.width) <= 640
    inside = np.array([[0, 0, width, height]], np.float32) * fit.scale
    inside += np.array([fit.left, fit.top, fit.left, fit.top], np.float32)
    assert np.allclose(fit.to_picture(inside, height, width), [[0, 0, width, height]], atol=0.01)


def test_a_letterbox_draws_the_picture_inside_its_border() -> None:
    picture = np.full((300, 500, 3), 7, np.uint8)
    fit = Letterbox.fit(300, 500, longest=640)
    out = fit.blank()[0]
    fit.apply(picture, out)
    assert (out == 7).all(axis=2).sum() == 300 * 500
    assert (out[0, 0] == 114).all()


def test_a_head_is_decoded_where_someone_is_likely() -> None:
    logits = np.full((10, 10), -9, np.float32)
    logits[4, 5] = 2.0
    distances = np.full((4, 16, 10, 10), -20, np.float32)
    for edge, bin_ in enumerate((1, 2, 3, 4)):
        distances[edge, bin_, 4, 5] = 20
    boxes, scores, classes = decode([distances.reshape(64, 10, 10)], [logits[None]], input_height=80, min_score=0.5)
    assert classes.tolist() == [PERSON]
    assert np.allclose(boxes, [[5.5 * 8 - 8, 4.5 * 8 - 16, 5.5 * 8 + 24, 4.5 * 8 + 32]], atol=1e-3)
    assert np.allclose(scores, 1 / (1 + np.exp(-2.0)))


def test_of_boxes_on_one_person_the_best_stays() -> None:
    boxes = np.array([[0, 0, 10, 20], [1, 0, 11, 20], [50, 0, 60, 20]], np.float32)
    kept = keep_best(boxes, np.array([0.6, 0.9, 0.5], np.float32), max_iou=0.5)
    assert kept.scores.tolist() == pytest.approx([0.9, 0.5])
    assert len(keep_best(np.empty((0, 4), np.float32), np.empty(0, np.float32), max_iou=0.5)) == 0


def frames(path: Path, *wanted: int) -> list[Picture]:
    video = cv2.VideoCapture(str(path))
    pictures = []
    for index in wanted:
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        pictures.append(np.asarray(video.read()[1], np.uint8))
    return pictures


@pytest.fixture(scope="module")
def pictures(assets: Path) -> list[Picture]:
    clips = assets / "videos"
    return frames(clips / "vtest.avi", 100, 300, 500) + frames(clips / "people-walking_960x540.mp4", 50)


def agree(first: Detections, second: Detections) -> None:
    """Every clear box of one is a box of the other, in the same place and with nearly the same score."""
    for some, other in ((first, second), (second, first)):
        clear = some.scores >= 0.5
        overlap = iou(some.boxes[clear].astype(float), other.boxes.astype(float))
        assert (overlap.max(axis=1) > 0.9).all()
        assert np.allclose(some.scores[clear], other.scores[overlap.argmax(axis=1)], atol=0.05)


def test_openvino_and_torch_see_the_same_people(assets: Path, pictures: list[Picture]) -> None:
    fast = OpenVinoDetector(assets / "models/yolov8n_rebuilt.onnx", name="n", precision="f32")
    slow = TorchDetector(assets / "models/yolov8n_rebuilt.pt", name="n", device="cpu")
    for quick, exact in zip(fast.detect(pictures), slow.detect(pictures), strict=True):
        assert len(quick)
        agree(quick, exact)


def test_a_picture_is_answered_alike_alone_and_in_a_mixed_batch(assets: Path, pictures: list[Picture]) -> None:
    detector = OpenVinoDetector(assets / "models/yolov8n_rebuilt.onnx", name="n")
    batch = [pictures[0], pictures[3], pictures[1], pictures[3][:500, :700], pictures[2], *pictures]
    together = detector.detect(batch)
    for picture, found in zip(batch, together, strict=True):
        (alone,) = detector.detect([picture])
        assert np.array_equal(alone.boxes, found.boxes)
    assert detector.detect([]) == []


def test_a_grey_picture_holds_nobody(assets: Path) -> None:
    detector = OpenVinoDetector(assets / "models/yolov8n_rebuilt.onnx", name="n")
    (found,) = detector.detect([np.full((480, 640, 3), 128, np.uint8)])
    assert len(found) == 0


def test_a_file_that_is_no_model_is_named(tmp_path: Path, assets: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_text("not a model")
    with pytest.raises(BadInput, match=r"broken\.onnx cannot be read"):
        OpenVinoDetector(broken, name="x")
    with pytest.raises(BadInput, match="no YOLOv8 detector"):
        OpenVinoDetector(assets / "models/mcnn_shtechA.onnx", name="x")
