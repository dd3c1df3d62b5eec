"""The parent of everything: what it started is alive while it runs, and gone when it ends."""

import asyncio
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from headroom.supervise.child import Child, ChildSpec
from headroom.supervise.output import Output

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Starts children, keeps them alive, and ends them in the opposite order when the block is left.

    A first Ctrl-C (or SIGTERM, or a closed terminal) sets :attr:`stopping`; a second one ends the children without
    waiting for them.

    Args:
        data: the data folder, for logs and process ids.
        tell: takes a line for the console.
    """

    def __init__(self, data: Path, tell: Callable[[str], None]) -> None:
        self.stopping = asyncio.Event()
        self._logs, self._run = data / "logs", data / "run"
        self._tell = tell
        self._hurry = asyncio.Event()
        self._children: list[tuple[Child, asyncio.Task[None]]] = []
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        self._run.mkdir(mode=0o700, parents=True, exist_ok=True)
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self._asked_to_stop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The handlers stay until everything is gone: a third Ctrl-C must not leave half of it behind.
        await self._stop_all()
        self._failure.cancel()
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.remove_signal_handler(number)

    def _asked_to_stop(self) -> None:
        if self.stopping.is_set():
            self._hurry.set()
        else:
            self._tell("stopping")
        self.stopping.set()

    def pidfile(self, name: str) -> Path:
        """Where the process id of a child is kept."""
        return self._run / f"{name}.pid"

    async def run(self, work: Coroutine[object, object, None]) -> None:
        """Do the work (which starts children), then watch over them until there is a request to stop.

        Raises:
            HeadroomError: a child never came up, or the work failed.
        """
        main = asyncio.create_task(work)
        stop = asyncio.create_task(self.stopping.wait())
        waiting: set[asyncio.Future[Any]] = {main, stop, self._failure}
        try:
            while not stop.done():
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for ended in done:
                    ended.result()
        finally:
            for task in (main, stop):
                task.cancel()
            await asyncio.gather(main, stop, return_exceptions=True)

    async def start(self, spec: ChildSpec) -> None:
        """Start a child and return when it is ready; one that is not vital may never be."""
        child = Child(spec, Output(spec.name, self._logs, self._tell), self.pidfile(spec.name), self._tell)
        task = asyncio.create_task(child.keep_alive(), name=spec.name)
        task.add_done_callback(partial(self._child_given_up, spec))
        self._children.append((child, task))
        await child.ready.wait()

    def _child_given_up(self, spec: ChildSpec, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None or self._failure.done():
            return
        if not spec.vital:
            self._tell(f"going on without {spec.name}: {error}")
            return
        self._failure.set_exception(error)
        self._failure.exception()  # one that comes while we stop is nobody's to handle

    async def _stop_all(self) -> None:
        """Our own children first, all at once; then the servers they talk to, the last one started first."""
        for _, task in self._children:
            task.cancel()
        await asyncio.gather(*(task for _, task in self._children), return_exceptions=True)
        own = [child for child, _ in self._children if child.spec.leashed]
        await asyncio.gather(*(child.stop(self._hurry) for child in own))
        for child, _ in reversed(self._children):
            if not child.spec.leashed:
                await child.stop(self._hurry)
