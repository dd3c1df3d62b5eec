"""A dataset in numbers, on a terminal and as JSON."""

from collections.abc import Mapping
from typing import Any, Final

from rich.console import Console
from rich.table import Column, Table

from training.dataset.item import Split
from training.dataset.layout import Dataset
from training.dataset.statistics import Spread, Statistics, Tally

WIDTH: Final = 120
"""Characters that the table takes."""
COLUMNS: Final = ("pictures", "scenes", "people", "heads", "points", "ignored", "heads a picture", "head size, px")


def show(dataset: Dataset, found: Statistics, console: Console) -> None:
    """Print it."""
    console.print(f"{dataset.name}: {dataset.folder}, content hash {dataset.content_hash[:16]}\n")
    console.print(_counts(found))
    console.print("-: was not looked for. Three numbers: of twenty one is lower, median, of twenty one is higher.\n")
    for record in dataset.sets:
        looked_for = ", ".join(record.labelled)
        console.print(f"{record.name}: {looked_for} labelled; {record.privacy}", soft_wrap=True)
        console.print(f"    licence  {record.licence}\n    source   {record.source}", soft_wrap=True)


def _counts(found: Statistics) -> Table:
    right = [Column(name, justify="right", no_wrap=True) for name in COLUMNS]
    first = [Column(name, no_wrap=True) for name in ("set", "split")]
    table = Table(*first, *right, box=None, pad_edge=False, header_style="bold")
    for entry in found.sets:
        _group(table, entry.record.name, entry.splits, entry.whole)
    _group(table, "all sets", found.splits, found.whole)
    return table


def _group(table: Table, name: str, splits: Mapping[Split, Tally], whole: Tally) -> None:
    """A row for each split, and one for all where there are several."""
    rows = [(str(split), tally) for split, tally in splits.items()] + ([("all", whole)] if len(splits) > 1 else [])
    for index, (split, tally) in enumerate(rows):
        end = index == len(rows) - 1
        table.add_row("" if index else name, split, *cells(tally), end_section=end)


def cells(tally: Tally) -> tuple[str, ...]:
    """A row's numbers, in the order of the columns."""
    return (
        f"{tally.pictures:,}",
        f"{tally.sequences:,}",
        *(("-" if number is None else f"{number:,}") for number in (tally.people, tally.heads, tally.points)),
        f"{tally.ignored:,}",
        spread(Spread.of(tally.heads_each)),
        spread(Spread.of(tally.head_px)),
    )


def spread(found: Spread | None) -> str:
    """Low, median and high."""
    if found is None:
        return "-"
    return " / ".join(f"{value:,.0f}" for value in (found.low, found.median, found.high))


def as_json(dataset: Dataset, found: Statistics) -> dict[str, Any]:
    """The same numbers for a machine."""
    return {
        "name": dataset.name,
        "content_hash": dataset.content_hash,
        "all": _tally(found.whole),
        "splits": {split: _tally(tally) for split, tally in found.splits.items()},
        "sets": {
            entry.record.name: {
                **entry.record.model_dump(mode="json", exclude={"name"}),
                "all": _tally(entry.whole),
                "splits": {split: _tally(tally) for split, tally in entry.splits.items()},
            }
            for entry in found.sets
        },
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "pictures": tally.pictures,
        "sequences": tally.sequences,
        "people": tally.people,
        "heads": tally.heads,
        "points": tally.points,
        "ignored": tally.ignored,
        "heads_a_picture": _spread(Spread.of(tally.heads_each)),
        "head_px": _spread(Spread.of(tally.head_px)),
    }


def _spread(found: Spread | None) -> dict[str, float] | None:
    if found is None:
        return None
    names = ("low", "median", "high", "mean", "most")
    return {name: round(getattr(found, name), 2) for name in names}
