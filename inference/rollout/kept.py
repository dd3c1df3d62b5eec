"""What a worker remembers of models from one start to the next, in a file of its own."""

from pathlib import Path
from typing import Final, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.rollout import ModelAliases, ModelRef

log = structlog.get_logger()

TRIES: Final = 2
"""A worker that ended so often in the middle of a model's trial, unasked, was ended by it."""


class Trying(BaseModel):
    """A model on trial.

    Attributes:
        ref: which.
        revision: the decision it comes from.
        times: how often the worker came up with it and did not end as it should.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ref: ModelRef
    revision: int
    times: int = Field(ge=1)


class Memory(BaseModel):
    """The file.

    Attributes:
        aliases: the newest that were heard.
        good: the version that last passed; ``None``: none did, or the built-in model counts.
        trying: on trial when this was written.
        failed: label and decision of versions that failed their trial: not tried again by the same decision.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    aliases: ModelAliases | None = None
    good: ModelRef | None = None
    trying: Trying | None = None
    failed: tuple[tuple[str, int], ...] = ()


class Kept:
    """Reads and writes the memory of one venue's worker.

    Args:
        path: the file; it need not be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.memory = self._read()

    def update(self, **changes: object) -> None:
        """Change some of it, on disk too. A disk that is full costs the memory, never a reading."""
        self.memory = Memory.model_validate(dict(self.memory) | changes)
        partial = self._path.with_suffix(".partial")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            partial.write_text(self.memory.model_dump_json(indent=2) + "\n", encoding="utf-8")
            partial.replace(self._path)
        except OSError as error:
            log.warning("which model was good cannot be remembered", file=str(self._path), error=error.strerror)

    def fail(self, ref: ModelRef, revision: int) -> None:
        """Remember that a version failed."""
        self.update(failed=(*self.memory.failed[-31:], (ref.label, revision)), trying=None)

    def has_failed(self, ref: ModelRef, revision: int) -> bool:
        """Whether this version failed since it was decided on."""
        return (ref.label, revision) in self.memory.failed

    def try_(self, ref: ModelRef, revision: int) -> int:
        """A trial begins, or begins again after a restart; the how many'th time."""
        before = self.memory.trying
        again = before is not None and (before.ref, before.revision) == (ref, revision)
        times = before.times + 1 if before is not None and again else 1
        self.update(trying=Trying(ref=ref, revision=revision, times=times))
        return times

    def ended_as_it_should(self) -> None:
        """The worker was asked to end: no model's doing."""
        trying = self.memory.trying
        if trying is not None:
            left = trying.times - 1
            self.update(trying=trying.model_copy(update={"times": left}) if left else None)

    def _read(self) -> Memory:
        try:
            return Memory.model_validate_json(self._path.read_bytes())
        except OSError:
            return Memory()
        except ValidationError:
            log.warning("which model was good is not known: the file is not what it was", file=str(self._path))
            return Memory()
