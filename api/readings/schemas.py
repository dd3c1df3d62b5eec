"""Series over time. *Unknown is never zero*: a bucket that is not known enough has no number."""

from datetime import datetime, timedelta
from typing import Final

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


class ReadingPoint(BaseModel):
    """One bucket of one zone.

    Attributes:
        at: the bucket's start.
        state: ``ok`` where at least half of the bucket's seconds are known; otherwise what kept them unknown most.
        count: people, averaged over the known seconds; ``None`` when unknown.
        peak: the highest count of one frame.
        count_low: lower end of the 90 % interval.
        known_share: the share of the bucket's seconds with a trusted count.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    state: State
    count: float | None
    peak: int | None
    count_low: float | None
    count_high: float | None
    known_share: float


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
