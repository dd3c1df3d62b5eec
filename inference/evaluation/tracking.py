"""How well people are followed: HOTA, IDF1 and MOTA, by TrackEval, MOTChallenge's own evaluation."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from trackeval.metrics import CLEAR, HOTA, Identity

from inference.evaluation.matching import SAME_PERSON, FrameTracks
from inference.evaluation.mot_truth import FrameTruth
from inference.track.tracker import iou


@dataclass(frozen=True)
class TrackScore:
    """How well people are followed; each share is at best 1.

    Attributes:
        hota: Luiten et al. 2021; the geometric mean of ``det_a`` and ``ass_a``, averaged over overlaps 0.05 to 0.95.
        det_a: share of people there or told that were found rightly.
        ass_a: how well the boxes of one person share one identity.
        idf1: Ristani et al. 2016; share of boxes with the right identity over the whole video.
        mota: Bernardin and Stiefelhagen 2008; 1 less errors for each person there; below 0 where errors outnumber them.
        misses: people there who were not found.
        false_alarms: boxes on nobody.
        identity_switches: times that a person's identity changed.
        people: boxes of the truth that were to be found.
    """

    hota: float
    det_a: float
    ass_a: float
    idf1: float
    mota: float
    misses: int
    false_alarms: int
    identity_switches: int
    people: int


def score_tracks(truth: Sequence[FrameTruth], told: Sequence[FrameTracks]) -> TrackScore | None:
    """Score a whole video.

    Args:
        truth: who is in each frame, in order, nobody to be ignored (see :func:`without_ignored`).
        told: who was told to be in it.

    Returns:
        ``None`` where the truth has nobody: there is no one to follow.
    """
    data = _sequence(truth, told)
    if not data["num_gt_dets"]:
        return None
    settings = {"THRESHOLD": SAME_PERSON, "PRINT_CONFIG": False}
    hota = HOTA().eval_sequence(data)
    clear = CLEAR(dict(settings)).eval_sequence(data)
    identity = Identity(dict(settings)).eval_sequence(data)
    return TrackScore(
        hota=float(np.mean(hota["HOTA"])),
        det_a=float(np.mean(hota["DetA"])),
        ass_a=float(np.mean(hota["AssA"])),
        idf1=float(identity["IDF1"]),
        mota=float(clear["MOTA"]),
        misses=int(clear["CLR_FN"]),
        false_alarms=int(clear["CLR_FP"]),
        identity_switches=int(clear["IDSW"]),
        people=int(data["num_gt_dets"]),
    )


def _sequence(truth: Sequence[FrameTruth], told: Sequence[FrameTracks]) -> dict[str, Any]:
    """The video as TrackEval's metrics take it: identities numbered from 0, overlaps frame by frame."""
    people, tracks = _renumbered([frame.ids for frame in truth]), _renumbered([frame.ids for frame in told])
    return {
        "num_timesteps": len(truth),
        "num_gt_ids": _distinct(people),
        "num_tracker_ids": _distinct(tracks),
        "num_gt_dets": sum(map(len, people)),
        "num_tracker_dets": sum(map(len, tracks)),
        "gt_ids": people,
        "tracker_ids": tracks,
        "similarity_scores": [iou(there.boxes, seen.boxes) for there, seen in zip(truth, told, strict=True)],
    }


def _renumbered(ids: Sequence[NDArray[np.int64]]) -> list[NDArray[np.intp]]:
    known = np.unique(np.concatenate([np.empty(0, np.int64), *ids]))
    return [np.searchsorted(known, frame) for frame in ids]


def _distinct(ids: Sequence[NDArray[np.intp]]) -> int:
    return len(set(chain.from_iterable(frame.tolist() for frame in ids)))
