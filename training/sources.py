"""What lies in the sets that are learned from, by hash: a changed, added or lost file makes the dataset anew.

python -m training.sources OUT.json
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from domain.errors import BadInput
from domain.settings import Settings
from training.command import told_in_a_line
from training.dataset.presets import Preset, Presets
from training.settings import CONFIGURATION, TrainingSettings


def hashes_of(preset: Preset, assets: Path | None) -> dict[str, str]:
    """SHA-256 over all files of each set, by the set's name.

    Raises:
        BadInput: there is no folder of assets.
    """
    if assets is None:
        raise BadInput("HEADROOM_ASSETS is not set; it names the folder below which the sets to learn from lie")
    root = assets / preset.folder
    return {recipe.about.name: _hash(recipe.path, root) for recipe in preset.recipes(root)}


def _hash(path: Path, root: Path) -> str:
    told = hashlib.sha256()
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    for file in files:
        told.update(file.relative_to(root).as_posix().encode())
        with file.open("rb") as data:
            told.update(hashlib.file_digest(data, "sha256").digest())
    return told.hexdigest()


def _run(
    to: Annotated[Path, typer.Argument(metavar="OUT.json", help="The file to write.")],
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Hash the sets that are learned from."""
    with told_in_a_line():
        preset = Presets.load().find(TrainingSettings.load(config).prepare.preset)
        found = hashes_of(preset, Settings.from_environment(os.environ).assets)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    typer.run(_run)
