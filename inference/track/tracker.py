"""ByteTrack (Zhang et al. 2022), vectorised, with time as an argument.

Strong boxes are matched first, then weak ones to the tracks still unmatched, so that someone half hidden is not lost.
Only a strong box starts a track, and a track counts once it has been seen often enough. Everything about a person is
dropped when the track ends; identities are never reused and mean nothing after the session.
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from inference.detect.base import Detections
from inference.track.motion import MotionState, to_centre, to_corners

SCORE_WEIGHT: Final = 0.3
"""Weight of the newest sighting in a track's mean confidence: about the last three sightings tell."""


@dataclass(frozen=True)
class TrackerParameters:
    """What the tracker may assume.

    Attributes:
        strong_score: confidence from which a box may start or revive a track.
        start_score: confidence from which a box that fits no track starts one.
        strong_overlap: least IoU between a strong box and the track's predicted box.
        weak_overlap: the same for weak boxes: higher, because they are often wrong.
        confirm_hits: sightings before a track counts; those seen when the camera begins to see count at once.
        coast_s: seconds an unseen confirmed track goes on being counted: people hidden behind others are there.
        lost_s: seconds an unseen track is remembered, so that it is found again under the same identity.
    """

    strong_score: float = 0.4
    start_score: float = 0.5
    strong_overlap: float = 0.2
    weak_overlap: float = 0.5
    confirm_hits: int = 3
    coast_s: float = 1.0
    lost_s: float = 3.0


@dataclass(frozen=True)
class Doubtful:
    """Those who may be in the picture and are not counted.

    Someone sighted too few times yet (``hits`` from 1 to one less than confirms), someone confirmed who is too long
    unseen, or a weak box on nobody known (``hits`` 0).

    Attributes:
        boxes: left, top, right, bottom in pixels, measured or predicted, shape (n, 4).
        scores: confidence, of tracks the mean of the last sightings, shape (n,).
        hits: sightings so far, shape (n,).
        unseen_s: seconds since the last one, shape (n,).
    """

    boxes: NDArray[np.float64]
    scores: NDArray[np.float64]
    hits: NDArray[np.int64]
    unseen_s: NDArray[np.float64]

    @classmethod
    def nobody(cls) -> "Doubtful":
        """No doubt about anyone."""
        return cls(np.empty((0, 4)), np.empty(0), np.empty(0, np.int64), np.empty(0))

    def __len__(self) -> int:
        return len(self.scores)

    def where(self, chosen: NDArray[np.bool_]) -> "Doubtful":
        """The chosen ones only."""
        return Doubtful(self.boxes[chosen], self.scores[chosen], self.hits[chosen], self.unseen_s[chosen])


@dataclass(frozen=True)
class Tracks:
    """The people believed to be in the picture at one moment.

    Attributes:
        ids: identity of each, shape (n,).
        boxes: left, top, right, bottom in pixels, measured or predicted, shape (n, 4).
        seen: whether the box was measured in this frame (else predicted), shape (n,).
        scores: mean confidence of each one's last sightings, shape (n,). Left out, all are sure.
        unseen_s: seconds since each was seen, as of the last look, shape (n,). Left out, all were seen in it.
        doubtful: who may be there besides.
    """

    ids: NDArray[np.int64]
    boxes: NDArray[np.float64]
    seen: NDArray[np.bool_]
    scores: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    unseen_s: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    doubtful: Doubtful = field(default_factory=Doubtful.nobody)

    def __post_init__(self) -> None:
        if len(self.scores) != len(self.ids):
            object.__setattr__(self, "scores", np.ones(len(self.ids)))
        if len(self.unseen_s) != len(self.ids):
            object.__setattr__(self, "unseen_s", np.zeros(len(self.ids)))

    def __len__(self) -> int:
        return len(self.ids)

    def where(self, chosen: NDArray[np.bool_]) -> "Tracks":
        """The chosen ones only; the doubt about others stays."""
        seen, scores, unseen_s = self.seen[chosen], self.scores[chosen], self.unseen_s[chosen]
        return Tracks(self.ids[chosen], self.boxes[chosen], seen, scores, unseen_s, self.doubtful)

    def doubting(self, doubtful: Doubtful) -> "Tracks":
        """The same people, in doubt about others."""
        return replace(self, doubtful=doubtful)

    @property
    def feet(self) -> NDArray[np.float64]:
        """Bottom centre of each box, shape (n, 2)."""
        return np.column_stack([(self.boxes[:, 0] + self.boxes[:, 2]) / 2, self.boxes[:, 3]])


class Tracker:
    """Follows the people of one camera.

    Call :meth:`update` for every frame, also for an empty one: no detections still means that time has passed.
    """

    def __init__(self, parameters: TrackerParameters | None = None) -> None:
        self._parameters = parameters or TrackerParameters()
        self._motion = MotionState.start(np.empty((0, 4)))
        self._ids = np.empty(0, np.int64)
        self._hits = np.empty(0, np.int64)
        self._seen_at = np.empty(0)
        self._scores = np.empty(0)
        self._weak = Doubtful.nobody()
        self._next_id = 1
        self._at_s: float | None = None
        self._looked_at = 0.0

    def __len__(self) -> int:
        """How many tracks are remembered, lost ones included."""
        return len(self._ids)

    def update(self, found: Detections, at_s: float, picture_size: tuple[int, int]) -> Tracks:
        """Advance to ``at_s`` and take in what was found there.

        Args:
            found: this frame's boxes; may be empty.
            at_s: when the frame was captured, seconds on any clock that only goes forward. A frame that is not
                newer than the last one moves nothing, but is matched.
            picture_size: width and height, pixels: a track unseen at its border has left.

        Returns:
            The confirmed tracks that are seen now or were within ``coast_s``.
        """
        # Whoever is there when the camera begins to see was there before: waiting to confirm them would tell too few.
        awakes = self._at_s is None or at_s - self._looked_at > self._parameters.lost_s
        self._advance(at_s)
        self._looked_at = self._now
        self._match(found, first_hits=self._parameters.confirm_hits if awakes else 1)
        self._forget()
        return self._present(picture_size)

    def coast(self, at_s: float, picture_size: tuple[int, int]) -> Tracks:
        """Where everyone is believed to be at ``at_s``, in a frame nobody looked at. Nobody is missed in it either.

        Returns:
            The confirmed tracks, none of them seen; those that walked out of the picture have left.
        """
        self._advance(at_s)
        return self._present(picture_size, looked=False)

    @property
    def has_tentative(self) -> bool:
        """Whether someone was sighted who is not confirmed yet: another look would tell."""
        return bool((self._hits < self._parameters.confirm_hits).any())

    @property
    def uncertainty(self) -> float:
        """Standard deviation, in box heights, of the least certain place among the tracks seen at the last look."""
        present = self._seen_at == self._looked_at
        if not present.any():
            return 0.0
        deviation = np.sqrt(self._motion.position_variance[present, :2].max(axis=1))
        return float((deviation / self._motion.position[present, 3]).max())

    def _advance(self, at_s: float) -> None:
        elapsed_s = 0.0 if self._at_s is None else max(at_s - self._at_s, 0.0)
        self._at_s = at_s if self._at_s is None else max(at_s, self._at_s)
        self._motion.predict(elapsed_s)

    def _match(self, found: Detections, first_hits: int) -> None:
        p = self._parameters
        measured = to_centre(found.boxes)
        strong = np.flatnonzero(found.scores >= p.strong_score)
        weak = np.flatnonzero(found.scores < p.strong_score)
        confirmed = self._hits >= p.confirm_hits
        boxes = found.boxes.astype(np.float64)

        tracks = np.flatnonzero(confirmed)
        matched, left_tracks, left_strong = self._associate(tracks, strong, boxes, found.scores, p.strong_overlap)
        self._take(matched, measured, found.scores)
        recent = left_tracks[self._seen_at[left_tracks] >= self._now - p.coast_s]
        matched, _, left_weak = self._associate(recent, weak, boxes, found.scores, p.weak_overlap)
        self._take(matched, measured, found.scores)
        tentative = np.flatnonzero(~confirmed)
        matched, _, left_strong = self._associate(tentative, left_strong, boxes, found.scores, p.strong_overlap)
        self._take(matched, measured, found.scores)
        starts = found.scores[left_strong] >= p.start_score
        rest = np.concatenate([left_weak, left_strong[~starts]])
        self._weak = _weak(boxes[rest], found.scores[rest])
        self._start(measured[left_strong[starts]], found.scores[left_strong[starts]], first_hits)

    @property
    def _now(self) -> float:
        return self._at_s if self._at_s is not None else 0.0

    def _associate(
        self,
        tracks: NDArray[np.intp],
        candidates: NDArray[np.intp],
        boxes: NDArray[np.float64],
        scores: NDArray[np.float32],
        least_overlap: float,
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """Best one-to-one pairs (k, 2) of track row and box row; then the tracks and the boxes left over."""
        if not len(tracks) or not len(candidates):
            return np.empty((0, 2), np.intp), tracks, candidates
        overlap = iou(to_corners(self._motion.position[tracks]), boxes[candidates])
        cost = 1 - overlap * scores[candidates]
        cost[overlap < least_overlap] = 2.0
        rows, columns = linear_sum_assignment(cost)
        good = cost[rows, columns] < 2.0
        rows, columns = rows[good], columns[good]
        pairs = np.column_stack([tracks[rows], candidates[columns]])
        return pairs, np.delete(tracks, rows), np.delete(candidates, columns)

    def _take(self, pairs: NDArray[np.intp], measured: NDArray[np.float64], scores: NDArray[np.float32]) -> None:
        self._motion.update(pairs[:, 0], measured[pairs[:, 1]])
        self._scores[pairs[:, 0]] += SCORE_WEIGHT * (scores[pairs[:, 1]] - self._scores[pairs[:, 0]])
        self._hits[pairs[:, 0]] += 1
        self._seen_at[pairs[:, 0]] = self._now

    def _start(self, measured: NDArray[np.float64], scores: NDArray[np.float32], hits: int) -> None:
        count = len(measured)
        self._scores = np.concatenate([self._scores, scores.astype(np.float64)])
        self._motion.extend(MotionState.start(measured))
        self._ids = np.concatenate([self._ids, np.arange(self._next_id, self._next_id + count)])
        self._hits = np.concatenate([self._hits, np.full(count, hits, np.int64)])
        self._seen_at = np.concatenate([self._seen_at, np.full(count, self._now)])
        self._next_id += count

    def _forget(self) -> None:
        """End tracks that are too long unseen, and those that were unseen before they were confirmed."""
        too_long = self._seen_at < self._now - self._parameters.lost_s
        never = (self._seen_at < self._now) & (self._hits < self._parameters.confirm_hits)
        keep = ~(too_long | never)
        self._motion.keep(keep)
        self._ids, self._hits, self._seen_at = self._ids[keep], self._hits[keep], self._seen_at[keep]
        self._scores = self._scores[keep]

    def _present(self, picture_size: tuple[int, int], *, looked: bool = True) -> Tracks:
        """Confirmed tracks seen at the last look, or recently; one unseen at the picture's border has walked out."""
        boxes = to_corners(self._motion.position)
        seen = self._seen_at == self._looked_at
        inside = (boxes[:, :2] > 0).all(axis=1) & (boxes[:, 2:] < picture_size).all(axis=1)
        hidden = inside & (self._seen_at >= self._looked_at - self._parameters.coast_s)
        there = (self._hits >= self._parameters.confirm_hits) & (seen | hidden)
        if not looked:
            centre = self._motion.position[:, :2]
            there &= ((centre >= 0) & (centre <= picture_size)).all(axis=1)
        unseen_s = self._looked_at - self._seen_at
        doubted = ~there & (seen | inside)
        doubtful = Doubtful(
            np.concatenate([boxes[doubted], self._weak.boxes]),
            np.concatenate([self._scores[doubted], self._weak.scores]),
            np.concatenate([self._hits[doubted], self._weak.hits]),
            np.concatenate([unseen_s[doubted], self._weak.unseen_s]),
        )
        ids, scores = self._ids[there], self._scores[there]
        return Tracks(ids, boxes[there], seen[there] & looked, scores, unseen_s[there], doubtful)


def _weak(boxes: NDArray[np.float64], scores: NDArray[np.float32]) -> Doubtful:
    """Boxes that start no track and fit none."""
    zeros = np.zeros(len(scores))
    return Doubtful(boxes, scores.astype(np.float64), zeros.astype(np.int64), zeros)


def iou(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of every pair of boxes: (n, 4) and (m, 4) to (n, m)."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=2)
    area_first = np.prod(first[:, 2:] - first[:, :2], axis=1)
    area_second = np.prod(second[:, 2:] - second[:, :2], axis=1)
    union = area_first[:, None] + area_second[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-9))
