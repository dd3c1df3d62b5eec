"""The challenger: it looks at a share of the frames beside the champion, and how they compare is told."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import monotonic
from typing import Final

from domain.messages import State
from domain.rollout import ShadowReport
from domain.topics import SHADOWS
from inference.batching import Batcher
from inference.detect import Detections
from inference.detect.base import Picture
from inference.rollout.beside import Beside, Compared, Then
from inference.rollout.looks import Tally
from inference.rollout.trial import p95
from inference.rollout.workplace import Change, Loaded, Workplace

REPORT_S: Final = 30.0
"""Between two reports."""
FAILURES: Final = 3
"""So many frames without an answer that can be used, and it looks no more."""


class Shadow:
    """One challenger at work, until :meth:`end`.

    Args:
        place: the worker.
        batcher: whose spare time is used.
        model: the challenger.
        champion: label of the model that counts.
        share: of the frames that are looked at, at most.
        failed: told in words when it has failed too often.
    """

    def __init__(
        self,
        place: Workplace,
        batcher: Batcher,
        model: Loaded,
        champion: str,
        share: float,
        *,
        failed: Callable[[str], object],
    ) -> None:
        self.model = model
        self._place, self._champion, self._give_up = place, champion, failed
        self._beside = Beside(batcher, model.detector, share, compared=self._compared, failed=self._failed)
        self._tally = Tally()
        self._since: datetime | None = None
        self._failures = 0
        self._reported_s = monotonic()
        self._loop = asyncio.get_running_loop()
        self._say("shadowed", f"{model.label} looks at up to {share:.0%} of the frames beside {champion}")

    def offer(
        self, camera_id: str, captured_at: datetime, picture: Picture, found: Detections, then: Then | None = None
    ) -> None:
        """A frame was looked at by the model that counts; ``then`` is told if the challenger looks at it too."""
        self._beside.offer(camera_id, captured_at, picture, found, then)

    def report_when_due(self, champion_p95_s: float | None) -> None:
        """Tell how both compare, now and then."""
        if monotonic() - self._reported_s >= REPORT_S:
            self._report(champion_p95_s)

    def end(self, why: str, champion_p95_s: float | None) -> None:
        """It looks no more."""
        self._report(champion_p95_s)
        self._say("shadow_ended", f"{self.model.label} no longer runs beside {self._champion}: {why}")

    def _compared(self, frame: Compared) -> None:
        self._since = self._since or frame.captured_at
        self._tally.add(frame.camera_id, frame.counting, frame.beside)

    def _failed(self, words: str) -> None:
        """In the detector's thread."""
        self._failures += 1
        if self._failures == FAILURES:
            told = f"it failed {FAILURES} times, last by {words}"
            self._loop.call_soon_threadsafe(self._give_up, told)

    def _report(self, champion_p95_s: float | None) -> None:
        self._reported_s = monotonic()
        if self._since is None:
            return
        challenger_p95_s = p95(self._beside.latencies)
        report = ShadowReport(
            venue_id=self._place.venue_id,
            captured_at=self._place.clock(),
            state=State.OK,
            worker=self._place.worker,
            champion=self._champion,
            challenger=self.model.label,
            challenger_version=self.model.ref,
            since=self._since,
            cameras=self._tally.told(),
            champion_p95_ms=None if champion_p95_s is None else champion_p95_s * 1000,
            challenger_p95_ms=None if challenger_p95_s is None else challenger_p95_s * 1000,
            skipped=self._beside.skipped,
        )
        self._place.publisher.put(SHADOWS, report)

    def _say(self, change: Change, words: str) -> None:
        model = self.model
        self._place.tell(change, model.label, words, ref=model.ref, revision=model.revision)
