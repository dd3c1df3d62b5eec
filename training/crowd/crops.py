"""What the density map learns from: crops of labelled pictures, drawn by number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.utils.data import Dataset

from domain.errors import BadInput
from inference.crowd.density import LONGEST
from inference.detect.base import Picture
from training.augment import AugmentSettings, Labelled, VenueAugmentation, cell_counts
from training.crowd.network import STRIDE
from training.dataset.item import Item
from training.dataset.pictures import picture_of

_NOBODY = np.empty((0, 4))


@dataclass(frozen=True)
class Crop:
    """A crop and its heads.

    Attributes:
        picture: BGR, shape (side, side, 3).
        heads: in each cell, shape (side / 8, side / 8).
    """

    picture: Picture
    heads: NDArray[np.float32]


class Crops(Dataset[Crop]):
    """Crop number i of a run: the same whoever asks for it, and whenever.

    Args:
        items: pictures whose heads were looked for; the others are left out.
        shares: how often each source is drawn, relative to the others; a source that is not named is not drawn.
        stretch: by source, how much wider its pictures are made first, where they were squeezed by who made the set.
        augment: what befalls a picture.
        seed: of the run.
        count: how many crops there are.

    Raises:
        BadInput: a source has a share and no pictures, or none has a share.
    """

    def __init__(
        self,
        items: Sequence[Item],
        *,
        shares: Mapping[str, float],
        stretch: Mapping[str, float],
        augment: AugmentSettings,
        seed: int,
        count: int,
    ) -> None:
        known = [item for item in items if item.heads is not None]
        self._by_source = {name: [item for item in known if item.source == name] for name in shares}
        for name, found in self._by_source.items():
            if not found:
                raise BadInput(f"density.shares: {name} has no pictures whose heads are labelled")
        self._names = list(shares)
        total = sum(shares.values())
        if not total > 0:
            raise BadInput("density.shares: no source has a share above 0")
        self._chances = [shares[name] / total for name in self._names]
        self._stretch, self._augment = stretch, VenueAugmentation(augment)
        self._side, self._seed, self._count = augment.crop, seed, count
        self._kept: dict[Path, Labelled] = {}

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> Crop:
        draw = np.random.default_rng([self._seed, index])
        items = self._by_source[self._source(draw)]
        made = self._augment(self._whole(items[draw.integers(len(items))]), int(draw.integers(2**31)))
        cells = self._side // STRIDE
        return Crop(made.picture, cell_counts(made.points, cells, cells, STRIDE))

    def sources(self) -> list[str]:
        """The set that each crop is from, in order."""
        return [self._source(np.random.default_rng([self._seed, index])) for index in range(self._count)]

    def _source(self, draw: np.random.Generator) -> str:
        return self._names[draw.choice(len(self._names), p=self._chances)]

    def _whole(self, item: Item) -> Labelled:
        """Decoded once: a run draws each picture hundreds of times."""
        if item.image not in self._kept:
            self._kept[item.image] = as_seen(item, self._stretch.get(item.source, 1.0))
        return self._kept[item.image]


def as_seen(item: Item, stretch: float = 1.0) -> Labelled:
    """An item's picture at the size the network sees it whole, with its heads as points.

    Raises:
        BadInput: the file cannot be read any more.
    """
    read = picture_of(item)
    height, width = read.shape[:2]
    scale = min(1.0, LONGEST / max(height, width * stretch))
    across, down = round(width * stretch * scale), round(height * scale)
    picture = cv2.resize(read, (across, down), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    heads = item.heads
    points = np.empty((0, 2)) if heads is None else heads * [across / width, down / height]
    inside = np.clip(points, 0, [across - 1, down - 1])
    return Labelled(np.asarray(picture, np.uint8), _NOBODY, np.empty(0, np.intp), inside)


def together(crops: Sequence[Crop]) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch: RGB in 0..1, shape (n, 3, side, side), and heads, shape (n, 1, rows, columns)."""
    pictures = np.stack([crop.picture[..., ::-1] for crop in crops])
    heads = np.stack([crop.heads for crop in crops])[:, None]
    return torch.from_numpy(pictures).permute(0, 3, 1, 2).float().div_(255), torch.from_numpy(heads)
