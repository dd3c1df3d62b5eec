"""The folder of kept frames: each a JPEG and, beside it, what is known of it. Written whole or not at all.

Only the worker's own writing thread calls what writes.
"""

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from domain.captures import Sidecar
from domain.errors import HeadroomError

LEAST_FREE_MB: Final = 200
"""Of the disk: the database lives on it too, and counts come before pictures."""
_MB: Final = 1_000_000


class CannotKeepError(HeadroomError):
    """A frame could not be written: the folder's allowance or the disk is full, or the folder cannot be written to."""


class CaptureFolder:
    """One venue's kept frames.

    Args:
        root: of all venues.
        venue_id: whose.
        storage_mb: most that this venue's frames may take.
        least_free_mb: of the disk that stay free.
    """

    def __init__(self, root: Path, venue_id: str, storage_mb: int, *, least_free_mb: int = LEAST_FREE_MB) -> None:
        self._root, self._folder = root, root / venue_id
        self._most, self._least_free = storage_mb * _MB, least_free_mb * _MB

    def write(self, sidecar: Sidecar, jpeg: bytes) -> None:
        """Write a picture and what stands beside it; a reader finds both or neither.

        Raises:
            CannotKeepError: why not, in words.
        """
        path = self._root / sidecar.capture.file
        try:
            path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
            self._refuse_full(len(jpeg))
            _write(path.with_suffix(".json"), sidecar.model_dump_json().encode())
            _write(path, jpeg)
        except OSError as error:
            raise CannotKeepError(f"{self._folder} cannot be written to: {error.strerror or error}") from error

    def _refuse_full(self, size: int) -> None:
        used = sum(path.stat().st_size for path in self._folder.rglob("*.jpg"))
        if used + size > self._most:
            raise CannotKeepError(
                f"{self._folder} holds {used / _MB:.0f} MB of the {self._most / _MB:.0f} MB that the venue's "
                "learning.storage_mb allows; label and purge, or allow more"
            )
        if shutil.disk_usage(self._folder).free - size < self._least_free:
            raise CannotKeepError(f"the disk of {self._folder} has less than {self._least_free / _MB:.0f} MB free")

    def since(self, moment: datetime) -> Iterator[Sidecar]:
        """What stands beside the pictures captured since; one that cannot be read is left out."""
        first = f"{moment:%Y%m%d}"
        for path in sorted(self._folder.glob("*/*/*.json")):
            if path.parent.name < first or not path.with_suffix(".jpg").exists():
                continue
            try:
                sidecar = Sidecar.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
            if sidecar.capture.captured_at >= moment:
                yield sidecar


def _write(path: Path, content: bytes) -> None:
    """Write beside the final place, then rename; the bytes are on the disk before the name is."""
    unfinished = path.with_name(path.name + ".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
