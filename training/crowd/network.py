"""The network: YOLOv8's trunk, with a density map read from its finest features.

The trunk is any YOLOv8 detector. Frozen, its own boxes stay what they were, and one pass gives both readings; tuned, it
learns to see what heads are like from afar, and is good for the map alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import torch
from torch import Tensor, nn

STRIDE: Final = 8
"""Input pixels a cell of the density map, in x and y: YOLOv8's finest scale."""
EARLY: Final = 2
"""Layer whose features, at stride 4, still show the smallest heads."""
FINE: Final = 4
"""Layer of the backbone at stride 8."""
NECK: Final = 15
"""Layer of the neck at stride 8: what is at a place, seen with its surroundings."""
_FLATTEST: Final = 0.05
"""Deviation below which a channel of the trunk tells nothing, and is not made louder."""


@dataclass(frozen=True)
class BranchShape:
    """How large the density branch is.

    Attributes:
        width: channels of its convolutions.
        early: channels taken from the stride-4 features; 0: none.
        dilations: of its 3x3 convolutions, in order.
    """

    width: int = 48
    early: int = 32
    dilations: tuple[int, ...] = (1, 2, 3)


class DensityBranch(nn.Module):
    """Reads heads a cell from three of the trunk's layers.

    There is no batch normalisation: what a batch of crops is like says nothing of the one picture that is counted
    later (with it, the same weights undercounted whole pictures by a third).

    Args:
        channels: of the layers at stride 4, stride 8 in the backbone and stride 8 in the neck.
        shape: how large it is.
    """

    def __init__(self, channels: tuple[int, int, int], shape: BranchShape) -> None:
        super().__init__()
        early, fine, neck = channels
        self.early = _conv(early, shape.early, 3, stride=2) if shape.early else None
        self.join = _conv(fine + neck + shape.early, shape.width, 1)
        self.body = nn.Sequential(*(_conv(shape.width, shape.width, 3, dilation=by) for by in shape.dilations))
        self.last = nn.Conv2d(shape.width, 1, 1)
        nn.init.normal_(self.last.weight, std=0.01)
        # softplus(-5) is 0.007 heads a cell: about what an average picture of a crowd holds.
        nn.init.constant_(cast("Tensor", self.last.bias), -5.0)

    def scale_inputs(self, early: Tensor, fine: Tensor, neck: Tensor) -> None:
        """Begin as if every channel of some features, shape (n, channels, rows, columns), had a deviation of 1."""
        with torch.no_grad():
            joined = torch.cat([fine.std((0, 2, 3)), neck.std((0, 2, 3))]).clamp_min(_FLATTEST)
            first = cast("nn.Conv2d", self.join[0])
            first.weight[:, : len(joined)] /= joined[None, :, None, None]
            if self.early is not None:
                swings = early.std((0, 2, 3)).clamp_min(_FLATTEST)
                cast("nn.Conv2d", self.early[0]).weight /= swings[None, :, None, None]

    def forward(self, early: Tensor, fine: Tensor, neck: Tensor) -> Tensor:
        """Heads a cell, shape (n, 1, rows, columns), above 0."""
        parts = [fine, neck] if self.early is None else [fine, neck, self.early(early)]
        joined = self.join(torch.cat(parts, 1))
        return nn.functional.softplus(self.last(joined + self.body(joined)))


def _conv(inside: int, outside: int, size: int, *, stride: int = 1, dilation: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inside, outside, size, stride, dilation * (size // 2), dilation)
    nn.init.kaiming_normal_(convolution.weight, nonlinearity="relu")
    nn.init.zeros_(cast("Tensor", convolution.bias))
    return nn.Sequential(convolution, nn.SiLU(inplace=True))


class CrowdNetwork(nn.Module):
    """A YOLOv8 detector and a density branch on the same trunk.

    Args:
        detector: as ultralytics builds it.
        shape: of the branch.
        tuned: whether the trunk learns too.
    """

    def __init__(self, detector: nn.Module, shape: BranchShape, *, tuned: bool = False) -> None:
        super().__init__()
        self.detector = detector
        layers = cast("Any", detector).model
        self.branch = DensityBranch((_channels(layers[EARLY]), _channels(layers[FINE]), _channels(layers[NECK])), shape)
        detector.requires_grad_(requires_grad=False)
        self.trunk.requires_grad_(tuned)

    @property
    def trunk(self) -> nn.Sequential:
        """The detector's layers that the branch reads, and those before them."""
        return cast("nn.Sequential", cast("Any", self.detector).model[: NECK + 1])

    def train(self, mode: bool = True) -> "CrowdNetwork":  # noqa: FBT001, FBT002 - as torch calls it
        """The trunk keeps its batch statistics, tuned or not: they are of more pictures than a batch of ours holds."""
        super().train(mode)
        self.detector.eval()
        return self

    def forward(self, pictures: Tensor) -> Tensor:
        """Heads a cell of RGB pictures in 0..1, shape (n, 3, height, width), sides multiples of 32."""
        return cast("Tensor", self.branch(*self.features(pictures)))

    def features(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """What the branch reads: the trunk's features at stride 4, at stride 8, and at stride 8 in the neck."""
        given = answers(self.trunk, pictures)
        return given[EARLY], given[FINE], given[NECK]


def answers(layers: Iterable[Any], pictures: Tensor) -> list[Any]:
    """What each of a YOLOv8's layers gives, from the first; a layer says itself which others it reads."""
    kept: list[Any] = []
    now: Any = pictures
    for layer in layers:
        source = layer.f
        if source != -1:
            now = kept[source] if isinstance(source, int) else [now if at == -1 else kept[at] for at in source]
        now = layer(now)
        kept.append(now)
    return kept


def _channels(layer: nn.Module) -> int:
    return int(cast("Any", layer).cv2.conv.out_channels)
