"""``headroom labels``: what an engineer asks of kept frames on the command line."""

import os
from datetime import datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from domain.settings import Settings

app = typer.Typer(help="Frames kept to learn from: label, export, import, purge.", no_args_is_help=True)

Venue = Annotated[str, typer.Option(help="The venue's id.", show_default=False)]
As = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="An engineer's or admin's address; default: the first admin of an embedded database.",
        metavar="EMAIL",
    ),
]
Camera = Annotated[str | None, typer.Option(help="Only this camera's.")]
_FORMATS = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%d"]
Since = Annotated[
    datetime | None, typer.Option(help="Captured then or later; UTC without an offset.", formats=_FORMATS)
]
Until = Annotated[datetime | None, typer.Option(help="Captured before.", formats=_FORMATS)]


def _settings() -> Settings:
    return Settings.from_environment(os.environ)


@app.command()
def stats(
    venue: Venue,
    who: As = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of the table.")] = False,
) -> None:
    """Say how many frames are kept, why, and how far their labels are."""
    from headroom.labels.console import show_stats  # noqa: PLC0415 - a command imports what it needs
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(show_stats(_settings(), venue, who, as_json=as_json))


@app.command("export")
def export_labels(
    out: Annotated[Path, typer.Argument(help="The file: a .zip for YOLO, a .json for COCO.", metavar="FILE")],
    venue: Venue,
    who: As = None,
    state: Annotated[list[str] | None, typer.Option(help="May be given again; default: accepted.")] = None,
    camera: Camera = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Write labels for label tools: YOLO with pictures, or COCO without."""
    from headroom.labels.console import export_to  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(export_to(_settings(), out, venue, who, state or [], camera, since, until))


@app.command("import")
def import_labels(
    file: Annotated[Path, typer.Argument(help="What a label tool wrote: .zip for YOLO, .json for COCO.")],
    venue: Venue,
    who: As = None,
    *,
    accept: Annotated[bool, typer.Option("--accept", help="They are good to be used; else: in review.")] = False,
) -> None:
    """Take corrected labels in: all of the file, or, where anything in it cannot be, nothing."""
    from headroom.labels.console import import_from  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(import_from(_settings(), file, venue, who, accept=accept))


@app.command()
def purge(
    venue: Venue,
    note: Annotated[str, typer.Option(help="Why; it stands in the ledger.", show_default=False)],
    who: As = None,
    capture: Annotated[list[UUID] | None, typer.Option(help="A capture's id; may be given again.")] = None,
    camera: Camera = None,
    since: Since = None,
    until: Until = None,
) -> None:
    """Delete frames and their labels for good: those named, or those of a span of time."""
    from headroom.labels.console import purge_some  # noqa: PLC0415
    from headroom.service import run_until_stopped  # noqa: PLC0415

    run_until_stopped(purge_some(_settings(), venue, who, note, capture, camera, since, until))
