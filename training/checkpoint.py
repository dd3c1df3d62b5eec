"""Opening a YOLOv8 checkpoint: the one place in training that imports ultralytics.

Needs the ``training`` extra.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import inference.detect.ultralytics_quiet  # noqa: F401  # before ultralytics, which reads what it sets

# isort: split

import torch
from ultralytics.nn.modules import Detect
from ultralytics.nn.tasks import load_checkpoint

from domain.errors import BadInput


@dataclass(frozen=True)
class Checkpoint:
    """A detector as it was trained.

    Attributes:
        network: takes RGB in 0..1, shape (n, 3, height, width), both sides multiples of ``stride``; gives one tensor of
            shape (n, 4 + classes, cells): box centre x, centre y, width, height in input pixels, then class scores
            in 0..1.
        classes: class names by index.
        stride: the coarsest stride, pixels.
    """

    network: torch.nn.Module
    classes: dict[int, str]
    stride: int


def open_checkpoint(path: Path) -> Checkpoint:
    """Read a YOLOv8 detector, ready to be exported.

    Raises:
        BadInput: no such file, not a checkpoint, or a checkpoint of something else than a YOLOv8 detector.
    """
    network = open_detector(path)
    return _for_export(network, _head(network))


def open_detector(path: Path) -> torch.nn.Module:
    """Read a YOLOv8 detector as ultralytics built it, in 32-bit floats.

    Raises:
        BadInput: no such file, not a checkpoint, or a checkpoint of something else than a YOLOv8 detector.
    """
    if path.suffix != ".pt" or not path.is_file():
        raise BadInput(f"weights {path} are not a file that ends in .pt")  # ultralytics would try to download it
    try:
        model, _ = load_checkpoint(path)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - bytes that are no checkpoint raise whatever an unpickler makes of them
        # Not chained: ultralytics' own advice is to install something or to fetch another model.
        raise BadInput(f"weights {path} cannot be read; expected a .pt checkpoint of a YOLOv8 detector") from None
    network: torch.nn.Module = model
    head = _head(network)
    # Subclasses of Detect answer with more than boxes, or with fewer: poses, masks, boxes already suppressed.
    if type(head) is not Detect or head.end2end:
        raise BadInput(f"weights {path} hold a {type(head).__name__}; expected a YOLOv8 detector")
    return network.float()


def _head(network: torch.nn.Module) -> Any:  # noqa: ANN401  # the detection head, or the network where it has none
    return next((module for module in network.modules() if isinstance(module, Detect)), network)


def _for_export(network: torch.nn.Module, head: Detect) -> Checkpoint:
    """The network with its decoding inside the graph, where the cells follow the input's size."""
    network.requires_grad_(requires_grad=False)
    options: dict[str, Any] = {"export": True, "dynamic": True, "format": "onnx", "shape": None}
    for name, value in options.items():
        setattr(head, name, value)
    names = cast("dict[int, str]", network.names)
    stride = cast("torch.Tensor", network.stride)
    return Checkpoint(network, {int(index): str(name) for index, name in names.items()}, int(stride.max()))
