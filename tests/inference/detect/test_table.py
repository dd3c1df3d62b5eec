"""Decoding and suppression as a GPU does them give what the processor's own give."""

import numpy as np
import pytest
import torch

from inference.detect.heads import Limits, decode, keep_best
from inference.detect.torch_table import table_of


def heads_of_a_crowd(seed: int, people: int, classes: int) -> list[np.ndarray]:
    """Raw heads of a 96x128 input in which people stand on top of one another."""
    random = np.random.default_rng(seed)
    shapes = [(12, 16), (6, 8), (3, 4)]
    boxes = [random.normal(0, 3, (64, *shape)).astype(np.float32) for shape in shapes]
    logits = [np.full((classes, *shape), -6, np.float32) for shape in shapes]
    for _ in range(people):
        scale = random.integers(3)
        row, column = (random.integers(side) for side in shapes[scale])
        logits[scale][random.integers(classes), row, column] = random.uniform(-1, 4)
    return boxes + logits


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("people", "classes"), [(0, 1), (5, 1), (90, 1), (90, 2)])
def test_a_gpu_keeps_whom_the_processor_keeps(seed: int, people: int, classes: int) -> None:
    heads = heads_of_a_crowd(seed, people, classes)
    limits = Limits(min_score=0.2, max_iou=0.4)
    expected = keep_best(*decode(heads[:3], heads[3:], 96, 0.2), max_iou=0.4)
    table, likely = table_of([torch.from_numpy(head)[None] for head in heads], 96, limits, most=252)
    rows = table[0].numpy()
    kept = rows[rows[:, 4] > 0]
    assert int(likely) >= len(expected)
    assert np.allclose(kept[:, :4], expected.boxes, atol=1e-3)
    assert np.allclose(kept[:, 4], expected.scores, atol=1e-5)
    assert np.array_equal(kept[:, 5], expected.classes)


def test_a_table_that_is_too_short_says_so() -> None:
    heads = [torch.from_numpy(head)[None] for head in heads_of_a_crowd(1, 90, 1)]
    table, likely = table_of(heads, 96, Limits(0.2, 0.4), most=16)
    assert table.shape == (1, 16, 6)
    assert int(likely) > 16
