"""A normal distribution of something that cannot be negative, such as people."""

from typing import Final

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

_HALF_LOG_2PI: Final = 0.5 * np.log(2 * np.pi)
_FAR: Final = 25.0
"""Standard deviations below zero from which the tail is taken as the exponential it is there to 1 part in 300."""


def moments(mean: float, deviation: float) -> tuple[float, float]:
    """Mean and standard deviation of a normal variable that is known not to be negative.

    With a = -mean / deviation and h = pdf(a) / (1 - cdf(a)): mean + deviation h, and deviation sqrt(1 - h (h - a)).
    Johnson, Kotz and Balakrishnan, *Continuous Univariate Distributions* vol. 1, section 10.1. Both are positive
    unless the deviation is 0, when the answer is ``mean`` or 0.
    """
    if deviation <= 0:
        return max(0.0, mean), 0.0
    below = -mean / deviation
    if below > _FAR:
        return deviation / below, deviation / below
    hazard = float(np.exp(-0.5 * below**2 - _HALF_LOG_2PI - log_ndtr(-below)))
    shrink = max(1e-12, 1 - hazard * (hazard - below))
    return max(0.0, mean + deviation * hazard), deviation * float(np.sqrt(shrink))


def quantile(share: float, mean: float, deviation: float) -> float:
    """The value below which ``share`` of a normal variable lies that is known not to be negative.

    Args:
        share: inside 0..1.
        mean: of the normal variable before that is known.
        deviation: likewise, not negative.
    """
    if deviation <= 0:
        return max(0.0, mean)
    below = -mean / deviation
    if below > _FAR:
        return -float(np.log1p(-share)) * deviation / below
    # Counted from the upper end, where nothing cancels.
    return max(0.0, mean - deviation * float(ndtri((1 - share) * ndtr(-below))))
