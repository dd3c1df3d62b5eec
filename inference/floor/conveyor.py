"""Messages in the order in which their frames were captured, and steps between them: live and replayed alike."""

import heapq
from datetime import datetime, timedelta
from typing import Final

from domain.messages import Message
from inference.floor.engine import STEP, FloorEngine, first_step

LONGEST_GAP: Final = timedelta(minutes=1)
"""After a longer pause (a suspended machine) the steps between are left out: those seconds are a hole, and unknown."""

_Ordered = tuple[datetime, str, int, Message]


class Conveyor:
    """Brings messages to an engine.

    The answer depends on when frames were captured, not on when messages arrived, as long as they arrive before the
    step that needs them.

    Args:
        engine: what they are brought to.
        start: the first step is not before.
    """

    def __init__(self, engine: FloorEngine, start: datetime) -> None:
        self.engine = engine
        self._next = first_step(start)
        self._waiting: list[_Ordered] = []
        self._arrived = 0

    def put(self, message: Message) -> None:
        """Let a message wait for the step that is not before its frame."""
        self._arrived += 1
        heapq.heappush(self._waiting, (message.captured_at, type(message).__name__, self._arrived, message))

    @property
    def waiting(self) -> list[Message]:
        """What no step has taken yet, oldest first."""
        return [message for *_, message in sorted(self._waiting, key=lambda one: one[:-1])]

    def advance(self, until: datetime) -> list[Message]:
        """Every step that is not after ``until``; what they told."""
        if until - self._next > LONGEST_GAP:
            self._next = first_step(until)
        told: list[Message] = []
        while self._next <= until:
            self._take(self._next)
            told += self.engine.step(self._next)
            self._next = first_step(self._next + STEP)
        return told

    def _take(self, at: datetime) -> None:
        while self._waiting and self._waiting[0][0] <= at:
            self.engine.take(heapq.heappop(self._waiting)[-1])
