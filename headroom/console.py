"""What a person sees who starts Headroom: a spinner or bars on a terminal, plain lines where there is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console as RichConsole
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.status import Status

from inference.assets import Progress as AssetProgress


class Console:
    """Standard output, for people.

    A terminal that was closed takes nothing more: what is written to it then is dropped, because the work of ending
    everything must go on.

    Args:
        file: in place of standard output.
    """

    def __init__(self, file: IO[str] | None = None) -> None:
        self._rich = RichConsole(file=file, highlight=False, markup=False, emoji=False)
        self._status: Status | None = None
        self._waiting = ""

    def say(self, line: str = "") -> None:
        """A line, as it is: not wrapped, not coloured."""
        try:
            self._rich.print(line, soft_wrap=True)
            self._rich.file.flush()
        except OSError:
            return

    def wait_for(self, what: str) -> None:
        """Show what is being waited for, in place of what was shown before; an empty text ends the waiting."""
        if what == self._waiting:
            return
        self._waiting = what
        if not self._rich.is_terminal:
            if what:
                self.say(what)
            return
        try:
            self._spin(what)
        except OSError:
            return

    def _spin(self, what: str) -> None:
        if self._status is not None and not what:
            self._status.stop()
            self._status = None
        elif self._status is not None:
            self._status.update(what)
        elif what:
            self._status = self._rich.status(what)
            self._status.start()

    @contextmanager
    def downloads(self) -> Iterator[AssetProgress]:
        """A bar for each file that is fetched."""
        if not self._rich.is_terminal:
            yield self._plain_downloads()
            return
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        with Progress(*columns, console=self._rich, transient=True) as bars:
            tasks: dict[str, TaskID] = {}

            def show(what: str, done: int, total: int | None) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(f"fetching {what}", total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield show

    def _plain_downloads(self) -> AssetProgress:
        told: set[str] = set()

        def show(what: str, done: int, total: int | None) -> None:
            del done
            if what not in told:
                told.add(what)
                self.say(f"fetching {what}" + (f" ({total / 1e6:.1f} MB)" if total else ""))

        return show
