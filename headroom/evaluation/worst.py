"""Which pictures to show of those that were counted badly."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHOWN: Final = 6
APART_S: Final = 2.0
"""Neighbouring frames have the same error for the same reason: one of them is enough."""


def worst(errors: NDArray[np.float64], at_s: NDArray[np.float64] | None = None, *, shown: int = SHOWN) -> list[int]:
    """The pictures with the largest errors, the worst first.

    Args:
        errors: counted less true, shape (n,).
        at_s: when each was, so that no two chosen are closer than :data:`APART_S`; ``None``: they are no sequence.
        shown: how many at most.

    Returns:
        Their indices; pictures counted right to half a person are never among them.
    """
    chosen: list[int] = []
    for index in np.argsort(-np.abs(errors), kind="stable").tolist():
        if len(chosen) == shown or abs(errors[index]) < 0.5:
            break
        if at_s is None or all(abs(at_s[index] - at_s[other]) >= APART_S for other in chosen):
            chosen.append(index)
    return chosen
