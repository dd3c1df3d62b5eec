"""A crowd whose whereabouts are known, and cameras that see it wrongly in stated ways: what fusion is measured on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from domain.geometry import Polygon
from inference.zones.fusion import CameraSight

Array = NDArray[np.float64]
STEP_S: Final = 0.2
"""Five sights a second."""
BODY_M: Final = 0.45
"""Two people's middles are pushed apart below this; shoulders are 0.5 m wide and 0.3 m deep."""


@dataclass(frozen=True)
class Faults:
    """How wrong the cameras are.

    Attributes:
        noise_m: standard deviation of a position on each axis, of the best and of the worst camera.
        bias_m: greatest systematic error of a camera's calibration: its length in the middle of the footprint.
        tilt: how far that error changes across the footprint, as a share of itself.
        skew_s: greatest error of a camera's clock.
        lag_s: greatest age of a camera's newest frame.
        missed: share of sights of a person that a camera misses.
        missed_for: mean length of such a gap, in frames.
        false: false people for each true one.
        renumbered: share of gaps after which the camera gives a new track number.
    """

    noise_m: tuple[float, float] = (0.1, 0.4)
    bias_m: float = 0.2
    tilt: float = 0.5
    skew_s: float = 0.1
    lag_s: float = 0.2
    missed: float = 0.1
    missed_for: float = 2.0
    false: float = 0.02
    renumbered: float = 0.1


@dataclass
class Walkers:
    """People who walk to places, stand there and go on; crowded together in some of the places.

    Attributes:
        size_m: width and height of the floor.
        xy: where they are, shape (n, 2).
        velocity: m/s, shape (n, 2).
    """

    size_m: tuple[float, float]
    xy: Array
    velocity: Array
    _goal: Array
    _pace: Array
    _pit: NDArray[np.bool_]
    _pits: Array
    _random: np.random.Generator

    @classmethod
    def start(
        cls,
        count: int,
        size_m: tuple[float, float],
        random: np.random.Generator,
        *,
        pits: Array | None = None,
        in_pits: float = 0.0,
    ) -> "Walkers":
        """Spread ``count`` people over the floor.

        Args:
            count: how many.
            size_m: width and height of the floor.
            random: where chance comes from.
            pits: left, low, right, high of the places where people crowd, shape (k, 4).
            in_pits: share of the people who are there and mill about within.
        """
        boxes = np.empty((0, 4)) if pits is None else pits
        inside = np.arange(count) < (round(in_pits * count) if len(boxes) else 0)
        walkers = cls(
            size_m,
            np.zeros((count, 2)),
            np.zeros((count, 2)),
            np.zeros((count, 2)),
            np.where(inside, random.uniform(0.1, 0.5, count), random.uniform(0.4, 1.5, count)),
            inside,
            boxes,
            random,
        )
        walkers.xy = walkers._places(np.arange(count))
        walkers._goal = walkers._places(np.arange(count))
        return walkers

    def _places(self, rows: NDArray[np.intp]) -> Array:
        """Random places to go to, for these people."""
        low, high = np.zeros((len(rows), 2)), np.tile(self.size_m, (len(rows), 1))
        pit = self._pit[rows]
        if pit.any():
            box = self._pits[rows[pit] % len(self._pits)]
            low[pit], high[pit] = box[:, :2], box[:, 2:]
        return np.asarray(self._random.uniform(low, high))

    def step(self, seconds: float) -> None:
        """Let them walk on."""
        away = self._goal - self.xy
        distance = np.hypot(*away.T)
        wanted = away / np.maximum(distance, 0.3)[:, None] * self._pace[:, None]
        self.velocity += (wanted - self.velocity) * min(seconds / 0.6, 1.0)
        self.velocity += self._random.normal(0, 0.25 * np.sqrt(seconds), self.xy.shape)
        self.xy = self.xy + self.velocity * seconds + self._pushed()
        self.xy = np.clip(self.xy, 0.01, np.array(self.size_m) - 0.01)
        arrived = np.flatnonzero((distance < 0.5) | (self._random.random(len(self.xy)) < seconds / 20))
        self._goal[arrived] = self._places(arrived)

    def _pushed(self) -> Array:
        """How far each is pushed by those who are too near."""
        push = np.zeros_like(self.xy)
        pairs = cKDTree(self.xy).query_pairs(BODY_M, output_type="ndarray")
        if len(pairs):
            apart = self.xy[pairs[:, 0]] - self.xy[pairs[:, 1]]
            distance = np.maximum(np.hypot(*apart.T), 1e-3)[:, None]
            shove = 0.5 * (BODY_M - distance) * apart / distance
            np.add.at(push, pairs[:, 0], shove)
            np.subtract.at(push, pairs[:, 1], shove)
        return push


@dataclass(frozen=True)
class Seen:
    """One moment as the cameras tell it, and as it was.

    Attributes:
        at_s: the moment.
        sights: the newest of each camera.
        truth: for each sight, the person behind each track; -1: nobody, each of shape (n,).
        visible: indices of the people of whom at least one camera's newest sight shows something, shape (m,).
        xy: where everybody is at ``at_s``, shape (people, 2).
    """

    at_s: float
    sights: tuple[CameraSight, ...]
    truth: tuple[NDArray[np.int64], ...]
    visible: NDArray[np.int64]
    xy: Array


@dataclass
class Camera:
    """One camera's view of the crowd, with its own faults."""

    camera_id: str
    footprint: Polygon
    noise_m: float
    bias: Array
    tilt: Array
    skew_s: float
    lag_s: float
    numbers: NDArray[np.int64]
    gap: NDArray[np.bool_]
    next_number: int = 1
    _middle: Array = field(init=False)

    def __post_init__(self) -> None:
        self._middle = self.footprint.points.mean(axis=0)

    def see(
        self, walkers: Walkers, at_s: float, faults: Faults, random: np.random.Generator
    ) -> tuple[CameraSight, NDArray[np.int64]]:
        """What it tells of the frame that is newest at ``at_s``, and who that is."""
        xy = walkers.xy - walkers.velocity * self.lag_s
        low, high = self.footprint.points.min(axis=0), self.footprint.points.max(axis=0)
        near = np.flatnonzero(((xy >= low) & (xy <= high)).all(axis=1))
        inside = near[self.footprint.contains(xy[near])]
        self._forget(inside)
        # A two-state Markov chain: a gap begins as often as makes the stated share of misses, given how long one lasts.
        ends = 1 / faults.missed_for
        begins = ends * faults.missed / (1 - faults.missed)
        chance = random.random(len(inside))
        was = self.gap[inside]
        now = np.where(was, chance >= ends, chance < begins)
        self.gap[inside] = now
        back = inside[was & ~now]
        self.numbers[back[random.random(len(back)) < faults.renumbered]] = 0
        people = inside[~now]
        new = people[self.numbers[people] == 0]
        self.numbers[new] = self._fresh(len(new))
        false = random.poisson(faults.false * len(people))
        truth = np.concatenate([people, np.full(false, -1)])
        places = np.concatenate([xy[people], random.uniform(low, high, (false, 2))])
        wrong = self.bias + (places - self._middle) @ self.tilt + random.normal(0, self.noise_m, places.shape)
        numbers = np.concatenate([self.numbers[people], self._fresh(false)])
        deviation = np.full(len(places), self.noise_m)
        stamped_s = at_s - self.lag_s + self.skew_s
        return CameraSight(self.camera_id, stamped_s, numbers, places + wrong, deviation), truth

    def _fresh(self, count: int) -> NDArray[np.int64]:
        self.next_number += count
        return np.arange(self.next_number - count, self.next_number)

    def _forget(self, inside: NDArray[np.intp]) -> None:
        """Someone who left the footprint comes back under another number."""
        away = np.ones(len(self.numbers), np.bool_)
        away[inside] = False
        self.numbers[away] = 0
        self.gap[away] = False


def cameras_over(
    footprints: Sequence[Polygon], people: int, faults: Faults, random: np.random.Generator
) -> tuple[Camera, ...]:
    """A camera for each footprint, each with faults of its own."""
    made = []
    for index, footprint in enumerate(footprints):
        angle = random.uniform(0, 2 * np.pi)
        bias = faults.bias_m * np.sqrt(random.random()) * np.array([np.cos(angle), np.sin(angle)])
        reach = float(np.ptp(footprint.points, axis=0).max()) / 2
        tilt = random.normal(0, 1, (2, 2)) * faults.tilt * faults.bias_m / reach / 2
        made.append(
            Camera(
                f"camera-{index:04}",
                footprint,
                float(random.uniform(*faults.noise_m)),
                bias,
                tilt,
                float(random.uniform(-faults.skew_s, faults.skew_s)),
                float(random.uniform(0, faults.lag_s)),
                np.zeros(people, np.int64),
                np.zeros(people, np.bool_),
            )
        )
    return tuple(made)


def grid_of_footprints(columns: int, rows: int, pitch_m: float, width_m: float) -> list[Polygon]:
    """Square footprints on a grid, in a row behind each other: with a width above the pitch they overlap.

    Every second camera looks from the other side, so that the footprints are trapezoids which differ.
    """
    near, far = width_m * 0.45, width_m * 0.55
    shapes = []
    for row in range(rows):
        for column in range(columns):
            x, y = (column + 0.5) * pitch_m, (row + 0.5) * pitch_m
            low, high = (near, far) if (row + column) % 2 else (far, near)
            half = width_m / 2
            corners = [[x - low, y - half], [x + low, y - half], [x + high, y + half], [x - high, y + half]]
            shapes.append(Polygon(corners))
    return shapes


def watched(
    walkers: Walkers, cameras: Sequence[Camera], faults: Faults, random: np.random.Generator, steps: int
) -> Iterator[Seen]:
    """The crowd, five times a second, as these cameras tell it."""
    for step in range(steps):
        at_s = step * STEP_S
        told = [camera.see(walkers, at_s, faults, random) for camera in cameras]
        truth = tuple(one for _, one in told)
        people = np.unique(np.concatenate([*truth, np.empty(0, np.int64)]))
        yield Seen(at_s, tuple(sight for sight, _ in told), truth, people[people >= 0], walkers.xy.copy())
        walkers.step(STEP_S)
