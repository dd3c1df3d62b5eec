"""Pictures that are there twice, or nearly: the same scene encoded again, made smaller, or seen in a mirror."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from training.dataset.pictures import Look

NEAR_BITS: Final = 40
"""Of 256 bits, in how many two hashes may differ where the pictures count as nearly the same.

Measured on 150 crowd pictures changed in one way: encoded again at quality 30 at most 18 bits differ, at half the size
14, brighter by a quarter 29, less 1 % at each edge 38. Of 537,166 pairs of 1,037 different photographs, also mirrored,
the closest differ in 74. Frames of one fixed camera differ in 6 and more, and are one sequence anyway."""
_ROWS: Final = 256
"""Pictures compared with all others at once: beside 100,000 others that takes 0.3 GB, at 10 bytes a pair."""


@dataclass(frozen=True)
class Pair:
    """Two pictures that are nearly the same.

    Attributes:
        one: index of the first.
        other: index of the second, the higher.
        bits: in how many their hashes differ.
        mirrored: they are when one is seen in a mirror.
    """

    one: int
    other: int
    bits: int
    mirrored: bool


def near_pairs(looks: Sequence[Look], near_bits: int = NEAR_BITS) -> Iterator[Pair]:
    """All pairs that are nearly the same, also those that are exactly."""
    if not looks:
        return
    plain = np.stack([look.bits for look in looks])
    turned = np.stack([look.mirrored for look in looks])
    for start in range(0, len(looks), _ROWS):
        rows = plain[start : start + _ROWS]
        straight, mirrored = _differences(rows, plain), _differences(rows, turned)
        near = np.minimum(straight, mirrored)
        for row, other in np.argwhere(near <= near_bits).tolist():
            if other > start + row:
                bits = int(near[row, other])
                yield Pair(start + row, other, bits, bool(mirrored[row, other] < straight[row, other]))


def _differences(rows: NDArray[np.uint64], all_of_them: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """In how many bits each of ``rows`` differs from each of ``all_of_them``, shape (rows, all)."""
    words = (np.bitwise_count(rows[:, None, word] ^ all_of_them[None, :, word]) for word in range(rows.shape[1]))
    return np.asarray(np.stack(list(words)).sum(axis=0, dtype=np.uint16))


def exact_copies(hashes: Sequence[str]) -> list[tuple[int, int]]:
    """Each picture that was there before: index of the first, and its own."""
    first: dict[str, int] = {}
    return [(first[digest], index) for index, digest in enumerate(hashes) if first.setdefault(digest, index) != index]


def scenes(sequences: Sequence[str], pairs: Sequence[Pair]) -> NDArray[np.intp]:
    """Which pictures must stay in one split: those of a sequence, and with them those nearly the same as one of it.

    Args:
        sequences: of each picture.
        pairs: which are nearly the same.

    Returns:
        For each picture the number of its group, shape (n,).
    """
    members: defaultdict[str, list[int]] = defaultdict(list)
    for index, sequence in enumerate(sequences):
        members[sequence].append(index)
    links = [(those[0], index) for those in members.values() for index in those[1:]]
    links += [(pair.one, pair.other) for pair in pairs]
    one, other = np.array(links, np.intp).reshape(-1, 2).T
    graph = coo_array((np.ones(len(links)), (one, other)), shape=(len(sequences), len(sequences)))
    _, groups = connected_components(graph, directed=False)
    return np.asarray(groups, np.intp)
