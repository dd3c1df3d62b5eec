"""Whether a detector answers as a detector must."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from domain.errors import BadInput
from inference.detect import Detections, Detector
from inference.detect.base import HEAD, Picture

SIZES: Final = ((480, 640), (96, 160))
"""Height and width of the pictures a model is tried on: a camera's, and one of another shape."""


def nonsense(found: Sequence[Detections], pictures: Sequence[Picture]) -> str | None:
    """What is wrong with an answer; ``None``: nothing.

    Args:
        found: the answer.
        pictures: the batch that was asked about.
    """
    if len(found) != len(pictures):
        return f"{len(found)} answers to {len(pictures)} pictures"
    for one, picture in zip(found, pictures, strict=True):
        if one.boxes.shape != (len(one.scores), 4) or one.scores.ndim != 1:
            return f"boxes of shape {one.boxes.shape} with scores of shape {one.scores.shape}, expected (n, 4) and (n,)"
        if not (np.isfinite(one.boxes).all() and np.isfinite(one.scores).all()):
            return "boxes or scores that are not finite numbers"
        if len(one) and (one.scores.min() < 0 or one.scores.max() > 1 or one.classes.max() > HEAD):
            return "scores outside 0..1, or classes that are neither person nor head"
        height, width = picture.shape[:2]
        if len(one) and (one.boxes.min() < 0 or (one.boxes.max(axis=0) > (width, height, width, height)).any()):
            return "boxes outside the picture"
    return None


def warm_up(detector: Detector, sizes: Iterable[tuple[int, int]]) -> None:
    """Have a detector ready for pictures of these sizes, one at a time and two together.

    Args:
        detector: compiles what it needs when it meets a size.
        sizes: height and width of each, pixels.

    Raises:
        BadInput: it does not answer as a detector must.
    """
    noise = np.random.default_rng(8)
    for height, width in sizes:
        picture = noise.integers(0, 256, (height, width, 3), np.uint8)
        for batch in ([picture], [picture, picture]):
            try:
                wrong = nonsense(detector.detect(batch), batch)
            except Exception as error:  # a runtime's own errors have no common root
                raise BadInput(
                    f"{detector.name} cannot look at {width}x{height}: {type(error).__name__}: {error}"
                ) from error
            if wrong is not None:
                raise BadInput(f"{detector.name} gives {wrong}")
