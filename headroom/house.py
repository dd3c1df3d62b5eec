"""Everything together: servers, API and the processes that watch, under one supervisor, until someone says stop."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from domain.settings import PREFIX, Settings
from domain.venue import VenueConfig
from headroom.addresses import told
from headroom.console import Console
from headroom.embedded.command import Command
from headroom.embedded.leftovers import stop_leftover
from headroom.embedded.postgres import Postgres
from headroom.embedded.valkey import Valkey
from headroom.lock import data_folder_lock
from headroom.ports import free_port, refuse_busy_port
from headroom.readiness import Readiness
from headroom.secrets import Secrets
from headroom.supervise import ChildSpec, Supervisor

_OWN: Final = ("worker", "floor", "recorder", "alerts", "api", "jobs")
_SLOW_START_S: Final = 120.0  # a first start compiles the network: 6 s here, a minute on a small machine
_NEEDS: Final = {
    "api": frozenset(Settings.model_fields) - {"assets", "mlflow_url"},
    "recorder": frozenset({"data", "log_level", "database_url", "redis_url", "retention_days"}),
    "alerts": frozenset({"data", "log_level", "database_url", "redis_url", "retention_days"}),
    "worker": frozenset({"assets", "data", "log_level", "redis_url"}),
    "floor": frozenset({"data", "log_level", "redis_url"}),
    "jobs": frozenset({"assets", "data", "log_level", "database_url", "redis_url", "mlflow_url"}),
}
"""What each child is told: a process that reads cameras has no business with the key that signs tokens."""
_ALLOCATOR: Final = {"MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
"""For glibc: pictures come and go by the megabyte, and go back to the system at once. Left to itself it raises this
threshold and keeps them on its heap, whose size then swings by 40 MB."""


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """Own the data folder and find the port free, or say who has them; what an earlier run left is stopped.

    Raises:
        AlreadyRunning: another Headroom has the data folder, or another program the port.
    """
    with data_folder_lock(settings.data):
        for name in _OWN:
            _stop_own_leftover(settings, name)
        refuse_busy_port(settings.host, settings.port)
        yield


def _stop_own_leftover(settings: Settings, name: str) -> None:
    pidfile = settings.data / "run" / f"{name}.pid"
    program = Path(sys.executable).name
    stop_leftover(pidfile, program=program, mentions=settings.data, stop_signal=ChildSpec.stop_signal)


@dataclass(frozen=True)
class House:
    """One run of everything.

    Attributes:
        settings: complete: addresses of the servers and the secret of the local issuer included.
        secrets: of the data folder.
        venue: with sources that can be opened.
        venue_file: what the worker reads.
        postgres: the embedded server; ``None`` where the database is elsewhere.
        valkey: the embedded server; ``None`` where Redis is elsewhere.
    """

    settings: Settings
    secrets: Secrets
    venue: VenueConfig
    venue_file: Path
    postgres: Postgres | None
    valkey: Valkey | None

    @classmethod
    def plan(cls, settings: Settings, venue: VenueConfig, venue_file: Path) -> "House":
        """Decide what runs here and what is elsewhere."""
        secrets = Secrets.of(settings.data)
        postgres = valkey = None
        added: dict[str, SecretStr] = {}
        if settings.database_url is None:
            password = secrets.database_password.get_secret_value()
            postgres = Postgres(settings.data / "postgres", free_port(), password)
            added["database_url"] = SecretStr(postgres.url)
        if settings.redis_url is None:
            password = secrets.redis_password.get_secret_value()
            valkey = Valkey(settings.data / "valkey", free_port(), password)
            added["redis_url"] = SecretStr(valkey.url)
        if settings.jwt_secret is None and settings.jwks_url is None:
            added["jwt_secret"] = secrets.jwt_secret
        return cls(settings.model_copy(update=added), secrets, venue, venue_file.resolve(), postgres, valkey)

    async def run(self, console: Console) -> None:
        """Start everything, tell when it is live, and watch over it until there is a request to stop.

        Raises:
            HeadroomError: something never came up.
        """
        readiness = Readiness(self.settings, self.venue)
        try:
            with told(self.settings):
                await self._run_supervised(readiness, console)
        finally:
            await readiness.aclose()

    async def _run_supervised(self, readiness: Readiness, console: Console) -> None:
        async with Supervisor(self.settings.data, console.say) as supervisor:
            try:
                await supervisor.run(self._open(supervisor, readiness, console))
            finally:
                console.wait_for("")

    async def _open(self, supervisor: Supervisor, readiness: Readiness, console: Console) -> None:
        console.wait_for("starting the servers, the API and the cameras")
        await asyncio.gather(self._open_eyes(supervisor, readiness), self._open_doors(supervisor, readiness))
        console.wait_for("waiting for the first reading")
        blind = await readiness.first_reading(console.say)
        console.wait_for("")
        self._announce(console, blind)
        # Last: whoever waits for the first count does not wait for this, and counting goes on without it.
        await supervisor.start(self._own("jobs", "worker", probe=readiness.jobs_are_done, vital=False))

    async def _open_eyes(self, supervisor: Supervisor, readiness: Readiness) -> None:
        """The bus, then the worker, which is the slowest to start and waits for nothing else."""
        if self.valkey is not None:
            await supervisor.start(_server(self.valkey))
        await readiness.remember_now()
        worker = self._own("worker", "--venue", str(self.venue_file), probe=readiness.worker_works)
        children = [worker]
        if self.venue.floor is not None or self.venue.gates:
            children.append(self._own("floor", "--venue", str(self.venue_file), probe=readiness.floor_is_watched))
        await asyncio.gather(*(supervisor.start(child) for child in children))

    async def _open_doors(self, supervisor: Supervisor, readiness: Readiness) -> None:
        """The database, made ready for this version, then those who write to it and read from it."""
        if self.postgres is not None:
            await supervisor.start(_server(self.postgres))
        from api.setup import FirstAdmin, prepare  # noqa: PLC0415 - imported while the servers start

        local = self.settings.supabase_url is None
        admin = FirstAdmin(self.secrets.admin_email, self.secrets.admin_password) if local else None
        await prepare(self.settings, venue=self.venue, admin=admin)
        api = self._own("api", probe=readiness.api_answers)
        recorder = self._own("recorder", probe=readiness.recorder_works)
        alerts = self._own("alerts", "--venue", str(self.venue_file), probe=readiness.alerts_are_watched)
        await asyncio.gather(*(supervisor.start(child) for child in (api, recorder, alerts)))

    def _own(
        self, name: str, *arguments: str, probe: Callable[[float], Awaitable[None]], vital: bool = True
    ) -> ChildSpec:
        """One of our own commands as a child."""
        argv = (sys.executable, "-P", "-m", "headroom", name, *arguments, "--leash", str(self.settings.data))
        command = Command(argv, self._environment(name))
        return ChildSpec(
            name,
            command=lambda: command,
            prepare=partial(_stop_own_leftover, self.settings, name),
            probe=probe,
            leashed=True,
            vital=vital,
            ready_within_s=_SLOW_START_S,
        )

    def _environment(self, name: str) -> dict[str, str]:
        """The machine's environment, and of the settings what this child needs."""
        machine = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        needed = {PREFIX + field.upper() for field in _NEEDS[name]}
        settings = {key: value for key, value in self.settings.environment().items() if key in needed}
        return {**_ALLOCATOR, **machine, **settings, "PYTHONUNBUFFERED": "1"}

    def _announce(self, console: Console, blind: str | None) -> None:
        host = "127.0.0.1" if self.settings.host in ("0.0.0.0", "::") else self.settings.host  # noqa: S104 - compared
        console.say(f"Headroom is live at http://{f'[{host}]' if ':' in host else host}:{self.settings.port}")
        if self.settings.supabase_url is None:
            password = self.secrets.admin_password.get_secret_value()
            console.say(f"Sign in as {self.secrets.admin_email} with password {password}")
        if blind:
            console.say(f"No count yet: {blind}")
        console.say("Ctrl-C stops everything")


def _server(server: Postgres | Valkey) -> ChildSpec:
    return ChildSpec(
        type(server).__name__.lower(),
        command=lambda: server.command,
        prepare=server.prepare,
        probe=lambda _: server.probe(),
        stop_signal=server.stop_signal,
    )
