"""Recorded footage becomes counts: every second of every zone, what they come to, and a page that shows them.

    python -m headroom.jobs.analyse VIDEO --out FOLDER

``counts.jsonl`` has the lines of ``headroom count``; ``result.json`` a zone's mean, peak and the seconds of which
nothing is known; ``page.html`` a curve a zone. How far it is stands on standard output, for whoever started it.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import cv2
import typer

from domain.errors import BadInput, HeadroomError
from domain.settings import Settings
from headroom.count import run as count
from headroom.jobs import analysis_page
from headroom.jobs.analysis import Analysis
from headroom.logs import configure_logging
from headroom.service import known_cause
from ingest.footage import is_pictures

_TELL_EVERY_S: Final = 1.0
"""Of footage; counting goes at some ten times real time."""


def length_s(path: Path) -> float | None:
    """What the header says of a video's length. Headers lie, so this is for showing how far it is, and nothing else."""
    if is_pictures(path):
        return None
    video = cv2.VideoCapture(str(path))
    rate, frames = video.get(cv2.CAP_PROP_FPS), video.get(cv2.CAP_PROP_FRAME_COUNT)
    video.release()
    return frames / rate if rate > 0 and frames > 0 else None


class Told:
    """Takes the lines of ``headroom count``: keeps them, sums them up, and tells how far it is.

    Args:
        lines: the file they go to.
        length: seconds of footage; ``None``: not known.
    """

    def __init__(self, lines: Any, length: float | None) -> None:  # noqa: ANN401 - an open text file
        self.analysis = Analysis()
        self._lines, self._length = lines, length
        self._told_at = 0.0

    def take(self, line: str) -> None:
        """One line."""
        self._lines.write(line + "\n")
        second = json.loads(line)
        self.analysis.add(second)
        at = float(second["t"])
        if at - self._told_at >= _TELL_EVERY_S:
            self._told_at = at
            tell(min(at / self._length, 0.99) if self._length else None, f"{at:.0f} s of footage counted")


def tell(progress: float | None, words: str) -> None:
    """How far it is, for whoever started this."""
    sys.stdout.write(json.dumps({"progress": progress, "words": words}) + "\n")
    sys.stdout.flush()


async def analyse(
    footage: Path,
    out: Path,
    settings: Settings,
    *,
    name: str,
    zones: Path | None = None,
    model: str | None = None,
    density: str | None = None,
    budgeted: bool = False,
) -> Analysis:
    """Count footage and write what came of it.

    Raises:
        BadInput: footage, zones or model cannot be what they should be.
    """
    tell(0.0, "loading the model")
    with (out / "counts.jsonl").open("w", encoding="utf-8") as lines:
        told = Told(lines, length_s(footage))
        await count(
            source=f"file:{footage}",
            settings=settings,
            model=model,
            zones=zones,
            budgeted=budgeted,
            as_json=True,
            density=density,
            write=told.take,
        )
    if not told.analysis.zones:
        raise BadInput(f"{name} holds no second of footage")
    result = {"source": name, "model": model, **told.analysis.as_json()}
    (out / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (out / "page.html").write_text(analysis_page.render(told.analysis, name), encoding="utf-8")
    return told.analysis


def _run(
    footage: Annotated[Path, typer.Argument(help="A video or a folder of pictures.")],
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    name: Annotated[str | None, typer.Option(help="What people call the footage.")] = None,
    zones: Annotated[Path | None, typer.Option(help="A file of zones.")] = None,
    model: Annotated[str | None, typer.Option(help="A model's name or file.")] = None,
    density: Annotated[str | None, typer.Option(help="A live density model, or none.")] = None,
    *,
    budgeted: Annotated[bool, typer.Option("--budgeted", help="Look only at frames that need it.")] = False,
) -> None:
    """Count the people in recorded footage, and write the counts, a summary and a page."""
    try:
        settings = Settings.from_environment(os.environ)
        configure_logging("warning" if settings.log_level == "info" else settings.log_level)
        asyncio.run(
            analyse(
                footage,
                out,
                settings,
                name=name or footage.name,
                zones=zones,
                model=model,
                density=density,
                budgeted=budgeted,
            )
        )
    except (HeadroomError, BaseExceptionGroup) as error:
        cause = known_cause(error)
        if not isinstance(cause, HeadroomError):
            raise
        typer.echo(f"error: {cause}", err=True)
        sys.exit(2 if isinstance(cause, BadInput) else 1)


if __name__ == "__main__":
    typer.run(_run)
