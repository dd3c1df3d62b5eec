"""The model card that a training writes: what the model learned from, how, and how well it counts."""

from collections.abc import Mapping

from training.dataset.layout import Dataset
from training.settings import TrainingSettings


def render(name: str, settings: TrainingSettings, dataset: Dataset, metrics: Mapping[str, float]) -> str:
    """The card, Markdown.

    Args:
        name: of the model.
        settings: how it was trained.
        dataset: what it learned from.
        metrics: ``SET.NAME`` and its value; empty where nothing was evaluated.
    """
    boxes = settings.boxes
    how = (
        f"boxes for {boxes.epochs} epochs" if boxes.epochs else "the boxes of its base, as they were"
    ) + f", a density map for {settings.density.learn.steps} steps"
    lines = [
        f"# {name}",
        "",
        f"Trained from `{boxes.base.rsplit('/', 1)[-1]}`: {how}; seeds {boxes.seed} and {settings.density.seed}.",
        "",
        "## What it learned from",
        "",
        f"{len(dataset.items)} pictures; hash `{dataset.content_hash[:16]}`.",
        "",
        "| set | source | licence |",
        "|---|---|---|",
        *(f"| {one.name} | {_cell(one.source)} | {_cell(one.licence)} |" for one in dataset.sets),
        "",
        "Whoever sells what it counts must look at these licences first.",
        "",
        "## How well it counts",
        "",
        *_table(metrics),
        "",
        "No person has looked at it yet.",
        "",
        "## What it must not be used for",
        "",
        "To recognise people; or alone to decide that a place is safe.",
    ]
    return "\n".join(lines) + "\n"


def _table(metrics: Mapping[str, float]) -> list[str]:
    sets: dict[str, dict[str, float]] = {}
    for name, value in metrics.items():
        of, _, what = name.partition(".")
        sets.setdefault(of, {})[what] = value
    if not sets:
        return ["Nothing is known: it was not evaluated."]
    names = ("count_mae", "count_bias", "coverage_90", "frames")
    rows = [
        f"| {of} | " + " | ".join(f"{told[name]:.3g}" if name in told else "" for name in names) + " |"
        for of, told in sorted(sets.items())
    ]
    return ["| set | count MAE | bias | 90 % intervals hold | pictures |", "|---|---|---|---|---|", *rows]


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "/").split())
