"""Whether a picture shows anything: frozen and black pictures are as blind as none."""

import cv2
import numpy as np
from numpy.typing import NDArray

from ingest.frame import Pixels
from ingest.limits import CameraLimits
from ingest.wire import Sight

_ROWS = 180
"""Rows of a picture that are looked at: close enough together that a clock overlay's digits fall on some."""


def _gray_samples(pixels: Pixels) -> NDArray[np.uint8]:
    """The picture's brightness, of some rows. They are picked, not averaged: that would hide a sensor's noise.

    Whole rows lie together in memory, which makes this several times faster than picking columns too.
    """
    step = max(1, pixels.shape[0] // _ROWS)
    return np.asarray(cv2.cvtColor(pixels[::step], cv2.COLOR_BGR2GRAY), np.uint8)


class Watch:
    """Follows one camera's picture. Time is an argument, in seconds on any clock that only moves forward.

    Frozen means that every sample stayed the same; a difference of one level in one sample is movement. No softer bound
    works behind a video encoder: of a picture that stands still and of a noisy but empty hall, H.264 (x264, CRF 23 to
    35) gives differences of the same size, some pulses at its key frames and next to nothing between. So a camera whose
    sensor has died behind a working encoder is not seen here; a stream, recorder or decoder that repeats itself is.
    """

    def __init__(self, limits: CameraLimits) -> None:
        self._limits = limits
        self._samples: NDArray[np.uint8] | None = None
        self._looked_at_s = float("-inf")
        self._moved_at_s = 0.0
        self._lit_at_s = 0.0
        self._sight = Sight.CLEAR

    def look(self, pixels: Pixels, at_s: float) -> Sight:
        """What the newest picture shows. Four a second are examined: these states take seconds to be sure of."""
        if at_s - self._looked_at_s < 0.25:
            return self._sight
        samples = _gray_samples(pixels)
        if self._samples is None:
            self._moved_at_s = self._lit_at_s = at_s
        elif not np.array_equal(samples, self._samples):
            self._moved_at_s = at_s
        if not self._is_black(samples):
            self._lit_at_s = at_s
        self._samples = samples
        self._looked_at_s = at_s
        self._sight = self._judge(at_s)
        return self._sight

    def _is_black(self, samples: NDArray[np.uint8]) -> bool:
        some = samples[:, ::4]
        bright = np.count_nonzero(some >= self._limits.black_below)
        return bool(bright < some.size / 100)

    def _judge(self, at_s: float) -> Sight:
        # Black first: a covered lens with a digital feed is both, and "black" tells a steward what to look for.
        if at_s - self._lit_at_s >= self._limits.black_after_s:
            return Sight.BLACK
        if at_s - self._moved_at_s >= self._limits.frozen_after_s:
            return Sight.FROZEN
        return Sight.CLEAR
