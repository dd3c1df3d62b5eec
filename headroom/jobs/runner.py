"""One job from its claim to its end. Whatever happens to this process, the row says what is true."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg
import structlog
import yaml

from api.database.pool import Connection, Database
from api.jobs import leases
from api.jobs.leases import Lease
from api.jobs.repository import camera_zones
from api.jobs.schemas import Artefact
from domain.errors import BadInput, HeadroomError, Unavailable
from domain.settings import Settings
from headroom.jobs import process
from headroom.jobs.artefacts import JobFolder
from headroom.jobs.guard import clock
from headroom.jobs.hold import Hold, Why
from headroom.jobs.places import jobs_folder
from headroom.jobs.plan import CONFIGURATION, Folders, Step, environment_of, steps_of, zones_file

log = structlog.get_logger()

_TRY_AGAIN_S: Final = 1.0


class Ended(Enum):
    """What became of a job that a worker was told of."""

    NOT_OURS = "somebody else does it, or it is over"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    GIVEN_BACK = "given back"
    LOST = "lost"


class JobFailed(HeadroomError):
    """A command of the job failed; the message says which and why."""


class Runner:
    """Does jobs, one at a time.

    Args:
        settings: must name a database.
        worker: who does it.
        lease_s: how long this worker may be silent.
        commands: in place of ``configs/jobs.yaml``.
    """

    def __init__(self, settings: Settings, *, worker: str, lease_s: float, commands: Path = CONFIGURATION) -> None:
        self._settings = settings
        self._worker, self._lease_s, self._commands = worker, lease_s, commands
        self._loop: asyncio.AbstractEventLoop | None = None
        self._hold: Hold | None = None
        self._ending = False

    def stop(self) -> None:
        """The job in hand is stopped and given back, and no other one is begun. From any thread."""
        self._ending = True
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # it ended by itself in this moment
                loop.call_soon_threadsafe(self._let_go)

    def _let_go(self) -> None:
        if self._hold is not None:
            self._hold.end(Why.ENDING)

    async def run(self, job_id: UUID) -> Ended:
        """Do a job, if it is to be done and nobody does it.

        Raises:
            Unavailable: the database does not answer, and nothing was begun.
        """
        self._loop = asyncio.get_running_loop()
        url = self._settings.database_url.get_secret_value() if self._settings.database_url else ""
        # A renewal that hangs must be given up while there is time for another one.
        async with Database(url, size=2, command_timeout_s=self._lease_s / 3) as database:
            began = clock()
            if self._ending:
                return Ended.NOT_OURS
            async with database.as_service() as connection:
                lease = await leases.claim(connection, job_id, self._worker, self._lease_s)
            if lease is None:
                log.info("a job is not to be begun here", job=str(job_id))
                return Ended.NOT_OURS
            log.info("job begun", job=str(job_id), kind=lease.kind, attempt=lease.attempt)
            ended = await self._held(database, Hold(database, lease, self._lease_s, began))
            log.info("job ended", job=str(job_id), attempt=lease.attempt, how=ended.value)
            return ended

    async def _held(self, database: Database, hold: Hold) -> Ended:
        self._hold = hold
        if self._ending:
            hold.end(Why.ENDING)
        folder = JobFolder(jobs_folder(self._settings), hold.lease)
        async with hold.kept():
            try:
                artefacts = await self._done(database, hold, folder)
            except (HeadroomError, OSError) as error:
                return await self._settle(database, hold, folder, str(error))
            except Exception as error:  # a defect of ours ends this job, and no other
                log.exception("a job ended in a defect", job=str(hold.lease.job_id))
                return await self._settle(database, hold, folder, f"unexpected {type(error).__name__}: {error}")
            finally:
                self._hold = None
            return await self._settle(database, hold, folder, artefacts)

    async def _done(self, database: Database, hold: Hold, folder: JobFolder) -> list[Artefact] | None:
        """Run all steps; the artefacts, or ``None`` where it was stopped."""
        folders = await asyncio.to_thread(folder.open)
        await _write_zones(database, hold.lease, folders)
        steps = await asyncio.to_thread(steps_of, hold.lease, self._settings, folders, self._commands)
        said = process.Log(folder.log)
        try:
            async with _limited(hold):
                for number in range(len(steps)):
                    if not await self._stepped(steps, number, hold, folder, folders, said):
                        return None
        finally:
            said.close()
        return await asyncio.to_thread(folder.keep, folders, tuple(name for step in steps for name in step.makes))

    async def _stepped(
        self, steps: list[Step], number: int, hold: Hold, folder: JobFolder, folders: Folders, said: process.Log
    ) -> bool:
        """Run one step; whether it was done and not stopped.

        Raises:
            JobFailed: its command failed.
        """
        step, whole = steps[number], sum(step.share for step in steps)
        before = sum(step.share for step in steps[:number]) / whole

        def tell(told: process.Told) -> None:
            share = None if told.progress is None else before + told.progress * step.share / whole
            hold.tell(share, told.words)

        hold.tell(before or None, step.words)
        environment = environment_of(step, self._settings)
        status = await process.run(step, hold, folder, folders.out, said, environment=environment, tell=tell)
        if status:
            raise JobFailed(f"{step.words} failed ({_how(status)}): {said.last_words}")
        return status is not None

    async def _settle(
        self, database: Database, hold: Hold, folder: JobFolder, came: list[Artefact] | str | None
    ) -> Ended:
        """Tell the row how it ended: its artefacts, or why it failed, or that it was stopped."""
        lease, why = hold.lease, hold.why
        if isinstance(came, list):
            ended, write = Ended.SUCCEEDED, _later(leases.succeed, lease, came)
        elif why is Why.LOST:
            return Ended.LOST
        elif why is Why.CANCELLED:
            ended, write = Ended.CANCELLED, _later(leases.cancelled, lease)
        elif why is Why.ENDING:
            ended, write = Ended.GIVEN_BACK, _later(leases.give_back, lease)
        elif why is Why.TOO_LONG:
            ended, write = Ended.FAILED, _later(leases.fail, lease, f"it took longer than {lease.limit_s} s, its limit")
        else:
            ended, write = Ended.FAILED, _later(leases.fail, lease, came or "")
        if not await self._written(database, write):
            return Ended.LOST
        await asyncio.to_thread(folder.tidy, done=ended is Ended.SUCCEEDED)
        return ended

    async def _written(self, database: Database, write: Callable[[Connection], Awaitable[bool]]) -> bool:
        """Write it as soon as the database answers; whether the job still was ours."""
        until = clock() + self._lease_s
        while True:
            try:
                async with database.as_service() as connection:
                    return await write(connection)
            except (Unavailable, OSError, asyncpg.PostgresError) as error:
                log.warning("the end of a job could not be written", error=str(error))
                if clock() >= until:
                    return False
            await asyncio.sleep(_TRY_AGAIN_S)


def _later(
    write: Callable[..., Awaitable[bool]], lease: Lease, *more: object
) -> Callable[[Connection], Awaitable[bool]]:
    return lambda connection: write(connection, lease, *more)


@asynccontextmanager
async def _limited(hold: Hold) -> AsyncIterator[None]:
    """End the job when its time is over."""
    timer = asyncio.get_running_loop().call_later(hold.lease.limit_s, hold.end, Why.TOO_LONG)
    try:
        yield
    finally:
        timer.cancel()


async def _write_zones(database: Database, lease: Lease, folders: Folders) -> None:
    """The zones of the camera that an analysis names, as they are now.

    Raises:
        BadInput: the camera has none any more.
    """
    camera_id = lease.parameters.get("camera_id")
    if camera_id is None:
        return
    async with database.as_service() as connection:
        zones = await camera_zones(connection, lease.venue_id, camera_id)
    if zones is None:
        raise BadInput(f"camera {camera_id!r} has no zones any more; leave camera_id out to count in the whole picture")
    zones_file(folders).write_text(yaml.safe_dump(zones), encoding="utf-8")


def _how(status: int) -> str:
    if status > 128:
        return f"killed by signal {status - 128}" + ("; was there memory enough?" if status == 128 + 9 else "")
    return f"exit status {status}"
