"""The simulated venue's floor, in metres: a hall with a stage, a bar, three gates, and toilets that no camera sees."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.geometry import Polygon
from domain.venue import FloorPlanConfig, FloorZoneConfig
from inference.zones.occupancy_gates import Gate

Array = NDArray[np.float64]
Rectangle = tuple[float, float, float, float]
"""x and y of the least corner, x and y of the greatest."""

HALL_M: Final = (60.0, 40.0)
"""For :data:`HALL_PEOPLE`: 1.2 m² a person, where the Green Guide allows standing 47 people per 10 m² at most."""
HALL_PEOPLE: Final = 2000
CELL_M: Final = 0.5
"""Of the map of where people can stand."""


@dataclass(frozen=True)
class Door:
    """A gate in a wall.

    Attributes:
        gate: what tells of those who pass.
        centre: middle of the opening, shape (2,).
        inward: unit vector into the hall, shape (2,).
        width_m: of the opening.
        weight: share of the people who come by it.
    """

    gate: Gate
    centre: Array
    inward: Array
    width_m: float
    weight: float


@dataclass(frozen=True)
class Attraction:
    """Somewhere people go and stay for a while.

    Attributes:
        area: where they stand.
        weight: how many choose it.
        stay_s: mean of an exponential stay.
    """

    id: str
    area: Rectangle
    weight: float
    stay_s: float


@dataclass(frozen=True)
class Bar:
    """A counter with a queue before it: served first come, first served.

    Attributes:
        slots: where those who wait stand, the head first, shape (n, 2).
        servers: people served at the same time.
        service_s: mean of an exponential service time.
    """

    id: str
    slots: Array
    servers: int
    service_s: float


@dataclass(frozen=True)
class Plan:
    """The floor and everything on it.

    Attributes:
        scale: lengths in units of the hall for :data:`HALL_PEOPLE`.
        outline: where people can be, but for the obstacles.
    """

    scale: float
    outline: Polygon
    obstacles: tuple[Polygon, ...]
    doors: tuple[Door, ...]
    attractions: tuple[Attraction, ...]
    bar: Bar
    zones: dict[str, Polygon]

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Whether people can stand in each cell, shape (rows, columns), from y = 0 and x = 0."""
        width, depth = np.ceil(self.outline.points.max(axis=0) / CELL_M).astype(int)
        x, y = np.meshgrid((np.arange(width) + 0.5) * CELL_M, (np.arange(depth) + 0.5) * CELL_M)
        centres = np.column_stack([x.ravel(), y.ravel()])
        free = self.outline.contains(centres)
        for obstacle in self.obstacles:
            free &= ~obstacle.contains(centres)
        return free.reshape(depth, width)

    @cached_property
    def free_centres(self) -> Array:
        """Centres of the cells where people can stand, shape (n, 2)."""
        rows, columns = np.nonzero(self.free)
        return np.column_stack([columns + 0.5, rows + 0.5]) * CELL_M

    def seen_share(self, footprints: list[Polygon]) -> float:
        """Share of the floor that lies in one of the footprints."""
        seen = np.zeros(len(self.free_centres), np.bool_)
        for footprint in footprints:
            seen |= footprint.contains(self.free_centres)
        return float(seen.mean())

    def stands_free(self, xy: Array) -> NDArray[np.bool_]:
        """Whether one can stand there, shape (n,)."""
        column, row = np.floor(xy / CELL_M).astype(int).T
        inside = (row >= 0) & (column >= 0) & (row < self.free.shape[0]) & (column < self.free.shape[1])
        return np.asarray(inside & self.free[np.where(inside, row, 0), np.where(inside, column, 0)])

    @cached_property
    def config(self) -> FloorPlanConfig:
        """The floor as a venue file has it."""
        zones = tuple(
            FloorZoneConfig(
                id=zone_id, name=zone_id.replace("-", " ").title(), polygon=polygon, queue="queue" in zone_id
            )
            for zone_id, polygon in self.zones.items()
        )
        return FloorPlanConfig(outline=self.outline, zones=zones)


def rectangle(area: Rectangle) -> Polygon:
    """The rectangle as a polygon."""
    left, low, right, high = area
    return Polygon([[left, low], [right, low], [right, high], [left, high]])


def hall(people: int, *, scans: bool) -> Plan:
    """A hall with as much room a person whatever the number: its lengths grow with the root of the people.

    Args:
        people: that it is made for.
        scans: tickets are scanned at the two public gates, both ways; the crew's gate has lines alone.
    """
    scale = float(np.sqrt(people / HALL_PEOPLE))
    wide, deep = (length * scale for length in HALL_M)

    def scaled(left: float, low: float, right: float, high: float) -> Rectangle:
        return left * scale, low * scale, right * scale, high * scale

    stage, counter, queue = scaled(15, 35, 45, 40), scaled(0, 12, 2, 24), scaled(2.5, 12, 9, 24)
    front, toilets = scaled(18, 30, 42, 35), scaled(60, 2, 65, 10)
    annex = [[wide, toilets[1]], [toilets[2], toilets[1]], [toilets[2], toilets[3]], [wide, toilets[3]]]
    return Plan(
        scale=scale,
        outline=Polygon(np.array([[0, 0], [wide, 0], *annex, [wide, deep], [0, deep]])),
        obstacles=(rectangle(stage), rectangle(counter)),
        doors=(
            _door("west", (0, 32), (1, 0), 4, 0.45, scale, scans=scans),
            _door("south", (30, 0), (0, 1), 5, 0.5, scale, scans=scans),
            _door("crew", (60, 36), (-1, 0), 2, 0.05, scale, scans=False),
        ),
        attractions=(
            Attraction("stage", scaled(12, 22, 48, 35), 0.42, 1500),
            Attraction("floor", scaled(10, 4, 58, 22), 0.34, 700),
            Attraction("side", scaled(46, 18, 58, 38), 0.1, 900),
            Attraction("bar", queue, 0.1, 0),
            Attraction("toilets", scaled(60.5, 2.5, 64.5, 9.5), 0.04, 150),
        ),
        bar=Bar("bar-queue", _serpentine(queue, 0.8), max(1, round(10 * scale**2)), 45.0),
        zones={
            "floor": rectangle(scaled(10, 0, 60, 22)),
            "stage": rectangle(scaled(12, 22, 48, 35)),
            "stage-front": rectangle(front),
            "bar-queue": rectangle(queue),
            "toilets": rectangle(toilets),
        },
    )


def _door(
    gate_id: str,
    centre: tuple[float, float],
    inward: tuple[float, float],
    width_m: float,
    weight: float,
    scale: float,
    *,
    scans: bool,
) -> Door:
    gate = Gate(gate_id, lines=True, scans_in=scans, scans_out=scans)
    # Flow grows with the width and people with the area.
    return Door(gate, np.array(centre) * scale, np.array(inward, float), max(1.0, width_m * scale**2), weight)


def _serpentine(area: Rectangle, spacing_m: float) -> Array:
    """Places in a rectangle row by row from its left side, every other row backwards, as barriers lead a queue."""
    left, low, right, high = area
    along = np.arange(low + spacing_m / 2, high, spacing_m)
    columns = np.arange(left + spacing_m / 2, right, spacing_m)
    rows = [np.column_stack([np.full(len(along), x), along[:: (-1) ** index]]) for index, x in enumerate(columns)]
    return np.concatenate(rows)
