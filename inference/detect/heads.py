"""Decoding YOLOv8's raw heads, for the few cells where a person is likely.

A YOLOv8 head gives, per cell of each scale, one logit a class and 4 x 16 logits of a distribution over the distance
from the cell's centre to each side of the box (distribution focal loss, Li et al. 2020). Exported graphs decode all
8,400 cells; a picture with 20 people needs about 200 of them.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from inference.detect.base import Detections
from inference.detect.letterbox import Letterbox

BINS = 16
"""Bins of each side's distance distribution, in strides: YOLOv8's ``reg_max``."""

Array = NDArray[np.float32]


def decode(boxes: Sequence[Array], logits: Sequence[Array], input_height: int, min_score: float) -> tuple[Array, Array]:
    """Boxes and scores of the cells whose person score reaches ``min_score``.

    Args:
        boxes: per scale, distance logits of shape (64, rows, columns).
        logits: per scale, person logits of shape (rows, columns).
        input_height: rows of the network's input, from which each scale's stride follows.
        min_score: least confidence, in (0, 1).

    Returns:
        Boxes (n, 4) as left, top, right, bottom in the network's pixels, and scores (n,).
    """
    threshold = np.log(min_score / (1 - min_score))
    found_boxes, found_logits = [], []
    for distances, scale_logits in zip(boxes, logits, strict=True):
        rows, columns = np.nonzero(scale_logits >= threshold)
        stride = input_height / scale_logits.shape[0]
        sides = _expected_distance(distances[:, rows, columns]) * stride
        x, y = (columns + 0.5) * stride, (rows + 0.5) * stride
        found_boxes.append(np.stack([x - sides[0], y - sides[1], x + sides[2], y + sides[3]], axis=1))
        found_logits.append(scale_logits[rows, columns])
    scores = 1 / (1 + np.exp(-np.concatenate(found_logits)))
    return np.concatenate(found_boxes).astype(np.float32), scores.astype(np.float32)


def _expected_distance(logits: Array) -> Array:
    """Mean of each side's distribution: (64, n) logits to (4, n) strides."""
    bins = logits.reshape(4, BINS, -1)
    weights = np.exp(bins - bins.max(axis=1, keepdims=True))
    mean = (weights * np.arange(BINS, dtype=np.float32)[:, None]).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(mean, np.float32)


def keep_best(boxes: Array, scores: Array, *, max_iou: float) -> Detections:
    """Non-maximum suppression, highest score first: of boxes that overlap by more than ``max_iou`` the best stays."""
    if not len(scores):
        return Detections.none()
    corners_and_sizes = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = np.asarray(cv2.dnn.NMSBoxes(corners_and_sizes.tolist(), scores.tolist(), 0.0, max_iou), np.intp)
    return Detections(boxes[kept], scores[kept])


def in_picture(found: Detections, letterbox: Letterbox, height: int, width: int) -> Detections:
    """The same detections in the picture's own pixels."""
    return Detections(letterbox.to_picture(found.boxes, height, width), found.scores)
