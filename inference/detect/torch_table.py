"""Decoding and non-maximum suppression as tensors of fixed shape, so that a GPU never waits for the processor.

The answer is the same as :func:`inference.detect.heads.decode` and :func:`inference.detect.heads.keep_best` give.
"""

from typing import Final

import torch
from torch import Tensor

from inference.detect.heads import BINS, SCALES, Limits

ROUNDS: Final = 16
"""Times that suppression is taken further. A box that falls to a box that falls to a box … needs one for each: on
pictures of crowds (a march, ShanghaiTech B) at most 4 were needed, at limits of 0.5 and 0.7."""


def table_of(heads: list[Tensor], input_height: int, limits: Limits, most: int) -> tuple[Tensor, Tensor]:
    """The people of each picture, best first.

    Args:
        heads: raw heads in :func:`inference.detect.heads.find_heads`' order, each (n, channels, rows, columns).
        input_height: rows of the network's input, pixels.
        limits: what counts as a box.
        most: cells looked at in a picture, the likeliest.

    Returns:
        A table (n, most, 6): left, top, right, bottom in the network's pixels, score, class; the score is 0 where there
        is nobody. And how many cells reached the least score in each picture, (n,): above ``most``, some were left out.
    """
    boxes = torch.cat([_boxes(heads[scale], input_height) for scale in range(SCALES)], dim=1)
    logits = torch.cat([scale.float().flatten(2) for scale in heads[SCALES:]], dim=2)
    scores, classes = logits.sigmoid().max(dim=1)
    likely = (scores >= limits.min_score).sum(dim=1)
    scores, cells = scores.topk(min(most, scores.shape[1]), dim=1)
    boxes = boxes.gather(1, cells[..., None].expand(-1, -1, 4))
    kept = _kept(boxes, scores >= limits.min_score, limits.max_iou)
    return torch.cat([boxes, (scores * kept)[..., None], classes.gather(1, cells)[..., None].float()], dim=2), likely


def _boxes(logits: Tensor, input_height: int) -> Tensor:
    """Corners of every cell's box, (n, cells, 4), network's pixels."""
    pictures, _, rows, columns = logits.shape
    stride = input_height / rows
    bins = torch.arange(BINS, device=logits.device, dtype=torch.float32)
    shares = logits.float().reshape(pictures, 4, BINS, rows * columns).softmax(dim=2)
    sides = torch.einsum("nsbc,b->nsc", shares, bins) * stride
    y = (torch.arange(rows, device=logits.device) + 0.5).repeat_interleave(columns) * stride
    x = (torch.arange(columns, device=logits.device) + 0.5).repeat(rows) * stride
    return torch.stack([x - sides[:, 0], y - sides[:, 1], x + sides[:, 2], y + sides[:, 3]], dim=2)


def _kept(boxes: Tensor, alive: Tensor, max_iou: float) -> Tensor:
    """Which boxes stay, best first: those that no box which stays overlaps. (n, most) of them, as is the answer.

    Suppression is a sequence by nature; here every round judges all boxes by the last round's verdicts, and what the
    sequence would decide in its first k steps is decided for good after k rounds.
    """
    corners = boxes[:, :, None], boxes[:, None]
    low = torch.maximum(corners[0][..., :2], corners[1][..., :2])
    high = torch.minimum(corners[0][..., 2:], corners[1][..., 2:])
    shared = (high - low).clamp(min=0).prod(dim=-1)
    area = (boxes[..., 2:] - boxes[..., :2]).prod(dim=-1)
    same = shared > max_iou * (area[:, :, None] + area[:, None] - shared)
    worse_for = same.triu(diagonal=1)
    kept = alive
    for _ in range(ROUNDS):
        kept = alive & ~(worse_for & kept[:, :, None]).any(dim=1)
    return kept
