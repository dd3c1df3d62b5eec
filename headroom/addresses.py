"""Where the servers of a running Headroom are, for commands beside it: a file in its data folder, its owner's alone."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import SecretStr

from domain.errors import BadSettings
from domain.settings import Settings


@contextmanager
def told(settings: Settings) -> Iterator[None]:
    """For as long as everything runs, commands with the same data folder find its servers."""
    path = _path(settings)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    urls = {"database_url": settings.database_url, "redis_url": settings.redis_url}
    path.write_text(json.dumps({name: url.get_secret_value() for name, url in urls.items() if url}), encoding="utf-8")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def with_addresses(settings: Settings) -> Settings:
    """The settings, with the servers of the Headroom that runs on this data folder where none are named.

    Raises:
        BadSettings: none are named, and none runs.
    """
    if settings.database_url is not None and settings.redis_url is not None:
        return settings
    try:
        found = json.loads(_path(settings).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise BadSettings(
            "HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL are needed, or a Headroom that runs on the data folder "
            f"{settings.data} (headroom up)"
        ) from None
    added = {name: SecretStr(url) for name, url in found.items() if getattr(settings, name) is None}
    return settings.model_copy(update=added)


def _path(settings: Settings) -> Path:
    return settings.data / "run" / "addresses.json"
