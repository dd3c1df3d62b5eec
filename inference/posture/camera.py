"""One camera's share of the posture watch: who is there, whom to look at, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.messages import PostureEvent, State
from domain.venue import ZoneConfig
from inference.detect.base import Picture
from inference.posture.choice import Candidate, urgency
from inference.posture.classify import Judgement
from inference.posture.crop import Crop, crop_person
from inference.posture.events import Change, HoldRules, PostureEvents
from inference.track import Tracks

CROPS_AN_OFFER: Final = 3
"""Crops that one camera has waiting at the most: 200 kB each, and with ten readings a second more would go stale."""


@dataclass(frozen=True)
class Look:
    """Someone to be looked at."""

    track: int
    crop: Crop
    at_s: float
    urgency: float


@dataclass(frozen=True)
class _Place:
    """Where someone stands: their feet in pixels of the camera's ``frame_size``, and the zones that hold them."""

    position: tuple[float, float]
    zone_ids: tuple[str, ...]


@dataclass
class _Known:
    """Someone in the picture. ``looked_at_s`` is when they were first seen until they were looked at."""

    looked_at_s: float
    place: _Place
    new: bool = True
    too_small: bool = False


class WatchedCamera:
    """Turns one camera's tracks into looks, and what was seen into events. Time is an argument.

    Args:
        venue_id: whose camera it is.
        camera_id: which one.
        frame_size: width and height of the picture that zones were drawn on.
        zones: the camera's zones.
        priority: people of this camera are looked at more often than others.
        priority_zones: ids of zones in which they are.
        rules: how long a posture must be held.
    """

    def __init__(
        self,
        venue_id: str,
        camera_id: str,
        frame_size: tuple[int, int],
        zones: Sequence[ZoneConfig],
        *,
        priority: bool = False,
        priority_zones: Collection[str] = (),
        rules: HoldRules | None = None,
    ) -> None:
        self._venue_id, self._camera_id = venue_id, camera_id
        self._frame_size, self._zones = frame_size, tuple(zones)
        self._priority, self._priority_zones = priority, frozenset(priority_zones)
        self._events = PostureEvents(rules)
        self._people: dict[int, _Known] = {}
        self._newest_s = float("-inf")

    def __len__(self) -> int:
        """How many people something is remembered of."""
        return len(self._people)

    @property
    def too_small(self) -> int:
        """People in the picture now who are too small to be read."""
        return sum(person.too_small for person in self._people.values())

    def present(self, tracks: Tracks, picture_size: tuple[int, int], at_s: float) -> list[PostureEvent]:
        """Who is in the picture now; also when nobody is.

        Args:
            tracks: in pixels of the picture.
            picture_size: its width and height.
            at_s: when it was captured, Unix seconds.
        """
        self._newest_s = at_s
        for track, place in zip(tracks.ids.tolist(), self._places(tracks, picture_size), strict=True):
            self._people.setdefault(track, _Known(at_s, place)).place = place
        ended = self._tell(self._events.present(tracks.ids.tolist(), at_s), at_s)
        self._people = {track: person for track, person in self._people.items() if track in self._events}
        return ended

    def looks(self, picture: Picture, tracks: Tracks, at_s: float) -> list[Look]:
        """The most urgent people, cut out; call :meth:`present` before."""
        width, height = np.maximum(tracks.boxes[:, 2:] - tracks.boxes[:, :2], 1e-6).T
        shapes = (width / height).tolist()
        suspected = self._events.suspected
        due = [
            (self._urgency(track, shape, at_s, suspected=track in suspected), row, track)
            for row, (track, shape) in enumerate(zip(tracks.ids.tolist(), shapes, strict=True))
            if tracks.seen[row]  # a box that was only predicted may hold someone else
        ]
        chosen = sorted((one for one in due if one[0] > 0), reverse=True)[:CROPS_AN_OFFER]
        return [look for one in chosen if (look := self._cut(picture, tracks.boxes[one[1]], one, at_s))]

    def looked(self, look: Look) -> None:
        """A look is being taken: the next at the same person can wait."""
        person = self._people.get(look.track)
        if person is not None:
            person.looked_at_s, person.new = max(look.at_s, person.looked_at_s), False

    def take(self, look: Look, judgement: Judgement) -> list[PostureEvent]:
        """What a look showed."""
        return self._tell(self._events.take(look.track, judgement, look.at_s), look.at_s)

    def end(self, now_s: float | None = None) -> list[PostureEvent]:
        """Nobody watches any longer: every event ends, unseen."""
        ended = self._tell(self._events.end_all(), max(self._newest_s, now_s or self._newest_s))
        self._people.clear()
        return ended

    @property
    def newest_s(self) -> float:
        """When the newest picture was captured."""
        return self._newest_s

    def _urgency(self, track: int, shape: float, at_s: float, *, suspected: bool) -> float:
        person = self._people[track]
        priority = self._priority or not self._priority_zones.isdisjoint(person.place.zone_ids)
        return urgency(Candidate(at_s - person.looked_at_s, shape, suspected, priority, person.new))

    def _cut(self, picture: Picture, box: NDArray[np.float64], due: tuple[float, int, int], at_s: float) -> Look | None:
        crop = crop_person(picture, box)
        self._people[due[2]].too_small = crop is None
        return Look(due[2], crop, at_s, due[0]) if crop is not None else None

    def _places(self, tracks: Tracks, picture_size: tuple[int, int]) -> list[_Place]:
        feet = np.clip(tracks.feet, 0, np.subtract(picture_size, 1)) * np.divide(self._frame_size, picture_size)
        inside = [(zone.id, zone.polygon.contains(feet)) for zone in self._zones]
        return [
            _Place((round(x, 1), round(y, 1)), tuple(name for name, holds in inside if holds[row]))
            for row, (x, y) in enumerate(feet.tolist())
        ]

    def _tell(self, changes: Sequence[Change], at_s: float) -> list[PostureEvent]:
        return [self._message(change, at_s) for change in changes]

    def _message(self, change: Change, at_s: float) -> PostureEvent:
        place = self._people[change.track].place
        return PostureEvent(
            venue_id=self._venue_id,
            captured_at=datetime.fromtimestamp(at_s, UTC),
            state=State.OK,
            event_id=change.event_id,
            camera_id=self._camera_id,
            zone_ids=place.zone_ids,
            position=place.position,
            posture=change.posture,
            phase="started" if change.end_reason is None else "ended",
            confidence=round(change.confidence, 3),
            since=datetime.fromtimestamp(change.since_s, UTC),
            duration_s=round(change.duration_s, 3),
            end_reason=change.end_reason,
        )
