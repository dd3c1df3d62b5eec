"""A posture held long enough becomes an event; seen otherwise, or gone, the event ends. Time is an argument.

Each person and posture on its own: someone may crouch with their hands up. All that is known of a person is dropped
when their track ends.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID, uuid4

from domain.messages import Posture
from inference.posture.classify import Judgement

EndReason = Literal["recovered", "track_ended", "unseen"]

MINIMUM_S: Final[Mapping[Posture, float]] = MappingProxyType(
    {Posture.FALLEN: 2.0, Posture.HANDS_UP: 1.0, Posture.CROUCHING: 3.0}
)
"""A stumble, a wave and tying a shoe are shorter; help for someone who fell should not wait longer."""


@dataclass(frozen=True)
class HoldRules:
    """How long is long enough.

    Attributes:
        minimum_s: how long each posture must be seen before it is an event.
        least_looks: and in how many looks at the least: one wrong reading is no event, however long it stands alone.
        likely: score from which a look shows the posture.
        longest_gap_s: between two looks that show it; after a longer one nobody knows whether it lasted.
        release_s: how long it must be seen otherwise before it is over: one wrong reading ends nothing.
        unseen_s: how long an event outlives the last look that could tell.
        lost_s: how long a track may be missing before it has ended: longer than the tracker remembers one (3 s).
    """

    minimum_s: Mapping[Posture, float] = field(default_factory=lambda: MINIMUM_S)
    least_looks: int = 3
    likely: float = 0.5
    longest_gap_s: float = 3.0
    release_s: float = 0.8
    unseen_s: float = 30.0
    lost_s: float = 4.0


@dataclass(frozen=True)
class Change:
    """An event began or ended.

    Attributes:
        track: whose it is; it goes no further than the caller.
        event_id: the same for the start and the end.
        since_s: when the posture was first seen.
        duration_s: from then to the last look that showed it.
        confidence: mean score of the looks in between.
        end_reason: ``None``: it began.
    """

    track: int
    event_id: UUID
    posture: Posture
    since_s: float
    duration_s: float
    confidence: float
    end_reason: EndReason | None


@dataclass
class _Hold:
    """A posture that is being seen, from the first look that showed it."""

    since_s: float
    shown_at_s: float
    known_at_s: float
    otherwise_since_s: float | None = None
    shown: int = 0
    looks: int = 0
    total: float = 0.0
    event_id: UUID | None = None

    def take(self, score: float, at_s: float, *, likely: float) -> None:
        self.looks += 1
        self.total += score
        self.known_at_s = at_s
        if score >= likely:
            self.shown += 1
            self.shown_at_s = at_s
            self.otherwise_since_s = None
        elif self.otherwise_since_s is None:
            self.otherwise_since_s = at_s

    def change(self, track: int, event_id: UUID, posture: Posture, end_reason: EndReason | None) -> Change:
        lasted_s = self.shown_at_s - self.since_s
        return Change(track, event_id, posture, self.since_s, lasted_s, self.total / self.looks, end_reason)


@dataclass
class _Person:
    present_at_s: float
    holds: dict[Posture, _Hold] = field(default_factory=dict)


class PostureEvents:
    """The events of one camera.

    Args:
        rules: how long is long enough.
    """

    def __init__(self, rules: HoldRules | None = None) -> None:
        self._rules = rules or HoldRules()
        self._people: dict[int, _Person] = {}

    def __len__(self) -> int:
        """How many people something is remembered of."""
        return len(self._people)

    def __contains__(self, track: int) -> bool:
        """Whether something is remembered of this track."""
        return track in self._people

    @property
    def suspected(self) -> frozenset[int]:
        """Tracks that hold a posture now, raised or not yet: worth another look."""
        return frozenset(track for track, person in self._people.items() if person.holds)

    def present(self, tracks: Iterable[int], at_s: float) -> list[Change]:
        """These tracks are in the picture, whether looked at or not. Call it for every frame, also an empty one.

        Returns:
            The ends of events whose track is missing for too long, or that could not be told for too long.
        """
        for track in tracks:
            self._people.setdefault(track, _Person(at_s)).present_at_s = at_s
        gone = [track for track, person in self._people.items() if at_s - person.present_at_s > self._rules.lost_s]
        changes = [change for track in gone for change in self._drop(track, "track_ended")]
        return changes + [change for track in self._people for change in self._give_up(track, at_s)]

    def take(self, track: int, judgement: Judgement, at_s: float) -> list[Change]:
        """One look at a track that :meth:`present` has named; one that has ended meanwhile changes nothing.

        Args:
            track: whose.
            judgement: what it said; a posture that it does not mention stays as it was.
            at_s: when the frame was captured.
        """
        person = self._people.get(track)
        if person is None:
            return []
        told = (self._weigh(person, track, posture, score, at_s) for posture, score in judgement.scores.items())
        return [change for change in told if change is not None]

    def end_all(self) -> list[Change]:
        """The watch ends: nobody will see how the events go on."""
        return [change for track in list(self._people) for change in self._drop(track, "unseen")]

    def _weigh(self, person: _Person, track: int, posture: Posture, score: float, at_s: float) -> Change | None:
        rules, hold = self._rules, person.holds.get(posture)
        shows = score >= rules.likely
        if hold is not None and hold.event_id is None and at_s - hold.shown_at_s > rules.longest_gap_s:
            hold = None
            del person.holds[posture]
        if hold is None:
            if not shows:
                return None
            hold = person.holds[posture] = _Hold(at_s, at_s, at_s)
        hold.take(score, at_s, likely=rules.likely)
        if hold.otherwise_since_s is not None and at_s - hold.otherwise_since_s >= rules.release_s:
            del person.holds[posture]
            return hold.change(track, hold.event_id, posture, "recovered") if hold.event_id else None
        return self._raise(hold, track, posture, at_s) if shows else None

    def _raise(self, hold: _Hold, track: int, posture: Posture, at_s: float) -> Change | None:
        long_enough = at_s - hold.since_s >= self._rules.minimum_s[posture] and hold.shown >= self._rules.least_looks
        if hold.event_id is not None or not long_enough:
            return None
        hold.event_id = uuid4()
        return hold.change(track, hold.event_id, posture, None)

    def _give_up(self, track: int, at_s: float) -> list[Change]:
        """Forget what could not be told for long."""
        holds, rules = self._people[track].holds, self._rules
        old = [
            posture
            for posture, hold in holds.items()
            if at_s - hold.known_at_s > (rules.unseen_s if hold.event_id else rules.longest_gap_s)
        ]
        return self._ended(track, {posture: holds.pop(posture) for posture in old}, "unseen")

    def _drop(self, track: int, reason: EndReason) -> list[Change]:
        return self._ended(track, self._people.pop(track).holds, reason)

    def _ended(self, track: int, holds: Mapping[Posture, _Hold], reason: EndReason) -> list[Change]:
        return [
            hold.change(track, hold.event_id, posture, reason)
            for posture, hold in holds.items()
            if hold.event_id is not None
        ]
