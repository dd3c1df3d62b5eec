"""Which runtime a machine uses for a model, and why. Pure: what the machine has is an argument."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal, get_args

from domain.errors import BadInput
from inference.detect.spec import Backend, ModelSpec, Precision

Way = Literal["int8+bf16", "bf16", "f16", "int8", "f32"]
"""How OpenVINO may compute on a processor: ``int8`` leaves what is not quantised in f32, ``int8+bf16`` in bf16."""
WAYS: Final[tuple[Way, ...]] = get_args(Way)
ARITHMETIC: Final[Mapping[Way, tuple[Precision, Precision | None]]] = {
    "int8+bf16": ("int8", "bf16"),
    "bf16": ("bf16", None),
    "f16": ("f16", None),
    "int8": ("int8", "f32"),
    "f32": ("f32", None),
}
"""Of each way the precision, and for an 8-bit model that of the rest."""
_CLEARLY: Final = 0.97
"""A way must take less than this share of an exacter one's time to be worth it."""


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
        rest: in an 8-bit model, the arithmetic of what is not quantised.
    """

    backend: Backend
    device: str
    precision: Precision
    asset: str
    reason: str
    passed_over: tuple[str, ...] = ()
    rest: Precision | None = None

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


def choose_backend(
    hardware: Hardware,
    spec: ModelSpec,
    installed: Installed,
    int8: Int8 | None = None,
    speeds: Mapping[Way, float] | None = None,
) -> Choice:
    """The fastest way to run a model that this machine has.

    Args:
        hardware: what the machine has.
        spec: the model; its ``backend`` and ``precision`` narrow the choice where they are not ``auto``.
        installed: what is installed.
        int8: the model in 8-bit integers; ``None``: there is none.
        speeds: milliseconds a picture that OpenVINO was measured to take here; without them, what the processor says
            it can do decides.

    Raises:
        BadInput: there is no way; the message says what each lacks.
    """
    passed_over: list[str] = []
    for candidate in _fastest_first(hardware, spec, installed, int8 or Int8(None, "not made here"), speeds or {}):
        choice = candidate.choice
        if spec.backend not in {"auto", choice.backend} or spec.precision not in {"auto", choice.precision}:
            continue
        if candidate.lacks is None:
            return replace(choice, passed_over=tuple(passed_over))
        passed_over.append(f"{choice.words}: {candidate.lacks}")
    asked = f"backend {spec.backend}, precision {spec.precision}"
    raise BadInput(f"model {spec.title!r} cannot be run here ({asked}): {'; '.join(passed_over) or 'no such pair'}")


def _fastest_first(
    hardware: Hardware, spec: ModelSpec, installed: Installed, int8: Int8, speeds: Mapping[Way, float]
) -> Iterator[_Candidate]:
    """Every way there is, by the speeds in docs/backends.md, or those measured here."""
    yield from _on_gpu(hardware, spec, installed)
    yield from _by_openvino(hardware, spec, installed, int8, speeds)
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


def ways_here(hardware: Hardware, int8: Int8 | None) -> list[Way]:
    """How OpenVINO can compute here, the exactest first; of two kinds of 16 bits the one that processors do better."""
    kinds = hardware.cpu_kinds
    ways: list[Way] = ["f32"]
    if "BF16" in kinds:
        ways.append("bf16")
    elif "FP16" in kinds:
        ways.append("f16")
    if int8 is not None and int8.path is not None:
        ways += ["int8", "int8+bf16"] if "BF16" in kinds else ["int8"]
    return ways


def _by_openvino(
    hardware: Hardware, spec: ModelSpec, installed: Installed, int8: Int8, speeds: Mapping[Way, float]
) -> Iterator[_Candidate]:
    graph = spec.graph_asset
    common = (None if installed.openvino else "OpenVINO is not installed") or (
        None if graph else "no .onnx or .xml file of this model"
    )
    quicker = speeds.get("int8+bf16", float("inf")) < speeds.get("int8", 0.0)
    int8_way: Way = "int8+bf16" if quicker else "int8"
    lacks: dict[Way, str | None] = {
        "bf16": None if "BF16" in hardware.cpu_kinds else "not in the processor",
        "f16": None if "f16" in ways_here(hardware, None) else "not in the processor, or bf16 is",
        int8_way: None if int8.path else int8.said,
        "f32": None,
    }
    for way in sorted(lacks, key=lambda way: _handicapped(way, speeds)) if speeds else lacks:
        precision, rest = ARITHMETIC[way]
        asset = int8.path if rest else graph
        choice = Choice("openvino", "cpu", precision, asset or "", _why(way, int8, speeds), rest=rest)
        yield _Candidate(choice, common or lacks[way])


def _handicapped(way: Way, speeds: Mapping[Way, float]) -> float:
    """A way's time, somewhat longer the less exact it is.

    One that was not measured is not on this machine: it comes first, so that what it lacks is told.
    """
    exactness = ("f32", "f16", "bf16", "int8", "int8+bf16").index(way)
    return speeds.get(way, 0.0) / _CLEARLY ** min(exactness, 2)


def _why(way: Way, int8: Int8, speeds: Mapping[Way, float]) -> str:
    if way in speeds:
        others = ", ".join(f"{other} {ms:.0f}" for other, ms in speeds.items() if other != way)
        measured = f"measured here at {speeds[way]:.0f} ms a picture" + (f" ({others})" if others else "")
        return f"{measured}; {int8.said}" if way.startswith("int8") else measured
    if way.startswith("int8"):
        return int8.said
    return {
        "bf16": "the processor computes bf16, twice as fast as f32 on most",
        "f16": "the processor computes f16",
    }.get(way, "every processor computes it")


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
