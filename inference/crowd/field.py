"""A camera's density map between its readings.

When one is worth its cost, how far it is trusted now, and where those stand whose heads it shows. Pure: time is an
argument.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.geometry import Polygon
from inference.crowd.cells import HEAD, Grid, cell_px, grid_of, smoothed
from inference.crowd.density import DensityMap
from inference.crowd.fusion import Crossover
from inference.track import Tracks

Floats = NDArray[np.float64]
CLOSE: Final = 1.0
"""Box heights between the heads of people who stand close: at arm's length of each other, as a camera sees it."""
COMPANY: Final = 2
"""People this close from which someone is in a crowd: two may be a couple passing, three begin to hide each other."""
LIKELY: Final = 0.2
"""Confidence from which a weak box is company: below, most are doubles of somebody."""
CROWD: Final = 20
"""People in company from which boxes begin to miss some, and a density pass is worth its cost; vtest.avi, with up to 8
people who walk in pairs and boxes that double some of them, reaches 10."""
PERIOD_S: Final = 1.0
"""Between a camera's readings of its density map, at least."""
HOLD_S: Final = 10.0
"""How long a camera stays crowded after it last was: longer than a group takes to part and close again."""
FRESH_S: Final = 3.0
"""Age up to which a reading is trusted in full; with one a second, older means that readings fail to come."""
RAMP_S: Final = 10.0
"""In which trust rises from none to all and falls back: at 5 frames a second a step is 2 % of what it changes."""
SETTLE_S: Final = 1.0
"""Time constant with which the field follows a new reading, so that nothing jumps when one arrives."""
_TALL: Final = 0.15
"""Height of a person, picture heights, where no box has shown any yet."""
_FORGET: Final = 0.99
"""What a look leaves of the weight of those before it, in learning how tall people are: the last hundred looks tell."""


class Heights:
    """How tall people are in a picture, by the row their head is in: a line fitted to the boxes seen lately."""

    def __init__(self) -> None:
        self._normal = np.zeros((2, 2))
        self._moment = np.zeros(2)

    def learn(self, boxes: Floats) -> None:
        """Take in measured boxes, shape (n, 4), pixels."""
        tall = boxes[:, 3] - boxes[:, 1]
        rows = np.column_stack([np.ones(len(boxes)), boxes[:, 1] + HEAD * tall])
        self._normal = self._normal * _FORGET + rows.T @ rows
        self._moment = self._moment * _FORGET + rows.T @ tall

    def at(self, rows: Floats, picture_height: float) -> Floats:
        """Height of a person whose head is in each row, pixels; never below a hundredth of the picture's."""
        # One imagined person in the middle row keeps the line level until boxes in different rows tilt it.
        imagined = np.array([1.0, picture_height / 2])
        level = np.diag([1e-3, 1e-3 * picture_height**2])
        normal = self._normal + np.outer(imagined, imagined) + level
        start, slope = np.linalg.solve(normal, self._moment + imagined * _TALL * picture_height)
        return np.asarray(np.maximum(start + slope * rows, picture_height / 100), np.float64)


def close_people(tracks: Tracks) -> int:
    """How many have company: others whose heads are within their own height. Weak boxes are company as well."""
    likely = tracks.doubtful.scores >= LIKELY
    boxes = np.concatenate([tracks.boxes, tracks.doubtful.boxes[likely]])
    tall = boxes[:, 3] - boxes[:, 1]
    heads = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1] + HEAD * tall])
    away = np.linalg.norm(heads[:, None] - heads[None], axis=2)
    return int(((away < CLOSE * tall[:, None]).sum(axis=1) - 1 >= COMPANY).sum())


@dataclass(frozen=True)
class CrowdField:
    """Heads by cell and how far they are trusted, now.

    Attributes:
        heads: in each cell, shape (rows, columns).
        trust: of the density map in each cell, 0..1, shape (rows, columns).
        cell_px: width of a cell, frame pixels.
        feet: where the people whose heads are in a cell stand, frame pixels, shape (rows, columns, 2).
        crossover: fitted for the density model and a single look's boxes.
    """

    heads: Grid
    trust: Grid
    cell_px: float
    feet: Floats
    crossover: Crossover

    def trust_at(self, boxes: Floats) -> Floats:
        """Trust of the density map where each box's head is, shape (n,)."""
        x = (boxes[:, 0] + boxes[:, 2]) / 2
        y = boxes[:, 1] + HEAD * (boxes[:, 3] - boxes[:, 1])
        rows, columns = self.trust.shape
        row = np.clip(y // self.cell_px, 0, rows - 1).astype(np.intp)
        column = np.clip(x // self.cell_px, 0, columns - 1).astype(np.intp)
        return np.asarray(self.trust[row, column])

    def people_in(self, area: Polygon | None, factors: Floats) -> float:
        """Trusted heads whose feet are in an area drawn in frame pixels times ``factors``."""
        people = self.crossover.density_gain * self.trust * self.heads
        if area is None:
            return float(people.sum())
        inside = area.contains(self.feet.reshape(-1, 2) * factors)
        return float(people.reshape(-1)[inside].sum())


class DensityState:
    """One camera's density map over time.

    Call :meth:`look` for every frame that was looked at, :meth:`take` for every reading that came, and :meth:`at` for
    the field of a moment.

    Args:
        crossover: fitted for the density model and a single look's boxes.
    """

    def __init__(self, crossover: Crossover) -> None:
        self._crossover = crossover
        self._heights = Heights()
        self._crowded_at = self._asked_at = self._read_at = float("-inf")
        self._weight = 0.0
        self._at_s: float | None = None
        self._newest: Grid | None = None
        self._heads: Grid | None = None
        self._cell_px, self._feet = 1.0, np.empty((0, 0, 2))

    def look(self, tracks: Tracks, at_s: float) -> bool:
        """Whether the density map should be read now: it is crowded, and none was asked for within the last second.

        The cost of asking is a table of distances between the boxes.
        """
        self._heights.learn(tracks.boxes[tracks.seen])
        if close_people(tracks) >= CROWD:
            self._crowded_at = at_s
        return self._crowded(at_s) and at_s - self._asked_at >= PERIOD_S

    def asked(self, at_s: float) -> None:
        """The map of the frame captured at ``at_s`` is being read. Without this, the next frame is due as well."""
        self._asked_at = at_s

    def take(self, density: DensityMap, at_s: float, picture_size: tuple[int, int]) -> None:
        """A reading came of the frame captured at ``at_s``; one older than what is known is let go."""
        if at_s < self._read_at:
            return
        self._read_at, self._newest = at_s, grid_of(density)
        self._cell_px = cell_px(density)
        if self._heads is None or self._heads.shape != self._newest.shape or self._weight == 0.0:
            self._heads = self._newest
        rows, columns = self._newest.shape
        x = (np.arange(columns, dtype=np.float64) + 0.5) * self._cell_px
        y = (np.arange(rows, dtype=np.float64) + 0.5) * self._cell_px
        below = y + (1 - HEAD) * self._heights.at(y, picture_size[1])
        feet = np.stack(np.broadcast_arrays(x[None], below[:, None]), axis=-1)
        self._feet = np.clip(feet, 0, np.subtract(picture_size, 1))

    def at(self, at_s: float) -> CrowdField | None:
        """What the density map says at ``at_s``; ``None`` where it is not trusted at all."""
        elapsed_s = 0.0 if self._at_s is None else max(at_s - self._at_s, 0.0)
        self._at_s = at_s if self._at_s is None else max(at_s, self._at_s)
        good = self._crowded(at_s) and at_s - self._read_at <= FRESH_S
        step = elapsed_s / RAMP_S
        self._weight = min(1.0, self._weight + step) if good else max(0.0, self._weight - step)
        if self._heads is None or self._newest is None or self._weight == 0.0:
            return None
        self._heads = self._heads + (1 - np.exp(-elapsed_s / SETTLE_S)) * (self._newest - self._heads)
        trust = self._weight * self._crossover.trust(smoothed(self._heads))
        return CrowdField(self._heads, trust, self._cell_px, self._feet, self._crossover)

    def _crowded(self, at_s: float) -> bool:
        return at_s - self._crowded_at <= HOLD_S
