"""A zone of the plan, one second of it, as a message."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.messages import FloorFigures, State, ZoneReading
from domain.venue import FloorZoneConfig
from inference.zones.floor_zones import ZoneSecondFigures
from inference.zones.level_of_service import Facility, level_of_service
from inference.zones.motion import WINDOW_S
from inference.zones.occupancy import NINETY
from inference.zones.pressure import noise_variance

HIDDEN_PER_DENSITY: Final = 0.10
"""People whom no camera sees because others stand before them, as a share of those seen, for each person/m² seen.
Fitted to simulated halls whose cameras hang 6 m high, miss 10 % and lose people behind others (docs/simulation.md);
where a venue has counted by hand, ``floor.hidden_per_density`` in its file takes this one's place."""
MOST_HIDDEN: Final = 0.8
"""Never more than this share is added: beyond it nothing was tried."""
SHARE: Final = 0.06
"""Standard deviation of a merged count as a share of it, from misses and doubles that last."""
UNSURE_HIDDEN: Final = 0.3
"""Standard deviation of the hidden people, as a share of them."""
SCATTER: Final = 0.1
"""Variance a person counted, from second to second."""
TELLABLE_PER_S2: Final = 0.02
"""Crowd pressure from which turbulence was seen (Helbing et al. 2007). Where the noise of positions alone makes as much
of it, pressure is not known."""


def hidden_share(density_per_m2: float, per_density: float = HIDDEN_PER_DENSITY) -> float:
    """People who stand hidden, as a share of those seen."""
    return min(per_density * density_per_m2, MOST_HIDDEN)


def interval(count: float, unseen_share: float, hidden: float = 0.0) -> tuple[float, float]:
    """The 90 % interval of a merged count. What is not seen may hold as many as what is, and half as many again.

    Args:
        count: people, those who stand hidden included.
        unseen_share: of the floor, 0..1.
        hidden: share of the people seen that was added for those hidden.
    """
    unsure = (UNSURE_HIDDEN * count * hidden / (1 + hidden)) ** 2
    half = NINETY * ((SHARE * count) ** 2 + unsure + SCATTER * count + SCATTER) ** 0.5
    seen = max(1 - unseen_share, 0.05)
    return max(0.0, count - half), (count + half) / seen + (1.5 / seen - 1.5) * unseen_share * count


@dataclass(frozen=True)
class Known:
    """What is known of the positions behind a zone's figures.

    Attributes:
        deviation_m: their standard deviation.
        per_density: see :data:`HIDDEN_PER_DENSITY`.
    """

    deviation_m: float
    per_density: float = HIDDEN_PER_DENSITY


def reading_of(
    zone: FloorZoneConfig,
    told: ZoneSecondFigures,
    second: datetime,
    *,
    venue_id: str,
    camera_ids: tuple[str, ...],
    covered: bool,
    reason: str | None,
    known: Known,
) -> ZoneReading:
    """One zone's second.

    Args:
        zone: which.
        told: its figures.
        second: its start.
        venue_id: whose it is.
        camera_ids: the cameras that can see some of it; all of the venue's where none can.
        covered: whether any can.
        reason: what a camera that does not see says of itself.
        known: what is known of the positions.
    """
    if told.count is None or told.peak is None:
        return ZoneReading(
            venue_id=venue_id,
            zone_id=zone.id,
            camera_ids=camera_ids,
            captured_at=second,
            state=State.BLIND if covered else State.UNCALIBRATED,
            reason=reason or ("no camera sees this zone now" if covered else "no calibrated camera covers this zone"),
            frames=told.frames,
        )
    hidden = hidden_share(told.figures.density_per_m2 or 0.0, known.per_density)
    count = told.count * (1 + hidden)
    low, high = interval(count, told.figures.unseen_share, hidden)
    return ZoneReading(
        venue_id=venue_id,
        zone_id=zone.id,
        camera_ids=camera_ids,
        captured_at=second,
        state=State.OK,
        reason=None,
        count=round(count, 3),
        peak=round(told.peak * (1 + hidden)),
        count_low=round(low, 3),
        count_high=round(high, 3),
        frames=told.frames,
        method="floor",
        floor=_figures(told.figures, zone, known),
    )


def _figures(seen: FloorFigures, zone: FloorZoneConfig, known: Known) -> FloorFigures:
    """With those who stand hidden, without the digits that mean nothing."""
    told = seen.model_dump(exclude_none=True)
    for name in ("density_per_m2", "peak_density_per_m2"):
        if name in told:
            told[name] *= 1 + hidden_share(told[name], known.per_density)
    bands = Facility.QUEUE if zone.queue else Facility.WALKWAY
    told["level_of_service"] = level_of_service(told.get("density_per_m2"), bands)
    noise = told.get("peak_density_per_m2", 0.0) * noise_variance(deviation_m=known.deviation_m, window_s=WINDOW_S)
    if noise >= TELLABLE_PER_S2:
        told.pop("pressure_per_s2", None)
    return FloorFigures(
        **{name: round(value, 4) if isinstance(value, float) else value for name, value in told.items()}
    )
