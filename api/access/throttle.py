"""How often someone may guess."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from typing import Final

KEPT_KEYS: Final = 10_000
"""About 3 MB; the least recently used are forgotten first, so that a flood of addresses costs no more."""


class Throttle:
    """Counts tries per key over a sliding window.

    Args:
        tries: how many are let through within the window.
        window_s: seconds.
        clock: seconds that only grow.
    """

    def __init__(self, *, tries: int, window_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._tries = tries
        self._window_s = window_s
        self._clock = clock
        self._seen: OrderedDict[Hashable, deque[float]] = OrderedDict()

    def wait_s(self, key: Hashable) -> float:
        """Count a try: 0 where it may go on, otherwise the seconds until one may.

        A try that is refused is not counted, so that a page which retries does not lock itself out for ever.
        """
        now = self._clock()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        if len(self._seen) > KEPT_KEYS:
            self._seen.popitem(last=False)
        while times and times[0] <= now - self._window_s:
            times.popleft()
        if len(times) >= self._tries:
            return times[0] + self._window_s - now
        times.append(now)
        return 0.0

    def forget(self, key: Hashable) -> None:
        """Someone proved who they are: their earlier slips no longer count."""
        self._seen.pop(key, None)
