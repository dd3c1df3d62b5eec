"""One Headroom for each data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from domain.errors import AlreadyRunning, BadSettings


def open_data_folder(folder: Path) -> None:
    """Make the data folder if there is none.

    Root's may be passed through by others, because PostgreSQL does not run as root; what is in it may not be read.

    Raises:
        BadSettings: it cannot be made or written to.
    """
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise BadSettings(f"HEADROOM_DATA: {folder} cannot be made: {error.strerror}") from error
    if not folder.is_dir() or not writable:
        raise BadSettings(f"HEADROOM_DATA: {folder} is not a folder that can be written to")


@contextmanager
def data_folder_lock(folder: Path) -> Iterator[None]:
    """Own the data folder until the block ends. The kernel gives it back however this process ends.

    Raises:
        AlreadyRunning: another Headroom owns it; the message names its process.
        BadSettings: there is no such folder and none can be made.
    """
    open_data_folder(folder)
    descriptor = os.open(folder / "headroom.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise AlreadyRunning(f"data folder {folder} is in use by Headroom pid {owner}") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
