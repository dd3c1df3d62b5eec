"""Which of a camera's frames are kept: the best of each while, within a budget. Time is an argument.

The stream is cut into whiles, as long as an hour divided by its budget (and no shorter than the spacing). Of each while
the best frame is kept, unless it shows what is kept already or the day's budget is better spent: the more of it is
gone, the better a frame must be. With a share p of the day's budget spent it must beat that share of the frames kept
in the last day.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from inference.learning.likeness import ALIKE_BITS, bits_apart

HOUR_S: Final = 3600.0
DAY_S: Final = 86_400.0
LEAST_SCORE: Final = 0.3
"""Of a look worth keeping: one sign at 0.3, or two at 0.17 each."""
Frame = TypeVar("Frame")


@dataclass(frozen=True)
class Rules:
    """What one camera may keep.

    Attributes:
        per_hour: frames within any hour.
        per_day: frames within any 24 hours.
        spacing_s: seconds between two frames that nobody asked for.
        least_score: below it a frame is not worth a person's time.
        alike_bits: up to so many bits of the hash apart, two pictures show the same.
    """

    per_hour: int = 6
    per_day: int = 40
    spacing_s: float = 60.0
    least_score: float = LEAST_SCORE
    alike_bits: int = ALIKE_BITS

    @property
    def while_s(self) -> float:
        """How long the best frame is waited for."""
        return max(self.spacing_s, HOUR_S / self.per_hour)


@dataclass(frozen=True)
class Kept:
    """A frame that was kept: what the budget must remember of it.

    Attributes:
        at_s: when it was captured.
        score: how unsure the look was, 0..1.
        likeness: the picture's hash.
        asked: people asked for it; neither spacing nor the bar applies to it, nor does it raise the bar.
    """

    at_s: float
    score: float
    likeness: int
    asked: bool = False


@dataclass(frozen=True)
class Candidate(Generic[Frame]):
    """The best frame of a while so far."""

    at_s: float
    score: float
    likeness: int
    frame: Frame


class Selector(Generic[Frame]):
    """Decides for one camera. Frames come in the order of their capture.

    Args:
        rules: the budget.
        kept: what is kept already, from an earlier life.
    """

    def __init__(self, rules: Rules, kept: Iterable[Kept] = ()) -> None:
        self._rules = rules
        self._kept = deque(sorted(kept, key=lambda one: one.at_s))
        self._best: Candidate[Frame] | None = None
        self._while_began_s: float | None = None

    def close(self, at_s: float) -> Candidate[Frame] | None:
        """The frame to be kept now, if a while is over by ``at_s``; it counts as kept from now on."""
        if self._while_began_s is None or at_s - self._while_began_s < self._rules.while_s:
            return None
        best, self._best, self._while_began_s = self._best, None, None
        if best is None or not self._room(best.at_s) or best.score < self._bar(best.at_s):
            return None
        self._remember(Kept(best.at_s, best.score, best.likeness))
        return best

    def wants(self, score: float, at_s: float) -> bool:
        """Whether a frame of that score would be the best of its while. Cheap; ask before hashing a picture."""
        if score < self._rules.least_score or (self._best is not None and score <= self._best.score):
            return False
        spaced = (one for one in reversed(self._kept) if not one.asked)
        newest = next(spaced, None)
        return newest is None or at_s - newest.at_s >= self._rules.spacing_s

    def offer(self, candidate: Candidate[Frame]) -> bool:
        """Take a frame as the best of its while, if it is; a while begins with the first frame worth keeping.

        Returns:
            Whether it was taken.
        """
        if not self.wants(candidate.score, candidate.at_s) or self._is_known(candidate):
            return False
        self._best = candidate
        if self._while_began_s is None:
            self._while_began_s = candidate.at_s
        return True

    def asked(self, likeness: int, now_s: float) -> bool:
        """Whether a frame that people asked for fits the budget; if so it counts as kept.

        Args:
            likeness: its picture's hash.
            now_s: the present, no earlier than any frame that was offered: the budget is one of writing, and a frame
                of the past that is written now is of this hour.
        """
        if not self._room(now_s):
            return False
        self._remember(Kept(now_s, 1.0, likeness, asked=True))
        return True

    def _remember(self, kept: Kept) -> None:
        self._kept.append(kept)
        while self._kept and self._kept[0].at_s <= kept.at_s - DAY_S:
            self._kept.popleft()

    def _room(self, at_s: float) -> bool:
        hour = sum(one.at_s > at_s - HOUR_S for one in self._kept)
        return hour < self._rules.per_hour and self._of_the_day(at_s) < self._rules.per_day

    def _of_the_day(self, at_s: float) -> int:
        return sum(one.at_s > at_s - DAY_S for one in self._kept)

    def _bar(self, at_s: float) -> float:
        """The score that a frame must reach, by how much of the day's budget is gone."""
        scores = sorted(one.score for one in self._kept if one.at_s > at_s - DAY_S and not one.asked)
        place = int(len(scores) * self._of_the_day(at_s) / self._rules.per_day)
        return scores[place - 1] if place else 0.0

    def _is_known(self, candidate: Candidate[Frame]) -> bool:
        return any(bits_apart(one.likeness, candidate.likeness) <= self._rules.alike_bits for one in self._kept)
