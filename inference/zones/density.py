"""People per square metre of a zone."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

WHOLLY_UNSEEN: Final = 1.0 - 1e-3
"""A zone of which less than a thousandth is seen is not seen: nobody would fit."""


def classic_density(
    people: ArrayLike, *, areas_m2: ArrayLike, unseen_share: ArrayLike | None = None
) -> NDArray[np.float64]:
    """People over the area that is seen: the classic definition (Steffen & Seyfried 2010, Physica A 389).

    Only the seen part of a zone can have people counted, so only that part divides them: the density of what is seen
    stands for the zone's, while the count itself is then a lower bound. An empty zone that is seen has density 0; one
    that nobody sees has none.

    Args:
        people: counted in each zone, shape (m,); ``nan`` where not known.
        areas_m2: of the zones, shape (m,).
        unseen_share: of each area, 0 to 1, shape (m,); ``None``: all is seen.

    Returns:
        People per m², shape (m,); ``nan`` where not known.
    """
    counts = np.asarray(people, np.float64)
    unseen = np.zeros_like(counts) if unseen_share is None else np.asarray(unseen_share, np.float64)
    seen_m2 = np.asarray(areas_m2, np.float64) * (1.0 - unseen)
    known = unseen < WHOLLY_UNSEEN
    return np.asarray(np.where(known, counts / np.where(known, seen_m2, 1.0), np.nan))
