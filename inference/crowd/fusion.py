"""One count from two readings."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput
from inference.crowd.cells import Grid, cell_px, counted, grid_of, heads_of, smoothed
from inference.crowd.density import DensityMap
from inference.detect import Detections

TABLE: Final = Path(__file__).resolve().parents[2] / "configs" / "crowd.yaml"
_FLOOR: Final = 1e-3
"""Heads a cell, below any that matters: keeps the logarithm finite."""
_ALONE: Final = 0.95
"""Share of the count from which one reading is named instead of both."""

Method = Literal["boxes", "density", "fused"]


class Crossover(BaseModel):
    """From which crowding on the density map is trusted; fitted by ``python -m training.fit_crowd``.

    Attributes:
        asset: the density model's name in ``configs/assets.yaml``.
        crowding: heads in a cell and its surroundings at which both readings weigh the same.
        steepness: of the logistic in the logarithm of the crowding; finite, so that the count has no jump.
        boxes_gain: people a box, where boxes are trusted.
        density_gain: people a head of density, where the density map is trusted.
        box_score: least confidence of a box that counts.
        low: 5 % quantile of (truth - count) / spread(count) on the pictures it was fitted on.
        high: 95 % quantile of the same.
        fitted_on: which pictures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: str
    crowding: float = Field(gt=0)
    steepness: float = Field(gt=0, le=8)
    boxes_gain: float = Field(gt=0)
    density_gain: float = Field(gt=0)
    box_score: float = Field(gt=0, lt=1)
    low: float
    high: float
    fitted_on: str

    @classmethod
    def load(cls, name: str, path: Path = TABLE) -> "Crossover":
        """The crossover fitted for a density model.

        Raises:
            BadInput: the table has no such row, or the row is wrong.
        """
        rows = yaml.safe_load(path.read_text())["crossovers"]
        if name not in rows:
            raise BadInput(f"{path.name} has no crossover for {name!r}; it has {sorted(rows)}")
        try:
            return cls.model_validate(rows[name])
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise BadInput(f"{path.name}: crossovers.{name}.{first['loc'][0]}: {first['msg']}") from None

    def trust(self, crowding: Grid) -> Grid:
        """Weight of the density map in each cell, 0..1, rising smoothly with the crowding there."""
        exponent = self.steepness * (np.log(crowding + _FLOOR) - np.log(self.crowding))
        return np.asarray(1 / (1 + np.exp(-np.clip(exponent, -30, 30))))


@dataclass(frozen=True)
class CrowdCount:
    """People in a picture, or in a part of it.

    Attributes:
        count: the one number.
        low: lower end of its 90 % interval; ``None`` where none was measured.
        high: upper end.
        method: which reading it came from.
        boxes: what boxes alone say.
        density: what the density map alone says; ``None`` where there is no density model.
    """

    count: float
    low: float | None
    high: float | None
    method: Method
    boxes: float
    density: float | None


def fuse(found: Detections, density: DensityMap, crossover: Crossover) -> CrowdCount:
    """One count from boxes and a density map of the same picture.

    Each cell's people are ``(1 - t) x boxes + t x density`` with the trust t of the crowding around it, so the count
    changes by at most about one as one person is added, however crowded it is.
    """
    heads = grid_of(density)
    sure = found.scores >= crossover.box_score
    kept = Detections(found.boxes[sure], found.scores[sure])
    boxes = counted(heads_of(kept), cell_px(density), heads.shape)
    trust = crossover.trust(smoothed(heads))
    from_boxes = float(((1 - trust) * crossover.boxes_gain * boxes).sum())
    from_density = float((trust * crossover.density_gain * heads).sum())
    count = from_boxes + from_density
    low, high = interval(count, crossover)
    share = from_density / count if count else 0.0
    return CrowdCount(count, low, high, method_of(share), float(len(kept)), float(heads.sum()))


def method_of(share: float) -> Method:
    """How a count is named of which this share, 0..1, came from the density map."""
    if share <= 1 - _ALONE:
        return "boxes"
    return "density" if share >= _ALONE else "fused"


def spread(count: float) -> float:
    """How an error grows with the count, people: with its root while boxes count, in proportion in a dense crowd."""
    return float(np.sqrt(count + 1) + 0.1 * count)


def interval(count: float, crossover: Crossover) -> tuple[float, float]:
    """The 90 % interval around a count: its fitted quantiles times its spread, never below nobody."""
    return max(0.0, count + crossover.low * spread(count)), max(0.0, count + crossover.high * spread(count))
