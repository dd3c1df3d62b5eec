"""One command of a job, behind its guard: heard, kept alive by the lease, and ended for certain."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headroom.jobs.artefacts import JobFolder
from headroom.jobs.guard import GRACE_S, clock
from headroom.jobs.hold import Hold, Why
from headroom.jobs.plan import ROOT, Step

_LINE_BYTES: Final = 1 << 20
"""The longest line that is read in one piece."""
_LOG_BYTES: Final = 5_000_000
_LAST_LINES: Final = 20
_GUARD_GONE_S: Final = GRACE_S + 4.0
_SETTLE_S: Final = 0.5
_PREFIXES: Final = ("headroom: ", "error: ")


class Told(BaseModel):
    """How far a command says it is: one line of JSON."""

    model_config = ConfigDict(frozen=True, strict=True)

    progress: float | None = Field(ge=0, le=1)
    words: str | None = Field(default=None, max_length=500)


def heard(line: bytes) -> Told | None:
    """What a line says of the progress; ``None``: it says something else."""
    if not line.startswith(b"{") or b'"progress"' not in line:
        return None
    try:
        return Told.model_validate_json(line)
    except ValidationError:
        return None


class Log:
    """What a job's commands say, kept up to a size; of each the last lines, which usually say why it failed."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self.last: list[str] = []

    def take(self, line: bytes) -> None:
        """Keep a line."""
        if self._file.tell() < _LOG_BYTES:
            self._file.write(line)
        text = line.decode("utf-8", "replace").strip()
        if text:
            self.last = [*self.last[1 - _LAST_LINES :], text]

    @property
    def last_words(self) -> str:
        """Why it ended: the last error that a command of ours told, all its lines; or else the newest line."""
        for index in reversed(range(len(self.last))):
            for prefix in _PREFIXES:
                if self.last[index].startswith(prefix):
                    return "\n".join(self.last[index:]).removeprefix(prefix)
        return self.last[-1] if self.last else "it said nothing"

    def close(self) -> None:
        """Close the file."""
        self._file.close()


async def run(
    step: Step,
    hold: Hold,
    folder: JobFolder,
    out: Path,
    log: Log,
    *,
    environment: Mapping[str, str],
    tell: Callable[[Told], None],
) -> int | None:
    """Run a command to its end, or until the job must stop.

    Args:
        step: the command.
        hold: the lease it runs under.
        folder: of the job.
        out: where its standard output goes, if that is an artefact.
        log: takes what it says.
        environment: all of it.
        tell: hears how far it is.

    Returns:
        What it ended with; ``None``: it was stopped.
    """
    guard = (sys.executable, "-P", "-m", "headroom.jobs.guard", "--log", str(folder.runs))
    words = (*guard, "--attempt", str(hold.lease.attempt), "--until", str(hold.until), "--", *step.argv)
    its_leash, leash = os.pipe()
    output, its_output = os.pipe()
    errors, its_errors = os.pipe()
    try:
        # A session of its own: whoever ends the worker's group leaves the guard to end the job.
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=its_leash,
            stdout=its_output,
            stderr=its_errors,
            env=dict(environment),
            cwd=ROOT,
            start_new_session=True,
        )
    finally:
        for end in (its_leash, its_output, its_errors):
            os.close(end)
    artefact = (out / step.stdout_to).open("wb") if step.stdout_to else None

    def said(line: bytes) -> None:
        told = heard(line)
        if told is not None:
            tell(told)
        elif artefact is not None:
            artefact.write(line)
        else:
            log.take(line)

    try:
        async with _listening((output, said), (errors, log.take)):
            return await _ended(process, hold, leash)
    finally:
        if artefact is not None:
            artefact.close()


async def _ended(process: asyncio.subprocess.Process, hold: Hold, leash: int) -> int | None:
    """Wait for the end, telling the guard of each renewal; then it is gone, with all it started."""

    def renewed() -> None:
        with suppress(BrokenPipeError):
            os.write(leash, f"{hold.until}\n".encode())

    hold.on_renewal(renewed)
    renewed()
    end = asyncio.ensure_future(process.wait())
    over = asyncio.ensure_future(hold.over.wait())
    try:
        await asyncio.wait({end, over}, return_when=asyncio.FIRST_COMPLETED)
        stopped = not end.done()
    finally:
        hold.on_renewal(None)
        over.cancel()
        os.close(leash)
        await asyncio.wait({end}, timeout=_GUARD_GONE_S)
        if not end.done():  # it never came to that; a guard that hangs must not keep a worker for ever
            os.killpg(process.pid, signal.SIGKILL)
    status = await end
    if status and clock() >= hold.until:  # the guard ended it, before anybody here knew that the lease was over
        hold.end(Why.LOST)
    return None if stopped or (status and hold.why is not None) else status


@asynccontextmanager
async def _listening(*pipes: tuple[int, Callable[[bytes], None]]) -> AsyncIterator[None]:
    """Hear what comes out of pipes until the block ends and a moment longer; a daemon may hold one open for ever."""
    tasks = [asyncio.create_task(_hear(pipe, take)) for pipe, take in pipes]
    try:
        yield
    finally:
        await asyncio.wait(tasks, timeout=_SETTLE_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _hear(pipe: int, take: Callable[[bytes], None]) -> None:
    stream = asyncio.StreamReader(limit=_LINE_BYTES)
    protocol = asyncio.StreamReaderProtocol(stream)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, os.fdopen(pipe, "rb"))
    try:
        while True:
            try:
                line = await stream.readuntil(b"\n")
            except asyncio.LimitOverrunError as long:
                line = await stream.readexactly(long.consumed)
            take(line)
    except asyncio.IncompleteReadError as end:
        if end.partial:
            take(end.partial + b"\n")
    finally:
        transport.close()
