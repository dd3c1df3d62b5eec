"""One labelled picture, as every part of training sees it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

PERSON: Final = 0
HEAD: Final = 1
CLASSES: Final = ("person", "head")
"""Names by index: what our models tell apart."""

Split = Literal["train", "val", "test"]
Labelled = Literal["person", "head", "points"]
"""What an annotator looked for: boxes of people, boxes of heads, or the middle of each head."""


@dataclass(frozen=True)
class Item:
    """A picture and what was labelled in it.

    A class that is not in ``labelled`` was not looked for: nothing in the picture is evidence against it. A class that
    is, and of which there is no label, is not there.

    Attributes:
        image: the file.
        sha256: of the file, in hex.
        width: of the picture, pixels.
        height: of the picture, pixels.
        source: name of the set it came with.
        sequence: pictures of one scene share it, and are never split.
        split: what it is used for.
        labelled: what was looked for.
        boxes: left, top, right, bottom in pixels, shape (n, 4).
        classes: index into :data:`CLASSES` of each box, shape (n,).
        points: x, y of the middle of each head in pixels, shape (m, 2); empty where heads have boxes.
        ignored: left, top, right, bottom in pixels of where people may be without a label (a crowd nobody took apart,
            somebody hardly to be seen, a reflection), shape (k, 4): nothing in there is evidence, of any class.
    """

    image: Path
    sha256: str
    width: int
    height: int
    source: str
    sequence: str
    split: Split
    labelled: frozenset[Labelled]
    boxes: NDArray[np.float64]
    classes: NDArray[np.intp]
    points: NDArray[np.float64]
    ignored: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 4)))

    @property
    def heads(self) -> NDArray[np.float64] | None:
        """Middle of each head, pixels, shape (m, 2); ``None`` where heads were not looked for."""
        if "points" in self.labelled:
            return self.points
        if "head" in self.labelled:
            heads = self.boxes[self.classes == HEAD]
            return np.asarray((heads[:, :2] + heads[:, 2:]) / 2)
        return None
