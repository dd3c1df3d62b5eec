"""What this machine has, as :mod:`inference.detect.choice` wants to know it."""

import shutil
import subprocess
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import Final

import openvino as ov
import structlog

from inference.detect.choice import Hardware, Installed
from inference.detect.onnx_quiet import ort

log = structlog.get_logger()

_ASK_LIMIT_S: Final = 10.0
"""A driver that sleeps takes some seconds to answer; one that hangs must not keep the house from starting."""


def this_hardware() -> Hardware:
    """Ask the driver for GPUs, and OpenVINO for the processor."""
    kinds = ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return Hardware(gpus=_gpus(), cpu_kinds=frozenset(kinds))


def this_installed() -> Installed:
    """Look for the runtimes, without importing what is slow to import."""
    has_torch = find_spec("torch") is not None and find_spec("ultralytics") is not None
    return Installed(
        onnx_providers=frozenset(ort.get_available_providers()),
        tensorrt=find_library("nvinfer") is not None or find_spec("tensorrt_libs") is not None,
        torch=has_torch,
        torch_cuda=has_torch and _built_for_cuda(),
    )


def this_onnx_runtime() -> str:
    """ONNX Runtime's version and what it can run on, whichever package it came in."""
    return f"{ort.__version__}, {', '.join(ort.get_available_providers())}"


def _gpus() -> tuple[str, ...]:
    ask = shutil.which("nvidia-smi")
    if ask is None:
        return ()
    try:
        said = subprocess.run(  # noqa: S603  # the driver's own tool, found on the path
            (ask, "--query-gpu=name", "--format=csv,noheader"),
            capture_output=True,
            text=True,
            check=True,
            timeout=_ASK_LIMIT_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        log.warning("nvidia-smi is here but does not answer; no GPU is used", error=str(error))
        return ()
    return tuple(line.strip() for line in said.stdout.splitlines() if line.strip())


def _built_for_cuda() -> bool:
    """PyPI's builds are; those for a processor or for AMD say so behind a plus."""
    try:
        local = version("torch").partition("+")[2]
    except PackageNotFoundError:
        return False
    return not local or local.startswith("cu")
