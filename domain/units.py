"""Time and names, in one form each.

Quantities carry their unit in their name (``density_per_m2``, ``dwell_s``, ``captured_at``). Time is UTC and aware:
a naive datetime is refused, because a venue's local hour happens twice on one night of the year.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""An identifier that is safe in a URL, a Redis key and a file name: ``west-gate``."""


def _to_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


UtcDatetime = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""An aware datetime, moved to UTC. A naive one is a validation error."""

SECOND = timedelta(seconds=1)


def whole_second(moment: datetime) -> datetime:
    """The UTC second that ``moment`` falls in: the key that readings are stored under.

    Raises:
        ValueError: ``moment`` is naive; it would be taken for this machine's local time.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time needs its zone, got {moment.isoformat()}")
    return moment.astimezone(UTC).replace(microsecond=0)


def from_unix_ns(nanoseconds: int) -> datetime:
    """UTC datetime of a Unix time in nanoseconds, cut to the microsecond."""
    return datetime.fromtimestamp(nanoseconds // 1_000_000_000, UTC) + timedelta(
        microseconds=nanoseconds % 1_000_000_000 // 1_000
    )
