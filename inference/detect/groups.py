"""Pictures of one batch that fit the same input, together."""

from collections.abc import Iterator, Sequence

from inference.detect.base import Picture
from inference.detect.letterbox import Letterbox


def by_letterbox(batch: Sequence[Picture], longest: int, *, most: int) -> Iterator[tuple[Letterbox, list[int]]]:
    """Groups of at most ``most`` pictures that lie in the network's input alike, as indices into ``batch``."""
    groups: dict[Letterbox, list[int]] = {}
    for index, picture in enumerate(batch):
        groups.setdefault(Letterbox.fit(*picture.shape[:2], longest=longest), []).append(index)
    for fit, indices in groups.items():
        for start in range(0, len(indices), most):
            yield fit, indices[start : start + most]
