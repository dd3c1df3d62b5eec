"""Learning a density map: step by step, the same from one seed, and going on where a killed run stopped."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

import torch
from numpy.random import default_rng
from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, PositiveFloat, PositiveInt
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader, Dataset, Sampler, default_collate

from domain.errors import BadInput
from training.crowd.loss import poisson_loss

_WARM_UP: Final = 50
"""Steps in which the rate rises from nothing: the first gradients of a new branch are large, and lead nowhere."""
_LONGEST: Final = 60.0
"""Norm to which a gradient is cut: one crop of a thousand heads must not undo what others taught."""
_LEAST: Final = 0.02
"""Share of the rate that is left at the end."""


class LearnSettings(BaseModel):
    """How long and how fast.

    Attributes:
        steps: how many batches.
        batch: crops in each.
        branch_rate: greatest learning rate.
        trunk_rate: that of the trunk, where it learns too: less, for it knows much already.
        decay: weight decay.
        average: share of the averaged weights that a step leaves.
        check_every: steps between checks on the validation pictures, and between savings.
        workers: processes that make batches; 0: this one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: PositiveInt
    batch: PositiveInt
    branch_rate: PositiveFloat
    trunk_rate: NonNegativeFloat = 0.0
    decay: NonNegativeFloat
    average: float = Field(gt=0, lt=1)
    check_every: PositiveInt
    workers: int = Field(default=0, ge=0)


@dataclass(frozen=True)
class Checked:
    """What was found after so many steps.

    Attributes:
        step: how many.
        loss: mean since the last check.
        errors: mean absolute error of the count by source, on validation pictures.
    """

    step: int
    loss: float
    errors: dict[str, float]


class Order(Sampler[int]):
    """Which crop comes at which place: shuffled anew each round, from a seed, beginning anywhere.

    Args:
        crops: how many there are.
        seed: of the run.
        begin: places that were taken already.
    """

    def __init__(self, crops: int, seed: int, begin: int) -> None:
        self._crops, self._seed, self._begin = crops, seed, begin

    def __iter__(self) -> Iterator[int]:
        turn, place = divmod(self._begin, self._crops)
        while True:
            order = default_rng([self._seed, turn]).permutation(self._crops)
            yield from order[place:].tolist()
            turn, place = turn + 1, 0


Batch = Sequence[Tensor]


class Learner:
    """One run.

    Args:
        model: what learns; given a batch's inputs, it gives the map.
        settings: how long and how fast.
        device: where.
        mark: says what this run is of; a saved state with another mark is not gone on from.
        trunk: parameters of the model that learn at the trunk's rate.
    """

    def __init__(
        self,
        model: nn.Module,
        settings: LearnSettings,
        device: torch.device,
        mark: str,
        trunk: Sequence[nn.Parameter] = (),
    ) -> None:
        self.model = model.to(device)
        self._settings, self._device, self._mark = settings, device, mark
        apart = {id(part) for part in trunk}
        rest = [part for part in model.parameters() if part.requires_grad and id(part) not in apart]
        self._rates = [settings.branch_rate, settings.trunk_rate] if trunk else [settings.branch_rate]
        groups = [{"params": part} for part in ([rest, list(trunk)] if trunk else [rest])]
        self._optimiser = torch.optim.AdamW(groups, lr=settings.branch_rate, weight_decay=settings.decay)
        self.averaged = AveragedModel(self.model, avg_fn=self._blend, use_buffers=True)
        self.step = 0
        self.checks: list[Checked] = []

    def go_on(self, path: Path) -> bool:
        """Take up a saved state, if there is one; whether there was.

        Raises:
            BadInput: it is of another run.
        """
        if not path.is_file():
            return False
        state = torch.load(path, map_location=self._device, weights_only=True)
        if state["mark"] != self._mark:
            raise BadInput(f"{path}: is of a run with other data or parameters; remove it to begin anew")
        self.model.load_state_dict(state["model"])
        self.averaged.load_state_dict(state["averaged"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.step = state["step"]
        self.checks = [Checked(*check) for check in state["checks"]]
        return True

    def save(self, path: Path) -> None:
        """Write the state, whole or not at all."""
        state = {
            "mark": self._mark,
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "checks": [(check.step, check.loss, check.errors) for check in self.checks],
        }
        draft = path.with_suffix(".new")
        torch.save(state, draft)
        draft.replace(path)

    def learn(
        self,
        examples: Dataset[Any],
        seed: int,
        state: Path,
        check: Callable[[nn.Module], dict[str, float]],
        told: Callable[[Checked], object],
        together: Callable[[list[Any]], Any] = default_collate,
    ) -> None:
        """Learn until the last step; after every so many, check with the averaged weights, tell and save.

        Args:
            examples: inputs and, last, the heads.
            seed: of the run.
            state: where it is saved.
            check: count errors of the model it is given.
            told: is given every check.
            together: makes a batch of examples.
        """
        batches = DataLoader(
            examples,
            batch_size=self._settings.batch,
            sampler=Order(len(examples), seed, self.step * self._settings.batch),  # type: ignore[arg-type]
            num_workers=self._settings.workers,
            collate_fn=together,
        )
        left = self._settings.steps - self.step
        losses: list[float] = []
        for batch in islice(batches, left):
            losses.append(self._learn_from(batch))
            if self.step % self._settings.check_every == 0 or self.step == self._settings.steps:
                found = Checked(self.step, sum(losses) / len(losses), check(self.averaged.module))
                self.checks.append(found)
                losses.clear()
                self.save(state)
                told(found)

    def _learn_from(self, batch: Batch) -> float:
        self.model.train()
        *inputs, heads = (part.to(self._device, non_blocking=True) for part in batch)
        for group, rate in zip(self._optimiser.param_groups, self._rates, strict=True):
            group["lr"] = rate * self._share()
        loss = poisson_loss(self.model(*inputs), heads)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), _LONGEST)
        self._optimiser.step()
        self.averaged.update_parameters(self.model)
        self.step += 1
        return float(loss.detach())

    def _blend(self, average: Tensor, newest: Tensor, steps: Tensor | int) -> Tensor:
        """Early on the average is that of the newest tenth of the steps, not of the weights it began with."""
        return average + (newest - average) * max(1 - self._settings.average, 10 / (float(steps) + 10))

    def _share(self) -> float:
        """Of the greatest rate: rises, then falls along half a cosine (Loshchilov and Hutter 2017)."""
        done = self.step / self._settings.steps
        falling = 0.5 * (1 + torch.cos(torch.tensor(done * torch.pi)).item())
        return min(1.0, (self.step + 1) / _WARM_UP) * (_LEAST + (1 - _LEAST) * falling)
