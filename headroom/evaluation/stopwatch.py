"""Frames a second, measured without the first steps, during which networks are compiled for the pictures' size."""

from collections.abc import Callable
from time import perf_counter


class Stopwatch:
    """Counts frames against a clock.

    Args:
        clock: seconds, going forward.
    """

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._clock = clock
        self._laps: list[tuple[float, int]] = [(clock(), 0)]

    def lap(self, frames: int) -> None:
        """``frames`` more are done."""
        self._laps.append((self._clock(), self._laps[-1][1] + frames))
        if len(self._laps) > 3:  # the start, the first lap and the newest are all that is asked for
            del self._laps[2]

    @property
    def fps(self) -> float:
        """Frames a second after the first lap; of the first lap where there is no other; 0 before it."""
        first = 1 if len(self._laps) > 2 else 0
        (start_s, before), (end_s, after) = self._laps[first], self._laps[-1]
        return (after - before) / (end_s - start_s) if end_s > start_s else 0.0
