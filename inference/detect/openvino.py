"""YOLOv8 on a CPU by OpenVINO: the default detector.

The exported graph is cut where its decoding begins, which leaves a network of convolutions that takes any input whose
sides are multiples of 32. Pixels go in as they were decoded (BGR bytes); normalising is part of the compiled graph.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset15 as ops

from domain.errors import BadInput
from inference.detect.base import PERSON, Detections, Picture
from inference.detect.heads import decode, in_picture, keep_best
from inference.detect.letterbox import Letterbox

_HEAD = re.compile(r"/cv([23])\.(\d)/cv\1\.\2\.2/Conv$")
"""The last convolution of each scale: branch 2 gives box distances, branch 3 class logits."""


@dataclass
class _Slot:
    """One request in flight and the input it reads."""

    request: Any
    picture: NDArray[np.uint8]


@dataclass(frozen=True)
class _InFlight:
    slot: _Slot
    fit: Letterbox
    height: int
    width: int


class OpenVinoDetector:
    """YOLOv8 by OpenVINO.

    Args:
        model: an ONNX export or an OpenVINO IR of a YOLOv8 detector.
        name: how the model is named in readings.
        longest: the longer side of the network's input, pixels.
        min_score: boxes below this confidence are dropped. Low on purpose: the tracker uses weak boxes to keep
            tracks that exist (ByteTrack), never to start one.
        max_iou: two boxes that overlap more than this are one person.
        precision: ``f32`` or ``bf16``; ``None`` lets OpenVINO choose (bf16 where the CPU has it, 2x faster).
        cache: a folder where compiled networks are kept, so that a restart is ready in a second.

    Raises:
        BadInput: the file cannot be read, or it is not a YOLOv8 detector.
    """

    def __init__(
        self,
        model: Path,
        *,
        name: str,
        longest: int = 640,
        min_score: float = 0.1,
        max_iou: float = 0.7,
        precision: str | None = None,
        cache: Path | None = None,
    ) -> None:
        self._core = ov.Core()
        self._config: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT"}
        if precision is not None:
            self._config["INFERENCE_PRECISION_HINT"] = precision
        if cache is not None:
            self._config["CACHE_DIR"] = str(cache)
        self._trunk = _raw_heads(self._core, model)
        self._longest, self._min_score, self._max_iou = longest, min_score, max_iou
        self._slots: dict[Letterbox, deque[_Slot]] = {}
        chosen = precision or (
            "bf16" if "BF16" in self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES") else "f32"
        )
        self._name = f"{name}/openvino-{chosen}"

    @property
    def name(self) -> str:
        """Model, runtime and precision."""
        return self._name

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`. Pictures of a batch run side by side."""
        found: list[Detections] = []
        waiting: deque[_InFlight] = deque()
        for picture in batch:
            fit = Letterbox.fit(picture.shape[0], picture.shape[1], longest=self._longest)
            free = self._free_slots(fit)
            while not free:
                found.append(self._finish(waiting.popleft()))
            slot = free.popleft()
            fit.apply(picture, slot.picture[0])
            slot.request.start_async()
            waiting.append(_InFlight(slot, fit, picture.shape[0], picture.shape[1]))
        found.extend(self._finish(item) for item in waiting)
        return found

    def _finish(self, item: _InFlight) -> Detections:
        item.slot.request.wait()
        outputs = [item.slot.request.get_output_tensor(index).data[0] for index in range(6)]
        boxes, scores = decode(outputs[:3], [logits[0] for logits in outputs[3:]], item.fit.height, self._min_score)
        self._slots[item.fit].append(item.slot)
        return in_picture(keep_best(boxes, scores, max_iou=self._max_iou), item.fit, item.height, item.width)

    def _free_slots(self, fit: Letterbox) -> deque[_Slot]:
        """The idle slots of one kind of picture; each keeps its own grey border, so pictures never mix."""
        if fit not in self._slots:
            self._slots[fit] = self._compile(fit)
        return self._slots[fit]

    def _compile(self, fit: Letterbox) -> deque[_Slot]:
        model = self._trunk.clone()
        model.reshape([1, 3, fit.height, fit.width])
        compiled = self._core.compile_model(_takes_bgr_bytes(model), "CPU", self._config)
        count = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        return deque(self._slot(compiled, fit) for _ in range(count))

    @staticmethod
    def _slot(compiled: Any, fit: Letterbox) -> _Slot:  # noqa: ANN401  # openvino publishes no types
        request = compiled.create_infer_request()
        picture = fit.blank()
        request.set_input_tensor(ov.Tensor(picture, shared_memory=True))
        return _Slot(request, picture)


def _raw_heads(core: Any, path: Path) -> Any:  # noqa: ANN401  # openvino publishes no types
    """The network up to its raw heads: three outputs of box distances, then three of person logits."""
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise BadInput(f"model {path.name} cannot be read; expected an ONNX export or OpenVINO IR of YOLOv8") from error
    heads: dict[tuple[str, int], Any] = {}
    for node in model.get_ordered_ops():
        match = _HEAD.search(node.get_friendly_name())
        if match:
            heads[match[1], int(match[2])] = node.output(0)
    if len(heads) != 6:
        raise BadInput(f"model {path.name} has {len(heads)} YOLOv8 heads; expected 6, so it is no YOLOv8 detector")
    person = ops.constant(np.array([PERSON], np.int64))
    channel = ops.constant(np.int64(1))
    boxes = [heads["2", scale] for scale in range(3)]
    logits = [ops.gather(heads["3", scale], person, channel).output(0) for scale in range(3)]
    return ov.Model([*boxes, *logits], model.get_parameters(), path.stem)


def _takes_bgr_bytes(model: Any) -> Any:  # noqa: ANN401  # openvino publishes no types
    """The same network, taking (1, height, width, 3) BGR bytes and giving 32-bit floats."""
    steps = ov.preprocess.PrePostProcessor(model)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().tensor().set_color_format(ov.preprocess.ColorFormat.BGR)
    steps.input().model().set_layout(ov.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(ov.Type.f32)
    steps.input().preprocess().convert_color(ov.preprocess.ColorFormat.RGB).scale(255.0)
    for index in range(6):
        steps.output(index).tensor().set_element_type(ov.Type.f32)
    return steps.build()
