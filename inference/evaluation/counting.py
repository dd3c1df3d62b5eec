"""How far counts are from the truth.

Everything is in people per picture (a frame of a video, or one still).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

NOMINAL_COVERAGE: Final = 0.9
"""What share of true counts the product's intervals claim to hold."""
BAND_EDGES: Final = (0, 10, 50, 100, 250, 500, 1000)
"""Where each density band begins, by the true count of a picture; the last has no end."""


@dataclass(frozen=True)
class Counts:
    """Counts of the same pictures beside the truth.

    Attributes:
        truth: people there, shape (n,).
        told: people counted, shape (n,).
        low: lower end of each 90 % interval, ``nan`` where the count came without one, shape (n,).
        high: the upper end likewise.
    """

    truth: NDArray[np.float64]
    told: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(
        cls, truth: ArrayLike, told: ArrayLike, low: ArrayLike | None = None, high: ArrayLike | None = None
    ) -> "Counts":
        """Counts of n pictures; without ``low`` and ``high``, none has an interval.

        Raises:
            ValueError: the arrays differ in length, or one holds more than one number a picture.
        """
        people = np.asarray(truth, np.float64)
        given = [people, np.asarray(told, np.float64)]
        given += [np.full(people.shape, np.nan) if end is None else np.asarray(end, np.float64) for end in (low, high)]
        if people.ndim != 1 or any(values.shape != people.shape for values in given):
            raise ValueError(f"counts of the same pictures must be as many: {[values.shape for values in given]}")
        return cls(*given)

    def __len__(self) -> int:
        return len(self.truth)

    def where(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Counts":
        """The chosen pictures only, by a mask; or by their indices, in that order."""
        return Counts(self.truth[chosen], self.told[chosen], self.low[chosen], self.high[chosen])

    @property
    def errors(self) -> NDArray[np.float64]:
        """Counted less true: positive where too many were counted."""
        return self.told - self.truth


@dataclass(frozen=True)
class CountScore:
    """How far counts are from the truth, over some pictures.

    Attributes:
        pictures: how many.
        truth_mean: people in a picture, on average.
        mae: mean absolute error.
        rmse: root of the mean squared error: large where few pictures are very wrong.
        bias: mean error; positive: too many are counted.
        coverage: share of pictures whose truth lies in the interval, of those that have one; ``None``: none has.
    """

    pictures: int
    truth_mean: float
    mae: float
    rmse: float
    bias: float
    coverage: float | None


def score(counts: Counts) -> CountScore:
    """Compare counts with the truth.

    Raises:
        ValueError: there are no pictures: the error of nothing is not 0.
    """
    if not len(counts):
        raise ValueError("there is nothing to score")
    errors = counts.errors
    return CountScore(
        pictures=len(counts),
        truth_mean=float(counts.truth.mean()),
        mae=float(np.abs(errors).mean()),
        rmse=float(np.sqrt(np.square(errors).mean())),
        bias=float(errors.mean()),
        coverage=_coverage(counts),
    )


def _coverage(counts: Counts) -> float | None:
    """Ends belong to the interval. A pair of which one end is missing is no interval."""
    known = np.isfinite(counts.low) & np.isfinite(counts.high)
    if not known.any():
        return None
    inside = (counts.low <= counts.truth) & (counts.truth <= counts.high)
    return float(inside[known].mean())


@dataclass(frozen=True)
class Band:
    """Pictures about as crowded as each other.

    Attributes:
        low: fewest people in a picture of the band.
        high: from this many people on, a picture belongs to the next band; ``None``: there is no next.
    """

    low: int
    high: int | None

    @property
    def name(self) -> str:
        """As people read it: ``10-50``, ``1000+``."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"

    def holds(self, truth: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which pictures belong to the band, by their true counts."""
        return (truth >= self.low) & (truth < (np.inf if self.high is None else self.high))


BANDS: Final = tuple(Band(low, high) for low, high in zip(BAND_EDGES, (*BAND_EDGES[1:], None), strict=True))


def by_band(counts: Counts) -> Iterator[tuple[Band, Counts]]:
    """The bands that pictures fall in, in rising order, each with its pictures; empty bands are left out."""
    for band in BANDS:
        chosen = band.holds(counts.truth)
        if chosen.any():
            yield band, counts.where(chosen)
