"""What nobody looked for is no mistake, and of persons a detector that learns heads thinks as its teacher does."""

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import pytest
import torch
from torch.nn.functional import binary_cross_entropy

from training.crowd.boxes import LossOfLookedFor


@pytest.fixture
def loss() -> LossOfLookedFor:
    """For three pictures: heads alone were looked for, both were, persons alone were."""
    loss = LossOfLookedFor()
    loss.looked_for = torch.tensor([[False, True], [True, True], [True, False]])
    loss.taught = torch.full((3, 4), 0.7)
    return loss


def test_persons_nobody_looked_for_are_the_teachers(loss: LossOfLookedFor) -> None:
    scores, wanted = torch.randn(3, 4, 2, generator=torch.manual_seed(1)), torch.zeros(3, 4, 2)
    each = loss(scores, wanted)
    chances = scores.sigmoid()
    torch.testing.assert_close(
        each[0, :, 0], binary_cross_entropy(chances[0, :, 0], torch.full((4,), 0.7), reduction="none")
    )
    torch.testing.assert_close(
        each[1], binary_cross_entropy(chances[1], torch.zeros(4, 2), reduction="none"), msg="these were looked for"
    )


def test_heads_nobody_looked_for_do_not_count(loss: LossOfLookedFor) -> None:
    each = loss(torch.full((3, 4, 2), 5.0), torch.zeros(3, 4, 2))
    assert (each[2, :, 1] == 0).all()
    assert (each[:2, :, 1] > 1).all()


def test_a_network_that_thinks_as_its_teacher_does_learns_nothing_new_of_persons(loss: LossOfLookedFor) -> None:
    scores = torch.full((3, 4, 2), float(torch.logit(torch.tensor(0.7))), requires_grad=True)
    loss(scores, torch.zeros(3, 4, 2)).sum().backward()
    assert scores.grad is not None
    torch.testing.assert_close(scores.grad[0, :, 0], torch.zeros(4), atol=1e-6, rtol=0)
    assert (scores.grad[0, :, 1] > 0).all()


def test_without_a_batch_it_is_plain_cross_entropy() -> None:
    """As ultralytics' validation calls it."""
    scores, wanted = torch.zeros(1, 2, 2), torch.ones(1, 2, 2)
    torch.testing.assert_close(LossOfLookedFor()(scores, wanted), torch.full((1, 2, 2), 0.6931472))
