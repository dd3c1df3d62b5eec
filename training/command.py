"""What the command lines of the stages have in common."""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NoReturn

import typer

from domain.errors import BadInput, HeadroomError

Told = Callable[[float, str], object]
"""Given the share that is done, and words."""


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """An expected error is one line, and the exit status says whose it is: 2, the input's; 1, the machine's."""
    try:
        yield
    except HeadroomError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)


def tell(share: float, words: str) -> None:
    """Progress, as a line of JSON."""
    sys.stdout.write(json.dumps({"progress": round(share, 4), "words": words}) + "\n")
    sys.stdout.flush()


def close_when_stopped() -> None:
    """SIGTERM ends as an exception: the run is closed on the way out, MLflow says KILLED, and the next one goes on."""
    signal.signal(signal.SIGTERM, _stopped)


def _stopped(number: int, _: object) -> NoReturn:
    sys.exit(128 + number)
