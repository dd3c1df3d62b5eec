"""The parameters of one job's training: those of a file, with what the job says in their place."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from domain.errors import BadInput
from training.settings import TrainingSettings

NUMBERS: Final = ("epochs", "steps", "seed")


def parameters_of(path: Path) -> dict[str, Any]:
    """The parameters as they stand in a file.

    Raises:
        BadInput: it cannot be read, or is not what ``configs/training.yaml`` is.
    """
    TrainingSettings.load(path)
    values: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return values


@dataclass(frozen=True)
class Own:
    """What one job says in place of the file.

    Attributes:
        made: where stages put what they make.
        dataset: what is learned from.
        base: the detector it begins as; ``None``, like all that follow: as the file has it.
        epochs: of the boxes.
        steps: of every density map; it is checked, and the best kept, at least twice.
        seed: of everything that is drawn while training.
    """

    made: Path
    dataset: Path
    base: Path | None = None
    epochs: int | None = None
    steps: int | None = None
    seed: int | None = None


def numbers_of(words: Iterable[str]) -> dict[str, int]:
    """``epochs=3`` and its like.

    Raises:
        BadInput: one is no such word.
    """
    found: dict[str, int] = {}
    for word in words:
        name, _, value = word.partition("=")
        if name not in NUMBERS or not value.isdecimal():
            raise BadInput(f"--set {word!r}: expected NAME=N, where NAME is one of {', '.join(NUMBERS)}")
        found[name] = int(value)
    return found


def write_parameters(source: Path, to: Path, own: Own) -> None:
    """Write a file of parameters, whole or not at all.

    Args:
        source: a file of the form of ``configs/training.yaml``.
        to: the file.
        own: what is other in it.

    Raises:
        BadInput: ``source`` cannot be read, or is not what it should be; ``to`` cannot be written.
    """
    values = parameters_of(source)
    values["folder"] = str(own.made.resolve())
    values["prepare"]["dataset"] = str(own.dataset.resolve())
    if own.base is not None:
        values["boxes"]["base"] = str(own.base.resolve())
    if own.epochs is not None:
        values["boxes"]["epochs"] = own.epochs
    for name, part in values.items():
        if name != "export" and isinstance(part, dict):  # what an export is checked with is no part of training
            _learn(part, own)
    draft = to.with_suffix(".new")
    try:
        draft.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")
        draft.replace(to)
    except OSError as error:
        raise BadInput(f"{to} cannot be written: {error.strerror}") from error
    TrainingSettings.load(to)


def _learn(part: dict[str, Any], own: Own) -> None:
    if own.seed is not None and "seed" in part:
        part["seed"] = own.seed
    if own.steps is not None and "learn" in part:
        often = min(part["learn"]["check_every"], max(own.steps // 2, 1))
        part["learn"] |= {"steps": own.steps, "check_every": often}
