"""A camera as the rest of Headroom sees it: frames, and its health at any time."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import structlog

from domain.errors import BadSource
from domain.messages import CameraHealth
from domain.source import Source, SourceKind
from domain.units import from_unix_ns
from ingest.backoff import Backoff
from ingest.frame import Frame, Pixels
from ingest.limits import CameraLimits, Pace
from ingest.process import CaptureProcess
from ingest.ring import LIVE_SLOTS, RECORDING_SLOTS, Ring, Stamp
from ingest.vitals import Vitals
from ingest.wire import CaptureOrder, Notice, NoticeKind

_log = structlog.get_logger()
_TRIES_WITHOUT_PROGRESS: Final = 3
"""Capture processes that one place in a file may kill or hang before the file is called bad."""


class Camera:
    """One camera: a capture process, kept alive and started again; frames for one reader; health for anyone.

    Live sources give the newest frame, and what nobody was ready for is dropped and counted. Recordings (files and
    folders of pictures) give every frame in order and wait for their reader.

    Args:
        camera_id: its name in frames, messages and logs.
        source: where its frames come from.
        pace: how fast a recording is read.
        loop: a recording starts again at its end. It is then never over: if its file turns out to be bad, it is tried
            again and again like a camera.
        limits: how long things may take.

    Raises:
        BadSource: an ``asset:`` source; it is resolved to a path before.

    Example::

        async with Camera("door", Source.parse("rtsp://door.example/1")) as camera:
            async for frame in camera.frames():
                ...
    """

    def __init__(
        self,
        camera_id: str,
        source: Source,
        *,
        pace: Pace = Pace.REAL_TIME,
        loop: bool = False,
        limits: CameraLimits | None = None,
    ) -> None:
        if source.kind is SourceKind.ASSET:
            raise BadSource(f"{source.redacted} is not a path yet; it must be resolved before a camera is made of it")
        self.camera_id = camera_id
        self._source = source
        self._pace = pace
        self._loop = loop
        self._limits = limits or CameraLimits()
        self._vitals = Vitals(camera_id, self._limits)
        self._unread: deque[int] = deque()
        self._owed = 0
        self._next_sequence = 0
        self._position = 0
        self._complained = ""
        self._news = asyncio.Event()
        self._process: CaptureProcess | None = None
        self._ring: Ring | None = None
        self._life: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._ring = Ring.create(LIVE_SLOTS if self._source.live else RECORDING_SLOTS)
        self._life = asyncio.create_task(self._live(self._ring), name=f"camera {self.camera_id}")
        self._life.add_done_callback(lambda _: self._news.set())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._life is not None:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)
            self._unread.clear()  # a reader that is still there finds the end, not closed memory
        if self._ring is not None:
            self._ring.close()
            self._ring = None

    async def frames(self) -> AsyncIterator[Frame]:
        """The frames, for one reader. A live source only waits when it is cut off: ask :meth:`health` how it is.

        Ends with a recording that does not loop.

        Raises:
            BadSource: a recording that does not loop cannot be read, or cannot be read any further.
            RuntimeError: the camera is used outside its ``async with``.
        """
        if self._life is None or self._ring is None:
            raise RuntimeError("a camera gives frames only inside its 'async with'")
        while (sequence := await self._next_unread(self._life)) is not None:
            picture = self._ring.read(sequence)
            if not self._source.live:
                self._give_room(self._ring.readable // 2)
            if picture is None:  # overwritten while it was copied; a newer one is on its way
                self._vitals.dropped()
            else:
                yield self._frame(*picture)

    def health(self, venue_id: str, now: datetime) -> CameraHealth:
        """How the camera is doing at ``now``, at any time, also before it is entered."""
        return self._vitals.health(venue_id, now)

    async def _next_unread(self, life: asyncio.Task[None]) -> int | None:
        while not self._unread:
            if life.done():
                if not life.cancelled():
                    life.result()
                return None
            self._news.clear()
            await self._news.wait()
        return self._unread.popleft()

    def _give_room(self, bunch: int) -> None:
        """Tell the capture process of frames taken, a bunch at a time: each message wakes it."""
        self._owed += 1
        if self._process is not None and (self._owed > bunch or not self._unread):
            self._process.grant(self._owed)
            self._owed = 0

    def _frame(self, stamp: Stamp, pixels: Pixels) -> Frame:
        captured_at = from_unix_ns(stamp.captured_ns)
        self._vitals.looked_at(captured_at, datetime.now(UTC))
        media_time_s = None if stamp.media_us is None else stamp.media_us / 1e6
        return Frame(self.camera_id, stamp.sequence, captured_at, media_time_s, pixels)

    async def _live(self, ring: Ring) -> None:
        """One capture process after another, until a recording ends or turns out to be bad."""
        clock = asyncio.get_running_loop().time
        backoff = Backoff(base_s=self._limits.backoff_base_s, cap_s=self._limits.backoff_cap_s)
        fruitless = 0
        while True:
            began_s, before = clock(), self._vitals.frames_captured
            end = await self._attempt(ring)
            gave_frames = self._vitals.frames_captured > before
            fruitless = 0 if gave_frames else fruitless + 1
            end = self._judged(end, fruitless)
            self._note(end)
            if end.kind is NoticeKind.ENDED:
                return
            # Chance only spreads reconnections; nothing secret hangs on it.
            chance = random.random()  # noqa: S311
            wait_s = backoff.wait_s(lasted_s=clock() - began_s, gave_frames=gave_frames, chance=chance)
            await asyncio.sleep(self._limits.mend_retry_s if end.kind is NoticeKind.BAD else wait_s)

    def _judged(self, end: Notice, fruitless: int) -> Notice:
        """A recording whose capture fails at the same place again and again is not lost but bad."""
        if self._source.live or end.kind is not NoticeKind.LOST or fruitless < _TRIES_WITHOUT_PROGRESS:
            return end
        text = f"{self._source.redacted} cannot be decoded beyond frame {self._position}: {end.text}"
        return Notice(NoticeKind.BAD, end.at_ns, text=text)

    def _note(self, end: Notice) -> None:
        """Remember how a connection ended, and log it; what is only the same again is logged quietly.

        Raises:
            BadSource: a recording that does not loop is bad: there is nothing to try again.
        """
        if end.kind is NoticeKind.ENDED:
            self._vitals.failed("the recording has ended")
            return
        self._vitals.failed(end.text, needs_mending=end.kind is NoticeKind.BAD)
        if end.kind is NoticeKind.BAD:
            self._position = 0
            if not self._source.live and not self._loop:
                raise BadSource(end.text)
        log = _log.debug if end.text == self._complained else _log.warning
        log("camera_lost", camera_id=self.camera_id, source=self._source.redacted, reason=end.text)
        self._complained = end.text

    async def _attempt(self, ring: Ring) -> Notice:
        """One capture process from its start to its end; says how it ended."""
        self._vitals.started()
        order = CaptureOrder(
            source=self._source,
            pace=self._pace,
            loop=self._loop,
            limits=self._limits,
            ring_fd=ring.descriptor,
            slots=ring.slots,
            first_sequence=self._next_sequence,
            skip=self._position,
        )
        before = self._vitals.frames_captured
        try:
            process = await CaptureProcess.start(order, self.camera_id, ring.readable - len(self._unread))
        except OSError as error:
            return _lost(f"no capture process could be started: {error.strerror or error}")
        self._process, self._owed = process, 0
        try:
            end = await self._listen(process)
        finally:
            self._process = None
            await process.stop()
        complaint = process.complaint
        if end.kind is NoticeKind.LOST and complaint is not None and self._vitals.frames_captured == before:
            kind = NoticeKind.BAD if complaint.needs_mending else NoticeKind.LOST
            return Notice(kind, end.at_ns, text=complaint.reason)
        return end

    async def _listen(self, process: CaptureProcess) -> Notice:
        """Take in notices until one of them, or silence, is the last."""
        while True:
            try:
                notices = await process.notices(self._limits.hang_after_s)
            except TimeoutError:
                return _lost(f"its capture did not answer for {self._limits.hang_after_s:.0f} s")
            if not notices:
                return _lost("its capture stopped unexpectedly")
            for notice in notices:
                if notice.kind in (NoticeKind.ENDED, NoticeKind.LOST, NoticeKind.BAD):
                    return notice
                self._take_in(notice)

    def _take_in(self, notice: Notice) -> None:
        at = from_unix_ns(notice.at_ns)
        if notice.kind is NoticeKind.ALIVE:
            self._vitals.alive(at)
            return
        self._vitals.captured(at, (notice.width, notice.height), notice.sight)
        self._complained = ""
        self._next_sequence = notice.sequence + 1
        self._position = notice.position + 1
        if self._source.live and self._unread:
            self._unread.clear()
            self._vitals.dropped()
        self._unread.append(notice.sequence)
        self._news.set()


def _lost(reason: str) -> Notice:
    return Notice(NoticeKind.LOST, 0, text=reason)
