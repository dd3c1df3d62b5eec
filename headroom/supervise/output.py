"""What a child says: kept in a file that does not grow for ever, its errors told to the person who watches."""

import asyncio
import os
import re
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from headroom.logs import censored

LARGEST_BYTES: Final = 5_000_000
KEPT_FILES: Final = 3
TELL_EVERY_S: Final = 10.0
"""An error that repeats every second must not bury what else is on the console."""
LINE_BYTES: Final = 1 << 20
"""The longest line that is read in one piece; a longer one is kept in pieces."""
_SETTLE_S: Final = 0.5
_NO_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
ERRORS: Final = re.compile(r"\[(error|critical)\s*\]|\b(FATAL|PANIC|ERROR):|^Traceback |# Fatal")
"""How our own logs, PostgreSQL, Python and Valkey mark an error."""

Tell = Callable[[str], None]


class LogFile:
    """``NAME.log``, and when that is full ``NAME.log.1`` to ``NAME.log.3``, the newest first."""

    def __init__(self, path: Path, *, largest_bytes: int = LARGEST_BYTES) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path = path
        self._largest_bytes = largest_bytes
        self._file = self._open()

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, line: bytes) -> None:
        """Append a line."""
        os.write(self._file, line)
        if os.fstat(self._file).st_size >= self._largest_bytes:
            self._rotate()

    def _rotate(self) -> None:
        os.close(self._file)
        for number in range(KEPT_FILES, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path if number == 1 else self._path.with_name(f"{self._path.name}.{number - 1}")
            if newer.exists():
                newer.replace(older)
        self._file = self._open()

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class Output:
    """The output of one child through all its lives.

    Args:
        name: the child's.
        folder: where its log lies.
        tell: takes a line for the console.
    """

    def __init__(self, name: str, folder: Path, tell: Tell) -> None:
        self.path = folder / f"{name}.log"
        self._name, self._tell = name, tell
        self._log = LogFile(self.path)
        self._told_at = float("-inf")
        self._untold = 0
        self._last = ""
        self._followers: set[asyncio.Task[None]] = set()

    def follow(self, pipe: int) -> None:
        """Keep every line that comes out of the pipe until it ends, in the background. The pipe is ours to close."""
        task = asyncio.create_task(self._follow(pipe))
        self._followers.add(task)
        task.add_done_callback(self._followers.discard)

    async def settle(self) -> None:
        """Return when what an ended child said is kept. A grandchild may hold the pipe open: nobody waits for that."""
        if self._followers:
            await asyncio.wait(self._followers, timeout=_SETTLE_S)

    async def _follow(self, pipe: int) -> None:
        stream = asyncio.StreamReader(limit=LINE_BYTES)
        protocol = asyncio.StreamReaderProtocol(stream)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb"))
        with closing(transport):
            await self._keep(stream)

    async def _keep(self, stream: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await stream.readuntil(b"\n")
            except asyncio.IncompleteReadError as end:
                if end.partial:
                    self._take(end.partial + b"\n")
                return
            except asyncio.LimitOverrunError as long:
                line = await stream.readexactly(long.consumed)
            self._take(line)

    def _take(self, line: bytes) -> None:
        self._log.write(line)
        text = _NO_COLOUR.sub("", line.decode("utf-8", "replace")).rstrip()
        if text:
            self._last = text
        if ERRORS.search(text):
            self._report(text)

    def _report(self, text: str) -> None:
        now = time.monotonic()
        if now - self._told_at < TELL_EVERY_S:
            self._untold += 1
            return
        more = f" (and {self._untold} more in {self.path})" if self._untold else ""
        self._tell(f"{self._name}: {censored(text)}{more}")
        self._told_at, self._untold = now, 0

    @property
    def last_words(self) -> str:
        """The newest line, which is usually why it ended."""
        return censored(self._last) or "it said nothing"

    async def close(self) -> None:
        """Keep what is left and close the log."""
        await self.settle()
        for task in tuple(self._followers):
            task.cancel()
        await asyncio.gather(*self._followers, return_exceptions=True)
        self._log.close()
