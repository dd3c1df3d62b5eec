"""Many walkers at once: towards a goal, slower in a crowd, pushed apart where it is crammed, never into a wall."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter
from scipy.spatial import cKDTree

from headroom.simulation.plan import CELL_M, Plan

Array = NDArray[np.float64]

FREE_SPEED: Final = (1.34, 0.26)
"""Mean and standard deviation of a free walker's speed, m/s (Weidmann 1993, *Transporttechnik der Fussgänger*)."""
JAM_PER_M2: Final = 5.4
"""Density at which nobody walks any more (Weidmann 1993)."""
_SLOWING: Final = 1.913
"""Weidmann's gamma, people/m²."""
RELAXATION_S: Final = 0.5
"""Time to take up a new velocity (Helbing and Molnár 1995, Social force model for pedestrian dynamics)."""
SQUEEZING: Final = 0.2
"""Through people who stand, who make way one after the other, m/s; without it a standing crowd would hold everybody."""
_LOOK_AHEAD_M: Final = 0.8
_ARRIVED_M: Final = 0.4
BODY_M: Final = 0.4
"""Nearer than this, shoulders touch and both give way: at most 7.2 people/m² (Predtechenskii and Milinskii 1978)."""
_GIVE_WAY: Final = 0.4
"""Share of what is missing between two that each gives in a step: less than half, so that a crowd settles."""
_FASTEST_PUSH: Final = 1.0
"""m/s."""
_SWAY: Final = 0.06
"""Nobody stands quite still, m/s."""


def walking_speed(density_per_m2: Array, free_speed: Array) -> Array:
    """Weidmann's (1993) speed at a density, v0 (1 - exp(-1.913 (1/density - 1/5.4))), m/s; 0 from 5.4 people/m² on."""
    room = 1 / np.maximum(density_per_m2, 1e-3) - 1 / JAM_PER_M2
    return np.asarray(free_speed * np.clip(1 - np.exp(-_SLOWING * np.maximum(room, 0.0)), 0.0, 1.0))


class Walkers:
    """Positions and velocities of ``count`` places; only those inside move.

    Attributes:
        xy: shape (count, 2).
        velocity: shape (count, 2), m/s.
        goal: where each wants to be, shape (count, 2).
        free_speed: shape (count,), m/s.
    """

    def __init__(self, plan: Plan, count: int, random: np.random.Generator) -> None:
        self._plan, self._random = plan, random
        self.xy = np.zeros((count, 2))
        self.velocity = np.zeros((count, 2))
        self.goal = np.zeros((count, 2))
        self.free_speed = np.clip(random.normal(*FREE_SPEED, count), 0.5, 2.2)
        self._room = uniform_filter(plan.free.astype(float), 5, mode="constant")

    def density(self, who: NDArray[np.intp]) -> Array:
        """People/m² around each cell of the plan's map: a 2.5 m square, of which only the free part counts."""
        rows, columns = self._plan.free.shape
        cells = self._cells(self.xy[who])
        people = np.bincount(cells, minlength=rows * columns).reshape(rows, columns).astype(float)
        smooth = uniform_filter(people, 5, mode="constant") / CELL_M**2
        return np.asarray(smooth / np.maximum(self._room, 0.2))

    def _cells(self, xy: Array) -> NDArray[np.intp]:
        rows, columns = self._plan.free.shape
        column = np.clip((xy[:, 0] / CELL_M).astype(np.intp), 0, columns - 1)
        row = np.clip((xy[:, 1] / CELL_M).astype(np.intp), 0, rows - 1)
        return np.asarray(row * columns + column)

    def step(self, who: NDArray[np.intp], elapsed_s: float) -> Array:
        """Let those move; returns the density around each before they did, shape (len(who),)."""
        xy, way = self.xy[who], self.goal[who] - self.xy[who]
        away = np.hypot(way[:, 0], way[:, 1])
        heading = way / np.maximum(away, 1e-9)[:, None]
        density = self.density(who)
        ahead = density.ravel()[self._cells(xy + _LOOK_AHEAD_M * heading)]
        speed = np.where(away > _ARRIVED_M, np.maximum(walking_speed(ahead, self.free_speed[who]), SQUEEZING), 0.0)
        speed = np.minimum(speed, away / elapsed_s)
        taken = 1 - np.exp(-elapsed_s / RELAXATION_S)
        self.velocity[who] += taken * (heading * speed[:, None] - self.velocity[who])
        around = density.ravel()[self._cells(xy)]
        moved = self.velocity[who] + self._push(xy, elapsed_s) + self._random.normal(0, _SWAY, xy.shape)
        self._move(who, xy, moved * elapsed_s, way)
        return np.asarray(around)

    def _push(self, xy: Array, elapsed_s: float) -> Array:
        """Away from those whose shoulders touch, m/s."""
        first, second = cKDTree(xy, balanced_tree=False).query_pairs(BODY_M, output_type="ndarray").T
        apart = xy[first] - xy[second]
        distance = np.maximum(np.hypot(apart[:, 0], apart[:, 1]), 1e-6)
        giving = (_GIVE_WAY * (BODY_M - distance) / distance)[:, None] * apart / elapsed_s
        push = [
            np.bincount(first, giving[:, axis], len(xy)) - np.bincount(second, giving[:, axis], len(xy))
            for axis in (0, 1)
        ]
        return np.clip(np.column_stack(push), -_FASTEST_PUSH, _FASTEST_PUSH)

    def _move(self, who: NDArray[np.intp], xy: Array, step: Array, way: Array) -> None:
        """Move where it is free; else slide along the wall towards the goal; else stay."""
        target = xy + step
        free = self._plan.stands_free(target)
        stuck = np.flatnonzero(~free)
        if len(stuck):
            length = np.hypot(step[stuck, 0], step[stuck, 1])
            sliding = np.sign(way[stuck]) * np.minimum(np.abs(way[stuck]), length[:, None])
            along_x, along_y = xy[stuck].copy(), xy[stuck].copy()
            along_x[:, 0] += sliding[:, 0]
            along_y[:, 1] += sliding[:, 1]
            x_free, y_free = self._plan.stands_free(along_x), self._plan.stands_free(along_y)
            further_y = np.abs(way[stuck, 1]) > np.abs(way[stuck, 0])
            use_y = y_free & (further_y | ~x_free)
            slid = np.where(use_y[:, None], along_y, np.where(x_free[:, None], along_x, xy[stuck]))
            target[stuck] = slid
        self.xy[who] = target
