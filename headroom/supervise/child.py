"""One process that must be there."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from domain.errors import BadInput, HeadroomError, Unavailable
from headroom.embedded.command import Command
from headroom.processes import send, tree_of, wait_gone
from headroom.supervise.output import Output

_PROBE_EVERY_S: Final = 0.1
_KILLED_GONE_S: Final = 5.0
STEADY_AFTER_S: Final = 30.0
"""A child that was up this long did start: its next death is answered at once again."""
BACKOFF_S: Final = (0.0, 0.5, 1.0, 2.0, 4.0)
"""Before each restart in a row. The last one leaves 6 s of the 10 s in which a child is to be back."""
BAD_INPUT_STATUS: Final = 2
"""What the headroom command ends with when a person must change something: no restart will help."""
ERROR_PREFIX: Final = "headroom: "
"""What the headroom command writes before an error."""
TRIES_AT_START: Final = 3


@dataclass(frozen=True)
class ChildSpec:
    """What a child is.

    Attributes:
        name: as people see it, and the name of its log.
        command: makes the command anew for each start.
        prepare: run in a thread before each start; stops leftovers, writes configuration.
        probe: returns when the child does its work, raises ``Unavailable`` while it does not; it is given the seconds
            since this life began, to tell its signs from those of the last. Without one a child is ready as it runs.
        stop_signal: what it takes as a request to end.
        leashed: gets a pipe as standard input, whose end tells it that the supervisor is gone.
        vital: nothing works without it: where it never comes up, all the others end too.
        ready_within_s: a child that is not ready by then is started anew.
        stop_within_s: a child that is not gone by then is killed.
    """

    name: str
    command: Callable[[], Command]
    prepare: Callable[[], object] | None = None
    probe: Callable[[float], Awaitable[None]] | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    leashed: bool = False
    vital: bool = True
    ready_within_s: float = 60.0
    stop_within_s: float = 10.0


class Child:
    """A process through all its lives.

    Args:
        spec: what it is.
        output: where its words go.
        pidfile: where its process id is kept, for the next Headroom to find what this one left behind.
        tell: takes a line for the console.
    """

    def __init__(self, spec: ChildSpec, output: Output, pidfile: Path, tell: Callable[[str], None]) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self._output, self._pidfile, self._tell = output, pidfile, tell
        self._process: asyncio.subprocess.Process | None = None
        self._leash: int | None = None
        self._deaths = 0
        self._was_ready = False

    async def keep_alive(self) -> None:
        """Start it, and again whenever it ends, until cancelled.

        Raises:
            HeadroomError: it was never ready and there is no point in trying again.
        """
        while True:
            await asyncio.sleep(BACKOFF_S[min(max(self._deaths - 1, 0), len(BACKOFF_S) - 1)])
            started_at = time.monotonic()
            status = await self._live()
            self._deaths = 1 if time.monotonic() - started_at >= STEADY_AFTER_S else self._deaths + 1
            if not self._was_ready:
                self._refuse_if_hopeless(status)
            self._tell(f"{self.spec.name} ended ({_how(status)}); starting it again")

    def _refuse_if_hopeless(self, status: int) -> None:
        words = self._output.last_words
        if self.spec.leashed and status == BAD_INPUT_STATUS:
            raise BadInput(words.removeprefix(ERROR_PREFIX))
        if self._deaths >= TRIES_AT_START:
            raise HeadroomError(f"{self.spec.name} does not start ({_how(status)}): {words} (log: {self._output.path})")

    async def _live(self) -> int:
        """One life: from the start to the end. Returns its exit status."""
        if self.spec.prepare is not None:
            await asyncio.to_thread(self.spec.prepare)
        process = await self._start()
        watch = asyncio.create_task(self._become_ready(process))
        try:
            status = await process.wait()
        finally:
            watch.cancel()
        self.ready.clear()
        _kill_group(process.pid)
        await self._output.settle()
        return status

    async def _start(self) -> asyncio.subprocess.Process:
        """Start the process. The pipes are our own: asyncio's would make its end wait for every grandchild's."""
        command = self.spec.command()
        words, its_words = os.pipe()
        its_leash, leash = os.pipe() if self.spec.leashed else (os.open(os.devnull, os.O_RDONLY), None)
        try:
            process = await asyncio.create_subprocess_exec(
                *command.argv,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=its_leash,
                stdout=its_words,
                stderr=its_words,
                start_new_session=True,  # Ctrl-C in the terminal must reach the supervisor alone
                **command.account,  # type: ignore[arg-type]  # user, group and extra_groups, or nothing
            )
        except OSError as error:
            raise HeadroomError(f"{self.spec.name} cannot be started: {error}") from error
        finally:
            os.close(its_words)
            os.close(its_leash)
            self._output.follow(words)
            self._let_go()
            self._leash = leash
        self._process = process
        self._pidfile.write_text(f"{process.pid}\n", encoding="ascii")
        return process

    def _let_go(self) -> None:
        """Close the leash of the last life."""
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None

    async def _become_ready(self, process: asyncio.subprocess.Process) -> None:
        """Ask until it is ready; kill it if that takes too long."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.spec.ready_within_s):
                await self._probe_until_ready(began)
        except TimeoutError:
            self._tell(f"{self.spec.name} was not ready within {self.spec.ready_within_s:.0f} s")
            send(tree_of(process.pid), signal.SIGKILL)
            return
        self.ready.set()
        if self._was_ready:
            self._tell(f"{self.spec.name} is back")
        self._was_ready = True

    async def _probe_until_ready(self, began: float) -> None:
        if self.spec.probe is None:
            return
        while True:
            try:
                await self.spec.probe(time.monotonic() - began)
            except Unavailable:
                await asyncio.sleep(_PROBE_EVERY_S)
            else:
                return

    async def stop(self, hurry: asyncio.Event) -> None:
        """Ask it to end; kill what is left of its tree when its time is over, or at once when there is no time."""
        process = self._process
        if process is not None and process.returncode is None:
            tree = tree_of(process.pid)
            send(tree, signal.SIGCONT)
            send(tree[:1], self.spec.stop_signal)
            await _first_of(process.wait(), hurry.wait(), timeout_s=self.spec.stop_within_s)
            await _kill_all([*tree, *tree_of(process.pid)])
            _kill_group(process.pid)
            await process.wait()
        self._pidfile.unlink(missing_ok=True)
        self._let_go()
        await self._output.close()


async def _first_of(*waits: Awaitable[object], timeout_s: float) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _kill_all(processes: list[psutil.Process]) -> None:
    """Kill those that are left; a server's own children get a moment to follow it by themselves."""
    left = await asyncio.to_thread(wait_gone, processes, 0.5)
    send(left, signal.SIGKILL)
    await asyncio.to_thread(wait_gone, left, _KILLED_GONE_S)


def _kill_group(pid: int) -> None:
    """Kill what a child started and left behind: capture processes must not outlive their worker."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # nobody there; on macOS a group of zombies gives the second
        return


def _how(status: int) -> str:
    if status < 0:
        try:
            return f"killed by {signal.Signals(-status).name}"
        except ValueError:
            return f"killed by signal {-status}"
    return f"exit status {status}"
