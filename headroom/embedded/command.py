"""How a program is started: what the supervisor, and nobody else, turns into a process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class Command:
    """A program, its arguments and its whole environment (nothing is inherited).

    Secrets may stand in the environment, never in ``argv``: every user of the machine can read a command line.

    Attributes:
        uid: the user to become, with no supplementary groups; ``None`` stays the same.
        gid: the group to become; given with ``uid``.
        folder: the working folder; ``None`` stays where the caller is.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    uid: int | None = None
    gid: int | None = None
    folder: Path | None = None

    @property
    def account(self) -> dict[str, object]:
        """What ``subprocess`` and ``asyncio`` take to change the user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": ()}
