"""Series over time. *Unknown is never zero*: a bucket that is not known enough has no number."""

from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from domain.errors import BadInput
from domain.messages import State

MAX_STEP_S: Final = 86_400
MAX_BUCKETS: Final = 5_000
"""A chart is 2,000 pixels wide; two hours at one second are 7,200 buckets and are better asked for by 2 s."""


class BadRange(BadInput):
    """A range of time that cannot be answered."""


class Span(BaseModel):
    """A range of time cut into buckets: ``[since, until)``, the last bucket cut short where it does not fit.

    Example:
        >>> Span.checked(datetime.fromisoformat("2026-01-01T00:00Z"), datetime.fromisoformat("2026-01-01T00:01Z"), 7)
        ...     .buckets
        9
    """

    model_config = ConfigDict(frozen=True)

    since: datetime
    until: datetime
    step_s: int

    @classmethod
    def checked(cls, since: datetime, until: datetime, step_s: int) -> "Span":
        """The span.

        Raises:
            BadRange: it ends before it begins, or has too many buckets; the message says what would do.
        """
        if since >= until:
            raise BadRange(f"since ({since.isoformat()}) must be before until ({until.isoformat()})")
        span = cls(since=since, until=until, step_s=step_s)
        if span.buckets > MAX_BUCKETS:
            fits = -(-int((until - since).total_seconds()) // MAX_BUCKETS)
            raise BadRange(
                f"{span.buckets} buckets a zone are too many, at most {MAX_BUCKETS}: "
                + (f"use a step of {fits} s or more" if fits <= MAX_STEP_S else "ask for a shorter range")
            )
        return span

    @property
    def buckets(self) -> int:
        """How many buckets there are."""
        return -(-(self.until - self.since) // timedelta(seconds=self.step_s))


class FloorPoint(BaseModel):
    """One bucket of one zone in metres: means over the seconds that have the figure; ``None`` where none has.

    Attributes:
        area_m2: of the part that people can stand on.
        unseen_share: share of the area that no camera saw.
        peak_density_per_m2: the highest local density of any second.
        level_of_service: the worst of any second, by Fruin.
        pressure_per_s2: the highest of any second.
        queue_length: people waiting; ``None`` where the zone is no queue.
        queue_wait_s: expected wait of somebody who joined then.
        dwell_s: mean stay of those who left.
    """

    model_config = ConfigDict(frozen=True)

    area_m2: float
    unseen_share: float
    density_per_m2: float | None
    peak_density_per_m2: float | None
    level_of_service: Literal["A", "B", "C", "D", "E", "F"] | None
    speed_m_per_s: float | None
    pressure_per_s2: float | None
    inflow_per_min: float | None
    outflow_per_min: float | None
    queue_length: float | None
    queue_wait_s: float | None
    service_per_min: float | None
    dwell_s: float | None


class ReadingPoint(BaseModel):
    """One bucket of one zone.

    Attributes:
        at: the bucket's start.
        state: ``ok`` where at least half of the bucket's seconds are known; otherwise what kept them unknown most.
        count: people, averaged over the known seconds; ``None`` when unknown.
        peak: the highest count of one frame.
        count_low: lower end of the 90 % interval.
        known_share: the share of the bucket's seconds with a trusted count.
        floor: what is known in metres; ``None`` unless it is for at least half of the bucket's seconds.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    state: State
    count: float | None
    peak: int | None
    count_low: float | None
    count_high: float | None
    known_share: float
    floor: FloorPoint | None


class ZoneSeries(BaseModel):
    """One zone over time."""

    zone_id: str
    points: list[ReadingPoint]


class Readings(BaseModel):
    """Zones over time: every bucket of the range is there."""

    venue_id: str
    since: datetime
    until: datetime
    step_s: int
    zones: list[ZoneSeries]


class CrossingPoint(BaseModel):
    """People who passed in one bucket; ``None`` where the line's camera saw nothing it could be trusted on."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    in_count: int | None
    out_count: int | None


class LineSeries(BaseModel):
    """One counting line over time."""

    line_id: str
    points: list[CrossingPoint]


class Crossings(BaseModel):
    """Counting lines over time: every bucket of the range is there."""

    venue_id: str
    since: datetime
    until: datetime
    step_s: int
    lines: list[LineSeries]
