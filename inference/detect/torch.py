"""YOLOv8 by torch, through ultralytics: the second detector, for a GPU or for weights that were never exported.

Needs the ``gpu`` extra. This module and training are the only ones that import ultralytics.
"""

from collections.abc import Sequence
from pathlib import Path

import inference.detect.ultralytics_quiet  # noqa: F401  # before ultralytics, which reads what it sets

# isort: split

import numpy as np
import torch
from ultralytics.engine.results import Results
from ultralytics.models.yolo.model import YOLO

from domain.errors import BadInput
from inference.detect.base import PERSON, Detections, Picture


class TorchDetector:
    """YOLOv8 by torch.

    Args:
        model: a ``.pt`` checkpoint of a YOLOv8 detector.
        name: how the model is named in readings.
        longest: the longer side of the network's input, pixels.
        min_score: boxes below this confidence are dropped.
        max_iou: two boxes that overlap more than this are one person.
        device: ``cuda:0``, ``mps``, ``cpu``; ``None`` takes the best there is.

    Raises:
        BadInput: the file is no YOLOv8 checkpoint.
    """

    def __init__(
        self,
        model: Path,
        *,
        name: str,
        longest: int = 640,
        min_score: float = 0.1,
        max_iou: float = 0.7,
        device: str | None = None,
    ) -> None:
        self._device = device or ("cuda:0" if torch.cuda.is_available() else "cpu")
        try:
            self._model = YOLO(model, task="detect")
        except (OSError, RuntimeError, ValueError, KeyError) as error:
            raise BadInput(f"model {model.name} cannot be read; expected a YOLOv8 .pt checkpoint") from error
        self._longest, self._min_score, self._max_iou = longest, min_score, max_iou
        self._name = f"{name}/torch-{self._device.partition(':')[0]}"

    @property
    def name(self) -> str:
        """Model, runtime and device."""
        return self._name

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`."""
        by_shape: dict[tuple[int, ...], list[int]] = {}
        for index, picture in enumerate(batch):
            by_shape.setdefault(picture.shape, []).append(index)
        found: dict[int, Detections] = {}
        # One call a shape: ultralytics pads pictures of mixed shapes to a square, which changes what is found in them.
        for indices in by_shape.values():
            found.update(zip(indices, self._predict([batch[index] for index in indices]), strict=True))
        return [found[index] for index in range(len(batch))]

    def _predict(self, pictures: list[Picture]) -> list[Detections]:
        results = self._model.predict(
            pictures,
            imgsz=self._longest,
            conf=self._min_score,
            iou=self._max_iou,
            classes=[PERSON],
            device=self._device,
            verbose=False,
        )
        return [_detections(result) for result in results if isinstance(result, Results)]


def _detections(result: Results) -> Detections:
    if result.boxes is None:
        return Detections.none()
    table = torch.as_tensor(result.boxes.data).cpu().numpy().astype(np.float32)
    return Detections(table[:, :4], table[:, 4])
