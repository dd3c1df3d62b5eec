"""What a picture file is: whole or broken, how large, and what it looks like from afar."""

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

from domain.errors import BadDataset, BadInput
from inference.detect.base import Picture
from ingest.footage import PICTURE_SUFFIXES, picture_is_whole
from training.dataset.item import Item

_SIDE: Final = 16
Bits = NDArray[np.uint64]
"""A difference hash: 256 bits in 4 words."""
Advance = Callable[[str, int, int], None]
"""Told what is being done, how much of it is, and of how much."""


@dataclass(frozen=True)
class Look:
    """A picture, once it was decoded.

    Attributes:
        sha256: of the file, in hex.
        width: pixels, as OpenCV shows it (turned, where the file says that the camera was).
        height: likewise.
        bits: difference hash, shape (4,).
        mirrored: of the picture seen in a mirror, shape (4,).
    """

    sha256: str
    width: int
    height: int
    bits: Bits
    mirrored: Bits


def difference_hash(grey: MatLike) -> Bits:
    """256 bits: whether each of 16 by 16 cells is darker than the one right of it.

    It stays nearly the same when a picture is encoded again, made smaller or brighter, and says nothing of colours.
    (Known as dHash, by N. Krawetz, 2013, there with 8 by 8.)
    """
    small = cv2.resize(grey, (_SIDE + 1, _SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.packbits(small[:, 1:] > small[:, :-1]).view(np.uint64)


def picture_of(item: Item) -> Picture:
    """An item's picture, BGR.

    Raises:
        BadInput: the file cannot be read any more.
    """
    picture = cv2.imread(str(item.image))
    if picture is None:
        raise BadInput(f"{item.image}: cannot be read; run headroom dataset check")
    return np.asarray(picture, np.uint8)


def look_at(path: Path) -> Look:
    """Decode a picture.

    Raises:
        BadDataset: it cannot be read, is cut off or no picture; the message lacks the file, which the caller names.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadDataset(f"cannot be read: {error.strerror}") from None
    if not content:
        raise BadDataset("is empty; expected a picture")
    if not picture_is_whole(content):
        raise BadDataset("is cut off: it has no end")
    try:
        grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        grey = None
    if grey is None:
        raise BadDataset("is not a picture that can be decoded")
    height, width = grey.shape[:2]
    digest = hashlib.sha256(content).hexdigest()
    return Look(digest, width, height, difference_hash(grey), difference_hash(np.ascontiguousarray(grey[:, ::-1])))


class Looker:
    """Looks at each picture once.

    Args:
        advance: told of the progress.
    """

    _AHEAD: Final = 64

    def __init__(self, advance: Advance | None = None) -> None:
        self._advance = advance or (lambda _what, _done, _total: None)
        self._seen: dict[Path, Look | str] = {}

    def look(self, path: Path) -> Look | str:
        """What it is, or what is wrong with it."""
        if path not in self._seen:
            self._seen[path] = _look_or_reason(path)
        return self._seen[path]

    def look_at_all(self, paths: Iterable[Path]) -> None:
        """Look at many, several at a time, so that asking for each is quick afterwards."""
        unseen = [path for path in dict.fromkeys(paths) if path not in self._seen]
        rest = iter(unseen)
        done = 0
        with ThreadPoolExecutor() as pool:
            while part := list(islice(rest, self._AHEAD)):
                self._seen.update(zip(part, pool.map(_look_or_reason, part), strict=True))
                done += len(part)
                self._advance("looking at pictures", done, len(unseen))


def _look_or_reason(path: Path) -> Look | str:
    try:
        return look_at(path)
    except BadDataset as error:
        return str(error)


def is_picture(path: Path) -> bool:
    """Whether the name is a picture's."""
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.name.startswith(".")
