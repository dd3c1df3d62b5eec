"""From an asset's name to a file with the right bytes."""

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from domain.errors import AssetUnavailable
from domain.settings import Settings
from inference.assets.catalogue import (
    Asset,
    Catalogue,
    DebianSource,
    HttpsSource,
    LocalSource,
    PypiSource,
    ShippedSource,
    Source,
)
from inference.assets.download import SourceFailed
from inference.assets.fetch import fetch_debian, fetch_https, fetch_local, fetch_pypi, fetch_shipped, shipped
from inference.assets.progress import Progress, quiet

_ADVICE = {
    "footage": "To run on footage of your own: make run SOURCE=rtsp://…, a video file, or a folder of pictures",
    "model": "Put the file into a folder and name that folder in HEADROOM_ASSETS, at the path given as local above",
}


@dataclass(frozen=True)
class Found:
    """A file and where it came from: ``shipped`` or ``local`` (used in place) or ``fetched`` (in the data folder)."""

    path: Path
    origin: str


def resolve(name: str, settings: Settings, progress: Progress = quiet, *, catalogue: Catalogue | None = None) -> Path:
    """The file of an asset, fetched if need be, its SHA-256 checked. Blocks.

    Args:
        name: as in ``configs/assets.yaml``.
        settings: name the folder of local assets, and the data folder that fetched ones are kept in.
        progress: hears about downloads.
        catalogue: in place of ``configs/assets.yaml``.

    Raises:
        BadInput: no such asset.
        AssetUnavailable: no source has it; the message lists what was tried and why it failed.
    """
    asset = (catalogue or Catalogue.load()).find(name)
    found = _at_hand(name, asset, settings)
    return found.path if found else _fetch(name, asset, settings, progress)


def locate(name: str, settings: Settings, *, catalogue: Catalogue | None = None) -> Found | None:
    """Where an asset's file is now; ``None`` where it would have to be fetched.

    Raises:
        BadInput: no such asset.
    """
    return _at_hand(name, (catalogue or Catalogue.load()).find(name), settings)


def _at_hand(name: str, asset: Asset, settings: Settings) -> Found | None:
    """A file that is here, or one that was fetched before, in that order, with the right bytes."""
    for source in asset.sources:
        if isinstance(source, ShippedSource):
            path = shipped(source)
            if path.is_file() and sha256_of(path) == (source.sha256 or asset.sha256):
                return Found(path, "shipped")
        if isinstance(source, LocalSource) and settings.assets is not None:
            path = settings.assets / source.path
            if path.is_file() and sha256_of(path) == (source.sha256 or asset.sha256):
                return Found(path, "local")
    stored = settings.data / "assets" / name
    if stored.is_file() and sha256_of(stored) in asset.accepted:
        return Found(stored, "fetched")
    return None


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch(name: str, asset: Asset, settings: Settings, progress: Progress) -> Path:
    """Ask the sources in turn; the first right file is moved into place at once, so that none is ever half there."""
    shelf = settings.data / "assets"
    shelf.mkdir(parents=True, exist_ok=True)
    failures: list[str] = []
    for source in asset.sources:
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=shelf) as folder:
            target = Path(folder) / name
            try:
                got = _fetcher(source, asset, settings, progress)(target)
                _check(got, source.sha256 or asset.sha256)
            except SourceFailed as failure:
                failures.append(f"  {describe(source)}: {failure}")
                continue
            return got if isinstance(source, LocalSource | ShippedSource) else got.replace(shelf / name)
    tried = "\n".join(failures)
    raise AssetUnavailable(f"{name} ({asset.title}) cannot be had. Tried:\n{tried}\n{_ADVICE[asset.kind]}")


def _fetcher(source: Source, asset: Asset, settings: Settings, progress: Progress) -> Callable[[Path], Path]:
    """What to do with a target path to have the source's file there."""

    def fetch(target: Path) -> Path:
        match source:
            case ShippedSource():
                return fetch_shipped(source)
            case LocalSource():
                return fetch_local(source, settings.assets)
            case HttpsSource():
                fetch_https(source, target, asset.size, progress)
            case PypiSource():
                fetch_pypi(source, target, target.parent, progress)
            case DebianSource():
                fetch_debian(source, target, target.parent, progress)
        return target

    return fetch


def _check(path: Path, expected: str) -> None:
    found = sha256_of(path)
    if found != expected:
        raise SourceFailed(f"has other bytes: sha256 {found[:16]}…, expected {expected[:16]}…")


def describe(source: Source) -> str:
    """The source in a few words."""
    match source:
        case ShippedSource():
            return f"Headroom's own {source.path}"
        case LocalSource():
            return f"local {source.path}"
        case HttpsSource():
            return source.url
        case PypiSource():
            return f"PyPI's {source.project} {source.version}"
        case DebianSource():
            return f"Debian's {source.package}"
