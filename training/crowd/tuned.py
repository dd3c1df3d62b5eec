"""A network for the density map alone: the trunk learns too, and no crop is seen twice.

Boxes need a trunk that knows eighty kinds of things; with that one frozen, heads of five pixels look like one another
and like leaves. What is tuned here sees them better, and cannot be read for boxes any more.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final, cast

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import numpy as np
import torch
from torch import Tensor

from inference.detect.letterbox import padded
from training.checkpoint import open_detector
from training.crowd.crops import Crop, Crops, as_seen, together
from training.crowd.density import STATE, Judged, MapRun, apart, errors_of, said_of, shape_of, write_curves
from training.crowd.learn import Checked, Learner
from training.crowd.network import CrowdNetwork
from training.dataset.item import Item
from training.settings import TrainingSettings

WEIGHTS: Final = "tuned.pt"
_SCALED_BY: Final = 16
"""Crops whose features show how far each channel of the trunk swings."""
_JUDGED: Final = 14
"""Pictures of a set that a check looks at, evenly over its range of counts."""


class TunedTraining:
    """Learning a map together with its trunk.

    Args:
        of: the run.
        settings: the parameters.
    """

    def __init__(self, of: MapRun, settings: TrainingSettings) -> None:
        self._settings, self._folder, self._mark, self._told = settings.tuned, of.folder, of.mark, of.told
        self._augment = settings.augment.model_copy(update={"crop": self._settings.crop, "scale": self._settings.scale})
        self._device = of.first_device
        self._train, self._judged = apart(of.items, self._settings)
        self._shape = shape_of(self._settings)
        torch.manual_seed(self._settings.seed)
        self._network = CrowdNetwork(open_detector(of.detector), self._shape, tuned=True)

    def run(self) -> None:
        """Learn, and write ``tuned.pt`` and ``curves.json`` into the folder.

        Raises:
            BadInput: a set that is to be drawn from has no labelled heads, or the state is another run's.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        crops, judged = self.crops(), self._judged_pictures()
        pictures, _ = together([crops[place] for place in range(min(_SCALED_BY, len(crops)))])
        with torch.no_grad():
            self._network.branch.scale_inputs(*self._network.features(pictures))
        network = self._network.to(memory_format=torch.channels_last)
        learner = Learner(network, self._settings.learn, self._device, self._mark, list(network.trunk.parameters()))
        learner.go_on(self._folder / STATE)
        learner.learn(
            crops,
            self._settings.seed,
            self._folder / STATE,
            lambda model: errors_of(model, judged, self._device),
            self._tell,
            together,
        )
        self._write(learner)

    def crops(self) -> Crops:
        """What is learned from: as many as there are places in all batches.

        Raises:
            BadInput: a set that is to be drawn from has no labelled heads.
        """
        learn = self._settings.learn
        return Crops(
            self._train,
            shares=self._settings.drawn,
            stretch=self._settings.stretch,
            augment=self._augment,
            seed=self._settings.seed,
            count=learn.steps * learn.batch,
        )

    def _judged_pictures(self) -> Judged:
        """By set, pictures as a counter sees them whole, and their heads."""
        by_source: dict[str, list[Item]] = defaultdict(list)
        for item in self._judged:
            by_source[item.source].append(item)
        return {
            name: [as_counted(item, self._settings.stretch.get(name, 1.0)) for item in spread(items)]
            for name, items in by_source.items()
        }

    def _tell(self, found: Checked) -> None:
        self._told(found.step / self._settings.learn.steps, *said_of(found), found.step)

    def _write(self, learner: Learner) -> None:
        network = cast("CrowdNetwork", learner.averaged.module)
        torch.save(
            {
                "shape": asdict(self._shape),
                "branch": network.branch.state_dict(),
                "trunk": network.trunk.state_dict(),
            },
            self._folder / WEIGHTS,
        )
        write_curves(learner.checks, self._folder)


def spread(items: Sequence[Item], most: int = _JUDGED) -> list[Item]:
    """Some pictures, evenly over the range of counts."""
    ordered = sorted(items, key=lambda item: 0 if item.heads is None else len(item.heads))
    places = np.linspace(0, len(ordered) - 1, min(most, len(ordered))).astype(int)
    return [ordered[place] for place in places]


def as_counted(item: Item, stretch: float) -> tuple[tuple[Tensor], int]:
    """A picture as the network is given it whole, shape (1, 3, height, width), and its heads."""
    whole = as_seen(item, stretch)
    pictures, _ = together([Crop(padded(whole.picture), np.zeros((1, 1), np.float32))])
    return (pictures,), len(whole.points)
