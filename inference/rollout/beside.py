"""A second model that looks at a share of the frames, in the time that counting leaves over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic, perf_counter
from typing import Final

import structlog

from inference.batching import Batcher
from inference.detect import Detections, Detector
from inference.detect.base import Picture
from inference.rollout.check import nonsense
from inference.rollout.looks import Look

log = structlog.get_logger()

SPARE: Final = 0.25
"""Most of the detector's time that a second model may take."""
QUIET: Final = 0.6
"""Load of the detector from which a second model waits: below the 0.75 from which cameras' frames are predicted."""


@dataclass(frozen=True)
class Compared:
    """One frame that two models looked at.

    Attributes:
        camera_id: whose frame.
        captured_at: when.
        picture: the frame, BGR.
        counting: people, by the model that counts.
        beside: people, by the other.
    """

    camera_id: str
    captured_at: datetime
    picture: Picture
    counting: Look
    beside: Look


Then = Callable[[Compared], object]


class Beside:
    """Shows a second model some of the frames that were counted. It is the first thing that is dropped.

    It looks in the detector's own thread, when no picture waits there, so that it never takes a core from counting: a
    frame that comes meanwhile waits for one picture at most.

    Args:
        batcher: whose time is used.
        detector: the second model.
        share: of the frames that are shown, at most.
        compared: told of each frame that both looked at, in the event loop.
        failed: told in words where it gave no answer, or none that could be used.
        at_least_every_s: so often it looks whatever the load; ``None``: only when there is time.
    """

    def __init__(
        self,
        batcher: Batcher,
        detector: Detector,
        share: float,
        *,
        compared: Callable[[Compared], object],
        failed: Callable[[str], object],
        at_least_every_s: float | None = None,
    ) -> None:
        self._batcher, self._detector, self._share = batcher, detector, share
        self._compared, self._failed, self._every_s = compared, failed, at_least_every_s
        self._due: dict[str, float] = {}
        self._rests_until = 0.0
        self._looked_at = monotonic()
        self.skipped = 0
        self.latencies: list[float] = []

    def offer(
        self, camera_id: str, captured_at: datetime, picture: Picture, found: Detections, then: Then | None = None
    ) -> None:
        """A frame was counted.

        Args:
            camera_id: whose.
            captured_at: when.
            picture: the frame, BGR.
            found: what the model that counts saw in it.
            then: told too if the second model looks at it.
        """
        now = monotonic()
        must = self._every_s is not None and now - self._looked_at >= self._every_s
        due = self._due.get(camera_id, 0.0) + self._share
        self._due[camera_id] = min(due, 1.0)
        if due < 1.0 and not must:
            return
        free = now >= self._rests_until and self._batcher.load <= QUIET
        work = self._batcher.spare(lambda: self._look(picture), urgent=must) if must or free else None
        if work is None:
            self.skipped += 1
            return
        self._due[camera_id] = max(due - 1.0, 0.0)
        self._looked_at = now
        size = (picture.shape[1], picture.shape[0])

        def done(answer: Detections | None) -> None:
            if answer is not None:
                looks = Look.of(found, size), Look.of(answer, size)
                frame = Compared(camera_id, captured_at, picture, *looks)
                self._compared(frame)
                if then is not None:
                    then(frame)

        work.add_done_callback(lambda task: None if task.cancelled() else done(task.result()))

    def _look(self, picture: Picture) -> Detections | None:
        """In the detector's thread; ``None`` where there is no answer."""
        began = perf_counter()
        try:
            (found,) = answer = self._detector.detect([picture])
            wrong = nonsense(answer, [picture])
        except Exception as error:  # noqa: BLE001  # whatever it is: a second model must not harm the first
            wrong = f"{type(error).__name__}: {error}"
        took = perf_counter() - began
        self._rests_until = monotonic() + took * (1 / SPARE - 1)
        if wrong is not None:
            self._failed(wrong)
            return None
        self.latencies.append(took)
        return found
