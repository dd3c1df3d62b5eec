"""A file out of a Debian package, on any machine that has apt-get, without root and without touching its state."""

import gzip
import lzma
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import zstandard

from inference.assets.download import SourceFailed, run_watched
from inference.assets.progress import Progress

_AR_MAGIC: Final = b"!<arch>\n"
_AR_HEADER_BYTES: Final = 60
_STATUS: Final = Path("/var/lib/dpkg/status")
_LISTS_LIMIT_S: Final = 60.0


def apt_get_available() -> bool:
    """Whether this machine has Debian's package tool."""
    return shutil.which("apt-get") is not None


def download_package(package: str, folder: Path, progress: Progress) -> Path:
    """Fetch a package's newest version from the machine's own sources into ``folder``; returns the ``.deb``."""
    apt = _apt_get(folder)
    run_watched([*apt, "update"], folder, f"{package}: package lists", None, progress)
    inbox = folder / "inbox"
    inbox.mkdir()
    size = _size_of(apt, package, inbox)
    run_watched([*apt, "download", package], inbox, package, size, progress)
    found = next(inbox.glob("*.deb"), None)
    if found is None:
        raise SourceFailed(f"apt-get downloaded no {package}")
    return found


def _apt_get(folder: Path) -> list[str]:
    """Apt-get with a state and a cache of its own: the machine's are root's, and stay as they are."""
    state, cache = folder / "state", folder / "cache"
    (state / "lists" / "partial").mkdir(parents=True)
    (cache / "archives" / "partial").mkdir(parents=True)
    options = {
        "Dir::State": str(state),
        "Dir::State::lists": str(state / "lists"),
        "Dir::State::status": str(_STATUS if _STATUS.exists() else "/dev/null"),
        "Dir::Cache": str(cache),
        "APT::Sandbox::User": "root",  # as root, apt would become a user who cannot enter our folder
        "Acquire::Retries": "2",
        "Acquire::Languages": "none",
    }
    return ["apt-get", "--quiet=2", *(f"-o{key}={value}" for key, value in options.items())]


def _size_of(apt: list[str], package: str, folder: Path) -> int | None:
    """The package's size in bytes, for the progress bar; ``None`` where apt does not say."""
    asked = [*apt, "download", "--print-uris", package]
    try:
        said = subprocess.run(  # noqa: S603 - our own words and a checked name
            asked, cwd=folder, capture_output=True, text=True, check=False, timeout=_LISTS_LIMIT_S
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r"^'[^']*' \S+ (\d+)", said, re.MULTILINE)
    return int(found[1]) if found else None


def extract_member(package: Path, path: str, target: Path) -> None:
    """Write one file of a ``.deb`` to ``target``. Nothing else is unpacked.

    Raises:
        SourceFailed: it is no Debian package, packed in an unknown way, or has no such file.
    """
    try:
        with package.open("rb") as file, _data_archive(file) as data, tarfile.open(fileobj=data, mode="r|") as archive:
            for member in archive:
                if member.isfile() and member.name.removeprefix("./") == path:
                    _copy(archive, member, target)
                    return
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, zstandard.ZstdError) as error:
        raise SourceFailed(f"{package.name} is damaged: {error}") from error
    raise SourceFailed(f"{package.name} has no file {path}")


def _copy(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path) -> None:
    content = archive.extractfile(member)
    if content is None:
        raise SourceFailed(f"{member.name} is not a file")
    with content, target.open("wb") as out:
        shutil.copyfileobj(content, out)


@contextmanager
def _data_archive(file: IO[bytes]) -> Iterator[IO[bytes]]:
    """The package's ``data.tar``, unpacked as it is read. ``file`` is an ar archive: small parts, data last."""
    if file.read(len(_AR_MAGIC)) != _AR_MAGIC:
        raise SourceFailed("it is not a Debian package")
    while header := file.read(_AR_HEADER_BYTES):
        if len(header) < _AR_HEADER_BYTES:
            raise SourceFailed("it is cut off")
        name = header[:16].decode("ascii", "replace").strip().rstrip("/")
        size = int(header[48:58])
        if name.startswith("data.tar"):
            with _unpacked(name, file) as data:
                yield data
            return
        file.seek(size + size % 2, 1)
    raise SourceFailed("it has no data.tar")


def _unpacked(name: str, file: IO[bytes]) -> IO[bytes]:
    suffix = name.removeprefix("data.tar")
    if suffix == ".xz":
        return cast("IO[bytes]", lzma.open(file))
    if suffix == ".zst":
        return cast("IO[bytes]", zstandard.ZstdDecompressor().stream_reader(file, closefd=False))
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(file))
    raise SourceFailed(f"its data.tar is packed in an unknown way ({suffix or 'not at all'})")
