"""Jobs in SQL, as people ask for them, look at them and stop them."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from api.database.pool import Connection
from api.jobs.schemas import TIME_LIMITS_S, Job, JobChange, JobState, Kind, NewJob

COLUMNS: Final = (
    "job_id, venue_id, kind, parameters::text as parameters, wish, limit_s, created_by, actor, created_at, state, "
    "queue, sent_at, attempt, lost, worker, heartbeat_at, started_at, ended_at, cancel_asked_at, progress, words, "
    "error, artefacts::text as artefacts, revision"
)


def as_job(row: asyncpg.Record) -> Job:
    """A row of :data:`COLUMNS`."""
    values: dict[str, Any] = dict(row)
    for name in ("parameters", "artefacts"):
        values[name] = json.loads(values[name])
    return Job.model_validate(values)


async def add(connection: Connection, venue_id: str, asked: NewJob, parameters: dict[str, Any]) -> Job | None:
    """Ask for a job, in the name of whoever the connection acts as; ``None``: their key is known already.

    Raises:
        asyncpg.InsufficientPrivilegeError: their role may not.
    """
    row = await connection.fetchrow(
        "insert into public.jobs (venue_id, kind, parameters, wish, limit_s, idempotency_key) "  # noqa: S608 - our own
        "values ($1, $2, $3::jsonb, $4, $5, $6) on conflict (venue_id, created_by, idempotency_key) do nothing "
        f"returning {COLUMNS}",
        venue_id,
        asked.kind,
        json.dumps(parameters),
        asked.queue.value if asked.queue else "any",
        asked.limit_s or TIME_LIMITS_S[Kind(asked.kind)],
        asked.idempotency_key,
    )
    return as_job(row) if row is not None else None


async def by_key(connection: Connection, venue_id: str, key: str) -> Job:
    """The user's own job of this key."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from public.jobs "  # noqa: S608 - our own column names
        "where venue_id = $1 and created_by = auth.uid() and idempotency_key = $2",
        venue_id,
        key,
    )
    if row is None:
        raise asyncpg.DataError("the job of a known key was not found")
    return as_job(row)


async def add_here(
    connection: Connection, venue_id: str, asked: NewJob, actor: str, *, for_workers: bool = False
) -> Job | None:
    """Ask for a job as the service.

    Args:
        connection: the service's.
        venue_id: whose job it is.
        asked: what is to be done.
        actor: who asks.
        for_workers: the broker is told of it by the API's next look; else whoever asks begins it at once.

    Returns:
        The job; ``None``: there is no such venue.
    """
    row = await connection.fetchrow(
        "insert into public.jobs (venue_id, kind, parameters, limit_s, actor, wish, sent_at) "  # noqa: S608 - our own
        "select id, $2, $3::jsonb, $4, $5, $6, case when $7 then null else now() end "
        f"from public.venues where id = $1 returning {COLUMNS}",
        venue_id,
        asked.kind,
        json.dumps(asked.parameters.model_dump(mode="json", exclude_none=True)),
        asked.limit_s or TIME_LIMITS_S[Kind(asked.kind)],
        actor,
        asked.queue.value if asked.queue else "any",
        for_workers,
    )
    return as_job(row) if row is not None else None


async def job(connection: Connection, venue_id: str | None, job_id: UUID) -> Job | None:
    """One job, of any venue where none is named; ``None`` where this user has no such job."""
    row = await connection.fetchrow(
        f"select {COLUMNS} from public.jobs "  # noqa: S608 - our own column names
        "where ($1::text is null or venue_id = $1) and job_id = $2",
        venue_id,
        job_id,
    )
    return as_job(row) if row is not None else None


async def jobs(
    connection: Connection,
    venue_id: str | None,
    *,
    states: Sequence[JobState] | None = None,
    kinds: Sequence[Kind] | None = None,
    limit: int,
) -> list[Job]:
    """Jobs, newest first; ``None`` for the venue: of all venues that the connection may see."""
    rows = await connection.fetch(
        f"""
        select {COLUMNS} from public.jobs
        where ($1::text is null or venue_id = $1) and ($2::text[] is null or state = any ($2))
          and ($3::text[] is null or kind = any ($3))
        order by created_at desc, job_id limit $4
        """,  # noqa: S608 - our own column names
        venue_id,
        [state.value for state in states] if states else None,
        [kind.value for kind in kinds] if kinds else None,
        limit,
    )
    return [as_job(row) for row in rows]


async def changes(connection: Connection, venue_id: str, job_id: UUID) -> list[JobChange]:
    """What happened to a job, oldest first."""
    rows = await connection.fetch(
        "select change, attempt, actor, at, note from public.job_changes where venue_id = $1 and job_id = $2 "
        "order by change_id",
        venue_id,
        job_id,
    )
    return [JobChange.model_validate(dict(row)) for row in rows]


async def has_camera(connection: Connection, venue_id: str, camera_id: str) -> bool:
    """Whether the venue has this camera, in use."""
    found: bool = await connection.fetchval(
        "select exists (select from public.cameras where venue_id = $1 and id = $2 and retired_at is null)",
        venue_id,
        camera_id,
    )
    return found


async def cancel(connection: Connection, venue_id: str, job_id: UUID) -> JobState | None:
    """As the signed-in user: end a queued job, ask the worker of a running one to stop. What it was before.

    Raises:
        asyncpg.InsufficientPrivilegeError: their role may not.
    """
    before = await connection.fetchval("select private.cancel_job($1, $2)", venue_id, job_id)
    return JobState(before) if before is not None else None


async def stop(connection: Connection, venue_id: str, job_id: UUID) -> JobState | None:
    """The same as the service. What it was before; ``None`` where there is no such job."""
    before = await connection.fetchval("select private.stop_job($1, $2)", venue_id, job_id)
    return JobState(before) if before is not None else None


async def camera_zones(connection: Connection, venue_id: str, camera_id: str) -> dict[str, Any] | None:
    """A camera's zones as :class:`headroom.count.ZonesFile` reads them; ``None`` where it has none in use."""
    rows = await connection.fetch(
        "select z.id, z.polygon::text as polygon, c.frame_width, c.frame_height from public.zones z "
        "join public.cameras c on c.venue_id = z.venue_id and c.id = z.camera_id "
        "where z.venue_id = $1 and z.camera_id = $2 and z.retired_at is null and c.retired_at is null "
        "order by z.position",
        venue_id,
        camera_id,
    )
    if not rows:
        return None
    size = [rows[0]["frame_width"], rows[0]["frame_height"]]
    return {"frame_size": size, "zones": [{"id": row["id"], "polygon": json.loads(row["polygon"])} for row in rows]}
