"""The page of a dataset: its numbers, and some pictures of each set with their labels, in one file."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from headroom import evaluation
from headroom.dataset_page.drawing import draw
from headroom.dataset_page.table import COLUMNS, cells
from training.dataset.item import HEAD, PERSON, Item, Split
from training.dataset.layout import Dataset
from training.dataset.manifest import SetRecord
from training.dataset.pictures import Advance
from training.dataset.placing import people_in
from training.dataset.splits import spread_over
from training.dataset.statistics import SetTally, Statistics, Tally

_HERE: Final = Path(__file__).parent
_SHARED: Final = Path(evaluation.__file__).parent / "page.css"
HEADS: Final = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
"""Where each bar of heads in a picture begins."""
SIZES: Final = (0, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)
"""Where each bar of head sizes begins, pixels."""


def write(dataset: Dataset, found: Statistics, to: Path, *, each: int, advance: Advance) -> None:
    """Write the page.

    Args:
        dataset: what it shows.
        found: its numbers.
        to: the file.
        each: pictures of each set, from the fewest people to the most.
        advance: told of the progress.

    Raises:
        BadInput: it cannot be written there.
        BadDataset: a picture cannot be read.
    """
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(render(dataset, found, each=each, advance=advance), encoding="utf-8")
    except OSError as error:
        raise BadInput(f"page {to} cannot be written: {error.strerror or error}") from None


def render(dataset: Dataset, found: Statistics, *, each: int, advance: Advance) -> str:
    """The page."""
    total = min(each, max(len(dataset.items), 1)) * len(found.sets)
    drawn = 0

    def picture(item: Item) -> str:
        nonlocal drawn
        drawn += 1
        advance("drawing", drawn, total)
        return b64encode(draw(item)).decode()

    return Template((_HERE / "page.html").read_text(encoding="utf-8")).substitute(
        style=_SHARED.read_text(encoding="utf-8") + (_HERE / "page.css").read_text(encoding="utf-8"),
        script=(_HERE / "page.js").read_text(encoding="utf-8"),
        title=escape(dataset.name),
        headline=f"{len(dataset.items):,}",
        summary=escape(_summary(found)),
        tiles="".join(_tiles(found)),
        head="".join(f'<th scope="col">{name}</th>' for name in COLUMNS),
        rows="".join(_rows(found)),
        sets="".join(_section(dataset, entry, each, picture) for entry in found.sets),
        links="".join(f'<a href="#{entry.record.name}">{escape(entry.record.name)}</a>' for entry in found.sets),
        content_hash=dataset.content_hash,
        folder=escape(str(dataset.folder)),
    )


def _summary(found: Statistics) -> str:
    splits = ", ".join(f"{tally.pictures:,} {_PURPOSE[split]}" for split, tally in found.splits.items())
    return f"pictures of {len(found.sets)} sets: {splits}."


_PURPOSE: Final = {"train": "to train on", "val": "to validate with", "test": "to test with"}


def _tiles(found: Statistics) -> Iterator[str]:
    whole = found.whole
    for name, number, meaning in (
        ("people", whole.people, "boxes of whole people"),
        ("heads", whole.heads, "boxes of heads"),
        ("points", whole.points, "heads marked by a point"),
        ("scenes", whole.sequences, "never split between training and validation"),
        ("not judged", whole.ignored, "regions in which nothing is evidence"),
    ):
        shown = "-" if number is None else f"{number:,}"
        said = "nobody looked for them" if number is None else meaning
        yield f"<div><dt>{name}</dt><dd>{shown}</dd><p>{said}</p></div>"


def _rows(found: Statistics) -> Iterator[str]:
    for entry in found.sets:
        yield "<tbody>" + "".join(_row_group(entry.record.name, entry.splits, entry.whole)) + "</tbody>"
    yield '<tbody class="whole">' + "".join(_row_group("all sets", found.splits, found.whole)) + "</tbody>"


def _row_group(name: str, splits: Mapping[Split, Tally], whole: Tally) -> Iterator[str]:
    shown = escape(name)
    for split, tally in splits.items():
        yield _row(shown, split, tally, "")
        shown = ""
    if len(splits) > 1:
        yield _row("", "all", whole, "total")


def _row(name: str, split: str, tally: Tally, kind: str) -> str:
    numbers = "".join(f"<td>{cell}</td>" for cell in cells(tally))
    return f'<tr class="{kind}"><th scope="row">{name}</th><td class="word">{split}</td>{numbers}</tr>'


def _section(dataset: Dataset, entry: SetTally, each: int, picture: Callable[[Item], str]) -> str:
    items = [item for item in dataset.items if item.source == entry.record.name]
    chosen = [items[index] for index in spread_over([people_in(item) for item in items], each)]
    chosen.sort(key=people_in)
    figures = "".join(_figure(item, picture(item)) for item in chosen)
    name = escape(entry.record.name)
    return (
        f'<section class="card span set" id="{name}"><h2>{name}</h2>{_about(entry.record)}'
        f'<div class="bars">{_bars("heads in a picture, from", HEADS, _each(entry))}'
        f"{_bars('head size in pixels, from', SIZES, _sizes(entry))}</div>"
        f'<p class="legend">{_legend(items)}<span class="hint">{len(chosen)} of {len(items):,} pictures, '
        f'from the fewest people to the most</span></p><div class="scenes">{figures}</div></section>'
    )


def _about(record: SetRecord) -> str:
    looked_for = ", ".join(
        {"person": "people", "head": "heads", "points": "head points"}[kind] for kind in record.labelled
    )
    facts = {"labelled": looked_for, "privacy": record.privacy, "licence": record.licence, "source": record.source}
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{k}</dt><dd>{escape(v)}</dd></div>" for k, v in facts.items())
        + "</dl>"
    )


_KEYS: Final = {
    "person": "a person",
    "head": "a head",
    "point": "a head, by a point",
    "ignored": "not to be judged",
}


def _legend(items: Sequence[Item]) -> str:
    has = {
        "person": any((item.classes == PERSON).any() for item in items),
        "head": any((item.classes == HEAD).any() for item in items),
        "point": any(len(item.points) for item in items),
        "ignored": any(len(item.ignored) for item in items),
    }
    shape = {"point": "round", "ignored": "box dashed"}
    return "".join(
        f'<span class="key {shape.get(kind, "box")} {kind}">{_KEYS[kind]}</span>'
        for kind, there in has.items()
        if there
    )


def _each(entry: SetTally) -> dict[str, NDArray[np.float64]]:
    return {split: tally.heads_each for split, tally in entry.splits.items()}


def _sizes(entry: SetTally) -> dict[str, NDArray[np.float64]]:
    return {split: tally.head_px for split, tally in entry.splits.items()}


def _bars(title: str, edges: tuple[int, ...], values: dict[str, NDArray[np.float64]]) -> str:
    """A bar for each range, one part for each split; nothing where there is nothing to count."""
    counts = {split: np.histogram(those, (*edges, np.inf))[0] for split, those in values.items()}
    totals = np.sum(list(counts.values()), axis=0)
    if not totals.any():
        return ""
    last = int(np.flatnonzero(totals)[-1])
    bars = "".join(_bar(edges, counts, index, int(totals.max())) for index in range(last + 1))
    keys = "".join(f'<span class="key {split}">{split}</span>' for split in counts if len(counts) > 1)
    return f'<figure class="bar-plot"><figcaption>{title}{keys}</figcaption><div>{bars}</div></figure>'


def _bar(edges: tuple[int, ...], counts: dict[str, NDArray[np.intp]], index: int, most: int) -> str:
    parts = "".join(
        f'<i class="{split}" style="--share:{those[index] / most:.4f}"></i>' for split, those in counts.items()
    )
    end = edges[index + 1] if index + 1 < len(edges) else None
    name = _range(edges[index], end)
    said = ", ".join(f"{those[index]:,} {split}" for split, those in counts.items())
    return f'<span title="{name}: {said}">{parts}<b>{edges[index]:,}</b></span>'


def _range(start: int, end: int | None) -> str:
    if end is None:
        return f"{start:,}+"
    return f"{start}" if end == start + 1 else f"{start}–{end - 1}"  # noqa: RUF001 - an en dash is a range's


def _figure(item: Item, data: str) -> str:
    name = escape(item.image.name)
    return (
        f'<figure class="scene" data-split="{item.split}"><img src="data:image/jpeg;base64,{data}" alt="{name}" '
        f'loading="lazy" tabindex="0"><figcaption><b>{name}</b><span>{item.width}x{item.height}</span>'
        f'<span class="split">{item.split}</span><em>{_told(item)}</em></figcaption></figure>'
    )


def _told(item: Item) -> str:
    """How many of what, as far as it was looked for."""
    people, heads = int((item.classes == PERSON).sum()), int((item.classes == HEAD).sum())
    parts = [(people, "person", "people")] if "person" in item.labelled else []
    parts += [(heads, "head", "heads")] if "head" in item.labelled else []
    parts += [(len(item.points), "point", "points")] if "points" in item.labelled else []
    return ", ".join(f"{number:,} {one if number == 1 else many}" for number, one, many in parts)
