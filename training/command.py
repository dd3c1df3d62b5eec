"""What the command lines of the stages have in common."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from domain.errors import BadInput, HeadroomError


@contextmanager
def told_in_a_line() -> Iterator[None]:
    """An expected error is one line, and the exit status says whose it is: 2, the input's; 1, the machine's."""
    try:
        yield
    except HeadroomError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
