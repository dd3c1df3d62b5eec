"""Which frames of a camera are looked at, where fewer are wanted than it sends."""

from typing import Final

SLACK: Final = 0.5
"""Share of a period that a frame may come before its turn. The schedule starts with a frame that may be late itself, so
a camera whose frames jitter by up to half of this, either way, loses none."""
BEHIND: Final = 1.0
"""Periods after which a late schedule starts anew: a camera that paused is not looked at faster to make up for it."""


class Pacer:
    """A schedule with a turn each period, kept on average.

    Turns are counted from the one before, not from the frame that took it, so jitter does not add up: a camera that
    sends exactly the wanted rate is looked at whole, and one that sends more is thinned to the rate.

    Args:
        fps: frames a second wanted at most; ``None``: every frame is due.
    """

    def __init__(self, fps: float | None) -> None:
        self._period_s = None if fps is None else 1 / fps
        self._turn_s: float | None = None

    def due(self, at_s: float) -> bool:
        """Whether the frame captured at ``at_s`` takes the next turn.

        A clock that was set back by more than a period starts the schedule anew.
        """
        period_s = self._period_s
        if period_s is None:
            return True
        if self._turn_s is None or abs(at_s - self._turn_s) > (1 + BEHIND) * period_s:
            self._turn_s = at_s
        if at_s < self._turn_s - SLACK * period_s:
            return False
        self._turn_s = max(self._turn_s, at_s - BEHIND * period_s) + period_s
        return True
