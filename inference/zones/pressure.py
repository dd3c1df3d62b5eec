"""Crowd pressure: density times the variance of velocity.

Helbing, Johansson & Al-Abideen (2007, Physical Review E 75, 046109) saw a dense crowd turn turbulent when it passed
about 0.02 /s². It says something about a *dense* crowd: two people who pass each other in an empty hall have a large
variance too, so a threshold on pressure belongs beside one on density.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from inference.zones.field import RADIUS_M, KernelField

TURBULENT_PER_S2: Final = 0.02
"""Where Helbing et al. (2007) saw stop-and-go waves turn into crowd turbulence."""
CHANNELS: Final = 5


def moments(velocity: ArrayLike) -> NDArray[np.float64]:
    """What a field is weighted with to get density and pressure from its sums: one row a person, shape (n, 5).

    The columns: everybody; those whose velocity is known; its x and y; its square.
    """
    told = np.asarray(velocity, np.float64).reshape(-1, 2)
    known = np.isfinite(told).all(axis=1)
    v = np.where(np.column_stack([known, known]), told, 0.0)
    return np.column_stack([np.ones(len(v)), known, v, (v**2).sum(axis=1)])


def pressure_of(sums: NDArray[np.float64], *, frames: int = 1, noise_variance: float = 0.0) -> NDArray[np.float64]:
    """Pressure from sums of kernels weighted by :func:`moments`.

    Density counts everybody; the variance is that of the people whose velocity is known. Where nobody's is, pressure
    is not known.

    Args:
        sums: one row a channel, shape (5, ...), of one frame or of several added up: mean density and the
            variance over people and time, as Helbing et al. average them.
        frames: how many frames were added up.
        noise_variance: what position errors add to the variance, m²/s², taken off (see :func:`noise_variance`).

    Returns:
        Per s², shape (...); ``nan`` where not known.
    """
    density, known = sums[0] / frames, sums[1]
    # Less of a person than this reaches here from so far away that its velocity says nothing.
    some = known > 1e-3 * frames
    weight = np.where(some, known, 1.0)
    mean_square = sums[4] / weight
    square_mean = (sums[2] ** 2 + sums[3] ** 2) / weight**2
    variance = np.maximum(mean_square - square_mean, 0.0)
    rounding = 1e-12 * mean_square  # the difference of two equal numbers is not motion
    variance = np.where(variance <= rounding, 0.0, np.maximum(variance - noise_variance, 0.0))
    return np.asarray(np.where(some, density * variance, np.nan))


def noise_variance(*, deviation_m: float, window_s: float) -> float:
    """Variance of velocity, m²/s², that position errors alone make: two axes, two positions each.

    With 0.1 m and a window of 1 s it is 0.04 m²/s², which at 1 person/m² already is twice what turbulence is called
    at: pressure from cameras means nothing unless this is known and taken off.

    Args:
        deviation_m: standard deviation of a position along each axis, errors of two frames being independent.
        window_s: over which velocity is taken.
    """
    return 4.0 * (deviation_m / window_s) ** 2


def zone_pressure(density_per_m2: float, velocity: ArrayLike) -> float | None:
    """One number for a whole zone: its density times the variance of its people's velocity, per s².

    ``None`` where fewer than two people's velocity is known. Two streams that pass each other raise it without anybody
    pushing; :func:`local_pressure` does not mix them where they are some metres apart.
    """
    v = np.asarray(velocity, np.float64).reshape(-1, 2)
    v = v[~np.isnan(v).any(axis=1)]
    return None if len(v) < 2 else float(density_per_m2 * v.var(axis=0).sum())


def local_pressure(
    people: ArrayLike, velocity: ArrayLike, *, points: ArrayLike, radius_m: float = RADIUS_M
) -> NDArray[np.float64]:
    """Pressure at any points, per s², from the people around each, weighted by the kernel of :mod:`.field`.

    Args:
        people: metres, shape (n, 2).
        velocity: metres per second, shape (n, 2); ``nan`` where not known.
        points: metres, shape (k, 2).
        radius_m: the kernel's R.

    Returns:
        Shape (k,); ``nan`` where nobody near is known to move or to stand.
    """
    where, at = np.asarray(people, np.float64).reshape(-1, 2), np.asarray(points, np.float64).reshape(-1, 2)
    here = ~np.isnan(where).any(axis=1)
    squared = ((at[:, None] - where[None, here]) ** 2).sum(axis=2)
    kernels = np.exp(-squared / radius_m**2) / (np.pi * radius_m**2)
    weights = moments(np.asarray(velocity, np.float64).reshape(-1, 2)[here])
    return pressure_of((kernels @ weights).T)


def highest_by_zone(field: KernelField, pressure: NDArray[np.float64]) -> NDArray[np.float64]:
    """The highest pressure of a field in each zone, shape (m,); ``nan`` where it is known nowhere inside."""
    highest = field.highest(np.where(np.isnan(pressure), -1.0, pressure))
    return np.asarray(np.where(highest < 0, np.nan, highest))
