"""What is said of models on the command line."""

import json

import typer
from rich.console import Console
from rich.table import Table

from api.models import repository, service
from api.models.schemas import Evaluation, Event, ModelChange, Models, Placed
from domain.rollout import BUILT_IN, ShadowReport, label_of
from domain.settings import Settings
from headroom.models.house import opened

_NEWEST = 10


async def show_models(settings: Settings, venue: str | None, *, as_json: bool) -> None:
    """See ``headroom model list``."""
    async with opened(settings, venue) as models, models.database.as_service() as connection:
        found = await service.models(connection, models.venue_id)
    if as_json:
        typer.echo(found.model_dump_json())
        return
    table = Table("", "version", "title", "count MAE", "registered", box=None, pad_edge=False)
    table.add_row(_role(found, None), BUILT_IN, "", _mae(found.built_in), "")
    for version in found.versions:
        place = Placed(name=version.name, version=version.version)
        when = f"{version.registered_at:%Y-%m-%d %H:%M} by {version.registered_by}"
        table.add_row(_role(found, place), version.label, version.title, _mae(version.evaluations), when)
    _print(table)


async def show_status(settings: Settings, venue: str | None, *, as_json: bool) -> None:
    """See ``headroom model status``."""
    async with opened(settings, venue) as models, models.database.as_service() as connection:
        found = await service.models(connection, models.venue_id)
        events = [dict(row) for row in await repository.events(connection, models.venue_id, _NEWEST)]
        changes = [dict(row) for row in await repository.changes(connection, models.venue_id, _NEWEST)]
    told = [Event.model_validate(row) for row in events]
    decided = [ModelChange.model_validate(row) for row in changes]
    if as_json:
        listed = {
            "models": found.model_dump(mode="json"),
            "events": [one.model_dump(mode="json") for one in told],
            "changes": [one.model_dump(mode="json") for one in decided],
        }
        typer.echo(json.dumps(listed))
        return
    typer.echo(f"champion: {_name(found.champion) or BUILT_IN}")
    typer.echo(f"challenger: {_name(found.challenger) or 'none'}")
    typer.echo(f"doors: {'closed' if found.doors_open is None else f'open ({found.doors_open})'}")
    lines = [(one.at, f"worker {one.worker}", f"{one.change} {one.model}", one.words) for one in told]
    lines += [(one.created_at, one.actor, _decision(one), one.reason) for one in decided]
    for at, who, what, why in sorted(lines, reverse=True):
        typer.echo(f"\n{at:%Y-%m-%d %H:%M:%S} UTC  {who}: {what}\n  {why}")


async def show_shadows(settings: Settings, venue: str | None, *, as_json: bool) -> None:
    """See ``headroom model shadow``."""
    async with opened(settings, venue) as models, models.database.as_service() as connection:
        reports = await repository.shadows(connection, models.venue_id, _NEWEST)
    if as_json:
        typer.echo(json.dumps([report.model_dump(mode="json") for report in reports]))
        return
    if not reports:
        typer.echo("no challenger has run beside a champion yet")
    for report in reports:
        _show_shadow(report)


def _show_shadow(report: ShadowReport) -> None:
    span = f"{report.since:%Y-%m-%d %H:%M:%S} to {report.captured_at:%H:%M:%S} UTC"
    typer.echo(f"{report.challenger} beside {report.champion}, {span}, worker {report.worker}")
    typer.echo(f"a picture takes {_ms(report.challenger_p95_ms)}, the champion {_ms(report.champion_p95_ms)} (p95)")
    table = Table(
        "camera", "frames", "champion", "challenger", "bias", "MAE", "intervals meet", box=None, pad_edge=False
    )
    for camera in report.cameras:
        table.add_row(
            camera.camera_id,
            str(camera.frames),
            f"{camera.champion_mean:.2f}",
            f"{camera.challenger_mean:.2f}",
            f"{camera.bias:+.2f}",
            f"{camera.mae:.2f}",
            f"{camera.interval_overlap:.0%}",
        )
    _print(table)


def _decision(change: ModelChange) -> str:
    version = BUILT_IN if change.name is None or change.version is None else label_of(change.name, change.version)
    what = change.change if change.change == "withdraw" else f"{change.change} {version}"
    return f"{what}, forced although {change.despite}" if change.forced and change.despite else what


def _role(found: Models, place: Placed | None) -> str:
    if place == found.champion:
        return "champion"
    return "challenger" if place is not None and place == found.challenger else ""


def _mae(evaluations: list[Evaluation]) -> str:
    return "; ".join(f"{one.count_mae:.3f} on {one.truth} ({one.frames})" for one in evaluations) or "not evaluated"


def _name(place: Placed | None) -> str | None:
    return None if place is None else label_of(place.name, place.version)


def _ms(value: float | None) -> str:
    return "an unknown time" if value is None else f"{value:.0f} ms"


def _print(table: Table) -> None:
    Console(highlight=False, markup=False).print(table)
