"""The supervisor, with real processes that die, hang, shout and refuse."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import psutil
import pytest

from domain.errors import BadInput, HeadroomError, Unavailable
from headroom.embedded.command import Command
from headroom.processes import alive, tree_of, wait_gone
from headroom.supervise import ChildSpec, Supervisor
from headroom.supervise.output import ERRORS, LogFile

PYTHON = (sys.executable, "-c")


def script(text: str, *arguments: str) -> Callable[[], Command]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "PYTHONUNBUFFERED": "1"}
    return lambda: Command((*PYTHON, textwrap.dedent(text), *arguments), environment)


SLEEPS = "import time; time.sleep(600)"


async def until(true: Callable[[], object], limit_s: float = 10) -> None:
    end = time.monotonic() + limit_s
    while not true():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.01)


@asynccontextmanager
async def watched(folder: Path, *specs: ChildSpec) -> AsyncIterator[tuple[Supervisor, list[str]]]:
    """A supervisor whose children are ready; stopped, as by Ctrl-C, at the end."""
    told: list[str] = []
    started = asyncio.Event()
    async with Supervisor(folder, told.append) as supervisor:

        async def work() -> None:
            for spec in specs:
                await supervisor.start(spec)
            started.set()

        running = asyncio.create_task(supervisor.run(work()))
        first = asyncio.create_task(started.wait())
        await asyncio.wait({running, first}, return_when=asyncio.FIRST_COMPLETED)
        first.cancel()
        if running.done():
            running.result()
        yield supervisor, told
        supervisor.stopping.set()
        await running


def pid_of(supervisor: Supervisor, name: str) -> int:
    return int(supervisor.pidfile(name).read_text())


async def test_a_killed_child_is_back_at_once_with_another_pid(tmp_path: Path) -> None:
    async with watched(tmp_path, ChildSpec("sleeper", script(SLEEPS))) as (supervisor, told):
        first = pid_of(supervisor, "sleeper")
        os.kill(first, signal.SIGKILL)
        await until(lambda: pid_of(supervisor, "sleeper") != first, 2)
        await until(lambda: "sleeper is back" in told)
        assert "sleeper ended (killed by SIGKILL); starting it again" in told
        second = psutil.Process(pid_of(supervisor, "sleeper"))
    assert not alive(second)


async def test_what_a_dead_child_started_does_not_outlive_it(tmp_path: Path) -> None:
    """A worker that is killed leaves capture processes: they hold cameras that the next worker needs."""
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SLEEPS!r}])"
    async with watched(tmp_path, ChildSpec("worker", script(parent))) as (supervisor, _):
        await until(lambda: len(tree_of(pid_of(supervisor, "worker"))) == 2)
        parent_process, grandchild = tree_of(pid_of(supervisor, "worker"))
        parent_process.kill()
        await until(lambda: not alive(grandchild), 3)


async def test_a_child_is_ready_when_its_probe_says_so(tmp_path: Path) -> None:
    answers = iter([False, False, True])

    async def probe(_: float) -> None:
        if not next(answers):
            raise Unavailable("not yet")

    async with watched(tmp_path, ChildSpec("slow", script(SLEEPS), probe=probe)):
        assert next(answers, "asked no more") == "asked no more"


async def test_a_child_that_is_not_ready_in_time_is_started_anew(tmp_path: Path) -> None:
    marker = tmp_path / "started-once"
    text = "import pathlib, sys, time; m = pathlib.Path(sys.argv[1]); m.touch(); time.sleep(600)"

    async def probe(_: float) -> None:
        if not marker.exists() or not (tmp_path / "allowed").exists():
            raise Unavailable("hangs")

    spec = ChildSpec("stuck", script(text, str(marker)), probe=probe, ready_within_s=0.7)
    told: list[str] = []
    async with Supervisor(tmp_path, told.append) as supervisor:
        running = asyncio.create_task(supervisor.run(supervisor.start(spec)))
        await until(lambda: any("was not ready within" in line for line in told))
        (tmp_path / "allowed").touch()
        await until(lambda: any("starting it again" in line for line in told))
        supervisor.stopping.set()
        await running


async def test_children_end_in_order_ours_first_then_the_servers(tmp_path: Path) -> None:
    log = tmp_path / "order.txt"
    text = """
        import signal, sys, time
        def end(*_):
            open(sys.argv[1], "a").write(sys.argv[2] + " ")
            sys.exit()
        signal.signal(signal.SIGTERM, end)
        print("up", flush=True)
        time.sleep(600)
    """
    names = ("database", "bus", "worker")
    specs = [
        ChildSpec(name, script(text, str(log), name), leashed=name == "worker", probe=partial(_said_up, tmp_path, name))
        for name in names
    ]
    async with watched(tmp_path, *specs):
        pass
    assert log.read_text().split() == ["worker", "bus", "database"]


async def _said_up(folder: Path, name: str, _: float) -> None:
    if b"up" not in (folder / "logs" / f"{name}.log").read_bytes():
        raise Unavailable("not up")


DEAF = """
    import signal, subprocess, sys, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    subprocess.Popen([sys.executable, "-c", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)"])
    print("up", flush=True)
    time.sleep(600)
"""


async def test_a_child_that_does_not_listen_is_killed_with_its_tree(tmp_path: Path) -> None:
    spec = ChildSpec("deaf", script(DEAF), stop_within_s=0.3, probe=partial(_said_up, tmp_path, "deaf"))
    async with watched(tmp_path, spec) as (supervisor, _):
        tree = tree_of(pid_of(supervisor, "deaf"))
        assert len(tree) == 2
    assert not wait_gone(tree, 0)


async def test_a_frozen_child_is_ended_too(tmp_path: Path) -> None:
    async with watched(tmp_path, ChildSpec("frozen", script(SLEEPS))) as (supervisor, _):
        process = psutil.Process(pid_of(supervisor, "frozen"))
        process.suspend()
    assert not alive(process)


async def test_a_child_that_never_comes_up_is_an_error_with_its_last_words(tmp_path: Path) -> None:
    dies = script("import sys; print('headroom: no such model', file=sys.stderr); sys.exit(3)")

    async def never(_: float) -> None:
        raise Unavailable("never")

    with pytest.raises(HeadroomError, match=r"counter does not start \(exit status 3\): headroom: no such model"):
        async with watched(tmp_path, ChildSpec("counter", dies, probe=never)):
            pytest.fail("it is not up")


async def test_what_a_person_must_mend_is_told_as_it_is_and_not_tried_again(tmp_path: Path) -> None:
    lives = tmp_path / "lives.txt"
    text = "import sys; open(sys.argv[1], 'a').write('x'); print('headroom: clip.mp4: is text'); sys.exit(2)"
    dies = script(text, str(lives))

    async def never(_: float) -> None:
        raise Unavailable("never")

    with pytest.raises(BadInput, match=r"^clip\.mp4: is text$"):
        async with watched(tmp_path, ChildSpec("worker", dies, probe=never, leashed=True)):
            pytest.fail("it is not up")
    assert lives.read_text() == "x"


async def test_output_is_kept_and_errors_are_told_with_the_name_but_no_secret(tmp_path: Path) -> None:
    text = "print('fine'); print('2026 [error    ] lost rtsp://ann:pw@cam/1'); import time; time.sleep(600)"
    async with watched(tmp_path, ChildSpec("worker", script(text))) as (_, told):
        await until(lambda: told)
        assert told == ["worker: 2026 [error    ] lost rtsp://***@cam/1"]
        assert b"fine" in (tmp_path / "logs" / "worker.log").read_bytes()


async def test_an_error_that_repeats_is_told_once(tmp_path: Path) -> None:
    text = "print('ERROR: no\\n' * 500, flush=True); print('done', flush=True); import time; time.sleep(600)"
    async with watched(tmp_path, ChildSpec("worker", script(text))) as (_, told):
        await until(lambda: b"done" in (tmp_path / "logs" / "worker.log").read_bytes())
        assert told == ["worker: ERROR: no"]


async def test_a_line_without_end_does_not_stop_the_reading(tmp_path: Path) -> None:
    text = "import sys, time; sys.stdout.write('x' * 3_000_000 + '\\nafter\\n'); sys.stdout.flush(); time.sleep(600)"
    async with watched(tmp_path, ChildSpec("worker", script(text))):
        await until(lambda: (tmp_path / "logs" / "worker.log").read_bytes().endswith(b"\nafter\n"))


def test_a_full_log_makes_room_and_three_old_ones_are_kept(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "logs" / "worker.log", largest_bytes=100)
    for number in range(60):
        log.write(f"line {number:04d}\n".encode())
    log.close()
    names = sorted(path.name for path in (tmp_path / "logs").iterdir())
    assert names == ["worker.log", "worker.log.1", "worker.log.2", "worker.log.3"]
    newest = (tmp_path / "logs" / "worker.log.1").read_text() + (tmp_path / "logs" / "worker.log").read_text()
    assert newest.rstrip().endswith("line 0059")


@pytest.mark.parametrize(
    "line",
    [
        "2026-01-01T00:00:00Z [error    ] database is gone",
        "2026-01-01 00:00:00 UTC [12] FATAL:  password authentication failed",
        "Traceback (most recent call last):",
    ],
)
def test_errors_are_recognised(line: str) -> None:
    assert ERRORS.search(line)


def test_an_ordinary_line_is_no_error() -> None:
    assert not ERRORS.search("2026-01-01T00:00:00Z [info     ] errors so far: 0")


PARENT = """
    import asyncio, sys
    from pathlib import Path
    from headroom.embedded.command import Command
    from headroom.supervise import ChildSpec, Supervisor
    data = Path(sys.argv[1])
    child = sys.argv[2]
    async def main():
        async with Supervisor(data, lambda line: print(line, flush=True)) as supervisor:
            async def work():
                for name in ("one", "two"):
                    command = Command((sys.executable, "-c", child), {"PYTHONPATH": "."})
                    await supervisor.start(ChildSpec(name, lambda: command, leashed=True, stop_within_s=30))
                print("all up", flush=True)
            await supervisor.run(work())
    asyncio.run(main())
"""
LEASHED = "from headroom import leash; leash.hold(); import time; time.sleep(600)"
LEASHED_DEAF = "from headroom import leash; leash.hold(); import signal, time; signal.signal(15, 1); time.sleep(600)"


def _parent(folder: Path, child: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    process = subprocess.Popen(
        [*PYTHON, textwrap.dedent(PARENT), str(folder), child],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "all up\n"
    time.sleep(0.3)  # the children put their own handlers in place
    return process, tree_of(process.pid)


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whichever_way_it_is_asked_nothing_remains(tmp_path: Path, asked: signal.Signals) -> None:
    process, tree = _parent(tmp_path, LEASHED)
    assert len(tree) == 3
    process.send_signal(asked)
    assert process.wait(10) == 0
    assert not wait_gone(tree, 0)
    assert process.stdout is not None
    process.stdout.close()


def test_a_second_ctrl_c_does_not_wait_for_the_deaf(tmp_path: Path) -> None:
    process, tree = _parent(tmp_path, LEASHED_DEAF)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    assert time.monotonic() - began < 5
    assert not wait_gone(tree, 0)
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("child", [LEASHED, LEASHED_DEAF])
def test_when_the_supervisor_is_killed_the_leashed_end_by_themselves(tmp_path: Path, child: str) -> None:
    process, tree = _parent(tmp_path, child)
    process.kill()
    process.wait(10)
    assert not wait_gone(tree, 8)
    assert process.stdout is not None
    process.stdout.close()
