"""Who holds a posture now, and of whom nobody knows any more."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.messages import Posture, PostureEvent

FORGET_AFTER_S: Final = 600.0
"""An acknowledged one of which nothing was heard for ten minutes is somebody's business by then, not the machine's."""


@dataclass
class Held:
    """One event that has not ended well."""

    posture: Posture
    places: tuple[str, ...]
    camera_id: str
    since: datetime
    heard_at: datetime
    confidence: float
    lost: bool = False


@dataclass
class Postures:
    """Every posture that is held, by its event.

    One whose person was lost from sight is not over: it stays, and nothing clears on it.
    """

    held: dict[UUID, Held] = field(default_factory=dict)

    def hear(self, event: PostureEvent, places: tuple[str, ...], now: datetime) -> None:
        """A start or an end. Where the end says that the person is up again, it is over."""
        known = self.held.get(event.event_id)
        if event.phase == "started":
            self.held.setdefault(
                event.event_id, Held(event.posture, places, event.camera_id, event.since, now, event.confidence)
            )
        elif event.end_reason == "recovered":
            self.held.pop(event.event_id, None)
        elif known is not None:
            known.lost, known.heard_at = True, now

    def at(self, posture: Posture, place: str) -> list[Held]:
        """Those who hold it there, or were last seen to."""
        return [one for one in self.held.values() if one.posture is posture and place in one.places]

    def forget(self, posture: Posture, place: str, now: datetime, *, lost_too: bool) -> None:
        """Drop what nobody tells of any more, once a person has taken it over."""
        limit = timedelta(seconds=FORGET_AFTER_S)
        for event_id, one in list(self.held.items()):
            here = one.posture is posture and place in one.places
            if here and lost_too and (one.lost or now - one.heard_at > limit):
                del self.held[event_id]
