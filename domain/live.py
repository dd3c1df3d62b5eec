"""What a live screen hears: a snapshot of the newest of everything, then what changed."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.alerts import Alert
from domain.floor import Occupancy, Positions
from domain.messages import MESSAGE_VERSION, CameraHealth, LineCrossing, ZoneReading
from domain.units import Slug, UtcDatetime


class LiveSnapshot(BaseModel):
    """The first thing a live client hears: the newest of everything."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    kind: Literal["snapshot"] = "snapshot"
    version: Literal[1] = MESSAGE_VERSION
    venue_id: Slug
    sent_at: UtcDatetime
    readings: tuple[ZoneReading, ...]
    cameras: tuple[CameraHealth, ...]
    occupancy: tuple[Occupancy, ...] = ()
    """Of the venue and of each section that is estimated by itself; none where nobody was heard to estimate it."""
    positions: Positions | None = None
    """Where people stand on the floor plan; ``None``: nobody was heard to tell."""
    alerts: tuple[Alert, ...] = ()
    """Those that stand. An empty list says "none" only while ``alerts_watched``."""
    alerts_watched: bool = False
    """Whether the alert engine was heard lately; without it nobody would tell of a danger."""


class LiveUpdate(BaseModel):
    """What changed since the last one; sent at least once a second, empty as a heartbeat."""

    model_config = ConfigDict(frozen=True, extra="forbid", json_schema_serialization_defaults_required=True)

    kind: Literal["update"] = "update"
    version: Literal[1] = MESSAGE_VERSION
    venue_id: Slug
    sent_at: UtcDatetime
    readings: tuple[ZoneReading, ...] = ()
    cameras: tuple[CameraHealth, ...] = ()
    crossings: tuple[LineCrossing, ...] = ()
    occupancy: tuple[Occupancy, ...] = ()
    positions: Positions | None = None
    """The newest; ``None``: nothing newer than what was sent."""
    alerts: tuple[Alert, ...] = ()
    """Those that changed, each as it stands now; one that is over is told once."""
    alerts_watched: bool = False
    """As in the snapshot."""
    skipped: int = Field(default=0, ge=0)
    """Messages this client was too slow for; newer ones replaced them. Positions are not among them: only the newest
    are ever meant to be seen."""


LiveMessage = Annotated[LiveSnapshot | LiveUpdate, Field(discriminator="kind")]
