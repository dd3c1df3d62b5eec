"""Whose a job is, in SQL. Every step is one conditional update: of two that try it, one wins.

A worker may begin a job that is queued, or one whose lease ran out; it then holds the attempt that this update
counted. Whatever it does later names that attempt: once somebody else began another, it changes nothing.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from api.database.pool import Connection
from api.jobs.schemas import Artefact, JobState, Kind, Queue

LEASE_S: Final = 30.0
"""How long a worker may be silent. An embedded database that was killed is back within 1 s."""
MOST_LOST: Final = 3
"""A job that takes its worker down with it must not go round for ever."""
RESEND_AFTER_S: Final = 300.0
"""A broker that forgot a job is told again then. Told twice it changes nothing."""
_LONGEST_ERROR: Final = 4_000
_LONGEST_WORDS: Final = 500


@dataclass(frozen=True)
class Lease:
    """A job that is this worker's for now.

    Attributes:
        attempt: what each later step must name.
    """

    job_id: UUID
    venue_id: str
    kind: Kind
    parameters: dict[str, Any]
    limit_s: int
    attempt: int
    worker: str


@dataclass(frozen=True)
class Reaped:
    """A job whose lease ran out, and what became of it."""

    job_id: UUID
    worker: str
    attempt: int
    state: JobState


@dataclass(frozen=True)
class Unsent:
    """A queued job that the broker has to be told of."""

    job_id: UUID
    kind: Kind
    wish: str


async def claim(connection: Connection, job_id: UUID, worker: str, lease_s: float) -> Lease | None:
    """Begin an attempt; ``None``: it is not to be begun, by this worker, now."""
    row = await connection.fetchrow(
        """
        update public.jobs set state = 'running', worker = $2, attempt = attempt + 1,
          lost = lost + case when state = 'running' then 1 else 0 end,
          lease_until = now() + make_interval(secs => $3), heartbeat_at = now(), started_at = now(),
          progress = null, words = null
        where job_id = $1 and cancel_asked_at is null
          and (state = 'queued' or (state = 'running' and lease_until < now() and lost + 1 < $4))
        returning venue_id, kind, parameters::text as parameters, limit_s, attempt
        """,
        job_id,
        worker,
        lease_s,
        MOST_LOST,
    )
    if row is None:
        return None
    parameters = json.loads(row["parameters"])
    return Lease(job_id, row["venue_id"], Kind(row["kind"]), parameters, row["limit_s"], row["attempt"], worker)


async def renew(
    connection: Connection, lease: Lease, lease_s: float, progress: float | None, words: str | None
) -> bool | None:
    """Keep it for another while, and say how far it is. Whether somebody wants it stopped; ``None``: it is lost."""
    asked: bool | None = await connection.fetchval(
        """
        update public.jobs set lease_until = now() + make_interval(secs => $3), heartbeat_at = now(),
          progress = $4, words = $5
        where job_id = $1 and attempt = $2 and state = 'running' and lease_until >= now()
        returning cancel_asked_at is not null
        """,
        lease.job_id,
        lease.attempt,
        lease_s,
        progress,
        words[:_LONGEST_WORDS] if words is not None else None,
    )
    return asked


async def succeed(connection: Connection, lease: Lease, artefacts: Sequence[Artefact]) -> bool:
    """It is done, and these are its files. Whether it still was ours."""
    return await _end(
        connection,
        lease,
        "state = 'succeeded', ended_at = now(), progress = 1, artefacts = $3::jsonb",
        json.dumps([artefact.model_dump() for artefact in artefacts]),
    )


async def fail(connection: Connection, lease: Lease, error: str) -> bool:
    """It cannot be done, and trying again would not help. Whether it still was ours."""
    said = error.strip()[:_LONGEST_ERROR] or "it failed and did not say why"
    return await _end(connection, lease, "state = 'failed', ended_at = now(), error = $3", said)


async def cancelled(connection: Connection, lease: Lease) -> bool:
    """It was stopped because somebody asked for it. Whether it still was ours."""
    return await _end(connection, lease, "state = 'cancelled', ended_at = now()")


async def give_back(connection: Connection, lease: Lease) -> bool:
    """This worker ends; another one may begin it anew, unless somebody cancelled it. Whether it still was ours."""
    change = (
        "state = case when cancel_asked_at is null then 'queued' else 'cancelled' end, sent_at = null, "
        "ended_at = case when cancel_asked_at is null then null else now() end, progress = null, words = null"
    )
    return await _end(connection, lease, change)


async def _end(connection: Connection, lease: Lease, change: str, *values: str) -> bool:
    """An attempt that is over needs no lease in time: as long as nobody began another one, it counts."""
    done = await connection.fetchval(
        f"update public.jobs set lease_until = null, {change} "  # noqa: S608 - the words of the functions above
        "where job_id = $1 and attempt = $2 and state = 'running' returning true",
        lease.job_id,
        lease.attempt,
        *values,
    )
    return done is not None


async def reap(connection: Connection) -> list[Reaped]:
    """Queue again whatever lost its worker; end what somebody wanted stopped, and what was lost too often."""
    rows = await connection.fetch(
        """
        with gone as (
          select job_id from public.jobs where state = 'running' and lease_until < now() for update skip locked
        ), decided as (
          select job_id, case when cancel_asked_at is not null then 'cancelled' when lost + 1 >= $1 then 'failed'
            else 'queued' end as becomes
          from public.jobs join gone using (job_id)
        )
        update public.jobs set lost = lost + 1, state = becomes, lease_until = null, progress = null, sent_at = null,
          words = null, ended_at = case when becomes = 'queued' then null else now() end,
          error = case when becomes = 'failed' then
            format('its worker was not heard any more, %s times; the last one was %s', lost + 1, worker) end
        from decided where jobs.job_id = decided.job_id
        returning jobs.job_id, worker, attempt, state
        """,
        MOST_LOST,
    )
    return [Reaped(row["job_id"], row["worker"], row["attempt"], JobState(row["state"])) for row in rows]


async def unsent(connection: Connection, limit: int = 50) -> list[Unsent]:
    """Queued jobs that the broker was not told of, or so long ago that it may have forgotten."""
    rows = await connection.fetch(
        "select job_id, kind, wish from public.jobs "
        "where state = 'queued' and (sent_at is null or sent_at < now() - make_interval(secs => $1)) "
        "order by created_at limit $2",
        RESEND_AFTER_S,
        limit,
    )
    return [Unsent(row["job_id"], Kind(row["kind"]), row["wish"]) for row in rows]


async def mark_sent(connection: Connection, job_id: UUID, queue: Queue) -> None:
    """The broker has it."""
    await connection.execute(
        "update public.jobs set sent_at = now(), queue = $2 where job_id = $1 and state = 'queued'",
        job_id,
        queue.value,
    )
