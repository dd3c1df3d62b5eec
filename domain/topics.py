"""The one table of topics: who reads what, how often, by which way, and what gives way when it is too much."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.alerts import Alert
from domain.captures import Capture, CaptureRequest
from domain.floor import CameraPositions, Occupancy, Positions, Scan
from domain.messages import CameraHealth, LineCrossing, Message, PostureEvent, ZoneReading
from domain.rollout import ModelAliases, RolloutEvent, ShadowReport


class Transport(StrEnum):
    """How a message travels through Redis."""

    PUBSUB_AND_STREAM = "pubsub+stream"
    """Screens hear it at once (lossy); the Stream is what is stored."""
    PUBSUB = "pubsub"
    """Only those who listen now hear it."""
    PUBSUB_AND_LAST_VALUE = "pubsub+last-value"
    LAST_VALUE = "last-value"


class DropPolicy(StrEnum):
    """What a reader that falls behind loses."""

    NEWEST_WINS = "newest-wins"
    """Only the newest of each key is kept for a slow screen; the Stream keeps all."""
    KEEP_ALL = "keep-all"
    """Each one counts; a slow screen is told how many it missed."""


@dataclass(frozen=True)
class Topic:
    """One row of the table.

    Attributes:
        name: the Redis key's prefix.
        message: what it carries; ``None`` for a JPEG.
        rate_hz: expected messages a second for each zone or camera; ``None`` for events.
        retention_s: how long a last value is kept; for a Stream, how long ``stream_length`` is meant to reach back.
        stream_length: an upper bound on a venue's Stream entries, whatever their age.
    """

    name: str
    message: type[Message] | None
    rate_hz: float | None
    transport: Transport
    retention_s: int
    drop: DropPolicy
    stream_length: int = 0

    def key(self, owner: str) -> str:
        """The channel, Stream or key of one owner: a venue, or for ``frame`` and a last value, venue/camera."""
        return f"{self.name}:{owner}"

    @property
    def has_stream(self) -> bool:
        """Whether its messages are stored."""
        return self.transport is Transport.PUBSUB_AND_STREAM


READINGS: Final = Topic(
    "readings", ZoneReading, 1.0, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.NEWEST_WINS, 2_000_000
)
CROSSINGS: Final = Topic(
    "crossings", LineCrossing, None, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.KEEP_ALL, 1_000_000
)
POSTURES: Final = Topic(
    "postures", PostureEvent, None, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.KEEP_ALL, 100_000
)
CAMERAS: Final = Topic("cameras", CameraHealth, 1.0, Transport.PUBSUB_AND_LAST_VALUE, 24 * 3600, DropPolicy.NEWEST_WINS)
SIGHTINGS: Final = Topic("sightings", CameraPositions, 5.0, Transport.PUBSUB, 1, DropPolicy.NEWEST_WINS)
POSITIONS: Final = Topic("positions", Positions, 5.0, Transport.PUBSUB, 1, DropPolicy.NEWEST_WINS)
OCCUPANCY: Final = Topic(
    "occupancy", Occupancy, 1.0, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.NEWEST_WINS, 2_000_000
)
SCANS: Final = Topic("scans", Scan, None, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.KEEP_ALL, 1_000_000)
ALERTS: Final = Topic("alerts", Alert, None, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.KEEP_ALL, 100_000)
CAPTURES: Final = Topic("captures", Capture, None, Transport.PUBSUB_AND_STREAM, 24 * 3600, DropPolicy.KEEP_ALL, 20_000)
CAPTURE_REQUESTS: Final = Topic("capture-requests", CaptureRequest, None, Transport.PUBSUB, 1, DropPolicy.KEEP_ALL)
MODELS: Final = Topic(
    "models", ModelAliases, None, Transport.PUBSUB_AND_LAST_VALUE, 7 * 24 * 3600, DropPolicy.NEWEST_WINS
)
ROLLOUTS: Final = Topic(
    "rollouts", RolloutEvent, None, Transport.PUBSUB_AND_STREAM, 24 * 3600, DropPolicy.KEEP_ALL, 10_000
)
SHADOWS: Final = Topic(
    "shadows", ShadowReport, None, Transport.PUBSUB_AND_STREAM, 6 * 3600, DropPolicy.NEWEST_WINS, 10_000
)
FRAME: Final = Topic("frame", None, 2.0, Transport.LAST_VALUE, 10, DropPolicy.NEWEST_WINS)

TOPICS: Final = MappingProxyType(
    {
        topic.name: topic
        for topic in (
            *(READINGS, CROSSINGS, POSTURES, CAMERAS, SIGHTINGS, POSITIONS, OCCUPANCY, SCANS, ALERTS),
            *(CAPTURES, CAPTURE_REQUESTS, MODELS, ROLLOUTS, SHADOWS, FRAME),
        )
    }
)


def camera_owner(venue_id: str, camera_id: str) -> str:
    """The owner part of a key that belongs to one camera of one venue."""
    return f"{venue_id}/{camera_id}"
