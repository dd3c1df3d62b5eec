"""What a frozen trunk sees in every crop, looked at once and kept: learning from it is ten times quicker after that."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from training.crowd.crops import Crops, together
from training.crowd.network import CrowdNetwork

_HEADS: Final = "heads.npy"

Kept = tuple[NDArray[np.float16], ...]
Seen = tuple[Tensor, ...]
"""Features of the three layers the branch reads, and the heads: each with one row a crop."""


class Features(Dataset[Seen]):
    """Features of crops, in half precision, in files that need not fit into memory.

    Args:
        kept: the three layers' features, each with one row a crop.
        heads: in each cell, shape (crops, 1, rows, columns).
    """

    def __init__(self, kept: Kept, heads: NDArray[np.float32]) -> None:
        self._kept, self._heads = kept, heads

    @classmethod
    def read(cls, folder: Path) -> "Features":
        """What :func:`look_once` wrote."""
        places = sorted(folder.glob("layer-*.npy"))
        return cls(tuple(np.load(place, mmap_mode="r") for place in places), np.load(folder / _HEADS))

    def some(self, count: int) -> Seen:
        """The layers' features of a few crops, each of shape (count, channels, rows, columns)."""
        rows = np.linspace(0, len(self) - 1, min(count, len(self))).astype(np.intp)
        return tuple(torch.from_numpy(layer[rows].astype(np.float32)) for layer in self._kept)

    def __len__(self) -> int:
        return len(self._heads)

    def __getitem__(self, index: int) -> Seen:
        features = (torch.from_numpy(layer[index].astype(np.float32)) for layer in self._kept)
        return (*features, torch.from_numpy(self._heads[index]))


def look_once(
    network: CrowdNetwork, crops: Crops, folder: Path, device: torch.device, told: Callable[[float], object]
) -> Features:
    """Every crop's features.

    Args:
        network: its trunk is frozen.
        crops: what to look at.
        folder: where the files go; what is there is overwritten.
        device: where the network is.
        told: is given the share that is done, 0..1.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[NDArray[np.float16]] = []
    heads: list[NDArray[np.float32]] = []
    for index in range(len(crops)):
        pictures, truth = together([crops[index]])
        with torch.inference_mode():
            layers = network.features(pictures.to(device))
        if not kept:
            shapes = [(len(crops), *layer.shape[1:]) for layer in layers]
            kept = [
                np.lib.format.open_memmap(folder / f"layer-{place}.npy", "w+", np.float16, shape)
                for place, shape in enumerate(shapes)
            ]
        for place, layer in zip(kept, layers, strict=True):
            place[index] = layer[0].cpu().numpy()
        heads.append(truth[0].numpy())
        told((index + 1) / len(crops))
    np.save(folder / _HEADS, np.stack(heads))
    return Features.read(folder)
