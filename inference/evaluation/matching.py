"""Which of the people told are which of the people there."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.evaluation.mot_truth import FrameTruth
from inference.track.tracker import iou

SAME_PERSON: Final = 0.5
"""Overlap (IoU) from which two boxes are of the same person, as MOTChallenge has it."""


@dataclass(frozen=True)
class FrameTracks:
    """Who was told to be in one frame.

    Attributes:
        ids: identity of each, shape (n,).
        boxes: left, top, right, bottom, pixels, shape (n, 4).
        seen: whether the box was measured in this frame (else predicted), shape (n,).
    """

    ids: NDArray[np.int64]
    boxes: NDArray[np.float64]
    seen: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, chosen: NDArray[np.bool_]) -> "FrameTracks":
        """The chosen ones only."""
        return FrameTracks(self.ids[chosen], self.boxes[chosen], self.seen[chosen])


def pairs_of(overlap: NDArray[np.float64]) -> NDArray[np.intp]:
    """The one-to-one pairs of most overlap, none below :data:`SAME_PERSON`.

    Args:
        overlap: IoU of n people there and m told, shape (n, m).

    Returns:
        Row and column of each pair, shape (k, 2).
    """
    possible = np.where(overlap >= SAME_PERSON - np.finfo(np.float64).eps, overlap, 0.0)
    rows, columns = linear_sum_assignment(-possible)
    good = possible[rows, columns] > 0
    return np.column_stack([rows[good], columns[good]])


def without_ignored(truth: FrameTruth, told: FrameTracks) -> tuple[FrameTruth, FrameTracks]:
    """What is left to be judged once ignored people, and those told who are best explained by them, are taken out.

    As MOTChallenge does: everyone told is first matched with everyone there, ignored or not, so that a box is only
    forgiven where no one who counts explains it better.
    """
    if not truth.ignored.any():
        return truth, told
    pairs = pairs_of(iou(truth.boxes, told.boxes))
    forgiven = pairs[truth.ignored[pairs[:, 0]], 1]
    kept = np.ones(len(told), np.bool_)
    kept[forgiven] = False
    return truth.where(~truth.ignored), told.where(kept)


@dataclass(frozen=True)
class Judged:
    """A frame's errors, for drawing.

    Attributes:
        right: whether each of those told is someone there, shape (n,).
        found: whether each of those there was told, shape (m,).
    """

    right: NDArray[np.bool_]
    found: NDArray[np.bool_]


def judge(truth: FrameTruth, told: FrameTracks) -> Judged:
    """Who was told rightly and who was missed, in one frame by itself; nobody in ``truth`` is to be ignored."""
    pairs = pairs_of(iou(truth.boxes, told.boxes))
    right, found = np.zeros(len(told), np.bool_), np.zeros(len(truth.ids), np.bool_)
    found[pairs[:, 0]] = True
    right[pairs[:, 1]] = True
    return Judged(right, found)
