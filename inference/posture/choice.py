"""Whom to look at next, when not everyone can be: the people that matter more often, nobody never."""

from dataclasses import dataclass
from typing import Final

SUSPECTED: Final = 8.0
"""How much more often than others someone is looked at whose posture is being watched. Four a second of one person
against one in two seconds: a fall is sure after its two seconds."""
LYING: Final = 4.0
"""The same for someone whose box is wide for its height: perhaps they fell."""
PRIORITY: Final = 2.0
"""The same for someone in a zone with priority."""
WIDE: Final = 0.8
"""Width of a box over its height from which someone may be lying: people who stand are a third to a half as wide as
they are high, with their arms stretched out about as wide."""
LEAST_PERIOD_S: Final = 0.25
"""Between two looks at one person: sooner they show nothing new."""


@dataclass(frozen=True)
class Candidate:
    """Someone who could be looked at.

    Attributes:
        waited_s: since they were last looked at, or first seen.
        shape: width of their box over its height.
        suspected: whether a posture is being watched on them.
        priority: whether they stand in a zone with priority.
        new: whether they were never looked at.
    """

    waited_s: float
    shape: float
    suspected: bool = False
    priority: bool = False
    new: bool = False


def urgency(person: Candidate) -> float:
    """How much a look at them is due: it grows with the wait, so that everyone's turn comes; 0: not now.

    Example:
        >>> urgency(Candidate(waited_s=1.0, shape=0.4))
        1.0
        >>> urgency(Candidate(waited_s=1.0, shape=1.6))
        4.0
    """
    if person.waited_s < LEAST_PERIOD_S and not person.new:
        return 0.0
    weight = max(
        SUSPECTED if person.suspected else 1.0,
        LYING if person.shape >= WIDE else 1.0,
        PRIORITY if person.priority else 1.0,
    )
    return max(person.waited_s, LEAST_PERIOD_S) * weight
