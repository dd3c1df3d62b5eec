"""Keeping frames to learn from, beside the counting and never in its way.

:meth:`Keeper.offer` costs the hot path some tens of microseconds: it judges the look and, now and then, hashes the
picture. What is kept is drawn, hidden and written on a thread of its own; what does not fit its queue is dropped and
counted. A full disk stops the keeping, is named in the log, and stops nothing else.
"""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final, Self
from uuid import uuid4

import numpy as np
import structlog
from numpy.typing import NDArray

from domain.captures import MOST_BOXES, Capture, CaptureRequest, Reason, Sidecar
from domain.labels import BoxLabel, LabelClass, LabelSource
from domain.messages import State
from domain.venue import VenueConfig
from inference.camera_pipeline import Seen
from inference.detect import Detections
from inference.detect.base import HEAD
from inference.learning.doubt import Doubter, Signs
from inference.learning.files import CannotKeepError, CaptureFolder
from inference.learning.likeness import picture_hash
from inference.learning.recall import EVERY_S, Recall, Remembered
from inference.learning.selector import Candidate, Kept, Rules, Selector
from inference.learning.shown import shown
from ingest.frame import Frame

log = structlog.get_logger()

QUEUE: Final = 8
"""Frames that wait to be written, of all cameras: at full HD about 50 MB."""
AGAIN: Final = timedelta(days=1)
"""What was written in so long a time is told again at a start: telling may have been cut short."""


@dataclass(frozen=True)
class Look:
    """A frame with what the model made of it; held until it is drawn."""

    frame: Frame
    found: Detections
    seen: Seen
    signs: Signs
    model: str


@dataclass
class KeeperCounts:
    """What became of the looks, since the keeper began.

    Attributes:
        looks: that were judged.
        kept: frames that were written.
        dropped: frames that were let go because too many waited.
        failed: frames that could not be written.
    """

    looks: int = 0
    kept: int = 0
    dropped: int = 0
    failed: int = 0


@dataclass
class _Camera:
    selector: Selector[Look]
    doubter: Doubter = field(default_factory=Doubter)
    recall: Recall = field(default_factory=Recall)
    remembered_at_s: float = float("-inf")


class Keeper:
    """Keeps one venue's frames. Use it inside its event loop, as an asynchronous context.

    Args:
        venue: its ``learning`` says what may be kept; it is not ``off``.
        root: the folder of kept frames.
        tell: hears of every frame that was written, in the event loop; it must not wait.
        clock: the present, UTC.
    """

    def __init__(
        self,
        venue: VenueConfig,
        root: Path,
        tell: Callable[[Capture], object],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._venue, self._policy, self._tell, self._clock = venue, venue.learning, tell, clock
        self._folder = CaptureFolder(root, venue.id, venue.learning.storage_mb)
        self._cameras: dict[str, _Camera] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="captures")
        self._waiting: set[asyncio.Future[None]] = set()
        self._problem: str | None = None
        self.counts = KeeperCounts()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        known = await self._loop.run_in_executor(self._thread, self._known)
        p = self._policy
        rules = Rules(per_hour=p.per_hour, per_day=p.per_day, spacing_s=p.spacing_s)
        for camera in self._venue.cameras:
            if p.keeps(camera.id):
                kept = [_kept(one) for one in known if one.capture.camera_id == camera.id]
                self._cameras[camera.id] = _Camera(Selector(rules, kept))
        for one in known:
            self._tell(one.capture)
        log.info("frames to learn from are kept", policy=p.capture.value, cameras=sorted(self._cameras))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Finish what waits to be written."""
        while self._waiting:
            await asyncio.gather(*self._waiting, return_exceptions=True)
        self._thread.shutdown(wait=True)
        log.info("keeping of frames ends", **vars(self.counts))

    def _known(self) -> list[Sidecar]:
        return list(self._folder.since(self._clock() - AGAIN))

    def offer(self, frame: Frame, found: Detections, seen: Seen, model: str) -> Look | None:
        """Show a look; never waits. Offer every one of a camera, in order.

        Args:
            frame: what was looked at. Its pixels are read later and not changed.
            found: its boxes, weak ones too.
            seen: what was counted.
            model: the detector's name.

        Returns:
            For :meth:`compared`, should another model look at it too; ``None``: of this camera nothing is kept.
        """
        camera = self._cameras.get(frame.camera_id)
        if camera is None:
            return None
        self.counts.looks += 1
        at_s, size = frame.captured_at.timestamp(), (frame.pixels.shape[1], frame.pixels.shape[0])
        interval = float(seen.whole.low[0]), float(seen.whole.high[0])
        signs = camera.doubter.look(found, seen.tracks, interval, at_s, size)
        best = camera.selector.close(at_s)
        if best is not None:
            self._put(best.frame, best.likeness)
        look = Look(frame, found, seen, signs, model)
        _consider(camera, look)
        if at_s - camera.remembered_at_s >= EVERY_S and not self._waiting:
            camera.remembered_at_s = at_s
            self._remember(camera, look)
        return look

    def compared(self, look: Look, one: float, other: float) -> None:
        """Champion and challenger counted the picture of a look, a moment after it was offered; never waits.

        Args:
            look: as :meth:`offer` gave it.
            one: people by one of them, in this picture alone.
            other: by the other.
        """
        camera = self._cameras.get(look.frame.camera_id)
        if camera is not None:
            _consider(camera, replace(look, signs=look.signs.compared(one, other)))

    def ask(self, request: CaptureRequest) -> int:
        """Keep what is remembered of the frames around a moment.

        Returns:
            How many frames are kept for it: none where the moment is forgotten, the camera is not kept, or the budget
            is spent.
        """
        camera = self._cameras.get(request.camera_id)
        if camera is None or request.venue_id != self._venue.id:
            return 0
        taken = 0
        for frame in camera.recall.around(request.captured_at.timestamp(), request.around_s):
            if not camera.selector.asked(frame.likeness, self._clock().timestamp()):
                log.info("the budget of kept frames is spent", camera=request.camera_id)
                break
            reasons = (request.reason, *(one for one in frame.capture.reasons if one is not request.reason))
            capture = frame.capture.model_copy(update={"reasons": reasons, "uncertainty": 1.0})
            self._run(partial(self._write, capture, frame.jpeg, frame.likeness, asked=True))
            taken += 1
        return taken

    def _put(self, look: Look, likeness: int) -> None:
        if len(self._waiting) >= QUEUE:
            self.counts.dropped += 1
            return
        self._run(partial(self._draw_and_write, look, likeness))

    def _run(self, work: Callable[[], None]) -> None:
        done = self._loop.run_in_executor(self._thread, work)
        self._waiting.add(done)
        done.add_done_callback(self._ran)

    def _ran(self, done: asyncio.Future[None]) -> None:
        self._waiting.discard(done)
        error = None if done.cancelled() else done.exception()
        if error is not None:  # a defect of the keeping must not reach the counting
            self.counts.failed += 1
            log.error("a frame could not be kept", kind=type(error).__name__, error=str(error))

    def _draw_and_write(self, look: Look, likeness: int) -> None:
        drawn = self._drawn(look, look.signs.reasons, likeness)
        self._write(drawn.capture, drawn.jpeg, likeness, asked=False)

    def _remember(self, camera: _Camera, look: Look) -> None:
        def draw() -> None:
            # The reason is only told if somebody asks, and then it is that one.
            drawn = self._drawn(look, look.signs.reasons or (Reason.ALERT_DISMISSED,), picture_hash(look.frame.pixels))
            self._loop.call_soon_threadsafe(camera.recall.remember, drawn)

        self._run(draw)

    def _drawn(self, look: Look, reasons: tuple[Reason, ...], likeness: int) -> Remembered:
        """On the writing thread: the frame as it may be kept. Its pixels go no further than this."""
        found, tracks, policy = look.found, look.seen.tracks, self._policy
        is_head = found.classes == HEAD
        bodies = np.concatenate([found.boxes[~is_head], tracks.boxes, tracks.doubtful.boxes])
        picture = shown(look.frame.pixels, bodies, found.boxes[is_head], policy.capture)
        identity, at = uuid4(), look.frame.captured_at
        count = float(look.seen.whole.counts[0])
        capture = Capture(
            venue_id=self._venue.id,
            camera_id=look.frame.camera_id,
            captured_at=at,
            state=State.OK,
            capture_id=identity,
            file=f"{self._venue.id}/{look.frame.camera_id}/{at:%Y%m%d}/{identity.hex}.jpg",
            sha256=hashlib.sha256(picture.jpeg).hexdigest(),
            width=picture.width,
            height=picture.height,
            size_bytes=len(picture.jpeg),
            policy=policy.capture,
            consent_reference=policy.consent_reference,
            keep_until=at + timedelta(days=policy.retention_days),
            model=look.model,
            count=round(count, 3),
            count_low=round(float(look.seen.whole.low[0]), 3),
            count_high=round(float(look.seen.whole.high[0]), 3),
            uncertainty=round(look.signs.score, 4),
            reasons=reasons,
            boxes=_prelabels(found, picture.scale, picture.width, picture.height),
        )
        return Remembered(capture, picture.jpeg, likeness)

    def _write(self, capture: Capture, jpeg: bytes, likeness: int, *, asked: bool) -> None:
        """On the writing thread: put it on the disk, then have it told."""
        try:
            self._folder.write(Sidecar(capture=capture, likeness=f"{likeness:x}", asked=asked), jpeg)
        except CannotKeepError as error:
            self._loop.call_soon_threadsafe(self._not_kept, str(error))
            return
        self._loop.call_soon_threadsafe(self._is_kept, capture)

    def _is_kept(self, capture: Capture) -> None:
        if self._problem is not None:
            log.info("frames to learn from are kept again")
        self._problem = None
        self.counts.kept += 1
        self._tell(capture)

    def _not_kept(self, problem: str) -> None:
        self.counts.failed += 1
        if problem != self._problem:
            log.error("frames to learn from are not kept; counting goes on", problem=problem)
        self._problem = problem


def _consider(camera: _Camera, look: Look) -> None:
    """Have a look as the best of its while, if it is; a picture is hashed only where it may be."""
    at_s, signs = look.frame.captured_at.timestamp(), look.signs
    if camera.selector.wants(signs.score, at_s) and signs.reasons:
        camera.selector.offer(Candidate(at_s, signs.score, picture_hash(look.frame.pixels), look))


def _kept(sidecar: Sidecar) -> Kept:
    at_s = sidecar.capture.captured_at.timestamp()
    return Kept(at_s, sidecar.capture.uncertainty, int(sidecar.likeness, 16), sidecar.asked)


def _prelabels(found: Detections, scale: float, width: int, height: int) -> tuple[BoxLabel, ...]:
    """What the model found, the most confident first, in pixels of the kept picture; boxes of no size are left out."""
    boxes: NDArray[np.float64] = np.clip(found.boxes * scale, 0, (width, height, width, height))
    labels = (
        BoxLabel(
            name=LabelClass.HEAD if kind == HEAD else LabelClass.PERSON,
            score=round(float(score), 4),
            source=LabelSource.MODEL,
            left=box[0],
            top=box[1],
            right=box[2],
            bottom=box[3],
        )
        for box, score, kind in zip(boxes.tolist(), found.scores, found.classes, strict=True)
    )
    return tuple(label for label in labels if label.problem(width, height) is None)[:MOST_BOXES]
