"""When a camera must be looked at again, and when the tracker's prediction is as good.

A look costs a run of the network. Between looks people walk on as they walked. Another look is due when someone may
have come whom nobody has seen (the picture changed away from everyone known), when someone new waits to be confirmed,
when a prediction has become too uncertain, or when the last look is too long ago.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from inference.detect.base import Picture
from inference.track import Tracker

_WIDTH, _HEIGHT = 160, 120
"""Size of the picture that changes are looked for in: a person of 1/10 of its height is 12 pixels high."""


@dataclass(frozen=True)
class BudgetParameters:
    """What a camera's owner may ask of its budget.

    Attributes:
        longest_s: no longer than this without a look: the bound on how late someone new is seen.
        tentative_s: so long after a look someone sighted who is not confirmed yet is looked for again; a look at the
            very next frame would tell little that is new.
        uncertainty: standard deviation of a track's place, box heights, from which it must be seen again.
        change: difference of grey values (0..255) from which a pixel has changed; sensor noise and compression stay
            below it.
        changed_pixels: how many pixels of the small picture must have changed, away from everyone known: a person who
            is 12 pixels high there covers about 60.

    The defaults look at 36 % of vtest.avi's frames, for a count MAE of 0.44 in place of 0.38; an uncertainty of 0.09 at
    37 %, for 0.41, and one of 0.15 at 31 %, for 0.49.
    """

    longest_s: float = 0.5
    tentative_s: float = 0.25
    uncertainty: float = 0.12
    change: float = 18.0
    changed_pixels: int = 60


class DetectionBudget:
    """Decides for one camera. Call :meth:`due` for every frame, and :meth:`looked` for those that were looked at."""

    def __init__(self, parameters: BudgetParameters | None = None) -> None:
        self._parameters = parameters or BudgetParameters()
        self._looked_at = float("-inf")
        self._before: NDArray[np.uint8] | None = None
        self._small: NDArray[np.uint8] | None = None
        self.looks = 0
        self.frames = 0

    def due(self, picture: Picture, at_s: float, tracker: Tracker, boxes: NDArray[np.float64]) -> bool:
        """Whether this frame must be looked at.

        Args:
            picture: the frame, BGR.
            at_s: when it was captured, seconds.
            tracker: as it was after the last frame.
            boxes: of the people it believed to be there then, in the picture's pixels, shape (n, 4).
        """
        p = self._parameters
        self.frames += 1
        self._small = _small(picture)
        since_s = at_s - self._looked_at
        if self._before is None or since_s >= p.longest_s:
            return True
        if (tracker.has_tentative and since_s >= p.tentative_s) or tracker.uncertainty > p.uncertainty:
            return True
        changed = np.asarray(cv2.absdiff(self._small, self._before)) > p.change
        _hide(changed, boxes, picture.shape)
        return int(changed.sum()) >= p.changed_pixels

    def overdue(self, at_s: float) -> bool:
        """Whether the last look is so long ago that no load excuses another frame without one."""
        return at_s - self._looked_at >= self._parameters.longest_s

    def looked(self, at_s: float) -> None:
        """The last frame asked about was looked at."""
        self.looks += 1
        self._looked_at, self._before = at_s, self._small


def _small(picture: Picture) -> NDArray[np.uint8]:
    # Nearest neighbours first, then a small blur, cost a fifth of a true reduction. Green carries most of the light.
    nearest = cv2.resize(picture, (_WIDTH * 2, _HEIGHT * 2), interpolation=cv2.INTER_NEAREST)
    green: MatLike = cv2.extractChannel(nearest, 1)
    return np.asarray(cv2.resize(green, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _hide(changed: NDArray[np.bool_], boxes: NDArray[np.float64], shape: tuple[int, ...]) -> None:
    """Forget changes where known people are, were, or soon will be: half a width around their boxes."""
    factors = np.array([_WIDTH / shape[1], _HEIGHT / shape[0]] * 2)
    for left, top, right, bottom in boxes * factors:
        beside, above = 0.5 * (right - left) + 1, 0.15 * (bottom - top) + 1
        rows = slice(max(int(top - above), 0), max(int(bottom + above) + 1, 0))
        changed[rows, max(int(left - beside), 0) : max(int(right + beside) + 1, 0)] = False
