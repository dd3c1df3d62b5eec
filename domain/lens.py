"""What a lens does to a picture: from pixels to straight rays, where lines of the world are lines, and back.

A ray is told by where it meets the plane one unit before the camera: x to the right, y down. Where a lens model folds
back on itself it has no answer, which is ``nan``.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

_STEPS: Final = 24
"""Of the search for a ray; four do for the lenses of the PETS cameras."""
_SLOPE_HOLDS: Final = 3
"""Steps for which the distortion's slope is used again: working it out costs four of them."""
_STEP: Final = 1e-6
_AROUND: Final = np.array([[_STEP, 0], [-_STEP, 0], [0, _STEP], [0, -_STEP]])
_EXACT: Final = 1e-7
"""Of a ray: a ten-thousandth of a pixel at a focal length of 1,000 pixels."""
_WIDEST: Final = 5.0
"""Rays looked at for the fold: 79 degrees off the axis."""


class Lens(Protocol):
    """From pixels to rays and back."""

    def to_rays(self, pixels: Points) -> Points:
        """Rays of pixels, shape (n, 2) both; ``nan`` where the lens has none."""
        ...

    def to_pixels(self, rays: Points) -> Points:
        """Pixels of rays, shape (n, 2) both; ``nan`` where the lens bends them out of every picture."""
        ...


@dataclass(frozen=True)
class Straight:
    """No lens: pixels are taken for rays as they are, as a homography that was fitted to pixels does."""

    def to_rays(self, pixels: Points) -> Points:
        """The same numbers."""
        return pixels

    def to_pixels(self, rays: Points) -> Points:
        """The same numbers."""
        return rays


@dataclass(frozen=True, eq=False)
class OpenCvLens:
    """OpenCV's model: radial (rational), tangential and thin-prism distortion, then the intrinsic matrix.

    Source: OpenCV's documentation, "Camera Calibration and 3D Reconstruction", detailed description.

    Args:
        matrix: the intrinsic matrix, shape (3, 3).
        distortion: k1, k2, p1, p2, k3, k4, k5, k6, s1, s2, s3, s4; what is left out is 0.
    """

    matrix: NDArray[np.float64]
    distortion: tuple[float, ...] = ()

    @cached_property
    def _terms(self) -> tuple[float, ...]:
        return (*self.distortion, *(0.0,) * (12 - len(self.distortion)))

    def _factor(self, squared: Points) -> Points:
        k1, k2, _, _, k3, k4, k5, k6 = self._terms[:8]
        above = 1 + squared * (k1 + squared * (k2 + squared * k3))
        return np.asarray(above / (1 + squared * (k4 + squared * (k5 + squared * k6))))

    @cached_property
    def _reach(self) -> float:
        """Length of the longest ray before the radial part folds back."""
        radius = np.linspace(0, _WIDEST, 5001)
        bent = radius * self._factor(radius**2)
        folds = np.flatnonzero(np.diff(bent) <= 0)
        return float(radius[folds[0]]) if len(folds) else np.inf

    def _distort(self, rays: Points) -> Points:
        _, _, p1, p2 = self._terms[:4]
        s1, s2, s3, s4 = self._terms[8:]
        x, y = rays[:, 0], rays[:, 1]
        squared = x**2 + y**2
        factor = self._factor(squared)
        return np.column_stack(
            [
                x * factor + 2 * p1 * x * y + p2 * (squared + 2 * x**2) + squared * (s1 + squared * s2),
                y * factor + p1 * (squared + 2 * y**2) + 2 * p2 * x * y + squared * (s3 + squared * s4),
            ]
        )

    def _within(self, rays: Points) -> Points:
        inside = np.hypot(rays[:, :1], rays[:, 1:]) < self._reach
        return np.asarray(np.where(inside, rays, np.nan))

    def to_pixels(self, rays: Points) -> Points:
        """Distort, then apply the matrix."""
        bent = self._distort(self._within(rays))
        return np.asarray(bent @ self.matrix[:2, :2].T + self.matrix[:2, 2])

    def to_rays(self, pixels: Points) -> Points:
        """Undo the matrix, then the distortion by Newton's method with a slope that is kept for some steps."""
        bent = (pixels - self.matrix[:2, 2]) @ np.linalg.inv(self.matrix[:2, :2]).T
        if not any(self._terms):
            return np.asarray(bent)
        rays = bent.copy()
        with np.errstate(all="ignore"):  # a pixel without a ray runs off, and is told as nan
            for step in range(_STEPS):
                miss = self._distort(rays) - bent
                if not (np.abs(miss) > _EXACT / 10).any():
                    break
                if step % _SLOPE_HOLDS == 0:
                    slope = self._inverse_slope(rays)
                rays = rays - np.einsum("nij,nj->ni", slope, miss)
            miss = np.abs(self._distort(rays) - bent).max(axis=1, initial=0.0, keepdims=True)
            return np.asarray(np.where(miss < _EXACT, self._within(rays), np.nan))

    def _inverse_slope(self, rays: Points) -> NDArray[np.float64]:
        """Inverse Jacobian of the distortion at each ray, shape (n, 2, 2)."""
        around = (rays + _AROUND[:, None]).reshape(-1, 2)  # in one call: a call costs more than its points
        right, left, below, above = self._distort(around).reshape(4, -1, 2)
        (a, c), (b, d) = (right - left).T / (2 * _STEP), (below - above).T / (2 * _STEP)
        return np.asarray(np.array([[d, -b], [-c, a]]).transpose(2, 0, 1) / (a * d - b * c)[:, None, None])


@dataclass(frozen=True)
class TsaiLens:
    """Tsai's lens with one radial term: ``Xu = Xd (1 + kappa1 r²)`` on the sensor, r the distorted radius.

    Source: Tsai 1987, "A versatile camera calibration technique", section II; as the PETS cameras are given.

    Args:
        centre: of the picture, pixels.
        pixel: width and height of a pixel on the sensor, the width already divided by ``sx``.
        focal: in the unit of ``pixel``.
        kappa: per that unit squared.
    """

    centre: tuple[float, float]
    pixel: tuple[float, float]
    focal: float
    kappa: float

    @property
    def _reach(self) -> float:
        """Distorted radius before the model folds back."""
        return float(np.sqrt(-1 / (3 * self.kappa))) if self.kappa < 0 else np.inf

    def to_rays(self, pixels: Points) -> Points:
        """Undo the distortion, which Tsai's model gives in closed form."""
        bent = (pixels - self.centre) * self.pixel
        squared = (bent**2).sum(axis=1, keepdims=True)
        straight = bent * (1 + self.kappa * squared) / self.focal
        return np.asarray(np.where(squared < self._reach**2, straight, np.nan))

    def to_pixels(self, rays: Points) -> Points:
        """Solve the cubic of the radius by Newton's method."""
        straight = rays * self.focal
        radius = np.hypot(straight[:, 0], straight[:, 1])
        bent = np.minimum(radius, self._reach)
        with np.errstate(all="ignore"):
            for _ in range(2 * _STEPS):  # from far outside it comes down by a third a step
                bent = bent - (bent * (1 + self.kappa * bent**2) - radius) / (1 + 3 * self.kappa * bent**2)
            exact = np.abs(bent * (1 + self.kappa * bent**2) - radius) <= _EXACT * (self.focal + radius)
            inside = exact & (bent >= 0) & (bent < self._reach)
            factor = np.where(inside, np.where(radius > 0, bent / np.where(radius > 0, radius, 1.0), 1.0), np.nan)
        return np.asarray(straight * factor[:, None] / self.pixel + self.centre)
