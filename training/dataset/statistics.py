"""How much there is of what: pictures, boxes, heads and their sizes, by set and split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.dataset.item import HEAD, PERSON, Item, Split
from training.dataset.layout import Dataset
from training.dataset.manifest import SetRecord


@dataclass(frozen=True)
class Spread:
    """How numbers lie.

    Attributes:
        low: of twenty, one is lower (5 %).
        median: as many are lower as higher.
        high: of twenty, one is higher (95 %).
        mean: the average.
        most: the highest.
    """

    low: float
    median: float
    high: float
    mean: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float] | NDArray[np.float64]) -> "Spread | None":
        """``None`` where there are no numbers."""
        if not len(values):
            return None
        low, median, high = (float(value) for value in np.quantile(values, (0.05, 0.5, 0.95)))
        return cls(low, median, high, float(np.mean(values)), float(np.max(values)))


@dataclass(frozen=True)
class Tally:
    """What some pictures hold.

    Attributes:
        pictures: how many.
        sequences: how many scenes they are of.
        people: boxes of people; ``None`` where none of the pictures was looked at for them.
        heads: boxes of heads, likewise.
        points: points on heads, likewise.
        ignored: regions not to be judged.
        heads_each: heads in each picture that was looked at for them, shape (pictures of those,).
        head_px: geometric mean of each head box's width and height, pixels, shape (heads,).
    """

    pictures: int
    sequences: int
    people: int | None
    heads: int | None
    points: int | None
    ignored: int
    heads_each: NDArray[np.float64]
    head_px: NDArray[np.float64]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "Tally":
        """Count."""
        boxes = [item.boxes[item.classes == HEAD] for item in items]
        sizes = [np.sqrt((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1])) for box in boxes]
        each = [len(heads) for item in items if (heads := item.heads) is not None]
        return cls(
            pictures=len(items),
            sequences=len({item.sequence for item in items}),
            people=_boxes(items, PERSON) if any("person" in item.labelled for item in items) else None,
            heads=_boxes(items, HEAD) if any("head" in item.labelled for item in items) else None,
            points=sum(len(item.points) for item in items)
            if any("points" in item.labelled for item in items)
            else None,
            ignored=sum(len(item.ignored) for item in items),
            heads_each=np.array(each, np.float64),
            head_px=np.concatenate(sizes) if sizes else np.empty(0),
        )


@dataclass(frozen=True)
class SetTally:
    """One set.

    Attributes:
        record: what the manifest says of it.
        whole: all of its pictures.
        splits: those of each split it has any in.
    """

    record: SetRecord
    whole: Tally
    splits: dict[Split, Tally]


@dataclass(frozen=True)
class Statistics:
    """A dataset in numbers.

    Attributes:
        sets: each set.
        whole: all pictures.
        splits: those of each split it has any in.
    """

    sets: tuple[SetTally, ...]
    whole: Tally
    splits: dict[Split, Tally]

    @classmethod
    def of(cls, dataset: Dataset) -> "Statistics":
        """Count."""
        sets = (
            SetTally(record, Tally.of(those), by_split(those))
            for record in dataset.sets
            if (those := [item for item in dataset.items if item.source == record.name])
        )
        return cls(tuple(sets), Tally.of(dataset.items), by_split(dataset.items))


def by_split(items: Sequence[Item]) -> dict[Split, Tally]:
    """A tally for each split that has pictures."""
    splits: tuple[Split, ...] = ("train", "val", "test")
    found = {split: [item for item in items if item.split == split] for split in splits}
    return {split: Tally.of(those) for split, those in found.items() if those}


def _boxes(items: Sequence[Item], kind: int) -> int:
    return sum(int((item.classes == kind).sum()) for item in items)
