"""The density branch learns: from one seed the same, over a kill the same, and towards the truth."""

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.data import TensorDataset

from domain.errors import BadInput
from training.crowd.learn import Checked, Learner, LearnSettings, Order
from training.crowd.loss import poisson_loss

SETTINGS = LearnSettings(steps=8, batch=2, branch_rate=0.01, decay=0.0, average=0.9, check_every=2)


def examples() -> TensorDataset:
    """Pictures of noise in which the bright cells are heads."""
    torch.manual_seed(3)
    pictures = torch.rand(10, 3, 16, 16)
    return TensorDataset(pictures, (pictures.mean(1, keepdim=True) > 0.7).float())


def learner(mark: str = "a") -> Learner:
    torch.manual_seed(5)
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.SiLU(), nn.Conv2d(8, 1, 1), nn.Softplus())
    return Learner(model, SETTINGS, torch.device("cpu"), mark)


class KilledError(Exception):
    """In place of a signal."""


def run(one: Learner, state: Path, stop_at: int | None = None) -> list[Checked]:
    told: list[Checked] = []

    def tell(found: Checked) -> None:
        told.append(found)
        if found.step == stop_at:
            raise KilledError

    one.learn(examples(), 7, state, lambda _: {"set": 1.0}, tell)
    return told


def test_a_run_that_was_killed_ends_as_one_that_was_not(tmp_path: Path) -> None:
    whole = learner()
    told = run(whole, tmp_path / "whole.pt")
    assert [check.step for check in told] == [2, 4, 6, 8]

    with pytest.raises(KilledError):
        run(learner(), tmp_path / "cut.pt", stop_at=4)
    again = learner()
    assert again.go_on(tmp_path / "cut.pt")
    assert again.step == 4
    assert [check.step for check in run(again, tmp_path / "cut.pt")] == [6, 8]
    assert [check.step for check in again.checks] == [2, 4, 6, 8]
    for one, other in zip(whole.averaged.parameters(), again.averaged.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-7)


def test_a_state_of_other_data_or_parameters_is_refused(tmp_path: Path) -> None:
    run(learner("a"), tmp_path / "state.pt")
    with pytest.raises(BadInput, match="other data or parameters"):
        learner("b").go_on(tmp_path / "state.pt")
    assert not learner("b").go_on(tmp_path / "none.pt")


def test_what_is_learned_counts_better(tmp_path: Path) -> None:
    one = learner()
    pictures, truth = examples().tensors
    before = poisson_loss(one.model(pictures), truth)
    told = run(one, tmp_path / "state.pt")
    assert told[-1].loss < before


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1000), heads=st.integers(0, 60))
def test_the_loss_is_least_at_the_truth(seed: int, heads: int) -> None:
    draw = torch.Generator().manual_seed(seed)
    truth = torch.zeros(1, 1, 16, 16)
    for _ in range(heads):
        row, column = torch.randint(16, (2,), generator=draw).tolist()
        truth[0, 0, row, column] += 1
    exact = truth.clamp_min(1e-6)
    least = poisson_loss(exact, truth)
    assert float(least) == pytest.approx(0, abs=1e-3)
    off = exact * (0.3 + 1.5 * torch.rand(truth.shape, generator=draw))
    assert float(poisson_loss(off + 0.01, truth)) >= float(least)


def test_a_thousand_heads_do_not_drown_ten() -> None:
    few, many = torch.full((1, 1, 16, 16), 10 / 256), torch.full((1, 1, 16, 16), 1000 / 256)
    off = float(poisson_loss(many * 1.2, many)) / float(poisson_loss(few * 1.2, few))
    assert off < 1000 / 10 / 2


@given(crops=st.integers(1, 20), seed=st.integers(0, 100), begin=st.integers(0, 60))
def test_the_order_goes_on_where_it_was(crops: int, seed: int, begin: int) -> None:
    whole = iter(Order(crops, seed, 0))
    first = [next(whole) for _ in range(begin + 2 * crops)]
    later = iter(Order(crops, seed, begin))
    assert [next(later) for _ in range(2 * crops)] == first[begin:]
    assert sorted(first[:crops]) == list(range(crops)), "each crop once a round"
