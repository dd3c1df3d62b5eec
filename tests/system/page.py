"""The live page of a running house, in a real browser."""

import json
import os
import queue
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.system.house import House

REPOSITORY = Path(__file__).parents[2]
DASHBOARD = REPOSITORY / "dashboard"
_FIRST_WORDS_LIMIT_S = 40.0  # the first start of the browser unpacks it

Said = dict[str, object]
"""What a person reads: headroom, people, level, why, and count and words of each zone (``dashboard/dev/watch.mjs``)."""


def needs_browser() -> None:
    """Skip where the page's own tools are not installed; ``make test`` installs them."""
    if not (DASHBOARD / "node_modules" / "@playwright").is_dir():
        pytest.skip("the page's own tools are not installed; make setup-all installs them")


def with_node(**told: str) -> dict[str, str]:
    """An environment that has node: make's own, where the machine has none that is new enough."""
    path = os.pathsep.join((str(REPOSITORY / ".node" / "bin"), os.environ.get("PATH", "")))
    return {**os.environ, "PATH": path} | told


class Page:
    """An open page, read as it changes."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self.history: list[Said] = []
        """All that was read so far, oldest first."""
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line)

    def close(self) -> None:
        """End the browser, which ends with its standard input."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._listening.join()

    def reads(self, wanted: Callable[[Said], bool], limit_s: float = _FIRST_WORDS_LIMIT_S) -> Said:
        """Wait until the page says that, and give what it says then."""
        until = time.monotonic() + limit_s
        while True:
            try:
                said: Said = json.loads(self._lines.get(timeout=max(0.0, until - time.monotonic())))
            except queue.Empty:
                pytest.fail(f"the page never said so; it said {self.history[-1:]}, its browser: {self._process.poll()}")
            self.history.append(said)
            if wanted(said):
                return said


@contextmanager
def open_page(house: House) -> Iterator[Page]:
    """The page of a house, signed in."""
    needs_browser()
    told = {
        "DASHBOARD_WATCH_URL": house.url,
        "DASHBOARD_WATCH_EMAIL": house.sign_in["email"],
        "DASHBOARD_WATCH_PASSWORD": house.sign_in["password"],
    }
    process = subprocess.Popen(
        ["node", "dev/watch.mjs"],
        cwd=DASHBOARD,
        env=with_node(**told),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    page = Page(process)
    try:
        yield page
    finally:
        page.close()
