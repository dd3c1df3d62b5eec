"""Cameras that miss people, invent some, lose those behind others, and place everybody a little wrong."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from domain.geometry import Polygon
from headroom.simulation.plan import HALL_M, Plan
from headroom.simulation.scenario import Instruments

Array = NDArray[np.float64]

HEIGHT_M: Final = 4.0
"""Above the floor, as cameras hang in halls."""
_FORGET_S: Final = 4.0
"""How long a camera's tracker keeps a number for somebody it does not find."""
_FALSE_LASTS_S: Final = 3.0
_WANDER_S: Final = 2.0
"""How long an error of position lasts: the box's foot sits too low or too high for a while."""
_WHITE: Final = 0.3
"""Share of the variance of position that is new in every frame."""


@dataclass(frozen=True)
class VirtualCamera:
    """Where a camera looks.

    Attributes:
        at: where it hangs, shape (2,).
        footprint: the floor it sees.
    """

    id: str
    at: Array
    footprint: Polygon


@dataclass(frozen=True)
class Sight:
    """What one camera sees in one frame, with what only the simulator knows.

    Attributes:
        at_s: when, by the camera's own clock.
        tracks: the camera's own numbers, shape (n,).
        xy: metres, shape (n, 2).
        deviation_m: what the camera believes of its error, shape (n,).
        persons: who it is, shape (n,); -1 where nobody is.
    """

    camera_id: str
    at_s: float
    tracks: NDArray[np.int64]
    xy: Array
    deviation_m: Array
    persons: NDArray[np.int64]


def grid_of_cameras(plan: Plan, count: int) -> list[VirtualCamera]:
    """Cameras side by side over the hall, each looking over its own part and a fifth of its neighbours'."""
    wide, deep = (length * plan.scale for length in HALL_M)
    rows = max(1, round(np.sqrt(count * deep / wide)))
    per_row = [count // rows + (1 if row < count % rows else 0) for row in range(rows)]
    cameras: list[VirtualCamera] = []
    for row, columns in enumerate(per_row):
        height, width = deep / rows, wide / columns
        for column in range(columns):
            middle, low = (column + 0.5) * width, row * height
            near, far = 0.6 * width, 0.72 * width
            corners = np.array(
                [
                    [middle - near, low - 0.2 * height],
                    [middle + near, low - 0.2 * height],
                    [middle + far, low + 1.2 * height],
                    [middle - far, low + 1.2 * height],
                ]
            )
            at = np.array([middle, low - 0.2 * height - 2.0])
            cameras.append(VirtualCamera(f"camera-{len(cameras) + 1}", at, Polygon(np.clip(corners, 0, (wide, deep)))))
    return cameras


@dataclass
class _False:
    """Boxes where nobody stands, of one camera."""

    tracks: list[int] = field(default_factory=list)
    places: list[Array] = field(default_factory=list)
    until_s: list[float] = field(default_factory=list)


class Cameras:
    """All cameras, looking at the same moment.

    Whether somebody is missed follows an Ornstein-Uhlenbeck process for each camera and person, cut where the share
    missed is right: who is missed stays missed for seconds, as somebody behind a pillar does.
    """

    def __init__(
        self,
        plan: Plan,
        cameras: list[VirtualCamera],
        places: int,
        instruments: Instruments,
        random: np.random.Generator,
    ) -> None:
        self.cameras, self._plan, self._instruments, self._random = cameras, plan, instruments, random
        count = len(cameras)
        self._bias = random.normal(0, instruments.calibration_m, (count, 2))
        self._skew_s = random.normal(0, instruments.clock_skew_s, count)
        self._finding = random.normal(size=(count, places))
        self._wander = random.normal(size=(count, places, 2))
        self._numbers = np.zeros((count, places), np.int64)
        self._last_s = np.full((count, places), -np.inf)
        self._generation = np.zeros(places, np.int64)
        self._next = np.ones(count, np.int64)
        self._false = [_False() for _ in cameras]
        self._looked_s: float | None = None

    def look(
        self,
        xy: Array,
        who: NDArray[np.intp],
        around: Array,
        generation: NDArray[np.int64],
        at_s: float,
        blind: set[str],
    ) -> list[Sight]:
        """What each camera that is not blind sees.

        Args:
            xy: everybody's place, shape (places, 2).
            who: those inside.
            around: people/m² around everybody, shape (places,).
            generation: how many people have used each place; a new one is somebody else, shape (places,).
            at_s: the true time.
            blind: cameras that see nothing.
        """
        elapsed_s = np.inf if self._looked_s is None else at_s - self._looked_s
        self._looked_s = at_s
        self._finding = self._aged(self._finding, elapsed_s / self._instruments.miss_lasts_s)
        self._wander = self._aged(self._wander, elapsed_s / _WANDER_S)
        self._last_s[:, generation != self._generation] = -np.inf
        self._generation = generation.copy()
        return [
            self._sight(index, xy, who, around, at_s)
            for index, camera in enumerate(self.cameras)
            if camera.id not in blind
        ]

    def _aged(self, values: Array, times: float) -> Array:
        kept = np.exp(-times)
        return np.asarray(kept * values + np.sqrt(1 - kept**2) * self._random.normal(size=values.shape))

    def _sight(self, index: int, xy: Array, who: NDArray[np.intp], around: Array, at_s: float) -> Sight:
        camera, errs = self.cameras[index], self._instruments
        there = who[camera.footprint.contains(xy[who])]
        away = np.hypot(*(xy[there] - camera.at).T)
        hidden = 1 - np.exp(-errs.occlusion * np.maximum(around[there] - 1, 0) * away / HEIGHT_M)
        missed = self._finding[index, there] < ndtri(1 - (1 - errs.camera_miss) * (1 - hidden))
        seen, away = there[~missed], away[~missed]
        noise = errs.noise_m + errs.noise_per_m * away
        error = np.sqrt(1 - _WHITE) * self._wander[index, seen] + np.sqrt(_WHITE) * self._random.normal(
            size=(len(seen), 2)
        )
        places = xy[seen] + self._bias[index] + noise[:, None] * error
        false_tracks, false_places = self._invent(index, len(seen), at_s)
        false_noise = errs.noise_m + errs.noise_per_m * np.hypot(*(false_places - camera.at).T)
        return Sight(
            camera_id=camera.id,
            at_s=at_s + self._skew_s[index],
            tracks=np.concatenate([self._number(index, seen, at_s), false_tracks]),
            xy=np.concatenate([places, false_places]),
            deviation_m=np.hypot(np.concatenate([noise, false_noise]), errs.calibration_m),
            persons=np.concatenate([seen, np.full(len(false_tracks), -1)]).astype(np.int64),
        )

    def _number(self, index: int, seen: NDArray[np.intp], at_s: float) -> NDArray[np.int64]:
        new = seen[at_s - self._last_s[index, seen] > _FORGET_S]
        self._numbers[index, new] = self._next[index] + np.arange(len(new))
        self._next[index] += len(new)
        self._last_s[index, seen] = at_s
        return np.asarray(self._numbers[index, seen])

    def _invent(self, index: int, seen: int, at_s: float) -> tuple[NDArray[np.int64], Array]:
        """Boxes where nobody stands, each for a few seconds; their number is right on average."""
        false, share = self._false[index], self._instruments.false_share
        kept = [place for place, until in enumerate(false.until_s) if until > at_s]
        false.tracks, false.places, false.until_s = (
            [false.tracks[place] for place in kept],
            [false.places[place] for place in kept],
            [false.until_s[place] for place in kept],
        )
        wanted = int(self._random.poisson(seen * share / (1 - share)))
        corners = self.cameras[index].footprint.points
        while len(false.tracks) < wanted:
            place = self._random.uniform(corners.min(axis=0), corners.max(axis=0))
            if not self._plan.stands_free(place[None])[0] or not self.cameras[index].footprint.contains(place[None])[0]:
                continue
            false.tracks.append(int(self._next[index]))
            false.places.append(place)
            false.until_s.append(at_s + self._random.exponential(_FALSE_LASTS_S))
            self._next[index] += 1
        return np.array(false.tracks, np.int64), np.array(false.places).reshape(-1, 2)
