"""Occupancy now and over time. *Unknown is never zero*: what is not known enough has no number."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.floor import Occupancy
from domain.messages import State


class LatestOccupancy(BaseModel):
    """People inside now.

    Attributes:
        at: when it was asked for.
        whole: all of the venue.
        sections: the parts of it that are estimated by themselves.
    """

    venue_id: str
    at: datetime
    whole: Occupancy
    sections: list[Occupancy]


class OccupancyPoint(BaseModel):
    """One bucket.

    Attributes:
        at: the bucket's start.
        state: ``ok`` where at least half of the bucket's seconds are known; otherwise what kept them unknown most.
        count: people inside, averaged over the known seconds; ``None`` when unknown.
        count_low: lower end of the 90 % interval.
        peak: the highest estimate of a second.
        capacity: people the venue, or the section, may hold.
        over_capacity: the estimate was above the capacity in one second at least; ``None`` when unknown.
        drift_per_hour: what the line counts are estimated to miss, people an hour; positive: they undercount.
        seen_share: share of the floor that cameras saw.
        known_share: the share of the bucket's seconds with an estimate.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    state: State
    count: float | None
    count_low: float | None
    count_high: float | None
    peak: float | None
    capacity: int | None
    over_capacity: bool | None
    drift_per_hour: float | None
    seen_share: float | None
    known_share: float


class OccupancySeries(BaseModel):
    """People inside over time: every bucket of the range is there.

    Attributes:
        section_id: ``None``: all of the venue.
    """

    venue_id: str
    section_id: str | None
    since: datetime
    until: datetime
    step_s: int
    points: list[OccupancyPoint]
