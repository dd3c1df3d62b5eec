"""What the commands of models do: each decision in the database, then told to workers, then to MLflow."""

import asyncio
import json
import math
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import typer
from pydantic import ValidationError
from redis.exceptions import RedisError

from api.models import repository, telling
from api.models.schemas import Challenge, Decision, Promote, RollBack, Version, Withdraw
from api.models.service import change_of, take
from domain.errors import BadInput, Unavailable
from domain.problems import first_problem
from domain.settings import Settings
from headroom.models.house import Models, actor, opened, parsed
from inference.rollout.folder import Manifest

Asked = TypeVar("Asked", bound=Decision)


async def register_folder(
    settings: Settings, folder: Path, venue: str | None, run_id: str | None, metrics: Path | None
) -> None:
    """See ``headroom model register``.

    Raises:
        BadInput: the folder is no version that can be used, or is one already.
        Unavailable: MLflow or the database does not answer.
    """
    numbers = {} if metrics is None else _numbers(metrics)
    manifest = Manifest.read(folder)
    card = "" if manifest.card is None else (folder / manifest.card).read_text(encoding="utf-8", errors="replace")
    async with opened(settings, venue) as models:
        made = await asyncio.to_thread(_registry().register, folder, numbers, run_id, settings=models.settings)
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
            registered_by=actor(),
        )
        async with models.database.as_service() as connection:
            await repository.add_version(connection, models.venue_id, version, card)
    typer.echo(f"{made.ref.label} is registered for venue {models.venue_id}; run {made.run_id}")


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
