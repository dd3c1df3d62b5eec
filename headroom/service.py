"""Running one of our own long-lived commands: told to end by SIGTERM, its defects in the log."""

import asyncio
import signal
from collections.abc import Coroutine

import structlog

from domain.errors import HeadroomError
from domain.settings import Settings
from headroom import leash
from headroom.logs import configure_logging

_log = structlog.get_logger()


def begin(settings: Settings, *, leashed: bool) -> None:
    """Set up what every service needs.

    Args:
        settings: for the log level.
        leashed: a supervisor holds the other end of standard input; this process ends with it.
    """
    configure_logging(settings.log_level)
    if leashed:
        leash.hold()


def run_until_stopped(work: Coroutine[object, object, None]) -> None:
    """Run the work until it ends or there is a SIGTERM or SIGINT, which cancels it.

    Raises:
        HeadroomError: as the work raised it, also from inside a task group.
    """
    try:
        asyncio.run(_cancelled_by_signals(work))
    except BaseExceptionGroup as group:
        raise known_cause(group) from group


async def _cancelled_by_signals(work: Coroutine[object, object, None]) -> None:
    task = asyncio.ensure_future(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.wait({task})
    if not task.cancelled():
        task.result()


def known_cause(error: BaseException) -> BaseException:
    """The first error in a group that was raised on purpose; the group itself if there is none."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            found = known_cause(inner)
            if isinstance(found, HeadroomError):
                return found
    return error
