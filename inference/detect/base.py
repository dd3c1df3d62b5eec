"""The one interface every detector serves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""BGR, shape (height, width, 3), as OpenCV decodes it."""

PERSON: Final = 0
"""A whole person; COCO's class 0."""
HEAD: Final = 1
"""A head, of models that were taught heads: where a crowd hides the bodies, heads still show."""


@dataclass(frozen=True)
class DensityMap:
    """Heads per cell of a picture.

    Attributes:
        heads: heads in each cell, never negative, shape (rows, columns); their sum is the picture's count.
        step: picture pixels from one cell to the next, in x and y alike.
        stride: the same in pixels of what the network saw.
    """

    heads: NDArray[np.float32]
    step: float
    stride: int = 4


@dataclass(frozen=True)
class Detections:
    """The people found in one picture. None found is an ordinary answer: arrays of length 0.

    Attributes:
        boxes: left, top, right, bottom in pixels of the picture, inside it; shape (n, 4), float32.
        scores: confidence in 0..1, highest first; shape (n,), float32.
        classes: ``PERSON`` or ``HEAD``; shape (n,), uint8. Left out, all are whole people.
        density: heads by cell, of networks that read them in the same pass; ``None``: this one does not.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.uint8] = field(default_factory=lambda: np.empty(0, np.uint8))
    density: DensityMap | None = None

    def __post_init__(self) -> None:
        if len(self.classes) != len(self.scores):
            if len(self.classes):
                raise ValueError(f"{len(self.scores)} detections have {len(self.classes)} classes")
            object.__setattr__(self, "classes", np.full(len(self.scores), PERSON, np.uint8))

    def __len__(self) -> int:
        return len(self.scores)

    @classmethod
    def none(cls) -> "Detections":
        """Nobody found (the camera did see)."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32))


class Detector(Protocol):
    """Finds people in pictures. Safe to call from one thread at a time."""

    @property
    def name(self) -> str:
        """Model and runtime, as it is named in readings: ``yolov8n-rebuilt/openvino-bf16``."""
        ...

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        """One answer a picture, in order. Pictures of a batch may differ in size; an empty batch is allowed."""
        ...
