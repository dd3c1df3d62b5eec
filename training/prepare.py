"""The sets that are learned from become one dataset.

    python -m training.prepare

``prepare`` of ``configs/training.yaml`` names the preset of ``configs/datasets.yaml``; its sets lie below
``HEADROOM_ASSETS``. Every label is checked on the way, and nothing is made where one is bad.
"""

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import BadInput
from domain.settings import Settings
from training.command import told_in_a_line
from training.dataset.presets import Presets, import_preset
from training.settings import CONFIGURATION, TrainingSettings


def prepare(settings: TrainingSettings, assets: Path | None) -> str:
    """Make the dataset anew.

    Args:
        settings: which sets, how many pictures, and where to.
        assets: the folder below which the sets lie.

    Returns:
        What was imported, in words.

    Raises:
        BadInput: there is no folder of assets, no such preset, or a set of it is not there.
        BadDataset: a label is bad; every one is named.
    """
    if assets is None:
        raise BadInput("HEADROOM_ASSETS is not set; it names the folder below which the sets to learn from lie")
    wanted = settings.prepare
    root = assets / Presets.load().find(wanted.preset).folder
    draft = wanted.dataset.with_name(f"{wanted.dataset.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.parent.mkdir(parents=True, exist_ok=True)
    added = import_preset(wanted.preset, root, draft, limit=wanted.limit)
    shutil.rmtree(wanted.dataset, ignore_errors=True)
    draft.rename(wanted.dataset)
    return f"{wanted.dataset}: {len(added.dataset.items)} pictures of {len(added.dataset.sets)} sets"


def _run(config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION) -> None:
    """Import the sets that are learned from."""
    with told_in_a_line():
        typer.echo(prepare(TrainingSettings.load(config), Settings.from_environment(os.environ).assets))


if __name__ == "__main__":
    typer.run(_run)
