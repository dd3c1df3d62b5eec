"""Which runtime a machine uses for a model, and why. Pure: what the machine has is an argument."""

from collections.abc import Iterator
from dataclasses import dataclass

from domain.errors import BadInput
from inference.detect.spec import Backend, ModelSpec, Precision


@dataclass(frozen=True)
class Hardware:
    """What the machine has.

    Attributes:
        gpus: names of NVIDIA's GPUs.
        cpu_kinds: arithmetic that the processor is quick at, in OpenVINO's words (``FP32``, ``BF16``, ``INT8``).
    """

    gpus: tuple[str, ...] = ()
    cpu_kinds: frozenset[str] = frozenset({"FP32"})


@dataclass(frozen=True)
class Installed:
    """What is installed.

    Attributes:
        openvino: OpenVINO.
        onnx_providers: what this ONNX Runtime was built with, in its words (``CPUExecutionProvider``).
        tensorrt: TensorRT's libraries, which its provider needs.
        torch: torch and ultralytics.
        torch_cuda: whether that torch was built for NVIDIA's GPUs.
    """

    openvino: bool = True
    onnx_providers: frozenset[str] = frozenset({"CPUExecutionProvider"})
    tensorrt: bool = False
    torch: bool = False
    torch_cuda: bool = False


@dataclass(frozen=True)
class Int8:
    """The model in 8-bit integers, on this machine: whether it may be used.

    Attributes:
        path: the file; ``None``: it may not.
        said: why it may or may not, with the numbers.
    """

    path: str | None
    said: str


@dataclass(frozen=True)
class Choice:
    """How a model is run here.

    Attributes:
        backend: the runtime.
        device: ``cpu``, ``cuda`` or ``tensorrt``.
        precision: the arithmetic.
        asset: the file it reads, by its name in ``configs/assets.yaml`` or its path.
        reason: why this one.
        passed_over: what would be faster, and why it is not taken, fastest first.
    """

    backend: Backend
    device: str
    precision: Precision
    asset: str
    reason: str
    passed_over: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The runtime and its arithmetic: ``OpenVINO in bf16``."""
        runtime = {"openvino": "OpenVINO", "onnx": "ONNX Runtime", "torch": "torch"}[self.backend]
        on = {"cpu": "", "cuda": " with CUDA", "tensorrt": " with TensorRT"}[self.device]
        return f"{runtime}{on} in {self.precision}"


@dataclass(frozen=True)
class _Candidate:
    choice: Choice
    lacks: str | None


def choose_backend(hardware: Hardware, spec: ModelSpec, installed: Installed, int8: Int8 | None = None) -> Choice:
    """The fastest way to run a model that this machine has.

    Args:
        hardware: what the machine has.
        spec: the model; its ``backend`` and ``precision`` narrow the choice where they are not ``auto``.
        installed: what is installed.
        int8: the model in 8-bit integers; ``None``: there is none.

    Raises:
        BadInput: there is no way; the message says what each lacks.
    """
    passed_over: list[str] = []
    for candidate in _fastest_first(hardware, spec, installed, int8 or Int8(None, "not made here")):
        choice = candidate.choice
        if spec.backend not in {"auto", choice.backend} or spec.precision not in {"auto", choice.precision}:
            continue
        if candidate.lacks is None:
            return Choice(
                choice.backend, choice.device, choice.precision, choice.asset, choice.reason, tuple(passed_over)
            )
        passed_over.append(f"{choice.words}: {candidate.lacks}")
    asked = f"backend {spec.backend}, precision {spec.precision}"
    raise BadInput(f"model {spec.title!r} cannot be run here ({asked}): {'; '.join(passed_over) or 'no such pair'}")


def _fastest_first(hardware: Hardware, spec: ModelSpec, installed: Installed, int8: Int8) -> Iterator[_Candidate]:
    """Every way there is, by the speeds in docs/backends.md."""
    yield from _on_gpu(hardware, spec, installed)
    yield from _by_openvino(hardware, spec, installed, int8)
    yield from _last_resorts(spec, installed)


def _on_gpu(hardware: Hardware, spec: ModelSpec, installed: Installed) -> Iterator[_Candidate]:
    no_gpu = None if hardware.gpus else "no NVIDIA GPU"
    gpu = hardware.gpus[0] if hardware.gpus else ""
    onnx, checkpoint = spec.onnx_asset, spec.checkpoint_asset
    no_onnx = None if onnx else "no .onnx file of this model"
    no_tensorrt = None if installed.tensorrt else "TensorRT is not installed"
    no_checkpoint = None if checkpoint else "no .pt file of this model"
    no_torch = None if installed.torch_cuda else "torch with CUDA is not installed"
    yield _Candidate(
        Choice("onnx", "tensorrt", "f16", onnx or "", f"TensorRT is the fastest on a {gpu}"),
        no_gpu or _no_provider("Tensorrt", installed) or no_tensorrt or no_onnx,
    )
    yield _Candidate(
        Choice("torch", "cuda", "f16", checkpoint or "", f"all of it stays on the {gpu}, boxes too"),
        no_gpu or no_torch or no_checkpoint,
    )
    yield _Candidate(
        Choice("onnx", "cuda", "f16", onnx or "", f"there is a {gpu}"),
        no_gpu or _no_provider("CUDA", installed) or no_onnx,
    )


def _no_provider(name: str, installed: Installed) -> str | None:
    provider = f"{name}ExecutionProvider"
    return None if provider in installed.onnx_providers else f"this onnxruntime lacks {provider}"


def _by_openvino(hardware: Hardware, spec: ModelSpec, installed: Installed, int8: Int8) -> Iterator[_Candidate]:
    graph = spec.graph_asset
    common = (None if installed.openvino else "OpenVINO is not installed") or (
        None if graph else "no .onnx or .xml file of this model"
    )

    def way(precision: Precision, reason: str, lacks: str | None, asset: str | None = graph) -> _Candidate:
        return _Candidate(Choice("openvino", "cpu", precision, asset or "", reason), common or lacks)

    kinds = hardware.cpu_kinds
    yield way(
        "bf16", "the processor computes bf16, twice as fast as f32", None if "BF16" in kinds else "not in the processor"
    )
    yield way("f16", "the processor computes f16", None if "FP16" in kinds else "not in the processor")
    yield way("int8", int8.said, None if int8.path else int8.said, int8.path)
    yield way("f32", "every processor computes it", None)


def _last_resorts(spec: ModelSpec, installed: Installed) -> Iterator[_Candidate]:
    onnx, checkpoint = spec.onnx_asset, spec.checkpoint_asset
    yield _Candidate(
        Choice("onnx", "cpu", "f32", onnx or "", "runs on any processor"),
        _no_provider("CPU", installed) or (None if onnx else "no .onnx file of this model"),
    )
    yield _Candidate(
        Choice("torch", "cpu", "f32", checkpoint or "", "reads the checkpoint as it was trained"),
        (None if installed.torch else "torch is not installed (make setup-all adds it)")
        or (None if checkpoint else "no .pt file of this model"),
    )
