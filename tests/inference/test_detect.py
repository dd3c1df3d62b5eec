"""From raw heads to boxes, and pictures into inputs, on hand-made arrays; detect/ has whole detectors on footage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.detect import PERSON, Detections
from inference.detect.base import HEAD
from inference.detect.groups import by_letterbox
from inference.detect.heads import decode, keep_best
from inference.detect.letterbox import Letterbox

side = st.integers(1, 4000)


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


def test_people_and_heads_are_suppressed_together() -> None:
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 11], [50, 0, 60, 20]], np.float32)
    kept = keep_best(
        boxes, np.array([0.6, 0.9, 0.5], np.float32), np.array([HEAD, PERSON, HEAD], np.uint8), max_iou=0.5
    )
    assert kept.classes.tolist() == [PERSON, HEAD]


def test_a_cell_tells_the_likelier_class() -> None:
    logits = np.full((2, 10, 10), -9, np.float32)
    logits[PERSON, 4, 5], logits[HEAD, 4, 5] = 0.5, 1.5
    distances = np.ones((4, 10, 10), np.float32)
    boxes, scores, classes = decode([distances], [logits], input_height=80, min_score=0.5)
    assert np.allclose(boxes, [[36, 28, 52, 44]]), "distances that were told already are not decoded again"
    assert np.allclose(scores, 1 / (1 + np.exp(-1.5)))
    assert classes.tolist() == [HEAD]


def test_detections_are_of_people_unless_they_say_otherwise() -> None:
    boxes, scores = np.zeros((2, 4), np.float32), np.ones(2, np.float32)
    assert Detections(boxes, scores).classes.tolist() == [PERSON, PERSON]
    assert Detections(boxes, scores, np.array([PERSON, HEAD], np.uint8)).classes.tolist() == [PERSON, HEAD]
    with pytest.raises(ValueError, match="2 detections have 1 classes"):
        Detections(boxes, scores, np.array([HEAD], np.uint8))
    assert len(Detections.none().classes) == 0


def test_pictures_of_one_shape_go_together_and_no_more_than_may() -> None:
    wide, tall = np.zeros((480, 640, 3), np.uint8), np.zeros((640, 480, 3), np.uint8)
    groups = list(by_letterbox([wide, tall, wide, wide], 640, most=2))
    assert [indices for _, indices in groups] == [[0, 2], [3], [1]]
    assert [(fit.height, fit.width) for fit, _ in groups] == [(480, 640), (480, 640), (640, 480)]


def test_pictures_that_cover_different_rows_lie_differently() -> None:
    assert Letterbox.fit(576, 768, longest=640) != Letterbox.fit(575, 768, longest=640)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (4000, 1), (31, 33)])
def test_even_a_sliver_is_drawn(shape: tuple[int, int]) -> None:
    fit = Letterbox.fit(*shape, longest=640)
    out = fit.blank()[0]
    fit.apply(np.full((*shape, 3), 7, np.uint8), out)
    assert (out == 7).all(axis=2).sum() == fit.inner_height * fit.inner_width


def test_a_view_that_does_not_lie_in_one_piece_is_drawn_as_it_looks() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (100, 200, 3), np.uint8)
    fit = Letterbox.fit(50, 100, longest=64)
    for view in (picture[::2, ::2], picture[:50, 99::-1], picture[40:90, 30:130]):
        drawn, plain = fit.blank()[0], fit.blank()[0]
        fit.apply(view, drawn)
        fit.apply(np.ascontiguousarray(view), plain)
        assert np.array_equal(drawn, plain)
