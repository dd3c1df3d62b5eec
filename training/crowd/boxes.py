"""Teaching a YOLOv8 detector persons and heads, by ultralytics' trainer.

Sets differ in what was looked for in them. A head that nobody looked for is left out of a picture's loss: one without a
box in a set of bodies is no mistake of the network's. Of a person that nobody looked for, the network is to think what
the detector it began as thinks of the same place, so that it learns heads without forgetting people (Hinton, Vinyals
and Dean 2015; Li and Hoiem 2016 call it learning without forgetting).
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import inference.detect.ultralytics_quiet  # noqa: F401  # before ultralytics, which reads what it sets

# isort: split

import torch
import yaml
from torch import Tensor, nn
from ultralytics.models.yolo.detect import DetectionTrainer
from ultralytics.utils import DEFAULT_CFG_DICT
from ultralytics.utils.loss import v8DetectionLoss
from ultralytics.utils.torch_utils import unwrap_model

from domain.errors import BadInput
from training.checkpoint import open_detector
from training.dataset.item import CLASSES, PERSON, Item
from training.settings import BoxesSettings

_LAST: Final = "last.pt"
_FINISHED: Final = "finished"
_UNSEEN: Final = -4.6
"""How far below a person's the log-odds of a head begin: a hundredth of them, so that a head's box is earned."""

LookedFor = Mapping[str, tuple[bool, ...]]
"""By picture file: whether each class was looked for."""


class LossOfLookedFor(nn.Module):
    """Binary cross entropy of what was looked for, and of persons as a teacher sees them where they were not.

    Attributes:
        looked_for: of each picture of the batch, whether each class was, shape (pictures, classes); ``None``: all were.
        taught: the teacher's score of a person at each cell, shape (pictures, cells).
    """

    def __init__(self) -> None:
        super().__init__()
        self._each = nn.BCEWithLogitsLoss(reduction="none")
        self.looked_for: Tensor | None = None
        self.taught: Tensor | None = None

    def forward(self, scores: Tensor, wanted: Tensor) -> Tensor:
        """By cell and class, shape (pictures, cells, classes)."""
        if self.looked_for is None or self.taught is None:
            each: Tensor = self._each(scores, wanted)
            return each
        counts = self.looked_for.clone()
        counts[:, PERSON] = True
        persons = torch.where(self.looked_for[:, None, PERSON], wanted[..., PERSON], self.taught.to(wanted))
        others = wanted[..., PERSON + 1 :]
        each = self._each(scores, torch.cat([persons[..., None], others], -1))
        return each * counts.to(each)[:, None, :]


class BoxesTrainer(DetectionTrainer):
    """ultralytics' trainer, with the loss above and with nothing that calls home or draws.

    Args:
        overrides: ultralytics' settings.
        base: the detector it begins as, which teaches what a person is.
        looked_for: what was looked for in each picture.
        told: is given each epoch's number, from 1, and its metrics.
    """

    def __init__(
        self,
        overrides: dict[str, Any],
        base: nn.Module,
        looked_for: LookedFor,
        told: Callable[[int, dict[str, float]], object],
    ) -> None:
        super().__init__(cfg=DEFAULT_CFG_DICT, overrides=overrides)
        # Its own callbacks for MLflow and a dozen services would start where these are installed.
        self.callbacks = {event: [] for event in self.callbacks}
        self._teacher = base.eval().requires_grad_(requires_grad=False)
        known = tuple(cast("Any", base).names.values())
        self._person = known.index("person") if "person" in known else PERSON
        self._looked_for = looked_for
        self._masked = LossOfLookedFor()
        self.add_callback("on_pretrain_routine_end", self._mask)
        self.add_callback("on_fit_epoch_end", self._epoch_end)
        self._told = told

    def _mask(self, _: object) -> None:
        model: Any = unwrap_model(cast("nn.Module", self.model))
        model.criterion = v8DetectionLoss(model)
        model.criterion.bce = self._masked

    def _epoch_end(self, _: object) -> None:
        if self.epoch < self.epochs:  # after the last, the best checkpoint is judged once more
            self._told(self.epoch + 1, self._metrics())

    def _metrics(self) -> dict[str, float]:
        losses: dict[str, Any] = self.label_loss_items(self.tloss, prefix="train") if self.tloss is not None else {}
        return {name: float(value) for name, value in {**losses, **(self.metrics or {})}.items()}

    def preprocess_batch(self, batch: dict[str, Any]) -> dict[str, Any]:
        """As ultralytics does it; what was looked for, and what the teacher thinks, goes to the loss."""
        rows = [self._looked_for.get(Path(file).name, (True,) * len(CLASSES)) for file in batch["im_file"]]
        self._masked.looked_for = torch.tensor(rows, device=self.device)
        ready: dict[str, Any] = super().preprocess_batch(batch)
        with torch.no_grad():
            _, thought = self._teacher.to(self.device)(ready["img"])
        self._masked.taught = thought["scores"][:, self._person].sigmoid()
        return ready

    def get_model(self, cfg: Any = None, weights: Any = None, verbose: bool = True) -> Any:  # noqa: ANN401, FBT001, FBT002  # as ultralytics calls it
        """A detector of persons and heads. Persons go on as the base knows them; a head begins as a doubted person."""
        model = super().get_model(cfg, weights, verbose)
        if weights is not None and not self.resume:
            for ours, theirs in zip(model.model[-1].cv3, weights.model[-1].cv3, strict=True):
                _begin(ours[-1], theirs[-1], tuple(weights.names.values()))
        return model


def _begin(ours: nn.Conv2d, theirs: nn.Conv2d, names: Sequence[str]) -> None:
    with torch.no_grad():
        for index, name in enumerate(CLASSES):
            known = name in names
            row = names.index(name) if known else PERSON
            ours.weight[index] = theirs.weight[row]
            if ours.bias is not None and theirs.bias is not None:
                ours.bias[index] = theirs.bias[row] + (0.0 if known else _UNSEEN)


def looked_for(items: Sequence[Item], names: Sequence[str]) -> LookedFor:
    """Which classes count in which picture.

    Args:
        items: the pictures.
        names: what each one's file is called where the trainer reads it.
    """
    return {
        Path(name).name: tuple(kind in item.labelled for kind in CLASSES)
        for item, name in zip(items, names, strict=True)
    }


def trained_boxes(folder: Path) -> Path | None:
    """What :func:`train_boxes` made in a folder, once it was finished."""
    return folder / "weights" / _LAST if (folder / _FINISHED).is_file() else None


def train_boxes(
    base: Path,
    data: Path,
    settings: BoxesSettings,
    folder: Path,
    device: str,
    told: Callable[[int, dict[str, float]], object],
    masks: LookedFor,
) -> Path:
    """Fine-tune a detector; a run that was killed goes on where it was.

    Args:
        base: a ``.pt`` checkpoint of a YOLOv8 detector.
        data: YOLO's ``data.yaml``.
        settings: how.
        folder: where ultralytics keeps its state.
        device: ``cpu``, ``0`` or, for several GPUs, ``0,1``.
        told: is given each epoch's number and metrics.
        masks: what was looked for in each picture.

    Returns:
        The checkpoint after the last epoch.

    Raises:
        BadInput: the data has other classes than ours.
    """
    names = yaml.safe_load(data.read_text())["names"]
    if tuple(dict(enumerate(names) if isinstance(names, list) else names).values())[: len(CLASSES)] != CLASSES:
        raise BadInput(f"{data}: its classes are {names}; expected {list(CLASSES)}")
    last = folder / "weights" / _LAST
    overrides = {
        "model": str(last if last.is_file() else base),
        "resume": str(last) if last.is_file() else False,
        "data": str(data),
        "epochs": settings.epochs,
        "freeze": settings.frozen,
        "imgsz": settings.size,
        "batch": settings.batch,
        "lr0": settings.rate,
        "optimizer": "AdamW",
        "workers": settings.workers,
        "seed": settings.seed,
        "device": device,
        "project": str(folder.parent),
        "name": folder.name,
        "save_dir": str(folder),
        "exist_ok": True,
        "plots": False,
        "verbose": False,
        "mosaic": 0.0,  # a mosaic of four pictures would mix what was looked for in them
        "warmup_epochs": 1.0,
    }
    BoxesTrainer(overrides, open_detector(base), masks, told).train()  # type: ignore[no-untyped-call]
    (folder / _FINISHED).touch()
    return last
