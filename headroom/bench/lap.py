"""One contender's run over the clip: a fresh process, its last line of output, and the most memory it held."""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from headroom.processes import send, tree_of

_SAMPLE_S: Final = 0.25
"""Between two looks at a contender's memory; one costs a millisecond."""


class NotRunError(Exception):
    """A contender, or another part of the bench, gave no result. The message says why; it is never taken for a pass."""


class Told(BaseModel):
    """The one line with which a contender ends.

    Attributes:
        counts: people in each frame, from the first.
        seconds: from opening the clip to the last count; loading the model and warming up came before.
        name: what ran, with versions.
        input: height and width of what the network was given.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: tuple[float, ...] = Field(min_length=1)
    seconds: float = Field(gt=0)
    name: str
    input: tuple[int, int]


@dataclass(frozen=True)
class Lap:
    """One run over the clip.

    Attributes:
        told: what the contender said.
        peak_mb: the most memory that it and its children held together (resident; shared pages count in each).
    """

    told: Told
    peak_mb: float

    @property
    def fps(self) -> float:
        """Frames a second."""
        return len(self.told.counts) / self.told.seconds


async def run_lap(command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Lap:
    """Run a contender once.

    Raises:
        NotRunError: it failed, or did not end with the line it should.
    """
    with tempfile.TemporaryFile() as words:
        async with process(command, words, environment) as child:
            memory = asyncio.create_task(_peak_mb(child.pid))
            try:
                output = (await child.communicate())[0]
            finally:
                memory.cancel()
            peak_mb = await memory
        if child.returncode:
            raise NotRunError(_last_words(words) or f"ended with status {child.returncode}")
    return Lap(_told(output), peak_mb)


@asynccontextmanager
async def process(
    command: tuple[str, ...], words: IO[bytes], environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A child whose standard output is read; it and all that it started is gone at the end.

    Args:
        command: the program and its arguments.
        words: takes what it writes to standard error.
        environment: added to ours.
    """
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=words,
        env={**os.environ, **(environment or {})},
        limit=2**26,  # a line may hold the latency of every frame
    )
    try:
        yield child
    finally:
        send(tree_of(child.pid) if child.returncode is None else [], signal.SIGKILL)
        await child.wait()


async def _peak_mb(pid: int) -> float:
    """The most memory of a process and its children, until cancelled."""
    peak = 0
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            peak = max(peak, sum(map(_resident, tree_of(pid))))
            await asyncio.sleep(_SAMPLE_S)
    return peak / 1e6


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:  # it has ended since it was listed
        return 0


def _last_words(words: IO[bytes]) -> str:
    """The last line of standard error: of a traceback, what was raised."""
    words.seek(0)
    lines = [line.strip() for line in words.read().decode(errors="replace").splitlines()]
    return next((line for line in reversed(lines) if line), "")


def _told(output: bytes) -> Told:
    lines = output.splitlines()
    try:
        return Told.model_validate_json(lines[-1] if lines else b"")
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]["msg"]
        raise NotRunError(f"its last line is not a result: {problem}") from None


def module(name: str, *arguments: object) -> tuple[str, ...]:
    """How one of our own modules is run in a process of its own."""
    return (sys.executable, "-P", "-m", name, *map(str, arguments))


def script(path: Path, *arguments: object) -> tuple[str, ...]:
    """How a script is run by its path.

    Raises:
        NotRunError: it is not there.
    """
    if not path.is_file():
        raise NotRunError(f"{path.name} is not installed; it is run from Headroom's source repository ({path.parent})")
    return (sys.executable, str(path), *map(str, arguments))
