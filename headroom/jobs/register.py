"""The last step of a job whose model is to be registered: a candidate that people may make challenger.

    python -m headroom.jobs.register FOLDER --venue ID --job ID [--metrics FILE] [--run FILE]

The only command of a job that is told where the database is; it looks at no footage. Done twice it is done once.
"""

import asyncio
import os
from pathlib import Path
from typing import Annotated

import typer

from domain.settings import Settings
from headroom.logs import configure_logging
from headroom.models.work import Origin, register_folder, run_of
from training.command import told_in_a_line


def _run(
    folder: Annotated[Path, typer.Argument(help="Holds model.yaml and the files that it names.")],
    venue: Annotated[str, typer.Option(help="Whose version it becomes.", show_default=False)],
    job: Annotated[str, typer.Option(help="Which made it.", show_default=False)],
    metrics: Annotated[Path | None, typer.Option(help="A JSON file of numbers; it need not be there.")] = None,
    run: Annotated[Path | None, typer.Option(help="Names the run in MLflow that made it.")] = None,
) -> None:
    """Register what a job made."""
    with told_in_a_line():
        settings = Settings.from_environment(os.environ)
        configure_logging("warning")
        origin = Origin(
            by=f"job {job}", run_id=run_of(run), metrics=metrics if metrics and metrics.is_file() else None, known=True
        )
        asyncio.run(register_folder(settings, folder, venue, origin))


if __name__ == "__main__":
    typer.run(_run)
