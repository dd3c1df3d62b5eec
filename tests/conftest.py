"""Real servers and real footage for every room's tests.

``database_url``      an empty database of its own for each test
``databases``         make more of them, also as copies of one that was prepared once (``create(template=…)``)
``valkey_url``        a Valkey that is emptied before each test
``private_postgres``  make a PostgreSQL of the test's own, to stop, kill, freeze and start again
``private_valkey``    the same for Valkey
``assets``            the folder of real footage and weights; the test is skipped where there is none
"""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import redis
from hypothesis import HealthCheck, settings

from domain.errors import Unavailable
from headroom.embedded.postgres import Postgres
from headroom.embedded.valkey import Valkey
from headroom.ports import free_port
from headroom.processes import send, tree_of, wait_gone

_READY_LIMIT_S = 30.0

# Property tests on a shared machine: how long one example took says nothing about the code.
settings.register_profile("headroom", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("headroom")


def _in_a_thread(coroutine_of: Callable[[], object]) -> None:
    """Run a coroutine to its end, also from inside a test that has a loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(coroutine_of())).result()


class PrivateServer:
    """A server that a test may treat badly. Its address stays the same through every restart."""

    def __init__(self, server: Postgres | Valkey) -> None:
        self.server = server
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server was not started"
        return self._process.pid

    def start(self) -> "PrivateServer":
        """Start it and return when it answers."""
        self.server.prepare()
        command = self.server.command
        with (self.server.folder / "log.txt").open("ab") as log:
            self._process = subprocess.Popen(
                command.argv,
                env=dict(command.environment),
                cwd=command.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **command.account,
            )
        _in_a_thread(self._ready)
        return self

    async def _ready(self) -> None:
        until = time.monotonic() + _READY_LIMIT_S
        while True:
            try:
                return await self.server.probe()
            except Unavailable:
                assert self._process is not None
                if time.monotonic() > until or self._process.poll() is not None:
                    pytest.fail((self.server.folder / "log.txt").read_text()[-2000:])
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end, and wait."""
        self._end(self.server.stop_signal)

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory runs out."""
        self._end(signal.SIGKILL)

    def end_all(self) -> None:
        """Kill it with its children, whatever the test left of it."""
        if self._process is not None and self._process.poll() is None:
            send(tree_of(self.pid), signal.SIGKILL)
            self._process.wait(_READY_LIMIT_S)

    def freeze(self) -> None:
        """Stop it answering without closing a connection."""
        send(tree_of(self.pid), signal.SIGSTOP)

    def thaw(self) -> None:
        send(tree_of(self.pid), signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        tree = tree_of(self.pid)
        send(tree, signal.SIGCONT)
        self._process.send_signal(how)
        self._process.wait(_READY_LIMIT_S)
        assert not wait_gone(tree, _READY_LIMIT_S)


@pytest.fixture(scope="session")
def server_folder() -> Iterator[Path]:
    """A folder that other users may pass through: as root, PostgreSQL runs as somebody else."""
    folder = Path(tempfile.mkdtemp(prefix="headroom-tests-")).resolve()
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def _servers(server_folder: Path) -> Iterator[Callable[[type[Postgres] | type[Valkey]], PrivateServer]]:
    """Makes servers, and ends all of them when the tests are over."""
    made: list[PrivateServer] = []

    def make(kind: type[Postgres] | type[Valkey]) -> PrivateServer:
        folder = server_folder / f"{kind.__name__.lower()}-{uuid4().hex[:8]}"
        server = PrivateServer(kind(folder, port=free_port(), password="p@ss/w:rd"))
        made.append(server)
        return server.start()

    yield make
    for server in made:
        server.end_all()


@pytest.fixture(scope="session")
def postgres_url(_servers: Callable[..., PrivateServer]) -> str:
    """The superuser's address of the server that all tests share."""
    return _servers(Postgres).url


class Databases:
    """Makes databases on the shared server."""

    def __init__(self, url: str) -> None:
        self._url = url

    def create(self, template: str | None = None) -> str:
        """A new database, empty or a copy of the database at ``template`` (an address that nobody is connected to)."""
        name = f"test_{uuid4().hex[:12]}"
        source = f' template "{urlsplit(template).path[1:]}"' if template else ""
        self._run(f'create database "{name}"{source}')
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{name}"))

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(f'drop database if exists "{urlsplit(url).path[1:]}" with (force)')

    def _run(self, statement: str) -> None:
        async def run() -> None:
            connection = await asyncpg.connect(self._url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        _in_a_thread(run)


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Databases:
    return Databases(postgres_url)


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """An empty database, this test's alone."""
    url = databases.create()
    yield url
    databases.drop(url)


@pytest.fixture(scope="session")
def _shared_valkey(_servers: Callable[..., PrivateServer]) -> str:
    return _servers(Valkey).url


@pytest.fixture
def valkey_url(_shared_valkey: str) -> str:
    """A Valkey with nothing in it."""
    with redis.Redis.from_url(_shared_valkey) as client:
        client.flushall()
    return _shared_valkey


@pytest.fixture
def private_postgres(_servers: Callable[..., PrivateServer]) -> Callable[[], PrivateServer]:
    """Call it for a running PostgreSQL of this test's own."""
    return lambda: _servers(Postgres)


@pytest.fixture
def private_valkey(_servers: Callable[..., PrivateServer]) -> Callable[[], PrivateServer]:
    """Call it for a running Valkey of this test's own."""
    return lambda: _servers(Valkey)


@pytest.fixture(scope="session")
def assets() -> Path:
    """The folder of real footage and weights."""
    folder = os.environ.get("HEADROOM_ASSETS", "")
    if not Path(folder, "videos").is_dir():
        pytest.skip("HEADROOM_ASSETS does not name a folder of assets")
    return Path(folder).resolve()
