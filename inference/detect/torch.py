"""YOLOv8 by torch: for a GPU, or for weights that were never exported.

Needs the ``gpu`` extra.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import torch

from inference.detect.base import PERSON, Detections, Picture
from inference.detect.groups import by_letterbox
from inference.detect.heads import Limits, detections
from inference.detect.letterbox import Letterbox
from inference.detect.torch_gpu import GpuRunner, scaled
from inference.detect.torch_network import open_network


class TorchDetector:
    """YOLOv8 by torch.

    Args:
        model: a ``.pt`` checkpoint of a YOLOv8 detector.
        name: how the model is named in readings.
        longest: the longer side of the network's input, pixels.
        min_score: boxes below this confidence are dropped.
        max_iou: two boxes that overlap more than this are one person.
        device: ``cuda:0``, ``cpu``; ``None`` takes the best there is.
        precision: ``f32`` or ``f16``; ``None`` takes ``f16`` on a GPU.
        classes: the network's class of a person and, where it has one, of a head.

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
        precision: str | None = None,
        classes: Sequence[int] = (PERSON,),
    ) -> None:
        self._device = torch.device(device or ("cuda:0" if torch.cuda.is_available() else "cpu"))
        on_gpu = self._device.type == "cuda"
        precision = precision or ("f16" if on_gpu else "f32")
        self._kind = torch.float16 if precision == "f16" else torch.float32
        self._longest, self._limits = longest, Limits(min_score, max_iou)
        network = open_network(model, classes).to(self._device, self._kind)
        self._network = network.to(memory_format=torch.channels_last)
        self._gpu = GpuRunner(self._network, self._device, longest=longest, limits=self._limits) if on_gpu else None
        self._name = f"{name}/torch-{self._device.type}-{precision}"

    @property
    def name(self) -> str:
        """Model, runtime, device and precision."""
        return self._name

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`."""
        if self._gpu is not None:
            return self._gpu.detect(batch)
        found = [Detections.none()] * len(batch)
        for fit, (index,) in by_letterbox(batch, self._longest, most=1):
            pictures = fit.blank()
            fit.apply(batch[index], pictures[0])
            with torch.inference_mode():
                heads = self._network(scaled(torch.from_numpy(pictures), self._kind))
            size = (batch[index].shape[0], batch[index].shape[1])
            found[index] = detections([head[0].float().numpy() for head in heads], fit, size, self._limits)
        return found

    def network_alone(self, picture: Picture, batch: int) -> Callable[[], None]:
        """Run the network ``batch`` times on what lies in its input already: the limit of any speed."""
        if self._gpu is not None:
            return self._gpu.network_alone(picture, batch)
        blank = torch.from_numpy(Letterbox.fit(*picture.shape[:2], longest=self._longest).blank())

        @torch.inference_mode()
        def run() -> None:
            for _ in range(batch):
                self._network(scaled(blank, self._kind))

        return run
