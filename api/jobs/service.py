"""Who may ask for which job, and what they are told. The database decides; here it is put into words."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import Conflicts, NotAllowed, NotVisible
from api.jobs import repository
from api.jobs.leases import Unsent
from api.jobs.schemas import Artefact, Job, Jobs, JobState, JobStory, Kind, NewAnalysis, NewJob
from api.jobs.sending import Sender
from api.venues import repository as venues
from api.venues.service import no_such_venue
from domain.errors import BadInput, Unavailable

FOLDER: Final = "jobs"
"""Of the data folder: where workers put artefacts and the API finds them."""
_LOOK_EVERY_S: Final = 0.5
_WHO: Final = {Kind.ANALYSE: "staff, organiser, engineer or admin"}
_ENGINEERS: Final = "engineer or admin"


class BadJob(BadInput):
    """A job that names something the venue has not."""


class NotSent(Unavailable):
    """The job is kept, and no worker could be told of it yet."""


@dataclass(frozen=True)
class Asked:
    """A job, and whether it is new or was asked for before with the same key."""

    job: Job
    new: bool


async def ask(database: Database, sender: Sender, user: Identity, venue_id: str, asked: NewJob) -> Asked:
    """Ask for a job: keep it, then tell the workers.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may not ask for that.
        BadJob: it names a camera that the venue has not.
        Conflicts: their key belongs to another job.
        NotSent: the broker is away; the job is kept, and sent as soon as that is back.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        await _refuse_unknown_camera(connection, venue_id, asked)
        found = await _kept(connection, venue_id, asked)
    job = found.job
    if job.state is not JobState.QUEUED or job.sent_at is not None:
        return found
    try:
        await sender.send(Unsent(job.job_id, job.kind, job.wish))
    except Unavailable as error:
        raise NotSent(f"job {job.job_id} is kept, and will be sent when the broker is back; {error}") from error
    async with database.as_user(user.claims) as connection:
        return Asked(await _job(connection, venue_id, job.job_id), found.new)


async def _kept(connection: Connection, venue_id: str, asked: NewJob) -> Asked:
    parameters = asked.parameters.model_dump(mode="json", exclude_none=True)
    try:
        job = await repository.add(connection, venue_id, asked, parameters)
    except asyncpg.InsufficientPrivilegeError:
        raise NotAllowed(
            f"you may not ask for {asked.kind} jobs: that takes the role of {_who(Kind(asked.kind))}"
        ) from None
    if job is not None:
        return Asked(job, new=True)
    known = await repository.by_key(connection, venue_id, asked.idempotency_key or "")
    if (known.kind, known.parameters) != (asked.kind, parameters):
        raise Conflicts(
            f"the key {asked.idempotency_key!r} belongs to job {known.job_id}, another one; use a key of its own"
        )
    return Asked(known, new=False)


async def get_jobs(
    database: Database,
    user: Identity,
    venue_id: str,
    *,
    states: Sequence[JobState] | None,
    kinds: Sequence[Kind] | None,
    limit: int,
) -> Jobs:
    """A venue's jobs.

    Raises:
        NotVisible: no such venue for this user.
    """
    async with database.as_user(user.claims) as connection:
        await _refuse_strangers(connection, venue_id)
        found = await repository.jobs(connection, venue_id, states=states, kinds=kinds, limit=limit + 1)
    return Jobs(venue_id=venue_id, truncated=len(found) > limit, jobs=found[:limit])


async def get_job(
    database: Database, user: Identity, venue_id: str, job_id: UUID, *, after: int | None, wait_s: float
) -> Job:
    """One job; with ``after``, once its revision is beyond that, it is over, or the wait is.

    Raises:
        NotVisible: no such job for this user.
    """
    until = time.monotonic() + wait_s
    while True:
        async with database.as_user(user.claims) as connection:
            job = await _job(connection, venue_id, job_id)
        left_s = until - time.monotonic()
        if after is None or job.revision > after or job.state.over or left_s <= 0:
            return job
        await asyncio.sleep(min(_LOOK_EVERY_S, left_s))


async def get_story(database: Database, user: Identity, venue_id: str, job_id: UUID) -> JobStory:
    """One job with what happened to it.

    Raises:
        NotVisible: no such job for this user.
    """
    async with database.as_user(user.claims) as connection:
        job = await _job(connection, venue_id, job_id)
        return JobStory(job=job, changes=await repository.changes(connection, venue_id, job_id))


async def cancel(database: Database, user: Identity, venue_id: str, job_id: UUID) -> Job:
    """End a queued job, or ask the worker of a running one to stop. One that is over stays as it is.

    Raises:
        NotVisible: no such job for this user.
        NotAllowed: their role may not.
    """
    async with database.as_user(user.claims) as connection:
        job = await _job(connection, venue_id, job_id)
        try:
            await repository.cancel(connection, venue_id, job_id)
        except asyncpg.InsufficientPrivilegeError:
            raise NotAllowed(f"you may not cancel {job.kind} jobs: that takes the role of {_who(job.kind)}") from None
        return await _job(connection, venue_id, job_id)


async def get_artefact(
    database: Database, user: Identity, venue_id: str, job_id: UUID, name: str, data: Path
) -> tuple[Artefact, Path]:
    """A file that a job made, and where it is.

    Raises:
        NotVisible: no such job for this user, or it has no such file.
        Unavailable: the file is not where it was put, or not whole any more.
    """
    async with database.as_user(user.claims) as connection:
        job = await _job(connection, venue_id, job_id)
    artefact = next((one for one in job.artefacts if one.name == name), None)
    if artefact is None:
        has = ", ".join(one.name for one in job.artefacts) or "none"
        raise NotVisible(f"job {job_id} has no artefact {name!r}; it has {has}")
    path = data / FOLDER / artefact.path
    if not await asyncio.to_thread(_is_whole, path, artefact):
        raise Unavailable(f"artefact {name} of job {job_id} is not on this machine: workers and API share {FOLDER}/")
    return artefact, path


def _is_whole(path: Path, artefact: Artefact) -> bool:
    return path.is_file() and path.stat().st_size == artefact.bytes


async def _job(connection: Connection, venue_id: str, job_id: UUID) -> Job:
    job = await repository.job(connection, venue_id, job_id)
    if job is None:
        raise NotVisible(f"there is no job {job_id} in venue {venue_id!r} for you")
    return job


async def _refuse_strangers(connection: Connection, venue_id: str) -> None:
    if not await venues.is_member(connection, venue_id):
        raise no_such_venue(venue_id)


async def _refuse_unknown_camera(connection: Connection, venue_id: str, asked: NewJob) -> None:
    camera_id = asked.parameters.camera_id if isinstance(asked, NewAnalysis) else None
    if camera_id is not None and not await repository.has_camera(connection, venue_id, camera_id):
        raise BadJob(f"parameters.camera_id: venue {venue_id!r} has no camera {camera_id!r}")


def _who(kind: Kind) -> str:
    return _WHO.get(kind, _ENGINEERS)
