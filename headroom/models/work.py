"""What the commands of models do: each decision in the database, then told to workers, then to MLflow."""

import asyncio
import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TypeVar
from uuid import UUID

import typer
from pydantic import ValidationError
from redis.exceptions import RedisError

from api.jobs import repository as jobs
from api.models import repository, telling
from api.models.schemas import Challenge, Decision, Promote, RollBack, Version, Withdraw
from api.models.service import change_of, take
from domain.errors import BadInput, Unavailable
from domain.problems import first_problem
from domain.settings import Settings
from headroom.jobs.places import METRICS, RUN, jobs_folder
from headroom.models.house import Models, actor, opened, parsed
from inference.rollout.folder import MANIFEST, Manifest

Asked = TypeVar("Asked", bound=Decision)


@dataclass(frozen=True)
class Origin:
    """Where a version comes from.

    Attributes:
        by: who or what registers it; ``None``: whoever types.
        run_id: the run in MLflow that made it; ``None``: it came from elsewhere.
        metrics: a JSON file of numbers that are known of it.
        known: that it is registered already is no mistake.
    """

    by: str | None = None
    run_id: str | None = None
    metrics: Path | None = None
    known: bool = False


async def register_folder(settings: Settings, folder: Path, venue: str | None, origin: Origin) -> None:
    """See ``headroom model register``.

    Raises:
        BadInput: the folder is no version that can be used, or is one already.
        Unavailable: MLflow or the database does not answer.
    """
    numbers = {} if origin.metrics is None else _numbers(origin.metrics)
    manifest = Manifest.read(folder)
    card = "" if manifest.card is None else (folder / manifest.card).read_text(encoding="utf-8", errors="replace")
    by = origin.by or actor()
    async with opened(settings, venue) as models:
        note = f"Registered by {by} for venue {models.venue_id}."
        register = _registry().register
        made = await asyncio.to_thread(
            register, folder, numbers, origin.run_id, settings=models.settings, note=note, known=origin.known
        )
        version = Version(
            name=made.ref.name,
            version=made.ref.version,
            sha256=made.ref.sha256,
            location=made.ref.where,
            title=manifest.spec.title,
            licence=manifest.spec.licence,
            run_id=made.run_id,
            metrics=numbers,
            registered_at=datetime.now(UTC),
            registered_by=by,
        )
        async with models.database.as_service() as connection:
            if await repository.version(connection, models.venue_id, version.name, version.version) is None:
                await repository.add_version(connection, models.venue_id, version, card)
    typer.echo(f"{made.ref.label} is registered for venue {models.venue_id}; run {made.run_id}")
    typer.echo(f'to try it beside the champion: headroom model shadow {made.ref.label} --reason "…"')


async def register_job(settings: Settings, job_id: UUID, venue: str | None, origin: Origin) -> None:
    """See ``headroom model register --job``: the files of a job, its run and its numbers where it noted them.

    Raises:
        BadInput: there is no such job, or it made no model that is described.
        Unavailable: MLflow or the database does not answer.
    """
    async with opened(settings, venue) as models, models.database.as_service() as connection:
        job = await jobs.job(connection, models.venue_id, job_id)
    if job is None:
        raise BadInput(f"there is no job {job_id} in venue {models.venue_id}; headroom jobs list names those there are")
    root = jobs_folder(models.settings)
    made = {artefact.name: root / artefact.path for artefact in job.artefacts}
    manifest = next((path for name, path in made.items() if Path(name).name == MANIFEST), None)
    if manifest is None:
        has = ", ".join(made) or f"nothing: it is {job.state}"
        raise BadInput(f"job {job_id} made no {MANIFEST}; it made {has}")
    found = replace(
        origin,
        by=f"{actor()}, from job {job_id}",
        run_id=origin.run_id or run_of(made.get(RUN)),
        metrics=origin.metrics or made.get(METRICS),
    )
    await register_folder(settings, manifest.parent, models.venue_id, found)


def run_of(note: Path | None) -> str | None:
    """The run in MLflow that a training noted; ``None``: it noted none.

    Raises:
        BadInput: the file is no such note.
    """
    if note is None or not note.is_file():
        return None
    try:
        return str(json.loads(note.read_text(encoding="utf-8"))["run"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInput(f"{note} names no run of MLflow") from None


def _registry() -> ModuleType:
    """The module of versions in MLflow, which the base install lacks.

    Raises:
        Unavailable: what training needs is not installed.
    """
    try:
        from training.registry import versions  # noqa: PLC0415 - see above
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed: make setup-all adds what training needs") from error
    return versions


def _numbers(path: Path) -> dict[str, float]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"metrics {path} cannot be read; expected a JSON object of numbers") from error
    numbers: dict[str, float] = {}
    for name, value in found.items() if isinstance(found, dict) else (("the file", None),):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise BadInput(f"metrics {path}: {name} is no number; expected a JSON object of numbers")
        numbers[name] = float(value)
    return numbers


async def promote_version(
    settings: Settings, label: str, venue: str | None, reason: str, *, force: bool, allowed_disagreement: float
) -> None:
    """See ``headroom model promote``.

    Raises:
        Conflicts: something speaks against it, and it is not forced.
    """
    name, version = parsed(label)
    asked = {"name": name, "version": version, "force": force, "allowed_disagreement": allowed_disagreement}
    what = _checked(Promote, {**asked, "reason": reason})
    async with opened(settings, venue) as models:
        await models.version(label)
        await _decide(models, what)


async def challenge(settings: Settings, label: str, venue: str | None, share: float, reason: str) -> None:
    """See ``headroom model shadow NAME@VERSION``."""
    name, version = parsed(label)
    asked = {"name": name, "version": version, "shadow_share": share}
    what = _checked(Challenge, {**asked, "reason": reason})
    async with opened(settings, venue) as models:
        await models.version(label)
        await _decide(models, what)


async def roll_back(settings: Settings, venue: str | None, reason: str) -> None:
    """See ``headroom model rollback``."""
    what = _checked(RollBack, {"reason": reason})
    async with opened(settings, venue) as models:
        await _decide(models, what)


async def withdraw(settings: Settings, venue: str | None, reason: str) -> None:
    """See ``headroom model shadow --off``."""
    what = _checked(Withdraw, {"reason": reason})
    async with opened(settings, venue) as models:
        await _decide(models, what)


async def sync_mlflow(settings: Settings, venue: str | None) -> None:
    """See ``headroom model sync``.

    Raises:
        Unavailable: MLflow is not installed or does not answer.
    """
    async with opened(settings, venue) as models:
        for line in await _mlflow_follows(models):
            typer.echo(line)


def _checked(kind: type[Asked], values: dict[str, object]) -> Asked:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise BadInput(f"--{first_problem(error).replace('_', '-', 1)}") from None


async def _decide(models: Models, what: Promote | Challenge | RollBack | Withdraw) -> None:
    async with models.database.as_service() as connection:
        revision = await take(connection, models.venue_id, change_of(what, actor()))
        told = await repository.told_aliases(connection, models.venue_id)
    try:
        await telling.tell(models.redis, told)
        typer.echo(f"decision {revision} of venue {models.venue_id} is told to its workers")
    except RedisError as error:
        typer.echo(f"decision {revision} of venue {models.venue_id} is taken; workers hear of it when Redis is back")
        typer.echo(f"Redis does not answer: {type(error).__name__}", err=True)
    try:
        for line in await _mlflow_follows(models):
            typer.echo(line)
    except Unavailable as error:
        typer.echo(f"MLflow's aliases are as before: {error}", err=True)


async def _mlflow_follows(models: Models) -> list[str]:
    async with models.database.as_service() as connection:
        told = await repository.told_aliases(connection, models.venue_id)
        shadows = await repository.shadows(connection, models.venue_id, 20)
    champion, challenger = (told[0].champion, told[0].challenger) if told else (None, None)
    registry = _registry()
    lines = await asyncio.to_thread(registry.set_aliases, models.settings, champion, challenger)
    for report in shadows:
        if await asyncio.to_thread(registry.keep_shadow, models.settings, report):
            lines.append(f"how {report.challenger} compared with {report.champion} is kept with its run")
    return [f"MLflow: {line}" for line in lines]
