"""How a download tells that it goes on."""

from typing import Protocol


class Progress(Protocol):
    """Hears about a file that is being fetched, a few times a second."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` bytes of ``what`` are here; ``total`` is ``None`` where nobody knows."""


def quiet(what: str, done: int, total: int | None) -> None:
    """Say nothing."""
    del what, done, total
