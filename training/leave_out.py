"""How wrong the density map is on scenes of a kind it never saw: each set is left out of training in turn.

    python -m training.leave_out OUT.json

What it says of an unseen camera is nearer to what a venue will see than any split of one set. Shorter runs than the
model's own: the difference between ``seen`` and ``unseen`` is what is to be read from it, not the best there could be.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, cast

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import numpy as np
import torch
import typer
from torch.utils.data import Subset

from domain.errors import BadInput
from training.command import told_in_a_line
from training.crowd.density import DensityTraining, MapRun, errors_of
from training.crowd.learn import Learner
from training.crowd.network import DensityBranch
from training.dataset.item import Item
from training.dataset.layout import Dataset
from training.settings import CONFIGURATION, TrainingSettings
from training.train import MODEL

STEPS: Final = 400
JUDGED: Final = 40
"""Pictures of a set that both models are judged by, evenly over its range of counts."""


class LeaveOut:
    """Trains without each set in turn, on what a frozen trunk saw once.

    Args:
        settings: the product's own.
        items: labelled pictures.
        detector: whose trunk is looked through.
        folder: for what it saw; taken up where it is complete.
        steps: of each training.
    """

    def __init__(
        self, settings: TrainingSettings, items: Sequence[Item], detector: Path, folder: Path, steps: int = STEPS
    ) -> None:
        learn = settings.density.learn.model_copy(update={"steps": steps, "check_every": steps})
        density = settings.density.model_copy(update={"learn": learn})
        self._settings = settings.model_copy(update={"density": density})
        self._items, self._folder, self._detector = items, folder, detector
        self._run = DensityTraining(
            MapRun(items, detector, folder, "cpu", "leave-out", lambda *_: None), self._settings
        )

    def table(self) -> dict[str, dict[str, float]]:
        """By set: error of a training that drew from it, and of one that did not, on the same validation pictures."""
        features = self._run.looked()
        sources = self._run.crops().sources()
        names = [name for name in self._settings.density.shares if self._judged(name)]
        seen = self._errors(self._learned(features, range(len(sources))), names)
        found = {}
        for name in names:
            others = [place for place, source in enumerate(sources) if source != name]
            unseen = self._errors(self._learned(features, others), [name])
            heads = float(np.mean([len(item.heads) for item in self._judged(name) if item.heads is not None]))
            found[name] = {"heads": round(heads, 1), "seen": round(seen[name], 2), "unseen": round(unseen[name], 2)}
        return found

    def _judged(self, name: str) -> list[Item]:
        those = [item for item in self._items if item.source == name and item.split == "val" and item.heads is not None]
        those.sort(key=lambda item: 0 if item.heads is None else len(item.heads))
        if not those:
            return []
        return [
            those[place] for place in np.unique(np.linspace(0, len(those) - 1, min(JUDGED, len(those))).astype(int))
        ]

    def _learned(
        self, features: torch.utils.data.Dataset[tuple[torch.Tensor, ...]], places: Sequence[int]
    ) -> DensityBranch:
        branch = self._run.new_branch()
        learn = self._settings.density.learn
        learner = Learner(branch, learn, torch.device("cpu"), "leave-out")
        with tempfile.TemporaryDirectory() as folder:
            learner.learn(Subset(features, list(places)), 8, Path(folder) / "state.pt", lambda _: {}, lambda _: None)
        return cast("DensityBranch", learner.averaged.module)

    def _errors(self, branch: DensityBranch, names: Sequence[str]) -> dict[str, float]:
        seen = {name: self._run.seen_whole(self._judged(name))[name] for name in names}
        return errors_of(branch, seen, torch.device("cpu"))


def _run(
    to: Annotated[Path, typer.Argument(metavar="OUT.json", help="The table to write.")],
    work: Annotated[Path, typer.Option(help="Where what the trunk saw is kept.")] = Path(
        ".headroom/training/leave-out"
    ),
    steps: Annotated[int, typer.Option(help="Of each training.")] = STEPS,
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Train without each set in turn, and count what was left out."""
    with told_in_a_line():
        settings = TrainingSettings.load(config)
        detector = settings.folder / MODEL / "detector.pt"
        if not detector.is_file():
            raise BadInput(f"{detector} is not there; run dvc repro train first")
        items = Dataset.open(settings.prepare.dataset).items
        found = LeaveOut(settings, items, detector, work, steps).table()
    to.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    for name, row in found.items():
        typer.echo(f"{name}: mean {row['heads']:.0f} heads, MAE {row['seen']:.1f} seen, {row['unseen']:.1f} unseen")


if __name__ == "__main__":
    typer.run(_run)
