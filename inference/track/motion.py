"""Constant-velocity Kalman filters for many boxes at once.

A box is centre x, centre y, width and height. Process and measurement noise are independent in each coordinate, so the
usual 8-dimensional filter falls apart, exactly, into four filters of position and velocity; their covariances are three
numbers each instead of an 8x8 matrix, and all boxes are handled by a few array operations.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

POSITION_NOISE: Final = 0.05
"""Standard deviation of a measured coordinate, in box heights (ByteTrack: 1/20)."""
ACCELERATION: Final = 1.2
"""Standard deviation of a walker's change of velocity in a second, in box heights a second."""
FIRST_VELOCITY: Final = 0.8
"""Standard deviation of an unseen velocity, in box heights a second: a person is 1.7 m and walks 1.3 m/s."""
SIZE_DRIFT: Final = 0.1
"""How far a width or height may wander in a second (standard deviation, box heights). Size has no velocity: someone who
walks behind a post seems to shrink, and a size that went on shrinking unseen would vanish."""
_MOVES: Final = np.array([1.0, 1.0, 0.0, 0.0])


@dataclass
class MotionState:
    """State of n boxes; every array has shape (n, 4), in pixels and seconds."""

    position: Array
    velocity: Array
    position_variance: Array
    covariance: Array
    velocity_variance: Array

    @classmethod
    def start(cls, measured: Array) -> "MotionState":
        """Boxes seen for the first time, as centre x, centre y, width, height; shape (n, 4)."""
        height = measured[:, 3:4]
        zeros = np.zeros_like(measured)
        return cls(
            measured.copy(),
            zeros.copy(),
            zeros + (POSITION_NOISE * height) ** 2,
            zeros.copy(),
            zeros + (FIRST_VELOCITY * height * _MOVES) ** 2,
        )

    def predict(self, elapsed_s: float) -> None:
        """Move every box on by ``elapsed_s`` seconds and grow its uncertainty (white-noise acceleration)."""
        height = self.position[:, 3:4]
        spectral = (ACCELERATION * height * _MOVES) ** 2
        self.position += self.velocity * elapsed_s
        self.position_variance += (
            2 * elapsed_s * self.covariance + elapsed_s**2 * self.velocity_variance + spectral * elapsed_s**3 / 3
        )
        self.position_variance += (SIZE_DRIFT * height * (1 - _MOVES)) ** 2 * elapsed_s
        self.covariance += elapsed_s * self.velocity_variance + spectral * elapsed_s**2 / 2
        self.velocity_variance += spectral * elapsed_s

    def update(self, rows: NDArray[np.intp], measured: Array) -> None:
        """Correct the boxes at ``rows``, shape (m,), by what was measured, shape (m, 4)."""
        noise = (POSITION_NOISE * measured[:, 3:4]) ** 2
        variance, covariance = self.position_variance[rows], self.covariance[rows]
        gain = variance / (variance + noise)
        velocity_gain = covariance / (variance + noise)
        surprise = measured - self.position[rows]
        self.position[rows] += gain * surprise
        self.velocity[rows] += velocity_gain * surprise
        self.position_variance[rows] = (1 - gain) * variance
        self.covariance[rows] = (1 - gain) * covariance
        self.velocity_variance[rows] -= velocity_gain * covariance

    def extend(self, other: "MotionState") -> None:
        """Add the boxes of ``other`` behind these."""
        for field in fields(self):
            setattr(self, field.name, np.concatenate([getattr(self, field.name), getattr(other, field.name)]))

    def keep(self, mask: NDArray[np.bool_]) -> None:
        """Forget every box where ``mask``, shape (n,), is false."""
        for field in fields(self):
            setattr(self, field.name, getattr(self, field.name)[mask])


def to_centre(boxes: NDArray[np.floating]) -> Array:
    """left, top, right, bottom to centre x, centre y, width, height; shape (n, 4)."""
    wide = np.asarray(boxes, np.float64)
    return np.column_stack([(wide[:, :2] + wide[:, 2:]) / 2, wide[:, 2:] - wide[:, :2]])


def to_corners(centred: Array) -> Array:
    """Centre x, centre y, width, height to left, top, right, bottom; shape (n, 4)."""
    half = centred[:, 2:] / 2
    return np.column_stack([centred[:, :2] - half, centred[:, :2] + half])
