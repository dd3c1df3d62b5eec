"""``headroom model``: what an engineer asks of models on the command line."""

import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.errors import BadInput
from domain.rollout import DISAGREEMENT, SHADOW_SHARE
from domain.settings import Settings

app = typer.Typer(help="Models: register, evaluate, compare on live frames, promote, roll back.", no_args_is_help=True)

Venue = Annotated[str | None, typer.Option(help="The venue; may be left out where there is one.")]
Which = Annotated[str, typer.Argument(metavar="NAME@VERSION", show_default=False)]
Reason = Annotated[str, typer.Option(help="Why; it is recorded.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="JSON in place of a table.")]


def _run(work: Coroutine[object, object, None]) -> None:
    from headroom.logs import configure_logging  # noqa: PLC0415 - a command imports what it needs
    from headroom.service import run_until_stopped  # noqa: PLC0415

    level = _settings().log_level
    configure_logging("warning" if level == "info" else level)
    run_until_stopped(work)


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


@app.command("list")
def list_models(venue: Venue = None, *, as_json: AsJson = False) -> None:
    """Show the versions that a venue may run, and how well they counted."""
    from headroom.models.console import show_models  # noqa: PLC0415

    _run(show_models(_settings(), venue, as_json=as_json))


@app.command()
def describe(
    folder: Annotated[Path, typer.Argument(help="Holds one .onnx file and what belongs to it; no folders.")],
    name: Annotated[str, typer.Option(help="Of the model, whatever its version.", show_default=False)],
    card: Annotated[str | None, typer.Option(help="The model card's file in it.", metavar="FILE")] = None,
    like: Annotated[
        str | None,
        typer.Option(help="A row of configs/models.yaml whose thresholds and input it has."),
    ] = None,
    title: Annotated[str | None, typer.Option(help="What it is; default: the name.")] = None,
) -> None:
    """Write model.yaml, which names and hashes a folder's files; look it over before you register it."""
    from training.registry.describe import describe_model  # noqa: PLC0415

    found = describe_model(folder, name, card=card, like=like, title=title)
    typer.echo(f"{folder / 'model.yaml'}: {name}, {len(found.files)} files, counts with {found.spec.asset}")


@app.command()
def register(
    folder: Annotated[Path | None, typer.Argument(help="Holds model.yaml and the files that it names.")] = None,
    job: Annotated[
        UUID | None, typer.Option(help="In place of a folder: a job that trained or exported it.", metavar="ID")
    ] = None,
    venue: Venue = None,
    run: Annotated[str | None, typer.Option(help="The MLflow run that made it.", metavar="ID")] = None,
    metrics: Annotated[
        Path | None, typer.Option(help="What is known of it: a JSON file of numbers.", metavar="FILE")
    ] = None,
) -> None:
    """Make a folder of files a version: tried, kept in MLflow, and placed where workers look."""
    from headroom.models.work import Origin, register_folder, register_job  # noqa: PLC0415

    if (folder is None) == (job is None):
        raise BadInput("register takes a folder that holds model.yaml, or --job ID; give one of them")
    origin = Origin(run_id=run, metrics=metrics)
    if folder is not None:
        _run(register_folder(_settings(), folder, venue, origin))
    elif job is not None:
        _run(register_job(_settings(), job, venue, origin))


@app.command()
def evaluate(
    source: Annotated[str, typer.Argument(help="A video, a folder of pictures, or asset:NAME.")],
    truth: Annotated[Path, typer.Option(help="As for headroom evaluate.", show_default=False)],
    model: Annotated[
        str | None, typer.Option(help="A version; default: the built-in model.", metavar="NAME@VERSION")
    ] = None,
    venue: Venue = None,
    region: Annotated[str | None, typer.Option(help="Judge only inside this polygon.", metavar="X1,Y1,…")] = None,
    density: Annotated[str | None, typer.Option(help="Stills: a density model, or none.")] = None,
) -> None:
    """Measure how well a version counts, and keep it: promotion asks for it of both models."""
    from headroom.evaluate import Question  # noqa: PLC0415
    from headroom.models.evaluation import evaluate_version  # noqa: PLC0415

    _run(evaluate_version(_settings(), Question(source, truth, None, density, region), model, venue))


@app.command()
def status(venue: Venue = None, *, as_json: AsJson = False) -> None:
    """Say what is to run, what became of it in the workers, and who decided it."""
    from headroom.models.console import show_status  # noqa: PLC0415

    _run(show_status(_settings(), venue, as_json=as_json))


@app.command()
def shadow(
    model: Annotated[str | None, typer.Argument(metavar="[NAME@VERSION]", help="Left out: show the reports.")] = None,
    venue: Venue = None,
    share: Annotated[float, typer.Option(help="Of the frames that are looked at, at most.")] = SHADOW_SHARE,
    reason: Reason = "",
    *,
    off: Annotated[bool, typer.Option("--off", help="Nothing runs beside the champion.")] = False,
    as_json: AsJson = False,
) -> None:
    """Have a version look at a share of the live frames beside the champion, or show how they compare."""
    from headroom.models.console import show_shadows  # noqa: PLC0415
    from headroom.models.work import challenge, withdraw  # noqa: PLC0415

    if off:
        _run(withdraw(_settings(), venue, reason))
    elif model is not None:
        _run(challenge(_settings(), model, venue, share, reason))
    else:
        _run(show_shadows(_settings(), venue, as_json=as_json))


@app.command()
def promote(
    model: Which,
    reason: Reason,
    venue: Venue = None,
    allowed_disagreement: Annotated[
        float, typer.Option(help="On trial, with the model before it; 1: whatever it counts.")
    ] = DISAGREEMENT,
    *,
    force: Annotated[bool, typer.Option("--force", help="Whatever speaks against it.")] = False,
) -> None:
    """Make a version champion: workers swap to it, and go back by themselves if it is worse."""
    from headroom.models.work import promote_version  # noqa: PLC0415

    _run(promote_version(_settings(), model, venue, reason, force=force, allowed_disagreement=allowed_disagreement))


@app.command()
def rollback(reason: Reason, venue: Venue = None) -> None:
    """Go back to the champion before."""
    from headroom.models.work import roll_back  # noqa: PLC0415

    _run(roll_back(_settings(), venue, reason))


@app.command()
def sync(venue: Venue = None) -> None:
    """Have MLflow say what was decided over the API, and how challengers compared."""
    from headroom.models.work import sync_mlflow  # noqa: PLC0415

    _run(sync_mlflow(_settings(), venue))
