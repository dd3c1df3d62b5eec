"""How wrong a density map is."""

from typing import Final

import torch
from torch import Tensor
from torch.nn import functional

BLOCKS: Final = (1, 4, 16)
"""Sides, in cells, of the blocks whose counts are compared: where heads are, how many are near, how many there are."""
_LEAST: Final = 1e-6


def poisson_loss(heads: Tensor, truth: Tensor) -> Tensor:
    """Negative log-likelihood of the true counts, were each block's a Poisson count with the map's sum as its mean.

    Unbiased at every scale: it is least where a block's sum is the mean of what was seen there. A squared error with
    few heads a picture is least near zero everywhere, and stays there.

    Args:
        heads: of the map, above 0, shape (n, 1, rows, columns), both divisible by the largest block.
        truth: heads in each cell, the same shape.

    Returns:
        Mean over pictures of the excess over the least there could be, weighed by one over the fourth root of the
        picture's heads: between the error in people, of which a dense crowd has most, and that in per cent.
    """
    weight = (truth.sum((1, 2, 3)) + 10) ** -0.25
    total = heads.new_zeros(len(heads))
    for side in BLOCKS:
        mean = functional.avg_pool2d(heads, side) * side**2
        seen = functional.avg_pool2d(truth, side) * side**2
        excess = mean - seen - torch.xlogy(seen, mean.clamp_min(_LEAST)) + torch.xlogy(seen, seen)
        total = total + excess.sum((1, 2, 3))
    return (total * weight).mean()
