"""The parent's side of one capture process."""

import asyncio
import contextlib
import os
import sys
from collections.abc import Sequence
from typing import Final, Self

import structlog

from ingest.chatter import Complaint, Redactor, complaint_in
from ingest.wire import CREDIT, NOTICE_BYTES, CaptureOrder, Notice

_log = structlog.get_logger()
_COMMAND: Final = (sys.executable, "-P", "-m", "ingest.capture")
"""``-P``: a file named numpy.py in the working folder is not numpy."""
_GRACE_S: Final = 0.2
"""Our own event loop may have been held up: then patience and notices have both run in, and the notices count."""
_FAREWELL_S: Final = 0.5
"""For a process to notice that its input has ended. Killed at once, it may just have ended by itself: then asking it
whether it has takes its exit status away from asyncio."""


class CaptureProcess:
    """A running capture process. It must be stopped, whatever happened to it."""

    def __init__(self, process: asyncio.subprocess.Process, redact: Redactor, camera_id: str) -> None:
        self._process = process
        self._redact = redact
        self._camera_id = camera_id
        self._rest = b""
        self._complaint: Complaint | None = None
        self._overhearing = asyncio.create_task(self._overhear(), name=f"chatter of {camera_id}")

    @classmethod
    async def start(cls, order: CaptureOrder, camera_id: str, room: int) -> Self:
        """Start a process and give it its order.

        Args:
            order: what to do.
            camera_id: for the log.
            room: frames of a file it may write before any is taken.

        Raises:
            OSError: no process could be started.
        """
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            pass_fds=(order.ring_fd,),
            # It needs none of our settings, least of all the secret ones.
            env={key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")},
        )
        started = cls(process, Redactor(order.source), camera_id)
        started._write(order.to_line() + CREDIT * room)
        return started

    @property
    def complaint(self) -> Complaint | None:
        """What native code complained about last; complete once the process is stopped."""
        return self._complaint

    def grant(self, frames: int) -> None:
        """Let it write so many more frames of a file."""
        self._write(CREDIT * frames)

    async def notices(self, patience_s: float) -> Sequence[Notice]:
        """Wait for news. Empty: the process is gone.

        Raises:
            TimeoutError: it was silent for ``patience_s``.
        """
        whole = b""
        while not whole:
            data = await self._read(patience_s)
            if not data:
                return ()
            data = self._rest + data
            cut = len(data) - len(data) % NOTICE_BYTES
            whole, self._rest = data[:cut], data[cut:]
        return [Notice.unpack(whole[at : at + NOTICE_BYTES]) for at in range(0, len(whole), NOTICE_BYTES)]

    async def stop(self) -> None:
        """Have it end, wherever it hangs, and wait until nothing of it is left."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None  # noqa: S101, PT018 - both were asked for as pipes
        stdin.close()
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._process.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
        await stdout.read()
        await self._overhearing
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            await stdin.wait_closed()

    def _write(self, data: bytes) -> None:
        stdin = self._process.stdin
        if stdin is not None and not stdin.is_closing():
            stdin.write(data)

    async def _read(self, patience_s: float) -> bytes:
        stdout = self._process.stdout
        assert stdout is not None  # noqa: S101 - asked for as a pipe
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                return await stdout.read(65536)
        async with asyncio.timeout(_GRACE_S):
            return await stdout.read(65536)

    async def _overhear(self) -> None:
        """Standard error, up to its end: redacted, logged, searched for a reason."""
        stderr = self._process.stderr
        assert stderr is not None  # noqa: S101 - asked for as a pipe
        rest = b""
        while data := await stderr.read(65536):
            *lines, rest = (rest + data).split(b"\n")
            rest = rest[-4096:]
            for line in lines:
                self._heard(line.decode(errors="replace").strip())
        if rest:
            self._heard(rest.decode(errors="replace").strip())

    def _heard(self, line: str) -> None:
        self._complaint = complaint_in(line) or self._complaint
        _log.debug("capture_says", camera_id=self._camera_id, line=self._redact(line))
