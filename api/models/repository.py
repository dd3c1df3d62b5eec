"""Models in SQL. What speaks against a decision, and what follows from one, is the database's to say."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from api.database.pool import Connection
from api.models.schemas import Evaluation, Version
from domain.messages import State
from domain.rollout import ModelAliases, ModelRef, RolloutEvent, ShadowReport

_VERSION = "name, version, sha256, location, title, licence, run_id, metrics, registered_at, registered_by"


@dataclass(frozen=True)
class NewEvaluation:
    """An evaluation to be kept; version 0 is the built-in model's."""

    name: str
    version: int
    truth: str
    truth_sha256: str
    frames: int
    count_mae: float
    metrics: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewChange:
    """A decision to be taken. ``actor`` is for those who are no user; a user's name is the database's to say."""

    change: str
    reason: str
    name: str | None = None
    version: int | None = None
    shadow_share: float | None = None
    allowed_disagreement: float | None = None
    forced: bool = False
    actor: str | None = None


async def may_decide(connection: Connection, venue_id: str) -> bool:
    """Whether the user is an engineer or an admin there."""
    found: bool = await connection.fetchval(
        "select $1 in (select private.my_venues_as(array['engineer', 'admin']))", venue_id
    )
    return found


async def versions(connection: Connection, venue_id: str, most: int) -> list[Version]:
    """A venue's versions, the newest first."""
    rows = await connection.fetch(
        f"select {_VERSION} from public.model_versions where venue_id = $1 order by registered_at desc limit $2",  # noqa: S608 - constants
        venue_id,
        most,
    )
    found = await evaluations(connection, venue_id)
    return [_version(row, found.get((row["name"], row["version"]), [])) for row in rows]


async def version(connection: Connection, venue_id: str, name: str, number: int) -> tuple[Version, str] | None:
    """One version and its card; ``None``: there is none that may be seen."""
    row = await connection.fetchrow(
        f"select {_VERSION}, card from public.model_versions where venue_id = $1 and name = $2 and version = $3",  # noqa: S608 - constants
        venue_id,
        name,
        number,
    )
    if row is None:
        return None
    found = await evaluations(connection, venue_id)
    return _version(row, found.get((name, number), [])), row["card"]


async def evaluations(connection: Connection, venue_id: str) -> dict[tuple[str, int], list[Evaluation]]:
    """The newest evaluation of each version on each truth, by name and version."""
    rows = await connection.fetch(
        """
        select distinct on (name, version, truth_sha256)
          name, version, truth, truth_sha256, frames, count_mae, metrics, evaluated_at, evaluated_by
        from public.model_evaluations where venue_id = $1
        order by name, version, truth_sha256, evaluation_id desc
        """,
        venue_id,
    )
    found: dict[tuple[str, int], list[Evaluation]] = {}
    for row in rows:
        told = Evaluation.model_validate(dict(row) | {"metrics": json.loads(row["metrics"])})
        found.setdefault((row["name"], row["version"]), []).append(told)
    return found


async def aliases(connection: Connection, venue_id: str) -> asyncpg.Record | None:
    """What is to run; ``None``: nothing was ever decided."""
    return await connection.fetchrow("select * from public.model_aliases where venue_id = $1", venue_id)


async def doors_open(connection: Connection, venue_id: str) -> str | None:
    """The phase of the event that is on, as far as the user may see phases; ``None``: none is."""
    phase: str | None = await connection.fetchval(
        "select phase from public.event_phases where venue_id = $1 order by phase_id desc limit 1", venue_id
    )
    return phase


async def against_promotion(connection: Connection, venue_id: str, name: str, number: int) -> str | None:
    """What speaks against promoting a version now, to the user; ``None``: nothing."""
    found: str | None = await connection.fetchval(
        "select private.why_not_promote_mine($1, $2, $3)", venue_id, name, number
    )
    return found


async def decide(connection: Connection, venue_id: str, new: NewChange) -> int:
    """Take a decision; what follows from it has happened when this returns. Its revision.

    Raises:
        asyncpg.InsufficientPrivilegeError: not this user's to decide.
        asyncpg.IntegrityConstraintViolationError: something speaks against it, as the message says.
    """
    columns = ["venue_id", "change", "reason", "name", "version", "shadow_share", "allowed_disagreement", "forced"]
    values: list[object] = [
        *(venue_id, new.change, new.reason, new.name, new.version),
        *(new.shadow_share, new.allowed_disagreement, new.forced),
    ]
    if new.actor is not None:
        columns.append("actor")
        values.append(new.actor)
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    revision: int = await connection.fetchval(
        f"insert into public.model_changes ({', '.join(columns)}) values ({places}) returning revision",  # noqa: S608 - constants
        *values,
    )
    return revision


async def changes(connection: Connection, venue_id: str, most: int) -> list[asyncpg.Record]:
    """The record of decisions, newest first."""
    return await connection.fetch(
        "select * from public.model_changes where venue_id = $1 order by change_id desc limit $2", venue_id, most
    )


async def events(connection: Connection, venue_id: str, most: int) -> list[asyncpg.Record]:
    """What became of models in the workers, newest first."""
    return await connection.fetch(
        "select * from public.model_events where venue_id = $1 order by at desc limit $2", venue_id, most
    )


async def shadows(connection: Connection, venue_id: str, most: int) -> list[ShadowReport]:
    """The last report of each run beside, newest first."""
    rows = await connection.fetch(
        "select report from public.model_shadows where venue_id = $1 order by until desc limit $2", venue_id, most
    )
    return [ShadowReport.model_validate_json(row["report"]) for row in rows]


async def add_version(connection: Connection, venue_id: str, new: Version, card: str) -> None:
    """Keep a version.

    Raises:
        asyncpg.UniqueViolationError: there is one of that name and number.
    """
    await connection.execute(
        "insert into public.model_versions (venue_id, name, version, sha256, location, title, licence, run_id, "
        "metrics, card, registered_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        *(venue_id, new.name, new.version, new.sha256, new.location, new.title, new.licence, new.run_id),
        *(json.dumps(new.metrics), card, new.registered_by),
    )


async def newest_number(connection: Connection, venue_id: str, name: str) -> int:
    """The highest version of a model in this venue; 0: there is none."""
    found: int = await connection.fetchval(
        "select coalesce(max(version), 0) from public.model_versions where venue_id = $1 and name = $2", venue_id, name
    )
    return found


async def add_evaluation(connection: Connection, venue_id: str, new: NewEvaluation, by: str) -> None:
    """Keep an evaluation."""
    await connection.execute(
        "insert into public.model_evaluations (venue_id, name, version, truth, truth_sha256, frames, count_mae, "
        "metrics, evaluated_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(venue_id, new.name, new.version, new.truth, new.truth_sha256, new.frames, new.count_mae),
        *(json.dumps(new.metrics), by),
    )


async def told_aliases(connection: Connection, venue_id: str | None = None) -> list[ModelAliases]:
    """What workers are told, of one venue or of all; of a venue where nothing was decided, nothing."""
    rows = await connection.fetch(
        """
        select a.*, c.sha256 as champion_sha256, c.location as champion_location,
          n.sha256 as challenger_sha256, n.location as challenger_location
        from public.model_aliases a
        left join public.model_versions c
          on (c.venue_id, c.name, c.version) = (a.venue_id, a.champion_name, a.champion_version)
        left join public.model_versions n
          on (n.venue_id, n.name, n.version) = (a.venue_id, a.challenger_name, a.challenger_version)
        where a.revision > 0 and ($1::text is null or a.venue_id = $1)
        """,
        venue_id,
    )
    return [
        ModelAliases(
            venue_id=row["venue_id"],
            captured_at=row["updated_at"],
            state=State.OK,
            revision=row["revision"],
            champion=_ref(row, "champion"),
            champion_revision=row["champion_revision"],
            allowed_disagreement=row["allowed_disagreement"],
            challenger=_ref(row, "challenger"),
            shadow_share=row["shadow_share"],
        )
        for row in rows
    ]


async def store_events(connection: Connection, new: Sequence[RolloutEvent]) -> None:
    """Keep what became of models; a champion that a worker went back from is champion no more."""
    for event in new:
        values: tuple[object, ...] = (
            *(event.event_id, event.venue_id, event.worker, event.change, event.model),
            *(event.previous, event.revision, event.words, event.captured_at),
        )
        added = await connection.fetchval(
            "insert into public.model_events "
            "(event_id, venue_id, worker, change, model, previous, revision, words, at) "
            "values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing returning true",
            *values,
        )
        if added and event.change == "rolled_back" and event.version_of is not None:
            await _roll_back(connection, event, event.version_of)


async def _roll_back(connection: Connection, event: RolloutEvent, failed: ModelRef) -> None:
    """Unless somebody decided otherwise meanwhile, or another worker went back before."""
    await connection.execute(
        "insert into public.model_changes (venue_id, change, name, version, reason, actor) "
        "select venue_id, 'rolled_back', champion_name, champion_version, $5, $6 from public.model_aliases "
        "where venue_id = $1 and champion_name = $2 and champion_version = $3 and champion_revision = $4 "
        "and can_roll_back for update",
        *(event.venue_id, failed.name, failed.version, event.revision, event.words, f"worker {event.worker}"),
    )


async def store_shadows(connection: Connection, new: Sequence[ShadowReport]) -> None:
    """Keep the newest report of each run beside."""
    for report in new:
        await connection.execute(
            "insert into public.model_shadows as kept (venue_id, worker, champion, challenger, since, until, report) "
            "values ($1, $2, $3, $4, $5, $6, $7) on conflict (venue_id, challenger, champion, worker, since) "
            "do update set until = excluded.until, report = excluded.report where kept.until < excluded.until",
            *(report.venue_id, report.worker, report.champion, report.challenger, report.since),
            *(report.captured_at, report.model_dump_json()),
        )


async def drop_old(connection: Connection, older_than: datetime) -> None:
    """Forget what became of models long ago. Decisions, versions and evaluations are kept."""
    await connection.execute("delete from public.model_events where at < $1", older_than)
    await connection.execute("delete from public.model_shadows where until < $1", older_than)


def _version(row: asyncpg.Record, found: list[Evaluation]) -> Version:
    values: dict[str, Any] = {key: value for key, value in row.items() if key != "card"}
    return Version.model_validate(values | {"metrics": json.loads(row["metrics"]), "evaluations": found})


def _ref(row: asyncpg.Record, place: str) -> ModelRef | None:
    if row[f"{place}_name"] is None:
        return None
    return ModelRef(
        name=row[f"{place}_name"],
        version=row[f"{place}_version"],
        sha256=row[f"{place}_sha256"],
        where=row[f"{place}_location"],
    )
