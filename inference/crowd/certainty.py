"""How sure a count by boxes is: what each piece of the tracker's evidence is worth, and the interval that follows.

Each person counted is there with a probability, by how confident the sightings were, whether the box touches the
picture's border (half a person is a matter of taste there, also to whoever labels), and how long nobody has seen them.
Each doubtful one (sighted but not confirmed, lost, or a weak box) is there with a smaller one. The number of people is
then a sum of independent trials (a Poisson binomial), and the interval holds its middle 90 %.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Self

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from scipy.special import expit, logit
from scipy.stats import norm

from domain.errors import BadInput
from inference.track import Doubtful, Tracks

TABLE: Final = Path(__file__).resolve().parents[2] / "configs" / "certainty.yaml"
CLAIMED: Final = 0.9
"""Share of true numbers that an interval is to hold."""
_SURE: Final = 0.95
"""Scores are cut to 0.05..0.95: beyond, a detector's confidence tells nothing more, and the logarithm runs away."""
_BORDER_PX: Final = 2.0
_EXACT: Final = 64
"""People up to whom the distribution is computed; above, a normal one of the same mean and variance is within 0.1."""
Floats = NDArray[np.float64]


class Certainty(BaseModel):
    """What evidence is worth; fitted by ``python -m training.fit_certainty``.

    Attributes:
        seen: log-odds that a box of confidence 0.5 is a person, away from the border.
        score: how they grow with the log-odds of the confidence.
        border: how they change where the box touches the picture's left, right or upper border.
        stays_s: mean time that someone unseen goes on being there, seconds (an exponential decay).
        confirms: share of people sighted but not confirmed yet who are there.
        weak: log-odds that a weak box of confidence 0.5, on nobody known, is somebody not counted.
        weak_score: how they grow with the log-odds of its confidence.
        tail: probability left out on each side, in mid-distribution. With few people an interval of 0.05 holds far more
            than 90 %, for numbers of people are whole; this one holds 90 % on average over the clips, as they are.
        fitted_on: which pictures and clips.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seen: float
    score: float = Field(ge=0)
    border: float = Field(le=0)
    stays_s: float = Field(gt=0)
    confirms: float = Field(gt=0, lt=1)
    weak: float
    weak_score: float = Field(ge=0)
    tail: float = Field(default=0.05, gt=0, lt=0.5)
    fitted_on: str

    @classmethod
    def load(cls, path: Path = TABLE) -> Self:
        """The product's own.

        Raises:
            BadInput: the file cannot be read, or a value is wrong.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise BadInput(f"{path.name} cannot be read: {error.strerror or error}") from None
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise BadInput(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None

    def of_counted(self, tracks: Tracks, picture_size: tuple[int, int]) -> Floats:
        """Probability that each person counted is there, shape (n,)."""
        odds = self.seen + self.score * log_odds(tracks.scores) + self.border * at_border(tracks.boxes, picture_size)
        return np.asarray(expit(odds) * np.exp(-tracks.unseen_s / self.stays_s))

    def of_doubtful(self, doubtful: Doubtful, confirm_hits: int) -> Floats:
        """Probability that each doubtful one is somebody who is there and not counted, shape (n,)."""
        weak = expit(self.weak + self.weak_score * log_odds(doubtful.scores))
        lost = np.exp(-doubtful.unseen_s / self.stays_s)
        waiting = np.where(doubtful.hits < confirm_hits, self.confirms, 1.0) * lost
        return np.asarray(np.where(doubtful.hits == 0, weak, waiting))


@cache
def usual_certainty() -> Certainty:
    """The product's own, read once."""
    return Certainty.load()


def log_odds(scores: Floats) -> Floats:
    """Of confidences, cut to where they mean something."""
    return np.asarray(logit(np.clip(np.asarray(scores, np.float64), 1 - _SURE, _SURE)))


def at_border(boxes: Floats, picture_size: tuple[int, int]) -> NDArray[np.bool_]:
    """Which boxes touch the left, right or upper border; below, heads still show. Shape (n,)."""
    sides = (boxes[:, 0] < _BORDER_PX) | (boxes[:, 2] > picture_size[0] - _BORDER_PX)
    return np.asarray(sides | (boxes[:, 1] < _BORDER_PX))


@dataclass(frozen=True)
class Interval:
    """The 90 % interval of a number of people; its ends are real numbers, and belong to it.

    It covers a true number ``k`` when ``low <= k <= high``.
    """

    low: float
    high: float


def interval_of(chances: Iterable[float], count: float, tail: float) -> Interval:
    """The middle of how many of those who may be there are.

    A number of people is whole, so no interval holds exactly 90 % of its distribution; one whose tails are at most 5 %
    holds far more where few people are. The ends are therefore quantiles of the mid-distribution (Lancaster's mid-p:
    half of a number's own probability counts as below it), interpolated between whole numbers: with them intervals
    cover about as often as they claim on average (Agresti and Gottard 2007). The mean over a second's frames of either
    end is the second's: the same people are judged the same way in each, so averaging makes nothing surer.

    Args:
        chances: probability of each, counted and doubtful.
        count: what is told; the interval is stretched to hold it.
        tail: probability left out on each side.

    Returns:
        Never below nobody.
    """
    chance = np.fromiter(chances, np.float64)
    low, high = _normal_ends(chance, tail) if len(chance) > _EXACT else _exact_ends(chance, tail)
    return Interval(max(0.0, min(low, count)), max(high, count))


def _normal_ends(chance: Floats, tail: float) -> tuple[float, float]:
    half = float(norm.isf(tail) * np.sqrt((chance * (1 - chance)).sum()))
    return float(chance.sum()) - half, float(chance.sum()) + half


def _exact_ends(chance: Floats, tail: float) -> tuple[float, float]:
    share = distribution(chance)
    below, people = np.cumsum(share) - share / 2, np.arange(len(share))
    return float(np.interp(tail, below, people)), float(np.interp(1 - tail, below, people))


def distribution(chances: Iterable[float]) -> Floats:
    """Probability of each number of people, from none to all of the n; shape (n + 1,)."""
    share = np.ones(1)
    for chance in chances:
        share = np.convolve(share, (1 - chance, chance))
    return share
