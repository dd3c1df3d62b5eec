"""YOLOv8 on a CPU by OpenVINO: the default detector.

The exported graph is cut where its decoding begins, which leaves a network of convolutions that takes any input whose
sides are multiples of 32. Pixels go in as they were decoded (BGR bytes); normalising is part of the compiled graph.
"""

from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import openvino as ov
from numpy.typing import NDArray
from openvino import opset15 as ops

from domain.errors import BadInput
from inference.detect.base import PERSON, Detections, Picture
from inference.detect.heads import DENSITY, HEADS, SCALES, Limits, detections, find_heads
from inference.detect.letterbox import GREY, Letterbox

_SIZES_KEPT: Final = 8
"""Input sizes that stay compiled, about 30 MB each, alone and side by side. A venue has one or two; a folder of stills
may have hundreds."""

_Hint = Literal["LATENCY", "THROUGHPUT"]
"""What a compiled network is good at: one picture on all cores, or several side by side (less work for each)."""


@dataclass
class _Slot:
    """One request in flight, the input it reads, and how the last picture lay in that input."""

    request: Any
    picture: NDArray[np.uint8]
    fit: Letterbox | None = None

    def start(self, picture: Picture, fit: Letterbox) -> None:
        """Begin to look at a picture. The border is painted only where the last picture lay otherwise."""
        if fit != self.fit:
            self.picture[:] = GREY
            self.fit = fit
        fit.apply(picture, self.picture[0])
        self.request.start_async()


@dataclass(frozen=True)
class _InFlight:
    slot: _Slot
    home: deque[_Slot]
    fit: Letterbox
    size: tuple[int, int]


class OpenVinoDetector:
    """YOLOv8 by OpenVINO.

    Args:
        model: an ONNX export or an OpenVINO IR of a YOLOv8 detector, quantised or not.
        name: how the model is named in readings.
        longest: the longer side of the network's input, pixels.
        min_score: boxes below this confidence are dropped. Low on purpose: the tracker uses weak boxes to keep
            tracks that exist (ByteTrack), never to start one.
        max_iou: two boxes that overlap more than this are one person.
        precision: ``f32``, ``f16`` or ``bf16``, of what is not quantised; ``None`` lets OpenVINO choose (bf16 where the
            CPU has it, 2x faster).
        cache: a folder where compiled networks are kept, so that a restart is ready in a second.
        classes: the network's class of a person and, where it has one, of a head.
        density: read the density map in the same pass, where the network gives one. It takes a tenth more time, and at
            640 pixels misses the smallest heads of a dense crowd: :class:`inference.crowd.yolo_density.YoloDensity`
            looks closer, less often.

    Attributes:
        quantised: whether the network computes in 8-bit integers.
        reads_density: whether the same pass gives a density map.

    Raises:
        BadInput: the file cannot be read, or it is not a YOLOv8 detector.
    """

    def __init__(  # noqa: PLR0913  # a detector's settings, each by its name
        self,
        model: Path,
        *,
        name: str,
        longest: int = 640,
        min_score: float = 0.1,
        max_iou: float = 0.7,
        precision: str | None = None,
        cache: Path | None = None,
        classes: Sequence[int] = (PERSON,),
        density: bool = False,
    ) -> None:
        self._core = ov.Core()
        self._config: dict[str, Any] = {}
        if precision is not None:
            self._config["INFERENCE_PRECISION_HINT"] = precision
        if cache is not None:
            self._config["CACHE_DIR"] = str(cache)
        self._trunk = raw_heads(self._core, model, classes, density=density)
        self._longest, self._limits = longest, Limits(min_score, max_iou)
        self._slots: OrderedDict[tuple[int, int, _Hint], deque[_Slot]] = OrderedDict()
        self.quantised: Final = _is_quantised(self._trunk)
        self.reads_density: Final = len(self._trunk.outputs) > HEADS
        self._name = f"{name}/openvino-{'int8' if self.quantised else precision or _own_choice(self._core)}"

    @property
    def name(self) -> str:
        """Model, runtime and precision."""
        return self._name

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`.

        Pictures of a batch run side by side, each on its share of the cores; one alone has all of them.
        """
        found: list[Detections] = []
        hint: _Hint = "LATENCY" if len(batch) == 1 else "THROUGHPUT"
        waiting: deque[_InFlight] = deque()
        try:
            for picture in batch:
                size = (picture.shape[0], picture.shape[1])
                fit = Letterbox.fit(*size, longest=self._longest)
                free = self._free_slots(fit.height, fit.width, hint)
                while not free:
                    found.append(self._finish(waiting.popleft()))
                free[0].start(picture, fit)
                waiting.append(_InFlight(free.popleft(), free, fit, size))
            while waiting:
                found.append(self._finish(waiting.popleft()))
        finally:  # a picture that could not be taken must not cost its neighbours' slots
            for item in waiting:
                item.slot.request.wait()
                item.home.append(item.slot)
        return found

    def network_alone(self, picture: Picture, batch: int) -> Callable[[], None]:
        """Run the network ``batch`` times on what lies in its input already: the limit of any speed."""
        self.detect([picture] * batch)
        fit = Letterbox.fit(*picture.shape[:2], longest=self._longest)
        slots = self._free_slots(fit.height, fit.width, "LATENCY" if batch == 1 else "THROUGHPUT")

        def run() -> None:
            for index in range(batch):
                request = slots[index % len(slots)].request
                request.wait()
                request.start_async()
            for slot in slots:
                slot.request.wait()

        return run

    def _finish(self, item: _InFlight) -> Detections:
        item.slot.request.wait()
        outputs = [item.slot.request.get_output_tensor(index).data[0] for index in range(HEADS)]
        found = detections(outputs, item.fit, item.size, self._limits)
        if self.reads_density:
            heads = item.slot.request.get_output_tensor(HEADS).data[0, 0]
            found = replace(found, density=item.fit.density_of(heads))
        item.home.append(item.slot)
        return found

    def _free_slots(self, height: int, width: int, hint: _Hint) -> deque[_Slot]:
        """The idle slots of one input size, compiled when it is first met."""
        size = (height, width, hint)
        if size not in self._slots:
            while len(self._slots) >= _SIZES_KEPT:
                self._slots.popitem(last=False)
            self._slots[size] = self._compile(height, width, hint)
        self._slots.move_to_end(size)
        return self._slots[size]

    def _compile(self, height: int, width: int, hint: _Hint) -> deque[_Slot]:
        model = self._trunk.clone()
        model.reshape([1, 3, height, width])
        compiled = self._core.compile_model(_takes_bgr_bytes(model), "CPU", self._config | {"PERFORMANCE_HINT": hint})
        count = compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
        return deque(self._slot(compiled, height, width) for _ in range(count))

    @staticmethod
    def _slot(compiled: Any, height: int, width: int) -> _Slot:  # noqa: ANN401  # openvino publishes no types
        request = compiled.create_infer_request()
        picture = np.empty((1, height, width, 3), np.uint8)
        request.set_input_tensor(ov.Tensor(picture, shared_memory=True))
        return _Slot(request, picture)


def raw_heads(core: Any, path: Path, classes: Sequence[int] | None, *, density: bool = False) -> Any:  # noqa: ANN401  # openvino publishes no types
    """The network up to its raw heads: outputs of box distances, then of logits, each for three scales.

    Args:
        core: OpenVINO's.
        path: an ONNX export or an OpenVINO IR.
        classes: the classes to tell; the weights of all others are left out. ``None``: all.
        density: the density map is the last output, where the network gives one.

    Raises:
        BadInput: the file cannot be read, or it is not a YOLOv8 detector.
    """
    try:
        model = core.read_model(path)
    except RuntimeError as error:
        raise BadInput(f"model {path.name} cannot be read; expected an ONNX export or OpenVINO IR of YOLOv8") from error
    heads = find_heads(((node.get_friendly_name(), node) for node in model.get_ordered_ops()), path.name)
    if classes is not None:
        heads[SCALES:] = [_of_classes(head, classes, path.name) for head in heads[SCALES:]]
    wanted = [head.output(0) for head in heads]
    heads_by_cell = density_part(model) if density else None
    if heads_by_cell is not None:
        wanted.append(heads_by_cell)
    return ov.Model(wanted, model.get_parameters(), path.stem)


def density_part(model: Any) -> Any | None:  # noqa: ANN401  # openvino publishes no types
    """What gives the density map in a network; ``None``: nothing does."""
    found = [output for output in model.outputs if DENSITY in output.get_names()]
    return found[0].get_node().input_value(0) if found else None


def _of_classes(head: Any, classes: Sequence[int], model: str) -> Any:  # noqa: ANN401  # openvino publishes no types
    """The last convolution of a class branch, cut to a few of its output channels (2 % of the network's time)."""
    known = head.get_output_partial_shape(0)[1].get_length()
    if max(classes) >= known:
        raise BadInput(f"model {model} has {known} classes, from 0; there is no class {max(classes)}")
    convolution = head.input_value(0).get_node()
    chosen = ops.constant(np.array(classes, np.int64))
    weights = ops.gather(convolution.input_value(1), chosen, ops.constant(np.int64(0)))
    bias = ops.gather(head.input_value(1), chosen, ops.constant(np.int64(1)))
    return ops.add(ops.convolution(convolution.input_value(0), weights, [1, 1], [0, 0], [0, 0], [1, 1]), bias)


def _is_quantised(model: Any) -> bool:  # noqa: ANN401  # openvino publishes no types
    """Whether any of the network is computed in 8-bit integers."""
    return any(node.get_type_name() == "FakeQuantize" for node in model.get_ordered_ops())


def _own_choice(core: Any) -> str:  # noqa: ANN401  # openvino publishes no types
    """What OpenVINO computes in, left to itself."""
    capabilities = core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return next((kind.lower() for kind in ("BF16", "FP16") if kind in capabilities), "f32").replace("fp16", "f16")


def _takes_bgr_bytes(model: Any) -> Any:  # noqa: ANN401  # openvino publishes no types
    """The same network, taking (1, height, width, 3) BGR bytes and giving 32-bit floats."""
    steps = ov.preprocess.PrePostProcessor(model)
    steps.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    steps.input().tensor().set_color_format(ov.preprocess.ColorFormat.BGR)
    steps.input().model().set_layout(ov.Layout("NCHW"))
    steps.input().preprocess().convert_element_type(ov.Type.f32)
    steps.input().preprocess().convert_color(ov.preprocess.ColorFormat.RGB).scale(255.0)
    for index in range(len(model.outputs)):
        steps.output(index).tensor().set_element_type(ov.Type.f32)
    return steps.build()
