"""A zone of the plan, one second of it, as a message."""

from datetime import datetime
from typing import Final

from domain.messages import FloorFigures, State, ZoneReading
from domain.venue import FloorZoneConfig
from inference.zones.floor_zones import ZoneSecondFigures
from inference.zones.occupancy import NINETY

SHARE: Final = 0.05
"""Standard deviation of a merged count as a share of it, from misses and doubles that last: half of what simulated
cameras with 10 % misses and 2 % false boxes gave in the thickest crowd, all of what they gave in a thin one."""
SCATTER: Final = 0.1
"""Variance a person counted, from second to second."""


def interval(count: float, unseen_share: float) -> tuple[float, float]:
    """The 90 % interval of a merged count. What is not seen may hold as many as what is, and half as many again."""
    half = NINETY * ((SHARE * count) ** 2 + SCATTER * count + SCATTER) ** 0.5
    seen = max(1 - unseen_share, 0.05)
    return max(0.0, count - half), (count + half) / seen + (1.5 / seen - 1.5) * unseen_share * count


def reading_of(
    zone: FloorZoneConfig,
    told: ZoneSecondFigures,
    second: datetime,
    *,
    venue_id: str,
    camera_ids: tuple[str, ...],
    covered: bool,
    reason: str | None,
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
    low, high = interval(told.count, told.figures.unseen_share)
    return ZoneReading(
        venue_id=venue_id,
        zone_id=zone.id,
        camera_ids=camera_ids,
        captured_at=second,
        state=State.OK,
        reason=None,
        count=round(told.count, 3),
        peak=told.peak,
        count_low=round(min(low, told.count), 3),
        count_high=round(max(high, told.count), 3),
        frames=told.frames,
        method="floor",
        floor=_rounded(told.figures),
    )


def _rounded(figures: FloorFigures) -> FloorFigures:
    """Without the digits that mean nothing."""
    told = figures.model_dump(exclude_none=True)
    return FloorFigures(
        **{name: round(value, 4) if isinstance(value, float) else value for name, value in told.items()}
    )
