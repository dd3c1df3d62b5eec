"""``headroom jobs list``, ``show``, ``ask``, ``cancel`` and ``run``: for whoever may read this machine's settings."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final
from uuid import UUID

from pydantic import SecretStr, TypeAdapter, ValidationError
from rich.console import Console
from rich.table import Table

from api.database.pool import Database
from api.jobs import repository
from api.jobs.leases import LEASE_S
from api.jobs.schemas import Job, JobState, NewJob
from domain.errors import BadInput, BadSettings, HeadroomError
from domain.problems import first_problem
from domain.settings import Settings
from headroom.embedded.postgres import Postgres, running_port
from headroom.jobs.artefacts import LOG
from headroom.jobs.places import jobs_folder
from headroom.jobs.runner import Runner
from headroom.jobs.worker import worker_name
from headroom.secrets import Secrets

ACTOR: Final = "the command line"
_LOOK_EVERY_S: Final = 0.5
_LAST_LINES: Final = 12
_NEW_JOB: Final[TypeAdapter[NewJob]] = TypeAdapter(NewJob)


def with_database(settings: Settings) -> Settings:
    """The settings with the address of a database: the one that is set, or the embedded one of a house that runs.

    Raises:
        BadSettings: there is neither.
    """
    if settings.database_url is not None:
        return settings
    folder = settings.data / "postgres"
    port = running_port(folder)
    if port is None:
        raise BadSettings(f"HEADROOM_DATABASE_URL is not set, and no Headroom runs in {settings.data}")
    password = Secrets.of(settings.data).database_password.get_secret_value()
    return settings.model_copy(update={"database_url": SecretStr(Postgres(folder, port, password).url)})


def _database(settings: Settings) -> Database:
    url = with_database(settings).database_url
    return Database(url.get_secret_value() if url else "", size=2)


async def show_jobs(settings: Settings, venue_id: str | None, limit: int, *, as_json: bool) -> None:
    """Print jobs, the newest first.

    Raises:
        BadSettings: no database is known.
        Unavailable: it does not answer.
    """
    async with _database(settings) as database, database.as_service() as connection:
        found = await repository.jobs(connection, venue_id, limit=limit)
    if as_json:
        for job in found:
            sys.stdout.write(job.model_dump_json() + "\n")
        return
    table = Table("job", "venue", "kind", "state", "", "asked by", "asked at", box=None, pad_edge=False)
    for job in found:
        asked_at = f"{job.created_at:%Y-%m-%d %H:%M}"
        table.add_row(str(job.job_id), job.venue_id, job.kind, job.state, _how_it_is(job), job.actor, asked_at)
    Console(highlight=False, markup=False).print(table if found else "there are no jobs")


def _how_it_is(job: Job) -> str:
    if job.state is JobState.FAILED:
        return job.error or ""
    if job.state is JobState.QUEUED:
        return f"for {job.queue}" if job.sent_at else "not sent yet: the broker is away"
    if job.state is JobState.RUNNING:
        share = "" if job.progress is None else f"{job.progress:.0%} "
        return f"{share}{job.words or ''}"
    return ", ".join(artefact.name for artefact in job.artefacts)


async def cancel_job(settings: Settings, job_id: UUID) -> None:
    """Cancel a job, whose ever it is.

    Raises:
        BadInput: there is no such job.
    """
    async with _database(settings) as database, database.as_service() as connection:
        job = await repository.job(connection, None, job_id)
        if job is None:
            raise BadInput(f"there is no job {job_id}; headroom jobs list names those there are")
        before = await repository.stop(connection, job.venue_id, job_id)
    said = {JobState.QUEUED: "cancelled", JobState.RUNNING: "its worker stops it within seconds"}
    sys.stdout.write(f"{job_id}: {said.get(before or job.state, f'it is {job.state} already')}\n")


async def show_job(settings: Settings, job_id: UUID) -> None:
    """Print one job: how it stands, where its files lie, what happened to it, and what it said last.

    Raises:
        BadInput: there is no such job.
    """
    async with _database(settings) as database, database.as_service() as connection:
        job = await repository.job(connection, None, job_id)
        if job is None:
            raise BadInput(f"there is no job {job_id}; headroom jobs list names those there are")
        story = await repository.changes(connection, job.venue_id, job_id)
    root = jobs_folder(settings)
    asked = " ".join(f"{name}={_word(value)}" for name, value in job.parameters.items())
    lines = [f"{job.kind} {asked}".rstrip(), f"{job.state}  {'' if job.artefacts else _how_it_is(job)}".rstrip()]
    lines += [f"  {root / artefact.path}  {artefact.bytes} bytes" for artefact in job.artefacts]
    lines += [
        f"{one.at:%Y-%m-%d %H:%M:%S} UTC  {one.change.replace('_', ' ')}, by {one.actor}"
        + (f", attempt {one.attempt}" if one.attempt else "")
        for one in story
    ]
    log = root / job.venue_id / str(job_id) / LOG
    with suppress(OSError):
        said = log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:]
        lines += [f"{log}:", *(f"  {line}" for line in said)]
    sys.stdout.write("\n".join(lines) + "\n")


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


async def ask_job(settings: Settings, venue_id: str, kind: str, given: Sequence[str]) -> None:
    """Ask for a job that a worker does.

    Raises:
        BadInput: kind, parameters or venue cannot be.
    """
    asked = _asked(kind, given)
    async with _database(settings) as database, database.as_service() as connection:
        job = await repository.add_here(connection, venue_id, asked, ACTOR, for_workers=True)
    if job is None:
        raise BadInput(f"--venue {venue_id!r}: there is no such venue")
    sys.stdout.write(f"{job.job_id}\n")
    sys.stderr.write(f"a worker is told within seconds; headroom jobs show {job.job_id} says how it stands\n")


async def run_job(settings: Settings, venue_id: str, kind: str, given: Sequence[str]) -> None:
    """Ask for a job and do it here. Ctrl-C cancels it.

    Raises:
        BadInput: kind, parameters or venue cannot be.
        HeadroomError: it failed.
    """
    asked = _asked(kind, given)
    complete = with_database(settings)
    async with _database(complete) as database:
        async with database.as_service() as connection:
            job = await repository.add_here(connection, venue_id, asked, ACTOR)
        if job is None:
            raise BadInput(f"--venue {venue_id!r}: there is no such venue")
        runner = Runner(complete, worker=worker_name(), lease_s=LEASE_S)
        doing = asyncio.create_task(runner.run(job.job_id))
        try:
            await _watch(database, job, doing)
            await asyncio.shield(doing)
        except asyncio.CancelledError:
            async with database.as_service() as connection:
                await repository.stop(connection, venue_id, job.job_id)
            await doing
        job = await _again(database, job)
    if job.state is not JobState.SUCCEEDED:
        raise HeadroomError(job.error or f"job {job.job_id} is {job.state}")
    for artefact in job.artefacts:
        sys.stdout.write(f"{jobs_folder(settings) / artefact.path}\n")


async def _watch(database: Database, job: Job, doing: asyncio.Task[Any]) -> None:
    """Say how far it is, whenever that changes."""
    said = ""
    while not doing.done():
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_EVERY_S):
                await asyncio.shield(doing)
        line = _how_it_is(await _again(database, job))
        if line.strip() and line != said:
            sys.stderr.write(f"{line}\n")
            said = line


async def _again(database: Database, job: Job) -> Job:
    async with database.as_service() as connection:
        return await repository.job(connection, job.venue_id, job.job_id) or job


def _asked(kind: str, given: Sequence[str]) -> NewJob:
    parameters: dict[str, Any] = {}
    for word in given:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadInput(f"parameter {word!r}: expected NAME=VALUE, such as source=recordings/friday.mp4")
        parameters[name] = _value(value)
    try:
        return _NEW_JOB.validate_python({"kind": kind, "parameters": parameters})
    except ValidationError as error:
        raise BadInput(first_problem(error, "kind")) from None


def _value(text: str) -> Any:  # noqa: ANN401 - JSON
    """A number, true, false or a list as JSON has them; anything else is a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text
