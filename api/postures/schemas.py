"""Posture events as they are told: an event's start and its end in one."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.messages import Posture

MAX_EVENTS: Final = 1_000


class PostureEpisode(BaseModel):
    """One event from its start to its end.

    Attributes:
        position: the feet, x and y in pixels of the camera's frame.
        confidence: mean score of the looks taken; a score, not a measured probability.
        since: when the posture was first seen.
        raised_at: when it had lasted for its minimum duration.
        ended_at: when its end was known; ``None``: it lasts, or whoever watched it stopped watching.
        duration_s: from ``since`` to the last look that showed it, as far as is known.
        end_reason: ``recovered``, ``track_ended`` or ``unseen``; ``None`` without an end.
    """

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    camera_id: str
    zone_ids: list[str]
    position: tuple[float, float]
    posture: Posture
    confidence: float
    since: datetime
    raised_at: datetime
    ended_at: datetime | None
    duration_s: float
    end_reason: Literal["recovered", "track_ended", "unseen"] | None


class Postures(BaseModel):
    """The events that were raised in ``[since, until)``, newest first.

    Attributes:
        truncated: whether older ones in the range were left out because of the limit.
    """

    venue_id: str
    since: datetime
    until: datetime
    truncated: bool
    events: list[PostureEpisode]
