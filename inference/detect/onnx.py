"""YOLOv8 by ONNX Runtime: on any CPU, and on NVIDIA's GPUs by CUDA or TensorRT.

A GPU needs the package ``onnxruntime-gpu`` in place of ``onnxruntime``: both own one folder (docs/backends.md).
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from domain.errors import BadInput
from inference.detect.base import PERSON, Detections, Picture
from inference.detect.groups import by_letterbox
from inference.detect.heads import SCALES, Array, Limits, detections
from inference.detect.letterbox import Letterbox
from inference.detect.onnx_graph import INPUT, HeadsGraph
from inference.detect.onnx_quiet import ort

Provider = Literal["cpu", "cuda", "tensorrt"]
PROVIDERS: Final[dict[Provider, str]] = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "tensorrt": "TensorrtExecutionProvider",
}
_MOST_AT_ONCE: Final[dict[Provider, int]] = {"cpu": 1, "cuda": 32, "tensorrt": 32}
"""Pictures in one run. On a CPU one by one is as fast as eight at once (46 and 47 ms a picture), with less memory."""
_ERRORS_ONLY: Final = 3


class OnnxDetector:
    """YOLOv8 by ONNX Runtime.

    Args:
        model: an ONNX export of a YOLOv8 detector.
        name: how the model is named in readings.
        longest: the longer side of the network's input, pixels.
        min_score: boxes below this confidence are dropped.
        max_iou: two boxes that overlap more than this are one person.
        provider: what runs it.
        precision: ``f32`` or ``f16``; ``None`` takes ``f16`` on a GPU.
        cache: a folder where TensorRT keeps the engines it builds, which takes it minutes.
        classes: the network's class of a person and, where it has one, of a head.

    Raises:
        BadInput: the file cannot be read, it is not a YOLOv8 detector, or the provider is not to be had here.
    """

    def __init__(  # noqa: PLR0913  # a detector's settings, each by its name
        self,
        model: Path,
        *,
        name: str,
        longest: int = 640,
        min_score: float = 0.1,
        max_iou: float = 0.7,
        provider: Provider = "cpu",
        precision: str | None = None,
        cache: Path | None = None,
        classes: Sequence[int] = (PERSON,),
    ) -> None:
        if PROVIDERS[provider] not in ort.get_available_providers():
            raise BadInput(
                f"model {name!r} is to run by {PROVIDERS[provider]}, which this onnxruntime lacks; "
                "install onnxruntime-gpu in its place (docs/backends.md)"
            )
        self._provider, self._longest, self._limits = provider, longest, Limits(min_score, max_iou)
        on_gpu = provider != "cpu"
        precision = precision or ("f16" if on_gpu else "f32")
        graph = HeadsGraph(model).cut(classes, half=precision == "f16", told=on_gpu)
        self._session = _session(graph, provider, _options(provider, longest, cache))
        self._name = f"{name}/onnxruntime-{provider}-{precision}"

    @property
    def name(self) -> str:
        """Model, runtime, provider and precision."""
        return self._name

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """See :class:`inference.detect.base.Detector`. Pictures that fit one input size run together on a GPU."""
        found = [Detections.none()] * len(batch)
        for fit, indices in by_letterbox(batch, self._longest, most=_MOST_AT_ONCE[self._provider]):
            pictures = fit.blank(len(indices))
            for place, index in enumerate(indices):
                fit.apply(batch[index], pictures[place])
            outputs = self._session.run(None, {INPUT: pictures})
            for place, index in enumerate(indices):
                size = (batch[index].shape[0], batch[index].shape[1])
                found[index] = detections(_of_picture(outputs, place), fit, size, self._limits)
        return found

    def network_alone(self, picture: Picture, batch: int) -> Callable[[], None]:
        """Run the network on ``batch`` pictures that lie on its device already: the limit of any speed."""
        fit = Letterbox.fit(*picture.shape[:2], longest=self._longest)
        device = "cpu" if self._provider == "cpu" else "cuda"
        binding = self._session.io_binding()
        binding.bind_ortvalue_input(INPUT, ort.OrtValue.ortvalue_from_numpy(fit.blank(batch), device))
        for output in self._session.get_outputs():
            binding.bind_output(output.name, device)

        def run() -> None:
            self._session.run_with_iobinding(binding)
            binding.synchronize_outputs()

        return run


def _of_picture(outputs: list[Array], place: int) -> list[Array]:
    """One picture's raw heads. Distances that came without rows and columns get those of their logits."""
    logits = [output[place] for output in outputs[SCALES:]]
    boxes = [output[place] for output in outputs[:SCALES]]
    return [box.reshape(len(box), *logit.shape[1:]) for box, logit in zip(boxes, logits, strict=True)] + logits


def _session(graph: bytes, provider: Provider, options: dict[str, Any]) -> Any:  # noqa: ANN401  # no types published
    settings = ort.SessionOptions()
    settings.log_severity_level = _ERRORS_ONLY
    # Waiting threads sleep: by default they spin, and take a third of a core from decoding and tracking.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    if provider != "cpu":
        ort.preload_dlls()  # CUDA's libraries, where they came as Python packages beside torch
    session = ort.InferenceSession(graph, settings, providers=[(PROVIDERS[provider], options)])
    # Where a GPU cannot be used, ONNX Runtime says so in a log and goes on by CPU.
    if session.get_providers()[0] != PROVIDERS[provider]:
        raise BadInput(f"{PROVIDERS[provider]} does not start here; see `headroom doctor`")
    return session


def _options(provider: Provider, longest: int, cache: Path | None) -> dict[str, Any]:
    if provider != "tensorrt":
        return {}
    # Sizes that one engine serves, so that a camera of another shape does not make TensorRT build anew.
    most = _MOST_AT_ONCE[provider]
    options: dict[str, Any] = {
        "trt_fp16_enable": True,
        "trt_profile_min_shapes": f"{INPUT}:1x32x32x3",
        "trt_profile_opt_shapes": f"{INPUT}:{most}x{longest * 3 // 4 // 32 * 32}x{longest}x3",
        "trt_profile_max_shapes": f"{INPUT}:{most}x{longest}x{longest}x3",
    }
    if cache is not None:
        options |= {"trt_engine_cache_enable": True, "trt_engine_cache_path": str(cache)}
    return options
