"""Fits what a tracker's evidence is worth, on labelled stills and on clips that nobody labelled.

    python -m training.fit_certainty DETECTOR.onnx --pictures FOLDER… --clips VIDEO…

Stills (``images/`` and ``points.json``, head points) tell how often a box of some confidence is a person. Clips tell,
by hindsight, what became of those unseen, unconfirmed or too weak to count: whether someone was seen in their place
within a second. Footage that a result is reported on must not be among them. Writes ``configs/certainty.yaml``.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray
from rich.progress import track
from scipy.optimize import brentq, linear_sum_assignment, minimize

from domain.errors import BadInput
from inference.crowd.certainty import CLAIMED, TABLE, Certainty, at_border, distribution, interval_of, log_odds
from inference.detect import Detections, Detector
from inference.detect.openvino import OpenVinoDetector
from inference.track import Tracker, TrackerParameters, Tracks
from inference.track.tracker import iou

HEAD_WIDTH, HEAD_HEIGHT = 0.6, 0.3
"""How far a labelled head may be from where a box's own is (the middle, a tenth below its top), in box widths and
heights: labels are clicks, and people lean."""
HEAD: Final = 0.1
SAME: Final = 0.3
"""Overlap (IoU) within a second from which a doubtful box was that person: they walk on meanwhile."""
HINDSIGHT_S: Final = 1.0
STEADY_FPS: Final = 15.0
"""Faster clips are thinned to at most this: the product looks at 5 to 15 frames a second."""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass
class Facts:
    """Evidence beside what it turned out to be."""

    scores: list[float] = field(default_factory=list)
    border: list[bool] = field(default_factory=list)
    person: list[bool] = field(default_factory=list)
    unseen_s: list[float] = field(default_factory=list)
    back: list[bool] = field(default_factory=list)
    confirmed: list[bool] = field(default_factory=list)
    weak: list[float] = field(default_factory=list)
    somebody: list[bool] = field(default_factory=list)


def look_at_stills(folder: Path, detector: Detector, facts: Facts) -> None:
    """Each box of the pictures: is there a head in it?

    Raises:
        BadInput: a labelled picture cannot be read.
    """
    for name, points in track(json.loads((folder / "points.json").read_text()).items(), folder.name):
        picture = cv2.imread(str(folder / "images" / name))
        if picture is None:
            raise BadInput(f"{folder / 'images' / name}: is labelled but cannot be read")
        (found,) = detector.detect([np.asarray(picture, np.uint8)])
        facts.scores += found.scores.tolist()
        facts.border += at_border(found.boxes.astype(np.float64), (picture.shape[1], picture.shape[0])).tolist()
        facts.person += has_head(found, np.array(points, np.float64).reshape(-1, 2)).tolist()


def has_head(found: Detections, heads: Floats) -> Flags:
    """Which boxes have a head of their own, shape (n,); of several boxes on one head, the surest."""
    boxes = found.boxes.astype(np.float64)
    size = boxes[:, 2:] - boxes[:, :2]
    own = np.column_stack([boxes[:, 0] + size[:, 0] / 2, boxes[:, 1] + HEAD * size[:, 1]])
    away = (heads[None] - own[:, None]) / (size[:, None] * (HEAD_WIDTH, HEAD_HEIGHT))
    near = 1 - np.hypot(away[..., 0], away[..., 1])
    worth = np.where(near > 0, 10 * found.scores[:, None] + near, 0.0)
    rows, columns = linear_sum_assignment(-worth)
    person = np.zeros(len(found), np.bool_)
    person[rows[worth[rows, columns] > 0]] = True
    return person


def look_at_clip(frames: Sequence[tuple[float, Tracks]], facts: Facts) -> None:
    """Everyone unseen, unconfirmed or weak: what became of them?

    Args:
        frames: media time and tracks of each.
        facts: takes what is found.
    """
    last: dict[int, float] = {}
    path: defaultdict[int, list[tuple[int, Floats]]] = defaultdict(list)
    for index, (at_s, tracks) in enumerate(frames):
        for person, box, seen in zip(tracks.ids.tolist(), tracks.boxes, tracks.seen, strict=True):
            if seen:
                last[person] = at_s
                path[index].append((person, box))
    end_s = frames[-1][0] - TrackerParameters().lost_s
    for index, (at_s, tracks) in enumerate(frames):
        if at_s < end_s:
            unseen = tracks.where(tracks.unseen_s > 0)
            facts.unseen_s += unseen.unseen_s.tolist()
            facts.back += [last[person] > at_s for person in unseen.ids.tolist()]
            _look_back(frames, index, path, facts)


def _look_back(
    frames: Sequence[tuple[float, Tracks]], index: int, path: dict[int, list[tuple[int, Floats]]], facts: Facts
) -> None:
    at_s, tracks = frames[index]
    counted = set(tracks.ids.tolist())
    around = [other for other in path if abs(frames[other][0] - at_s) <= HINDSIGHT_S]
    boxes = [box for other in around for person, box in path[other] if person not in counted]
    doubtful = tracks.doubtful
    overlap = iou(doubtful.boxes, np.reshape(boxes, (-1, 4)))
    somebody: Flags = np.any(overlap > SAME, axis=1, keepdims=True)[:, 0]
    for row in range(len(doubtful)):
        if doubtful.hits[row] == 0:
            facts.weak.append(float(doubtful.scores[row]))
            facts.somebody.append(bool(somebody[row]))
        elif doubtful.hits[row] < TrackerParameters().confirm_hits:
            facts.confirmed.append(bool(somebody[row]))
        else:
            facts.unseen_s.append(float(doubtful.unseen_s[row]))
            facts.back.append(bool(somebody[row]))


def fit(facts: Facts, fitted_on: str) -> Certainty:
    """The most likely values.

    Raises:
        BadInput: there is nothing to fit one of them on.
    """
    for what in ("person", "back", "confirmed", "somebody"):
        if not getattr(facts, what):
            raise BadInput(f"the footage has no example of {what!r}; give more pictures or clips")
    seen, score, border = _logistic([log_odds(np.array(facts.scores)), np.array(facts.border, float)], facts.person)
    weak, weak_score = _logistic([log_odds(np.array(facts.weak))], facts.somebody)
    return Certainty(
        seen=round(seen, 3),
        score=round(max(score, 0.0), 3),
        border=round(min(border, 0.0), 3),
        stays_s=round(_stay(np.array(facts.unseen_s), np.array(facts.back)), 3),
        # Laplace's rule of succession: a handful of examples never makes certain.
        confirms=round((sum(facts.confirmed) + 1) / (len(facts.confirmed) + 2), 3),
        weak=round(weak, 3),
        weak_score=round(max(weak_score, 0.0), 3),
        fitted_on=fitted_on,
    )


def _logistic(columns: Sequence[Floats], outcome: Sequence[bool]) -> list[float]:
    """Maximum likelihood, intercept first."""
    evidence, happened = np.column_stack([np.ones(len(outcome)), *columns]), np.array(outcome)

    def loss(weights: Floats) -> float:
        odds = evidence @ weights
        return float(np.logaddexp(0, np.where(happened, -odds, odds)).mean())

    return [float(value) for value in minimize(loss, np.zeros(evidence.shape[1]), method="BFGS").x]


def _stay(unseen_s: Floats, back: Flags) -> float:
    """Mean stay of an exponential decay, by maximum likelihood."""

    def loss(log_mean: Floats) -> float:
        there = np.exp(-unseen_s / np.exp(log_mean[0]))
        return float(-np.log(np.where(back, there, 1 - there) + 1e-9).mean())

    return float(np.exp(minimize(loss, [0.0], method="Nelder-Mead").x[0]))


@dataclass(frozen=True)
class Clip:
    """A clip, followed.

    Attributes:
        size: width and height, pixels.
        frames: media time and tracks of each.
    """

    size: tuple[int, int]
    frames: list[tuple[float, Tracks]]

    def chances(self, certainty: Certainty) -> list[tuple[int, Floats]]:
        """How many were counted in each frame, and how probable each one, counted or doubtful, is there."""
        hits = TrackerParameters().confirm_hits
        return [
            (
                len(seen),
                np.concatenate([certainty.of_counted(seen, self.size), certainty.of_doubtful(seen.doubtful, hits)]),
            )
            for _, seen in self.frames
        ]


def fit_tail(certainty: Certainty, clips: Sequence[Clip]) -> float:
    """The tail with which intervals cover as often as claimed, by their own distributions, on average over clips."""
    known = [
        [(count, chance, distribution(chance)) for count, chance in clip.chances(certainty) if len(chance)]
        for clip in clips
    ]

    def excess(tail: float) -> float:
        return float(np.mean([np.mean([_held(*frame, tail) for frame in frames]) for frames in known])) - CLAIMED

    return float(brentq(excess, 0.01, 0.3, xtol=1e-3))


def _held(count: int, chance: Floats, share: Floats, tail: float) -> float:
    interval, people = interval_of(chance, count, tail), np.arange(len(share))
    return float(share[(interval.low <= people) & (people <= interval.high)].sum())


def _follow(clip: Path, detector: Detector) -> Clip:
    footage = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG)
    fps = footage.get(cv2.CAP_PROP_FPS) or 25.0
    every, tracker, followed = int(np.ceil(fps / STEADY_FPS)), Tracker(), []
    for index, picture in track(enumerate(_pictures(footage)), clip.name):
        if index % every == 0:
            (found,) = detector.detect([np.asarray(picture, np.uint8)])
            at_s = index / fps
            followed.append((at_s, tracker.update(found, at_s, (picture.shape[1], picture.shape[0]))))
    footage.release()
    if not followed:
        raise BadInput(f"clip {clip}: cannot be read, or has no frame")
    return Clip((picture.shape[1], picture.shape[0]), followed)


def _pictures(footage: cv2.VideoCapture) -> Iterator[cv2.typing.MatLike]:
    while True:
        good, picture = footage.read()
        if not good:
            return
        yield picture


def main(words: Sequence[str] | None = None) -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description="Fit what a tracker's evidence is worth.")
    parser.add_argument("detector", type=Path)
    parser.add_argument("--pictures", type=Path, nargs="+", required=True)
    parser.add_argument("--clips", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, default=TABLE)
    given = parser.parse_args(words)
    detector, facts = OpenVinoDetector(given.detector, name=given.detector.stem), Facts()
    for folder in given.pictures:
        look_at_stills(folder, detector, facts)
    clips = [_follow(clip, detector) for clip in given.clips]
    for clip in clips:
        look_at_clip(clip.frames, facts)
    names = ", ".join(path.stem for path in (*given.pictures, *given.clips))
    found = fit(facts, f"{names}; {detector.name}")
    found = found.model_copy(update={"tail": round(fit_tail(found, clips), 3)})
    text = yaml.safe_dump(found.model_dump(), sort_keys=False)
    given.out.write_text(f"# Written by python -m training.fit_certainty; do not edit.\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
