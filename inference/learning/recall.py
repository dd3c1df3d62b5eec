"""The last minutes of a camera in memory, as pictures that may be kept: for when people ask about a moment gone by.

Nothing of it is written unless somebody asks, and what nobody asked for is gone with the process.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from domain.captures import Capture

EVERY_S: Final = 5.0
"""Between two remembered frames."""
LAST_S: Final = 600.0
"""How far memory reaches back: alerts that are false are called so within minutes."""
MOST_BYTES: Final = 16_000_000
"""Of one camera's memory. Ten minutes of blurred pictures are about 4 MB."""
ANSWERED: Final = 3
"""Frames that one request brings at most: the moment's, one before and one after."""


@dataclass(frozen=True)
class Remembered:
    """A frame as it would be kept.

    Attributes:
        capture: what would be told of it.
        jpeg: its picture, people hidden where the policy asks for it.
        likeness: the picture's hash.
    """

    capture: Capture
    jpeg: bytes
    likeness: int

    @property
    def at_s(self) -> float:
        """When it was captured, Unix seconds."""
        return self.capture.captured_at.timestamp()


class Recall:
    """One camera's memory. Frames come in the order of their capture."""

    def __init__(self) -> None:
        self._frames: deque[Remembered] = deque()
        self._bytes = 0
        self._given: set[UUID] = set()

    def __len__(self) -> int:
        return len(self._frames)

    def remember(self, frame: Remembered) -> None:
        """Take a frame in, and forget those that are too old or too many."""
        self._frames.append(frame)
        self._bytes += len(frame.jpeg)
        while self._bytes > MOST_BYTES or self._frames[0].at_s < frame.at_s - LAST_S:
            forgotten = self._frames.popleft()
            self._bytes -= len(forgotten.jpeg)
            self._given.discard(forgotten.capture.capture_id)
            if not self._frames:
                return

    def around(self, at_s: float, around_s: float) -> list[Remembered]:
        """The frames about a moment: the nearest, and the ends of the span; none twice, and none given before.

        Args:
            at_s: the moment, Unix seconds.
            around_s: how far from it a frame may be, seconds.
        """
        near = [frame for frame in self._frames if abs(frame.at_s - at_s) <= around_s]
        if not near:
            return []
        nearest = min(near, key=lambda frame: abs(frame.at_s - at_s))
        chosen = {frame.capture.capture_id: frame for frame in (nearest, near[0], near[-1])}
        fresh = [frame for identity, frame in chosen.items() if identity not in self._given]
        self._given |= set(chosen)
        return fresh[:ANSWERED]
