"""Every camera's tracks on the floor plan, followed by one filter each, in metres and seconds.

A track is a point with a velocity (constant-velocity Kalman filter, white-noise acceleration; Bar-Shalom, Li and
Kirubarajan 2001, section 6.3.2). Both axes have the same noise, so that one 2x2 covariance, three numbers, serves both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

ACCELERATION: Final = 0.7
"""Standard deviation of a walker's change of velocity in a second, m/s; half a walking speed of 1.3 m/s."""
FIRST_VELOCITY: Final = 0.9
"""Standard deviation of an unseen velocity on each axis, m/s: 1.3 m/s in an unknown direction."""
LEAST_DEVIATION: Final = 0.02
"""No camera places feet better than this, m; a smaller deviation would make one camera deaf to the others."""
JUMP_DEVIATIONS: Final = 6.0
"""A measurement this many deviations from where the track was expected belongs to somebody else: the camera's worker
began again and reuses its numbers."""
LEAST_JUMP: Final = 1.5
"""Nor is anything nearer than this a jump, m."""
TRACK_BITS: Final = 40
"""A track's number must fit in these, so that it and its camera make one integer."""


@dataclass
class FloorTracks:
    """State of n tracks, ordered by camera, then by the camera's own number.

    Attributes:
        keys: camera index and track number in one integer, growing, shape (n,).
        xy: filtered position at ``at_s``, shape (n, 2).
        velocity: m/s, shape (n, 2).
        variance: of the position on each axis, m², shape (n,).
        covariance: of position and velocity on each axis, m²/s, shape (n,).
        velocity_variance: on each axis, m²/s², shape (n,).
        at_s: when the track was last seen, shape (n,).
        sights: how often it was measured, shape (n,).
        persons: the person it was last taken for; 0: nobody yet, shape (n,).
        present: whether it is in its camera's newest sight, shape (n,).
        moved: whether it was measured again since the last step, shape (n,).
    """

    keys: NDArray[np.int64]
    xy: Array
    velocity: Array
    variance: Array
    covariance: Array
    velocity_variance: Array
    at_s: Array
    sights: NDArray[np.int64]
    persons: NDArray[np.int64]
    present: NDArray[np.bool_]
    moved: NDArray[np.bool_]

    @classmethod
    def start(cls, keys: NDArray[np.int64], xy: Array, deviation_m: Array, at_s: Array) -> "FloorTracks":
        """Tracks seen for the first time."""
        count = len(keys)
        return cls(
            keys=keys,
            xy=xy,
            velocity=np.zeros((count, 2)),
            variance=np.maximum(deviation_m, LEAST_DEVIATION) ** 2,
            covariance=np.zeros(count),
            velocity_variance=np.full(count, FIRST_VELOCITY**2),
            at_s=at_s,
            sights=np.ones(count, np.int64),
            persons=np.zeros(count, np.int64),
            present=np.ones(count, np.bool_),
            moved=np.ones(count, np.bool_),
        )

    @classmethod
    def none(cls) -> "FloorTracks":
        """No tracks at all."""
        return cls.start(np.empty(0, np.int64), np.empty((0, 2)), np.empty(0), np.empty(0))

    def __len__(self) -> int:
        """How many tracks are remembered, those out of sight included."""
        return len(self.keys)

    @property
    def cameras(self) -> NDArray[np.intp]:
        """Index of each track's camera, shape (n,)."""
        return (self.keys >> TRACK_BITS).astype(np.intp)

    def take(self, rows: Rows | NDArray[np.bool_]) -> "FloorTracks":
        """These rows alone."""
        return FloorTracks(**{name: values[rows] for name, values in vars(self).items()})

    def joined(self, other: "FloorTracks") -> tuple["FloorTracks", Rows]:
        """These and the ``other`` tracks in order, and the row where each of these has gone."""
        order = np.argsort(np.concatenate([self.keys, other.keys]), kind="stable")
        gone = np.empty(len(order), np.intp)
        gone[order] = np.arange(len(order))
        return FloorTracks.stacked([self, other]).take(order), gone[: len(self)]

    @classmethod
    def stacked(cls, parts: Sequence["FloorTracks"]) -> "FloorTracks":
        """All tracks of at least one part, behind each other."""
        columns = zip(*(vars(part).values() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def at(self, at_s: float) -> tuple[Array, Array]:
        """Position, shape (n, 2), and its variance on each axis, shape (n,), at a moment soon after the last sight."""
        ahead = at_s - self.at_s
        return self.xy + self.velocity * ahead[:, None], _grown(self, slice(None), ahead)

    def measure(self, rows: Rows, xy: Array, deviation_m: Array, at_s: Array) -> NDArray[np.bool_]:
        """Correct tracks by what was measured.

        Args:
            rows: shape (m,).
            xy: shape (m, 2).
            deviation_m: shape (m,).
            at_s: when, later than the rows' own time; shape (m,).

        Returns:
            Which measurements jumped: they are somebody else, and their rows are left as they were. Shape (m,).
        """
        noise = np.maximum(deviation_m, LEAST_DEVIATION) ** 2
        ahead = at_s - self.at_s[rows]
        surprise = xy - self.xy[rows] - self.velocity[rows] * ahead[:, None]
        variance = _grown(self, rows, ahead)
        distance = np.hypot(surprise[:, 0], surprise[:, 1])
        jumped = distance > np.maximum(JUMP_DEVIATIONS * np.sqrt(variance + noise), LEAST_JUMP)

        covariance = self.covariance[rows] + ahead * self.velocity_variance[rows] + ACCELERATION**2 * ahead**2 / 2
        velocity_variance = self.velocity_variance[rows] + ACCELERATION**2 * ahead
        gain, velocity_gain = variance / (variance + noise), covariance / (variance + noise)
        good = ~jumped
        kept = rows[good]
        self.xy[kept] = (xy - (1 - gain)[:, None] * surprise)[good]
        self.velocity[kept] += (velocity_gain[:, None] * surprise)[good]
        self.variance[kept] = ((1 - gain) * variance)[good]
        self.covariance[kept] = ((1 - gain) * covariance)[good]
        self.velocity_variance[kept] = (velocity_variance - velocity_gain * covariance)[good]
        self.at_s[kept] = at_s[good]
        self.moved[kept] = True
        self.sights[kept] += 1
        return np.asarray(jumped)


def _grown(tracks: FloorTracks, rows: Rows | slice, ahead: Array) -> Array:
    """Variance of the position ``ahead`` seconds on."""
    grown = (
        tracks.variance[rows]
        + 2 * ahead * tracks.covariance[rows]
        + ahead**2 * tracks.velocity_variance[rows]
        + ACCELERATION**2 * np.abs(ahead) ** 3 / 3
    )
    return np.asarray(grown)
