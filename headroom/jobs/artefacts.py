"""What a job makes: written in a folder of its attempt's own, and under its name only when it is whole."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.jobs.leases import Lease
from api.jobs.schemas import Artefact
from domain.errors import HeadroomError
from headroom.jobs.plan import Folders

RUNS: Final = "runs.jsonl"
LOG: Final = "log.txt"
_WORK: Final = "work"
_DRAFT: Final = "draft-"


class NotMade(HeadroomError):
    """A command ended well, and did not write what it was to write."""


@dataclass(frozen=True)
class JobFolder:
    """A job's folder, as one of its attempts uses it.

    Attributes:
        root: the folder of all jobs.
        lease: whose attempt it is.
    """

    root: Path
    lease: Lease

    @property
    def path(self) -> Path:
        """The job's own folder."""
        return self.root / self.lease.venue_id / str(self.lease.job_id)

    @property
    def runs(self) -> Path:
        """When each of its processes began and ended; only ever added to."""
        return self.path / RUNS

    @property
    def log(self) -> Path:
        """What its processes said."""
        return self.path / LOG

    @property
    def _final(self) -> Path:
        return self.path / str(self.lease.attempt)

    def open(self) -> Folders:
        """Make the folders of this attempt; what earlier ones left half done goes, their ``work`` stays.

        Raises:
            OSError: there is no room, or no right to write.
        """
        draft, work = self.path / f"{_DRAFT}{self.lease.attempt}", self.path / _WORK
        for old in (*self.path.glob(f"{_DRAFT}*"), self._final):
            shutil.rmtree(old, ignore_errors=True)
        draft.mkdir(parents=True)
        work.mkdir(exist_ok=True)
        return Folders(out=draft, work=work)

    def keep(self, folders: Folders, needed: tuple[str, ...]) -> list[Artefact]:
        """Put what was made under its name, all at once.

        Raises:
            NotMade: a file that is needed is not there.
            OSError: it cannot be read or moved.
        """
        missing = [name for name in needed if not (folders.out / name).is_file()]
        if missing:
            raise NotMade(f"it ended well, but did not write {', '.join(missing)}")
        made = [(file, *_hashed(file)) for file in sorted(_files(folders.out))]
        folders.out.rename(self._final)
        return [self._artefact(file.relative_to(folders.out), sha256, size) for file, sha256, size in made]

    def _artefact(self, name: Path, sha256: str, size: int) -> Artefact:
        path = (self._final / name).relative_to(self.root)
        return Artefact(name=name.as_posix(), path=path.as_posix(), sha256=sha256, bytes=size)

    def tidy(self, *, done: bool) -> None:
        """Remove what nobody will ask for: of a job that is done all but its files and its logs."""
        for entry in self.path.iterdir():
            attempt_of_another = entry.name.isdecimal() and entry != self._final
            if entry.name.startswith(_DRAFT) or (done and (attempt_of_another or entry.name == _WORK)):
                shutil.rmtree(entry, ignore_errors=True)


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file() and not file.is_symlink())


def _hashed(file: Path) -> tuple[str, int]:
    """SHA-256 and size, once it is on the disk: a machine that loses its power must not leave a name without bytes."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        os.fsync(opened.fileno())
        return digest, opened.tell()
