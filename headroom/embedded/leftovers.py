"""Servers that outlived a Headroom that was killed without being asked."""

import signal
from pathlib import Path

import psutil
import structlog

from headroom.processes import end_tree

_log = structlog.get_logger()

_STOP_GRACE_S = 10.0  # a PostgreSQL with a checkpoint to write took 0.3 s; a loaded laptop may take seconds


def pid_in(pidfile: Path) -> int | None:
    """The process id on the first line of a pidfile; ``None`` where there is none or it is not a number."""
    try:
        return int(pidfile.read_text(encoding="ascii").split(maxsplit=1)[0])
    except (OSError, ValueError, IndexError):
        return None


def find_leftover(pidfile: Path, *, program: str, mentions: Path) -> psutil.Process | None:
    """The process that the pidfile names, if it really is ours.

    Process ids are given out again, after a restart of a container almost surely: only a process that is called
    ``program`` and names our own file or folder on its command line is taken for ours.
    """
    pid = pid_in(pidfile)
    if pid is None:
        return None
    try:
        process = psutil.Process(pid)
        words = process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return None
    if not words or Path(words[0]).name != program or str(mentions) not in words:
        return None
    return process


def stop_leftover(pidfile: Path, *, program: str, mentions: Path, stop_signal: signal.Signals) -> bool:
    """Stop what an earlier run left behind and remove its pidfile. Returns whether there was anything to stop."""
    process = find_leftover(pidfile, program=program, mentions=mentions)
    if process is not None:
        _log.warning("stopping a server that an earlier run left behind", program=program, pid=process.pid)
        end_tree(process.pid, stop_signal, _STOP_GRACE_S)
    pidfile.unlink(missing_ok=True)
    return process is not None
