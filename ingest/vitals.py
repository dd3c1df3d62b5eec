"""What is known about one camera, and what follows from it. No clock, no process: every time is an argument."""

from collections import deque
from datetime import datetime
from typing import Final

from domain.messages import CameraHealth, State
from domain.staleness import state_by_age
from ingest.limits import CameraLimits
from ingest.wire import Sight

_SIGHT_REASONS: Final = {Sight.FROZEN: "picture is frozen", Sight.BLACK: "picture is black"}


class Vitals:
    """One camera's life so far."""

    def __init__(self, camera_id: str, limits: CameraLimits) -> None:
        self._camera_id = camera_id
        self._limits = limits
        self._starts = 0
        self._captured = 0
        self._dropped = 0
        self._late = 0
        self._size: tuple[int, int] | None = None
        self._sight = Sight.CLEAR
        self._last_frame_at: datetime | None = None
        self._alive_at: datetime | None = None
        self._recent: deque[datetime] = deque()
        self._failure: str | None = None
        self._needs_mending = False

    @property
    def frames_captured(self) -> int:
        """Frames of all connections so far."""
        return self._captured

    def started(self) -> None:
        """A capture process was started."""
        self._starts += 1

    def captured(self, at: datetime, size: tuple[int, int], sight: Sight) -> None:
        """A frame came: ``size`` is its width and height in pixels."""
        self._captured += 1
        self._last_frame_at = self._alive_at = at
        self._size = size
        self._sight = sight
        self._failure, self._needs_mending = None, False
        self._recent.append(at)
        self._forget(at)

    def alive(self, at: datetime) -> None:
        """A recording has nothing to give yet, on purpose: its picture is still true."""
        self._alive_at = at

    def dropped(self) -> None:
        """A frame was replaced, or overwritten, before anyone could look at it."""
        self._dropped += 1

    def looked_at(self, captured_at: datetime, now: datetime) -> None:
        """A frame was handed out."""
        if (now - captured_at).total_seconds() > self._limits.latency_bound_s:
            self._late += 1

    def failed(self, reason: str, *, needs_mending: bool = False) -> None:
        """The connection ended or never came. What a person has to mend makes the camera blind at once."""
        self._failure = reason
        self._needs_mending = needs_mending

    def health(self, venue_id: str, now: datetime) -> CameraHealth:
        """The camera's health at ``now``."""
        state, reason = self._state(now)
        width, height = self._size or (None, None)
        return CameraHealth(
            venue_id=venue_id,
            camera_id=self._camera_id,
            captured_at=self._last_frame_at or now,
            state=state,
            reason=reason,
            last_frame_at=self._last_frame_at,
            fps=self._fps(now),
            frame_width=width,
            frame_height=height,
            frames_captured=self._captured,
            frames_dropped=self._dropped,
            frames_late=self._late,
            restarts=max(0, self._starts - 1),
        )

    def _state(self, now: datetime) -> tuple[State, str | None]:
        if self._alive_at is None or self._last_frame_at is None:
            return State.BLIND, self._failure or "connecting"
        if self._needs_mending:
            return State.BLIND, self._failure
        state = state_by_age(self._alive_at, now)
        if state is not State.OK:
            silence = f"no frames for {(now - self._last_frame_at).total_seconds():.0f} s"
            return state, f"{silence}: {self._failure}" if self._failure else silence
        if self._sight is not Sight.CLEAR:
            return State.BLIND, _SIGHT_REASONS[self._sight]
        return State.OK, None

    def _fps(self, now: datetime) -> float | None:
        """Frames of the last seconds, over the time since the oldest of them; ``None`` with fewer than two."""
        self._forget(now)
        if len(self._recent) < 2:
            return None
        seconds = (max(now, self._recent[-1]) - self._recent[0]).total_seconds()
        return (len(self._recent) - 1) / seconds if seconds > 0 else None

    def _forget(self, now: datetime) -> None:
        while self._recent and (now - self._recent[0]).total_seconds() > self._limits.fps_window_s:
            self._recent.popleft()
