"""Ending processes for certain, with everything they started."""

import signal
import time
from collections.abc import Iterable

import psutil

_POLL_S = 0.02
_KILL_GRACE_S = 5.0  # the kernel needs milliseconds, unless a disk hangs


def tree_of(pid: int) -> list[psutil.Process]:
    """The process and everything below it, parents first; empty where it is gone."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie does not: it only waits for its parent, which may be a slow init, to look."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_gone(processes: Iterable[psutil.Process], timeout_s: float) -> list[psutil.Process]:
    """Wait until all are gone, at most ``timeout_s``; returns those that are not."""
    until = time.monotonic() + timeout_s
    left = [process for process in processes if alive(process)]
    while left and time.monotonic() < until:
        time.sleep(_POLL_S)
        left = [process for process in left if alive(process)]
    return left


def send(processes: Iterable[psutil.Process], what: signal.Signals) -> None:
    """Send a signal to each that is still there."""
    for process in processes:
        try:
            process.send_signal(what)
        except psutil.NoSuchProcess:
            continue


def end_tree(pid: int, stop_signal: signal.Signals, grace_s: float) -> None:
    """Ask the process to stop, wait, then kill whatever of its tree is left. Blocks; frozen processes are thawed."""
    tree = tree_of(pid)
    send(tree, signal.SIGCONT)
    send(tree[:1], stop_signal)
    left = wait_gone(tree, grace_s)
    send(left, signal.SIGKILL)
    wait_gone(left, _KILL_GRACE_S)
