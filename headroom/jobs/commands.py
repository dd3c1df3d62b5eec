"""``headroom jobs``: the worker, and what an engineer asks of jobs on the command line."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer

from domain.settings import Settings

app = typer.Typer(help="Finite jobs: analyse a recording, evaluate, export, train.", no_args_is_help=True)

Leash = Annotated[Path | None, typer.Option(hidden=True, help="Data folder of the supervisor that this ends with.")]
Venue = Annotated[str, typer.Option(help="The venue whose job it is.", show_default=False)]
Which = Annotated[str, typer.Argument(help="analyse, evaluate, export or train.")]
Parameters = Annotated[
    list[str] | None, typer.Argument(help="source=recordings/friday.mp4 budgeted=true …", metavar="NAME=VALUE …")
]
_HOW_MANY: Final = 20


def _settings() -> Settings:
    import os  # noqa: PLC0415

    return Settings.from_environment(os.environ)


@app.command()
def worker(
    queue: Annotated[
        list[str] | None, typer.Option(help="cpu or gpu; may be given twice. Default: what this machine has.")
    ] = None,
    commands: Annotated[
        Path | None, typer.Option(help="What trains, in place of configs/jobs.yaml.", metavar="FILE")
    ] = None,
    lease: Annotated[float | None, typer.Option(hidden=True, help="Seconds it may be silent.")] = None,
    leash: Leash = None,
) -> None:
    """Wait for jobs and do one at a time; needs HEADROOM_DATABASE_URL and HEADROOM_REDIS_URL."""
    from api.jobs.leases import LEASE_S  # noqa: PLC0415 - a command imports what it needs, so that others start fast
    from headroom.jobs.queues import queues_of  # noqa: PLC0415
    from headroom.jobs.worker import run  # noqa: PLC0415
    from headroom.service import begin  # noqa: PLC0415

    settings = _settings()
    begin(settings, leashed=leash is not None)
    run(settings, queues_of(queue), lease_s=lease or LEASE_S, commands=commands)


@app.command("list")
def list_jobs(
    venue: Annotated[str | None, typer.Option(help="Of this venue; default: of all.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1)] = _HOW_MANY,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="A line of JSON a job.")] = False,
) -> None:
    """Show jobs, the newest first."""
    from headroom.jobs.console import show_jobs  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(show_jobs(_settings(), venue, limit, as_json=as_json))


@app.command()
def show(job: Annotated[UUID, typer.Argument(help="The job's id.")]) -> None:
    """Show one job: how it stands, its files, what happened to it, and what it said last."""
    from headroom.jobs.console import show_job  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(show_job(_settings(), job))


@app.command()
def ask(kind: Which, parameters: Parameters = None, *, venue: Venue) -> None:
    """Ask for a job that a worker does, and print its id."""
    from headroom.jobs.console import ask_job  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(ask_job(_settings(), venue, kind, parameters or []))


@app.command()
def cancel(job: Annotated[UUID, typer.Argument(help="The job's id.")]) -> None:
    """Cancel a job: a queued one at once, a running one within seconds."""
    from headroom.jobs.console import cancel_job  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(cancel_job(_settings(), job))


@app.command()
def run(kind: Which, parameters: Parameters = None, *, venue: Venue) -> None:
    """Do a job here and now, under the same rules as a worker; its artefacts lie in the data folder."""
    from headroom.jobs.console import run_job  # noqa: PLC0415
    from headroom.logs import configure_logging, for_people  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    settings = _settings()
    configure_logging(for_people(settings.log_level))
    run_until_stopped(run_job(settings, venue, kind, parameters or []))
