"""A job's dead man's switch: runs one command, and ends all of it when nobody holds its lease any more.

    python -P -m headroom.jobs.guard --log RUNS --attempt N --until T -- COMMAND …

Whoever holds the lease writes ``T`` (seconds of :func:`clock`) on its standard input after each renewal, a line each.
When the last ``T`` is over, the command and all it started are killed: a worker that hangs, or cannot reach the
database, must not let two of them run. When standard input ends (the worker died, or wants it so), the command is
asked to end, and killed after :data:`GRACE_S`.

Only the standard library, and little of it: it stays beside every job, and takes 10 MB.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

GRACE_S: Final = 3.0
"""For a training to keep where it is. A supervisor that ends gives its children 10 s in all."""
_GONE_WITHIN_S: Final = 2.0
_LEAST_IMPORTANT: Final = 19
_FIRST_TO_GO: Final = 800
_SIGNALLED: Final = 128


def clock() -> float:
    """Seconds that every process of this machine agrees on, and that a machine's sleep does not stop."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def give_way() -> None:
    """Leave the processor to those who count people, and the memory too: this is the first to go when it is full."""
    os.nice(_LEAST_IMPORTANT)
    # On a desktop's Linux a session is scheduled as a group, and niceness inside it says nothing outside.
    for file, value in (("autogroup", _LEAST_IMPORTANT), ("oom_score_adj", _FIRST_TO_GO)):
        with suppress(OSError):
            Path("/proc/self", file).write_text(str(value), encoding="ascii")


class Guard:
    """One command, from its start to the end of the last process that it started.

    Args:
        command: what to run.
        log: where its start and its end are noted, a JSON line each.
        attempt: of the job, for the log.
        until: when its lease ends unless it is renewed.
    """

    def __init__(self, command: list[str], log: Path, attempt: int, until: float) -> None:
        self._log, self._attempt, self._until = log, attempt, until
        self._told = b""
        self._ending_at: float | None = None
        wake, self._woken = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, lambda *_: self._ask_to_end())
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._woken, warn_on_full_buffer=False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(wake, selectors.EVENT_READ)
        self._selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        # One thread, and nothing of a library's is running: the child may be prepared in Python.
        self._child = subprocess.Popen(  # noqa: S603 - a worker's own words
            command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=give_way,  # noqa: PLW1509 - as said above
        )
        self._note("start")

    def run(self) -> int:
        """Wait for the end; what the command ended with."""
        while self._child.poll() is None:
            for key, _ in self._selector.select(self._patience_s):
                self._hear(key.fd)
            if self._is_over:
                self._kill()
        self._kill()  # whatever it left behind
        self._wait_until_all_are_gone()
        self._note("stop", status=self._child.returncode)
        status = self._child.returncode
        return status if status >= 0 else _SIGNALLED - status

    @property
    def _patience_s(self) -> float:
        ends = self._until if self._ending_at is None else min(self._until, self._ending_at)
        return max(ends - clock(), 0.0)

    @property
    def _is_over(self) -> bool:
        return self._patience_s == 0.0

    def _hear(self, descriptor: int) -> None:
        told = os.read(descriptor, 4096)
        if descriptor != sys.stdin.fileno():
            return
        if not told:
            self._selector.unregister(descriptor)
            self._ask_to_end()
            return
        *lines, self._told = (self._told + told).split(b"\n")
        if lines:
            self._until = float(lines[-1])

    def _ask_to_end(self) -> None:
        if self._ending_at is None:
            self._ending_at = clock() + GRACE_S
            self._signal(signal.SIGTERM)

    def _kill(self) -> None:
        self._signal(signal.SIGKILL)
        self._child.wait()

    def _signal(self, what: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, what)

    def _wait_until_all_are_gone(self) -> None:
        until = time.monotonic() + _GONE_WITHIN_S
        while time.monotonic() < until:
            try:
                os.killpg(self._child.pid, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.01)

    def _note(self, event: str, **more: object) -> None:
        line = {"event": event, "attempt": self._attempt, "pid": self._child.pid, "at": time.time(), **more}
        with self._log.open("ab", buffering=0) as log:
            log.write(json.dumps(line).encode() + b"\n")


def main(words: list[str]) -> int:
    """Run what comes after ``--``."""
    cut = words.index("--")
    told = dict(zip(words[:cut:2], words[1:cut:2], strict=True))
    return Guard(words[cut + 1 :], Path(told["--log"]), int(told["--attempt"]), float(told["--until"])).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
