"""Whose a job is, tried in every order that workers, people, time and the reaper may come in."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from api.database.pool import Connection, Database
from api.jobs import leases, repository
from api.jobs.leases import MOST_LOST, Lease
from api.jobs.schemas import Artefact, JobState
from tests.api.world import execute, fetch

LONG_S: Final = 60.0
WORKERS: Final = ("ann", "ben")
MADE: Final = Artefact(name="a", path="town/a", sha256="ab", bytes=1)
OVER: Final = {"succeeded", "failed", "cancelled"}


@pytest.fixture
async def connection(database: Database) -> AsyncIterator[Connection]:
    async with database.as_service() as opened:
        yield opened


async def queued(connection: Connection) -> UUID:
    job_id: UUID = await connection.fetchval(
        "insert into jobs (venue_id, kind, limit_s) values ('town', 'train', 60) returning job_id"
    )
    return job_id


async def let_it_run_out(connection: Connection, job_id: UUID) -> None:
    await connection.execute("update jobs set lease_until = now() - interval '1 s' where job_id = $1", job_id)


async def test_of_many_who_claim_at_once_one_wins(world_url: str) -> None:
    async with Database(world_url, size=10) as database:
        async with database.as_service() as connection:
            job_id = await queued(connection)

        async def claim(worker: str) -> Lease | None:
            async with database.as_service() as connection:
                return await leases.claim(connection, job_id, worker, LONG_S)

        got = await asyncio.gather(*(claim(f"worker {number}") for number in range(10)))
    [won] = [lease for lease in got if lease is not None]
    rows = await fetch(world_url, "select worker, attempt, lost from jobs")
    assert [tuple(row) for row in rows] == [(won.worker, 1, 0)]


async def test_of_many_who_claim_an_expired_lease_one_wins_and_the_last_owner_is_out(world_url: str) -> None:
    async with Database(world_url, size=10) as database:
        async with database.as_service() as connection:
            job_id = await queued(connection)
            old = await leases.claim(connection, job_id, "old", LONG_S)
            assert old is not None
            await let_it_run_out(connection, job_id)

        async def act(number: int) -> object:
            async with database.as_service() as connection:
                if number == 0:
                    return await leases.renew(connection, old, LONG_S, None, None)
                return await leases.claim(connection, job_id, f"worker {number}", LONG_S)

        renewed, *got = await asyncio.gather(*(act(number) for number in range(9)))
        async with database.as_service() as connection:
            late = await leases.succeed(connection, old, [MADE])
    assert (renewed, late) == (None, False)
    assert len([lease for lease in got if lease is not None]) == 1


async def test_the_table_itself_refuses_what_cannot_be(world_url: str, connection: Connection) -> None:
    job_id = await queued(connection)
    del connection
    for change in (
        "state = 'running'",
        "state = 'succeeded'",
        "state = 'failed', ended_at = now()",
        "lease_until = now()",
        "progress = 1.5",
        "artefacts = '[1]'",
        "error = 'none'",
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await execute(
                world_url,
                f"insert into jobs (venue_id, kind, limit_s) values ('town', 'train', 1); "  # noqa: S608
                f"update jobs set {change}",
            )
    assert job_id


@dataclass
class Model:
    """What must be true of the job, by the plain reading of the rules."""

    state: str = "queued"
    attempt: int = 0
    lost: int = 0
    in_time: bool = False
    cancel_asked: bool = False


class Life(RuleBasedStateMachine):
    """The lives of jobs, one after the other. ``leases_held``: all that were ever given out, over or not."""

    leases_held: Bundle[Lease] = Bundle("leases_held")
    run: Callable[[Awaitable[Any]], Any]
    connection: asyncpg.Connection

    def __init__(self) -> None:
        super().__init__()
        self.job_id = self.run(queued(self.connection))
        self.model = Model()

    def _ours(self, lease: Lease) -> bool:
        current = lease.job_id == self.job_id and lease.attempt == self.model.attempt
        return current and self.model.state == "running"

    @rule(target=leases_held, worker=st.sampled_from(WORKERS))
    def somebody_is_told_of_it(self, worker: str) -> Lease | MultipleResults[Lease]:
        model = self.model
        gone = model.state == "running" and not model.in_time and model.lost + 1 < MOST_LOST
        may = not model.cancel_asked and (model.state == "queued" or gone)
        lease: Lease | None = self.run(leases.claim(self.connection, self.job_id, worker, LONG_S))
        assert (lease is not None) == may
        if lease is None:
            return multiple()
        model.lost += gone
        model.attempt += 1
        model.state, model.in_time = "running", True
        assert lease.attempt == model.attempt
        return lease

    @rule(lease=leases_held)
    def a_worker_renews(self, lease: Lease) -> None:
        asked = self.run(leases.renew(self.connection, lease, LONG_S, 0.5, "on its way"))
        assert asked == (self.model.cancel_asked if self._ours(lease) and self.model.in_time else None)

    @rule()
    def time_goes_by(self) -> None:
        if self.model.state == "running":
            self.run(let_it_run_out(self.connection, self.job_id))
            self.model.in_time = False

    @rule(lease=leases_held, how=st.sampled_from((*("give_back",) * 3, "succeed", "fail", "cancelled")))
    def a_worker_ends_it(self, lease: Lease, how: str) -> None:
        ours = self._ours(lease)
        more = {"succeed": ([MADE],), "fail": ("it broke",)}.get(how, ())
        assert self.run(getattr(leases, how)(self.connection, lease, *more)) == ours
        if ours:
            becomes = {"succeed": "succeeded", "fail": "failed", "cancelled": "cancelled", "give_back": "queued"}
            self.model.state, self.model.in_time = becomes[how], False
            if how == "give_back" and self.model.cancel_asked:
                self.model.state = "cancelled"

    @rule(dice=st.integers(0, 4))
    def somebody_cancels(self, dice: int) -> None:
        model = self.model
        if dice:  # seldom, or no job would ever grow old
            return
        assert self.run(repository.stop(self.connection, "town", self.job_id)) == JobState(model.state)
        if model.state in {"queued", "running"}:
            model.cancel_asked = True
        if model.state == "queued":
            model.state = "cancelled"

    @rule()
    def the_reaper_comes(self) -> None:
        model = self.model
        reaped = [one for one in self.run(leases.reap(self.connection)) if one.job_id == self.job_id]
        if model.state == "running" and not model.in_time:
            model.lost += 1
            model.state = "cancelled" if model.cancel_asked else "failed" if model.lost >= MOST_LOST else "queued"
            assert [one.state for one in reaped] == [model.state]
        else:
            assert reaped == []

    @precondition(lambda self: self.model.state in OVER)
    @rule()
    def another_job_is_asked_for(self) -> None:
        """Leases of the one that is over stay about: they are worth nothing."""
        self.job_id = self.run(queued(self.connection))
        self.model = Model()

    @invariant()
    def the_row_is_what_it_must_be(self) -> None:
        row = self.run(
            self.connection.fetchrow(
                "select state, attempt, lost, lease_until > now() as in_time, cancel_asked_at is not null as asked, "
                "artefacts <> '[]' as made, (select count(*) from job_changes c where c.job_id = j.job_id "
                "and c.change = 'started') as started from jobs j where job_id = $1",
                self.job_id,
            )
        )
        model = self.model
        assert (row["state"], row["attempt"], row["lost"]) == (model.state, model.attempt, model.lost)
        assert bool(row["in_time"]) == model.in_time
        assert row["asked"] == model.cancel_asked
        assert row["made"] == (model.state == "succeeded")
        assert row["started"] == model.attempt, "every start is on record"
        assert model.lost <= MOST_LOST
        assert not (model.state == "queued" and model.cancel_asked), "nobody would ever begin or end it"


def test_every_life_of_a_job_keeps_the_rules(world_url: str) -> None:
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(world_url))
        kind = type("OneLife", (Life,), {"run": staticmethod(runner.run), "connection": connection})
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        chosen = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=checks)
        try:
            run_state_machine_as_test(kind, settings=chosen)
        finally:
            runner.run(connection.close())


async def test_a_job_that_loses_every_worker_fails_and_says_so(connection: Connection) -> None:
    job_id = await queued(connection)
    for attempt in range(1, MOST_LOST + 1):
        lease = await leases.claim(connection, job_id, f"worker {attempt}", LONG_S)
        assert lease is not None
        await let_it_run_out(connection, job_id)
        [reaped] = await leases.reap(connection)
        assert (reaped.attempt, reaped.worker) == (attempt, f"worker {attempt}")
    job = await repository.job(connection, "town", job_id)
    assert job is not None
    assert (job.state, job.lost) == (JobState.FAILED, MOST_LOST)
    assert job.error == "its worker was not heard any more, 3 times; the last one was worker 3"


async def test_what_was_sent_is_sent_again_when_it_may_be_forgotten_and_not_before(connection: Connection) -> None:
    job_id = await queued(connection)
    assert [one.job_id for one in await leases.unsent(connection)] == [job_id]
    await leases.mark_sent(connection, job_id, leases.Queue.CPU)
    assert await leases.unsent(connection) == []
    await connection.execute("update jobs set sent_at = now() - interval '1 hour'")
    assert [one.job_id for one in await leases.unsent(connection)] == [job_id]
    await leases.mark_sent(connection, uuid4(), leases.Queue.CPU)
