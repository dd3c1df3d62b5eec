"""The density branch of a model: from labelled pictures to weights."""

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Final

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import numpy as np
import torch
from torch import Tensor, nn

from domain.errors import BadInput
from inference.detect.letterbox import padded
from training.checkpoint import open_detector
from training.crowd.crops import Crop, Crops, as_seen, together
from training.crowd.device import first_of
from training.crowd.features import Features, look_once
from training.crowd.learn import Checked, Learner
from training.crowd.network import BranchShape, CrowdNetwork, DensityBranch
from training.dataset.item import Item
from training.settings import DensitySettings, MapSettings, TrainingSettings

STATE: Final = "state.pt"
_LOOKED: Final = "looked"
_SCALED_BY: Final = 128
"""Crops whose features show how far each channel of the trunk swings."""
_LOOKING_SHARE: Final = 0.3
"""Of the time: looking at all crops once, before learning from what was seen."""

Judged = Mapping[str, Sequence[tuple[tuple[Tensor, ...], int]]]
"""By set, of each picture what the model is given, and its heads."""
Told = Callable[[float, str, dict[str, float], int], object]
"""Given the share that is done, words, metrics and the step they are of."""


@dataclass(frozen=True)
class MapRun:
    """From what a map is learned, where, and who follows it.

    Attributes:
        items: labelled pictures; those of the split ``train`` are learned from, ``val`` judged by.
        detector: whose trunk the map is read from, or begins with.
        folder: where the run keeps its state, and puts what it made.
        device: as torch names it; of several GPUs the first is used.
        mark: says what the run is of; the state of another is refused.
        told: follows the progress.
    """

    items: Sequence[Item]
    detector: Path
    folder: Path
    device: str
    mark: str
    told: Told

    @property
    def first_device(self) -> torch.device:
        """The one that is used."""
        return torch.device(first_of(self.device))


class DensityTraining:
    """Learning a map on a trunk that stays as it is.

    Args:
        of: the run.
        settings: the parameters.
    """

    def __init__(self, of: MapRun, settings: TrainingSettings) -> None:
        self._settings: DensitySettings = settings.density
        self._augment, self._folder, self._mark, self._told = settings.augment, of.folder, of.mark, of.told
        self._device = of.first_device
        self._train, self._judged = apart(of.items, self._settings)
        self._shape = shape_of(self._settings)
        self._network = CrowdNetwork(open_detector(of.detector), self._shape).to(self._device).eval()

    def run(self) -> None:
        """Look, learn, and write ``density.pt`` and ``curves.json`` into the folder.

        Raises:
            BadInput: a set that is to be drawn from has no labelled heads, or the state is another run's.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        features = self.looked()
        judged = self.seen_whole(self._judged)
        learner = Learner(self.new_branch(), self._settings.learn, self._device, self._mark)
        learner.go_on(self._folder / STATE)
        learner.learn(
            features,
            self._settings.seed,
            self._folder / STATE,
            lambda model: errors_of(model, judged, self._device),
            self._tell,
        )
        self._write(learner)

    def looked(self) -> Features:
        """What the trunk sees in every crop; taken up where a killed run had finished looking."""
        done = self._folder / _LOOKED
        if done.is_file() and done.read_text() == self._mark:
            return Features.read(self._folder)
        crops = self.crops()
        features = look_once(self._network, crops, self._folder, self._device, self._tell_looking)
        done.write_text(self._mark)
        return features

    def crops(self) -> Crops:
        """What is learned from.

        Raises:
            BadInput: a set that is to be drawn from has no labelled heads.
        """
        return Crops(
            self._train,
            shares=self._settings.drawn,
            stretch=self._settings.stretch,
            augment=self._augment,
            seed=self._settings.seed,
            count=self._settings.crops,
        )

    def new_branch(self) -> DensityBranch:
        """A branch that has learned nothing yet."""
        torch.manual_seed(self._settings.seed)
        branch = CrowdNetwork(self._network.detector, self._shape).branch.to(self._device)
        branch.scale_inputs(*self.looked().some(_SCALED_BY))
        return branch

    def seen_whole(self, items: Sequence[Item]) -> "Judged":
        """What the trunk sees of pictures whole."""
        seen: dict[str, list[tuple[tuple[Tensor, ...], int]]] = defaultdict(list)
        for item in items:
            whole = as_seen(item, self._settings.stretch.get(item.source, 1.0))
            pictures, _ = together([Crop(padded(whole.picture), np.zeros((1, 1), np.float32))])
            with torch.inference_mode():
                layers = self._network.features(pictures.to(self._device))
            seen[item.source].append((tuple(layer.half().cpu() for layer in layers), len(whole.points)))
        return dict(seen)

    def _tell_looking(self, share: float) -> None:
        if round(share * self._settings.crops) % 50 == 0 or share == 1.0:
            self._told(_LOOKING_SHARE * share, "density, looking at the crops", {}, 0)

    def _tell(self, found: Checked) -> None:
        share = found.step / self._settings.learn.steps
        self._told(_LOOKING_SHARE + (1 - _LOOKING_SHARE) * share, *said_of(found), found.step)

    def _write(self, learner: Learner) -> None:
        branch: nn.Module = learner.averaged.module
        torch.save({"shape": asdict(self._shape), "branch": branch.state_dict()}, self._folder / "density.pt")
        write_curves(learner.checks, self._folder)


def shape_of(settings: MapSettings) -> BranchShape:
    """The branch that is asked for."""
    return BranchShape(settings.width, settings.early, settings.dilations)


def apart(items: Sequence[Item], settings: MapSettings) -> tuple[list[Item], list[Item]]:
    """Those that are learned from, and those of the sets drawn from that the map is judged by."""
    judged = [
        item for item in items if item.split == "val" and item.source in settings.drawn and item.heads is not None
    ]
    return [item for item in items if item.split == "train"], judged


def said_of(found: Checked) -> tuple[str, dict[str, float]]:
    """What was found, in words and as metrics."""
    errors = ", ".join(f"{name} {error:.1f}" for name, error in found.errors.items())
    words = f"density, step {found.step}: loss {found.loss:.2f}" + (f"; count MAE {errors}" if errors else "")
    return words, {"loss": found.loss, **{f"mae_{name}": error for name, error in found.errors.items()}}


def write_curves(checks: Sequence[Checked], folder: Path) -> None:
    """Loss and errors over the steps, as JSON."""
    (folder / "curves.json").write_text(json.dumps([asdict(check) for check in checks], indent=1) + "\n")


def errors_of(model: nn.Module, judged: Judged, device: torch.device) -> dict[str, float]:
    """Mean absolute error of the count by set."""
    model.eval()
    found = {}
    with torch.inference_mode():
        for name, pictures in judged.items():
            off = [float(model(*(part.float().to(device) for part in seen)).sum()) - heads for seen, heads in pictures]
            found[name] = float(np.abs(off).mean())
    return found


def open_crowd(path: Path, detector: nn.Module) -> tuple[CrowdNetwork, bool]:
    """Read a density branch with a detector's trunk, or with its own where it has learned one.

    Args:
        path: what :class:`DensityTraining` or :class:`training.crowd.tuned.TunedTraining` wrote.
        detector: that it was trained on; its trunk is overwritten where the branch has its own.

    Returns:
        The network, ready to be used, and whether the trunk is its own: the detector's boxes are then worth nothing.

    Raises:
        BadInput: the file is none, or it is another trunk's.
    """
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        shape = BranchShape(**{**state["shape"], "dilations": tuple(state["shape"]["dilations"])})
        network = CrowdNetwork(detector, shape)
        network.branch.load_state_dict(state["branch"])
        if "trunk" in state:
            network.trunk.load_state_dict(state["trunk"])
    except (OSError, RuntimeError, UnpicklingError, KeyError, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise BadInput(f"density weights {path} cannot be read with this detector: {reason}") from None
    return network.eval(), "trunk" in state
