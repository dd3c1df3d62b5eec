"""Decoding YOLOv8's raw heads, for the few cells where somebody is likely.

A YOLOv8 head gives, per cell of each scale, one logit a class and 4 x 16 logits of a distribution over the distance
from the cell's centre to each side of the box (distribution focal loss, Li et al. 2020). Exported graphs decode all
8,400 cells; a picture with 20 people needs about 200 of them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from inference.detect.base import PERSON, Detections
from inference.detect.letterbox import Letterbox

BINS: Final = 16
"""Bins of each side's distance distribution, in strides: YOLOv8's ``reg_max``."""
SCALES: Final = 3
HEADS: Final = 2 * SCALES
"""Outputs of a network that ends at its raw heads: the box distances of each scale, then the logits of each scale."""
DENSITY: Final = "density"
"""Name of the output of a network that also gives heads a cell, shape (n, 1, rows, columns)."""
_HEAD: Final = re.compile(r"/cv([23])\.(\d)/cv\1\.\2\.2/Conv$")
"""The last convolution of each scale: branch 2 gives box distances, branch 3 class logits."""

Array = NDArray[np.float32]
Node = TypeVar("Node")


@dataclass(frozen=True)
class Limits:
    """What counts as a box.

    Attributes:
        min_score: least confidence, in (0, 1).
        max_iou: overlap from which two boxes are one person.
    """

    min_score: float = 0.1
    max_iou: float = 0.7


def find_heads(named: Iterable[tuple[str, Node]], model: str) -> list[Node]:
    """The nodes of an exported graph that give the raw heads, box distances of each scale first.

    Args:
        named: every node of the graph with its name.
        model: for the message.

    Raises:
        BadInput: the graph is no YOLOv8 detector's.
    """
    heads: dict[tuple[str, int], Node] = {}
    for name, node in named:
        match = _HEAD.search(name)
        if match:
            heads[match[1], int(match[2])] = node
    if len(heads) != HEADS:
        raise BadInput(f"model {model} has {len(heads)} YOLOv8 heads; expected {HEADS}, so it is no YOLOv8 detector")
    return [heads[branch, scale] for branch in "23" for scale in range(SCALES)]


def decode(
    boxes: Sequence[Array], logits: Sequence[Array], input_height: int, min_score: float
) -> tuple[Array, Array, NDArray[np.uint8]]:
    """Boxes, scores and classes of the cells where somebody's score reaches ``min_score``.

    Args:
        boxes: per scale, distance logits of shape (64, rows, columns), or the distances themselves in strides, of shape
            (4, rows, columns).
        logits: per scale, logits of shape (classes, rows, columns).
        input_height: rows of the network's input, from which each scale's stride follows.
        min_score: least confidence, in (0, 1).

    Returns:
        Boxes (n, 4) as left, top, right, bottom in the network's pixels, scores (n,), and classes (n,): a cell has one
        box, so of a person and a head it tells the likelier.
    """
    threshold = np.log(min_score / (1 - min_score))
    found_boxes, found_logits, found_classes = [], [], []
    for distances, scale_logits in zip(boxes, logits, strict=True):
        best = scale_logits[PERSON] if len(scale_logits) == 1 else scale_logits.max(axis=0)
        rows, columns = np.nonzero(best >= threshold)
        stride = input_height / best.shape[0]
        sides = _distances(distances[:, rows, columns]) * stride
        x, y = (columns + 0.5) * stride, (rows + 0.5) * stride
        found_boxes.append(np.stack([x - sides[0], y - sides[1], x + sides[2], y + sides[3]], axis=1))
        found_logits.append(best[rows, columns])
        found_classes.append(scale_logits[:, rows, columns].argmax(axis=0))
    scores = 1 / (1 + np.exp(-np.concatenate(found_logits)))
    return (
        np.concatenate(found_boxes).astype(np.float32),
        scores.astype(np.float32),
        np.concatenate(found_classes).astype(np.uint8),
    )


def _distances(values: Array) -> Array:
    """The distance of each side, (4, n) strides: the mean of its distribution, unless it was told already."""
    if len(values) == 4:
        return values
    bins = values.reshape(4, BINS, -1)
    weights = np.exp(bins - bins.max(axis=1, keepdims=True))
    mean = (weights * np.arange(BINS, dtype=np.float32)[:, None]).sum(axis=1) / weights.sum(axis=1)
    return np.asarray(mean, np.float32)


def keep_best(boxes: Array, scores: Array, classes: NDArray[np.uint8] | None = None, *, max_iou: float) -> Detections:
    """Non-maximum suppression, highest score first: of boxes that overlap by more than ``max_iou`` the best stays.

    Classes are not told apart: a body's box that is nearly its head's is the same person.
    """
    if not len(scores):
        return Detections.none()
    corners_and_sizes = np.column_stack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    # Lists, because OpenCV takes them three times faster than arrays.
    kept = np.asarray(cv2.dnn.NMSBoxes(corners_and_sizes.tolist(), scores.tolist(), 0.0, max_iou), np.intp)
    return Detections(boxes[kept], scores[kept], *(() if classes is None else (classes[kept],)))


def detections(outputs: Sequence[Array], fit: Letterbox, size: tuple[int, int], limits: Limits) -> Detections:
    """The people of one picture, in its own pixels.

    Args:
        outputs: the raw heads of this picture, in :func:`find_heads`' order.
        fit: how the picture lay in the network's input.
        size: the picture's height and width, pixels.
        limits: what counts as a box.
    """
    found = decode(outputs[:SCALES], outputs[SCALES:], fit.height, limits.min_score)
    kept = keep_best(*found, max_iou=limits.max_iou)
    return Detections(fit.to_picture(kept.boxes, *size), kept.scores, kept.classes)
