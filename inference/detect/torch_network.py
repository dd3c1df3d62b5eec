"""A YOLOv8 checkpoint as a network from scaled BGR pictures to its raw heads. The one use inference has of ultralytics.

Needs the ``gpu`` extra.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import inference.detect.ultralytics_quiet  # noqa: F401  # before ultralytics, which reads what it sets

# isort: split

import torch
from torch import nn
from ultralytics.nn.modules import Detect
from ultralytics.nn.tasks import load_checkpoint

from domain.errors import BadInput


class _RawHeads(nn.Module):
    """In place of ultralytics' ``Detect``: the last convolutions' answers, distances of each scale, then logits."""

    def __init__(self, head: Detect) -> None:
        super().__init__()
        self.boxes, self.logits = head.cv2, head.cv3
        # By these two ultralytics feeds a layer: where its input comes from, and its place in the network.
        self.f, self.i = head.f, head.i

    def forward(self, features: list[torch.Tensor]) -> list[torch.Tensor]:
        branches = (*zip(self.boxes, features, strict=True), *zip(self.logits, features, strict=True))
        return [branch(feature) for branch, feature in branches]


def open_network(path: Path, classes: Sequence[int]) -> nn.Module:
    """Read a checkpoint, its normalisations folded into its convolutions.

    Args:
        path: a ``.pt`` file.
        classes: the classes to tell; the weights of all others are left out.

    Returns:
        A network that takes BGR in 0..1, shape (n, 3, height, width), and gives six tensors: distance logits
        (n, 64, rows, columns) of each scale, then class logits (n, classes, rows, columns) of each scale.

    Raises:
        BadInput: the file is no checkpoint of a YOLOv8 detector, or has no such class.
    """
    expected = f"model {path.name} cannot be read; expected a YOLOv8 .pt checkpoint"
    if not path.is_file():  # ultralytics would try to download it
        raise BadInput(expected)
    try:
        loaded, _ = load_checkpoint(path, fuse=True)  # type: ignore[no-untyped-call]
    except Exception:  # noqa: BLE001 - bytes that are no checkpoint raise whatever an unpickler makes of them
        raise BadInput(expected) from None
    network = cast("nn.Module", loaded)
    layers = cast("nn.Sequential", network.model)
    head = layers[-1]
    # Subclasses of Detect answer with more than boxes, or with boxes that are suppressed already.
    if type(head) is not Detect or head.end2end:
        raise BadInput(f"model {path.name} holds a {type(head).__name__}; expected a YOLOv8 detector")
    for branch in head.cv3:
        _tell(cast("nn.Sequential", branch)[-1], classes, path.name)
    layers[-1] = _RawHeads(head)
    first = cast("nn.Conv2d", layers[0].conv)
    first.weight.data = first.weight.data.flip(1)  # trained on RGB, given BGR
    return network.eval().requires_grad_(requires_grad=False)


def _tell(convolution: nn.Module, classes: Sequence[int], model: str) -> None:
    weight, bias = cast("torch.Tensor", convolution.weight), cast("torch.Tensor", convolution.bias)
    if max(classes) >= len(weight):
        raise BadInput(f"model {model} has {len(weight)} classes, from 0; there is no class {max(classes)}")
    convolution.weight, convolution.bias = nn.Parameter(weight[list(classes)]), nn.Parameter(bias[list(classes)])
