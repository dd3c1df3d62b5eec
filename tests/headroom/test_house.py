"""Everything at once, and what is left of it after the worst end."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from headroom.ports import free_port
from headroom.processes import alive, tree_of, wait_gone


class Demo:
    """A ``headroom demo`` of the test's own."""

    def __init__(self, data: Path, assets: Path) -> None:
        self.port = free_port()
        machine = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")}
        settings = {"HEADROOM_DATA": str(data), "HEADROOM_PORT": str(self.port), "HEADROOM_ASSETS": str(assets)}
        self._said = data.parent / f"said-{self.port}.txt"
        with self._said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "headroom", "demo"],
                env=machine | settings,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until_said(self, pattern: str, limit_s: float = 90) -> re.Match[str]:
        until = time.monotonic() + limit_s
        while True:
            said = self._said.read_text()
            found = re.search(pattern, said, re.MULTILINE)
            if found:
                return found
            assert self.process.poll() is None, said
            assert time.monotonic() < until, said
            time.sleep(0.05)

    @property
    def tree(self) -> list[psutil.Process]:
        return tree_of(self.process.pid)


@pytest.fixture
def start(server_folder: Path, assets: Path) -> Iterator[Callable[[], Demo]]:
    """Starts the demo on one data folder; whatever the test did, all of it is gone at the end."""
    started: list[Demo] = []
    seen: list[psutil.Process] = []

    def begin() -> Demo:
        started.append(Demo(server_folder / "house", assets))
        return started[-1]

    yield begin
    for demo in started:
        seen.extend(demo.tree)
        demo.process.kill()
        demo.process.wait()
    for process in seen:
        if alive(process):
            process.kill()


def test_a_killed_headroom_leaves_nothing_that_the_next_start_does_not_mend(start: Callable[[], Demo]) -> None:
    first = start()
    first.wait_until_said(rf"^Headroom is live at http://127\.0\.0\.1:{first.port}$")
    sign_in = first.wait_until_said(r"^Sign in as (\S+) with password (\S+)$")
    answer = httpx.post(
        f"http://127.0.0.1:{first.port}/auth/v1/token",
        params={"grant_type": "password"},
        json={"email": sign_in[1], "password": sign_in[2]},
    )
    assert answer.status_code == 200, answer.text
    tree = first.tree
    servers = [process for process in tree if process.name() in {"postgres", "valkey-server"}]
    assert len(servers) >= 2

    first.process.kill()
    first.process.wait()
    assert not wait_gone([process for process in tree if process not in servers], 10)
    assert any(alive(server) for server in servers)

    second = start()
    assert second.wait_until_said(r"^Sign in as (\S+) with password (\S+)$")[2] == sign_in[2]
    assert not [server for server in servers if alive(server)]
    tree = second.tree
    assert len(tree) >= 6
    second.process.send_signal(signal.SIGINT)
    assert second.process.wait(20) == 0
    assert not wait_gone(tree, 0)
