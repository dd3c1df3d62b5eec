"""How unsure a look was: what the model itself lets show, without anybody's labels.

Five signs, each a share of the people in the picture, 0..1. Two people more than were counted stand in each
denominator, so that one weak box in an empty hall is no alarm. A look's score is the chance that at least one sign is
right, were each a probability of its own (a noisy or); the weights of active learning's usual mixtures are left out,
for there is nothing to fit them on before the first labels.
"""

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.captures import Reason
from inference.detect import Detections
from inference.track import Tracks
from inference.track.tracker import TrackerParameters

PRIOR: Final = 2.0
"""People added to each denominator."""
UNDECIDED: Final = 0.15
"""Width of the scores about the decision that count as undecided: the tracker's own two thresholds lie 0.1 apart."""
FLICKER_S: Final = 2.0
"""Over how long coming and going is summed up (an exponential mean): longer than anybody is hidden in passing."""
TELLING: Final = 0.2
"""A sign this strong is named as a reason."""
_BORDER: Final = 0.02
"""Share of the picture's size from its border where people may come and go."""


@dataclass(frozen=True)
class Signs:
    """What one look let show, each 0..1.

    Attributes:
        margin: boxes whose score is near the one that decides.
        flicker: boxes and tracks that came and went over the last looks.
        interval: width of the count's 90 % interval.
        disagreement: how far champion and challenger are apart; 0 where no challenger looked.
    """

    margin: float
    flicker: float
    interval: float
    disagreement: float = 0.0

    @property
    def score(self) -> float:
        """All of them together, 0..1."""
        kept = (1 - self.margin) * (1 - self.flicker) * (1 - self.interval) * (1 - self.disagreement)
        return 1.0 - kept

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The signs that are strong enough to be named."""
        named = (
            (Reason.LOW_MARGIN, self.margin),
            (Reason.FLICKER, self.flicker),
            (Reason.WIDE_INTERVAL, self.interval),
            (Reason.DISAGREEMENT, self.disagreement),
        )
        return tuple(reason for reason, strength in named if strength >= TELLING)

    def compared(self, one: float, other: float) -> "Signs":
        """The same look, once two models have counted its picture.

        Args:
            one: people in it by one model.
            other: by the other, counted the same way.
        """
        return replace(self, disagreement=abs(one - other) / (max(one, other) + PRIOR))


class Doubter:
    """Judges one camera's looks, in their order. It remembers the last look's tracks and nothing else of anybody.

    Args:
        parameters: the tracker's, whose thresholds decide.
    """

    def __init__(self, parameters: TrackerParameters | None = None) -> None:
        p = parameters or TrackerParameters()
        self._decides = (p.strong_score + p.start_score) / 2
        self._ids = np.empty(0, np.int64)
        self._inside = np.empty(0, np.bool_)
        self._weak = 0
        self._flicker = 0.0
        self._at_s: float | None = None

    def look(
        self,
        found: Detections,
        tracks: Tracks,
        interval: tuple[float, float],
        at_s: float,
        picture_size: tuple[int, int],
    ) -> Signs:
        """How unsure a look was.

        Args:
            found: its boxes.
            tracks: the people counted after it.
            interval: ends of the 90 % interval of the whole picture's count.
            at_s: when the frame was captured, seconds on a clock that only goes forward.
            picture_size: width and height of the frame, pixels.
        """
        people = len(tracks) + PRIOR
        undecided = np.clip(1 - np.abs(found.scores - self._decides) / UNDECIDED, 0, 1).sum()
        wide = (interval[1] - interval[0]) / people
        flicker = self._flickered(tracks, at_s, picture_size) / people
        return Signs(min(float(undecided) / people, 1.0), min(flicker, 1.0), min(wide, 1.0))

    def _flickered(self, tracks: Tracks, at_s: float, picture_size: tuple[int, int]) -> float:
        """Comings and goings away from the border, a mean over the last looks.

        A track that is new in the midst of the picture, one that is lost there and one that is found again each count
        one; weak boxes that appear or vanish on nobody known count half.
        """
        seen = tracks.seen
        ids, inside = tracks.ids[seen], _away_from_border(tracks.boxes[seen], picture_size)
        weak = int((tracks.doubtful.hits == 0).sum())
        if self._at_s is not None:
            came = inside & ~_in(ids, self._ids)
            went = self._inside & ~_in(self._ids, ids)
            changes = float(came.sum() + went.sum()) + abs(weak - self._weak) / 2
            share = 1 - math.exp(-max(at_s - self._at_s, 0.0) / FLICKER_S)
            self._flicker += share * (changes - self._flicker)
        self._ids, self._inside, self._weak, self._at_s = ids, inside, weak, at_s
        return self._flicker


def _in(values: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which values are known; both rise, as the tracker gives identities. A quarter of ``np.isin``'s time."""
    if not len(known):
        return np.zeros(len(values), np.bool_)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[places] == values)


def _away_from_border(boxes: NDArray[np.float64], picture_size: tuple[int, int]) -> NDArray[np.bool_]:
    width, height = picture_size
    across, down = _BORDER * width, _BORDER * height
    return np.asarray(
        (boxes[:, 0] > across) & (boxes[:, 1] > down) & (boxes[:, 2] < width - across) & (boxes[:, 3] < height - down)
    )
