"""Fruin's levels of service, A (free) to F (contact with others cannot be avoided)."""

from enum import StrEnum
from typing import Final, Literal, cast

import numpy as np
from numpy.typing import ArrayLike

Level = Literal["A", "B", "C", "D", "E", "F"]
SQUARE_FOOT_M2: Final = 0.09290304
"""By definition of the international foot, 0.3048 m."""


class Facility(StrEnum):
    """What people do in a place: the same room a person means another comfort where they walk, wait or climb."""

    WALKWAY = "walkway"
    QUEUE = "queue"
    STAIRS = "stairs"


LEAST_SQUARE_FEET: Final[dict[Facility, tuple[float, ...]]] = {
    Facility.WALKWAY: (35, 25, 15, 10, 5),
    Facility.QUEUE: (13, 10, 7, 3, 2),
    Facility.STAIRS: (20, 15, 10, 7, 4),
}
"""Least square feet a person of levels A to E; below the last it is F. J. J. Fruin, Pedestrian Planning and Design,
1971, chapter 4, "Level of service descriptions" for walkways, queuing and stairways. The walkway's 35, 25, 15, 10 and
5 ft² are the 3.25, 2.32, 1.39, 0.93 and 0.46 m² often quoted."""

_LIMITS: Final = {
    facility: np.array([1.0 / (feet * SQUARE_FOOT_M2) for feet in least])
    for facility, least in LEAST_SQUARE_FEET.items()
}


def densest(level: Level, facility: Facility = Facility.WALKWAY) -> float:
    """The highest density, people per m², that still has ``level``; infinite for F."""
    place = "ABCDEF".index(level)
    return float("inf") if level == "F" else float(_LIMITS[facility][place])


def levels_of_service(density_per_m2: ArrayLike, facility: Facility = Facility.WALKWAY) -> list[Level | None]:
    """Fruin's level of each density; ``None`` where the density is not known (``nan``).

    A density on the limit between two levels has the better one.

    Args:
        density_per_m2: people per m², shape (m,).
        facility: whose bands.

    Example:
        >>> levels_of_service([0.0, 0.5, 3.0, float("nan")])
        ['A', 'C', 'F', None]
    """
    densities = np.asarray(density_per_m2, np.float64).reshape(-1)
    places = np.searchsorted(_LIMITS[facility], densities, side="left")
    return [
        None if np.isnan(density) else cast("Level", "ABCDEF"[place])
        for density, place in zip(densities.tolist(), places.tolist(), strict=True)
    ]


def level_of_service(density_per_m2: float | None, facility: Facility = Facility.WALKWAY) -> Level | None:
    """Fruin's level of one density; ``None`` where it is not known."""
    return None if density_per_m2 is None else levels_of_service([density_per_m2], facility)[0]
