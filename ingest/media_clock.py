"""The time inside a recording, and when each of its frames is due."""

from typing import Final

FALLBACK_FPS: Final = 25.0
"""For folders of pictures, and for files whose header cannot be right: the rate of most cameras in Europe."""
_SANE_FPS: Final = (1.0, 240.0)
"""Below lies a header of zeros, above a time base (1000, 90000) that was written for a rate."""
_LONGEST_STEP_S: Final = 10.0
"""Between two frames; more is a broken time stamp, or a cut that nobody wants to wait through."""
_LATE_S: Final = 1.0
"""Behind its clock by more than this, a recording goes on from here; it does not rush to catch up."""


class MediaClock:
    """Seconds from the first frame of a recording, from its time stamps where they can be right.

    Args:
        fps: what the header claims. If that is absurd, the time stamps, which many containers derive from it, are not
            believed either, and frames are 1/25 s apart.
    """

    def __init__(self, fps: float) -> None:
        sane = _SANE_FPS[0] <= fps <= _SANE_FPS[1]
        self._believes_stamps = sane
        self._step_s = 1 / (fps if sane else FALLBACK_FPS)
        self._last_stamp_s: float | None = None
        self.time_s = 0.0

    def advance(self, stamp_s: float) -> float:
        """The next frame's time, given its stamp. One that is missing or runs back counts as one step like the last."""
        if self._last_stamp_s is None:
            self._last_stamp_s = stamp_s
            return self.time_s
        step_s = stamp_s - self._last_stamp_s
        if self._believes_stamps and 0 < step_s <= _LONGEST_STEP_S:
            self._step_s = step_s
        self._last_stamp_s = stamp_s if step_s > 0 else self._last_stamp_s + self._step_s
        self.time_s += self._step_s
        return self.time_s

    @property
    def end_s(self) -> float:
        """When the frame after the newest would be: the recording's length, once it has ended."""
        return self.time_s + self._step_s


class Pacer:
    """When frames are due in real time. The clock that is passed in must not be set back."""

    def __init__(self) -> None:
        self._start_s: float | None = None

    def wait_s(self, media_s: float, now_s: float) -> float:
        """Seconds until the frame at ``media_s`` is due: never negative."""
        if self._start_s is None or now_s - (self._start_s + media_s) > _LATE_S:
            self._start_s = now_s - media_s
        return max(0.0, self._start_s + media_s - now_s)
