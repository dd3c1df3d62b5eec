"""A job's guard: all that it runs is gone when it should be, however it was started and whatever it does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from headroom.jobs.guard import GRACE_S, clock
from headroom.processes import tree_of, wait_gone

STUBBORN = """
import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.fork()
    time.sleep(600)
print("here", flush=True)
time.sleep(600)
"""
Guarded = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "runs.jsonl"


@pytest.fixture
def guarded(log: Path) -> Iterator[Guarded]:
    started: list[subprocess.Popen[bytes]] = []

    def start(code: str, *, lease_s: float = 60.0) -> subprocess.Popen[bytes]:
        words = ["--log", str(log), "--attempt", "3", "--until", str(clock() + lease_s)]
        command = [sys.executable, "-P", "-m", "headroom.jobs.guard", *words, "--", sys.executable, "-c", code]
        guard = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True)
        started.append(guard)
        return guard

    yield start
    for guard in started:
        for process in tree_of(guard.pid):
            process.kill()
        guard.wait()
        for pipe in (guard.stdin, guard.stdout):
            if pipe is not None:
                pipe.close()


def family(guard: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The guard and all below it, once the command has said that it is there."""
    assert guard.stdout is not None
    assert guard.stdout.readline() == b"here\n"
    return tree_of(guard.pid)


def renew(guard: subprocess.Popen[bytes], lease_s: float) -> None:
    """Say, as a worker does, how much longer it may go on."""
    assert guard.stdin is not None
    guard.stdin.write(f"{clock() + lease_s}\n".encode())
    guard.stdin.flush()


def noted(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_it_ends_with_what_the_command_ended_with_and_notes_both_ends(guarded: Guarded, log: Path) -> None:
    guard = guarded("import os; print(os.nice(0)); raise SystemExit(7)")
    assert guard.stdout is not None
    said = guard.stdout.read()
    assert (guard.wait(20), said) == (7, b"19\n"), "it gives way to everybody else"
    start, stop = noted(log)
    assert (start["event"], start["attempt"], start["pid"]) == ("start", 3, stop["pid"])
    assert (stop["event"], stop["status"]) == ("stop", 7)
    assert start["at"] <= stop["at"]


def test_what_a_command_leaves_behind_is_ended_with_it(guarded: Guarded, log: Path) -> None:
    guard = guarded("import os, time\nif os.fork():\n    raise SystemExit(0)\ntime.sleep(600)")
    assert guard.wait(20) == 0
    group = noted(log)[0]["pid"]
    with pytest.raises(ProcessLookupError):
        os.killpg(group, 0)


def test_a_lease_that_is_over_kills_all_of_it_at_once(guarded: Guarded, log: Path) -> None:
    guard = guarded(STUBBORN)
    everybody = family(guard)
    assert len(everybody) >= 2
    renew(guard, 0.5)
    told_at = time.time()
    assert guard.wait(20) == 128 + signal.SIGKILL
    assert not wait_gone(everybody, 2)
    _, stop = noted(log)
    assert stop["status"] == -signal.SIGKILL
    assert 0.4 < stop["at"] - told_at < 0.5 + GRACE_S, "it is not asked first"


def test_a_lease_that_nobody_renews_ends(guarded: Guarded, log: Path) -> None:
    assert guarded("import time; time.sleep(600)", lease_s=0.5).wait(20) == 128 + signal.SIGKILL
    assert noted(log)[-1]["status"] == -signal.SIGKILL


def test_a_renewed_lease_keeps_it_going(guarded: Guarded) -> None:
    guard = guarded("import time; print('here', flush=True); time.sleep(4)")
    family(guard)
    for _ in range(3):
        renew(guard, 3)
        time.sleep(0.5)
    renew(guard, 60)
    assert guard.wait(20) == 0


def test_when_its_worker_is_gone_it_asks_and_then_kills(guarded: Guarded) -> None:
    guard = guarded(STUBBORN)
    everybody = family(guard)
    assert guard.stdin is not None
    asked_at = time.monotonic()
    guard.stdin.close()
    assert guard.wait(20) == 128 + signal.SIGKILL
    assert GRACE_S - 0.5 < time.monotonic() - asked_at < GRACE_S + 5
    assert not wait_gone(everybody, 2)


def test_a_command_that_ends_when_asked_has_the_time_for_it(guarded: Guarded, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    code = (
        "import pathlib, signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(kept)!r}).touch(), sys.exit(0)))\n"
        "print('here', flush=True)\ntime.sleep(600)"
    )
    guard = guarded(code)
    family(guard)
    guard.send_signal(signal.SIGTERM)
    assert guard.wait(GRACE_S + 5) == 0
    assert kept.exists()
