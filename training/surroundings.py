"""What a run was made with: code, packages, machine."""

import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import pynvml  # comes with mlflow

from inference.evaluation.machine import machine

_ROOT: Final = Path(__file__).resolve().parent.parent
_PACKAGES: Final = (
    "headroom", "torch", "ultralytics", "albumentations", "numpy", "opencv-contrib-python-headless", "onnx",
    "onnxruntime", "openvino", "nncf", "mlflow",
)  # fmt: skip


def surroundings(root: Path = _ROOT) -> dict[str, str]:
    """By name what a reader needs to make the run again; what cannot be known is left out.

    Args:
        root: the checkout whose commit is told.
    """
    told = {"python": platform.python_version(), "machine": machine()}
    told |= {f"package {name}": found for name in _PACKAGES if (found := _version(name)) is not None}
    return told | _commit(root) | _gpus()


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _commit(root: Path) -> dict[str, str]:
    """The commit, and whether files that git knows differ from it; nothing outside a checkout."""
    commit = _git(root, "rev-parse", "HEAD")
    changed = _git(root, "status", "--porcelain", "--untracked-files=no")
    if commit is None or changed is None:
        return {}
    return {"git commit": commit, "git dirty": "yes" if changed else "no"}


def _git(root: Path, *words: str) -> str | None:
    try:
        said = subprocess.run(("git", "-C", str(root), *words), capture_output=True, text=True, check=False)  # noqa: S603, S607  # fixed words; git as the user has it
    except OSError:
        return None
    return said.stdout.strip() if said.returncode == 0 else None


def _gpus() -> dict[str, str]:
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        names = [str(pynvml.nvmlDeviceGetName(handle)) for handle in handles]
        driver = str(pynvml.nvmlSystemGetDriverVersion())
    except pynvml.NVMLError:
        return {}
    return {"gpus": ", ".join(names), "gpu driver": driver} if names else {}
