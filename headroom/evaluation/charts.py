"""Which plots a report has, each from an evaluation."""

import json
from collections.abc import Iterator
from html import escape
from typing import Final

import numpy as np

from headroom.evaluation.plot import Axis, Plot, Values
from headroom.evaluation.result import FUSED, Evaluation
from inference.evaluation.counting import Counts

FINEST: Final = 1200
"""Steps of a line over time: about a pixel each on a desk's screen. Longer videos are averaged down to it."""
LOG_FROM: Final = 20
"""Ratio of the largest count to the smallest from which equal factors are shown as equal steps."""


def over_time(found: Evaluation) -> str:
    """Count and truth from frame to frame, the difference shaded; empty for stills."""
    if found.at_s is None:
        return ""
    edges, truth, told, low, high = _by_time(found)
    top = np.nanmax(np.concatenate([truth, told, high, [1.0]]))
    plot = Plot(Axis.linear(float(edges[-1]), ticks=8, snug=True), Axis.linear(float(top)), "seconds", "people")
    plot.area_between("interval", edges, low, high)
    plot.area_between("over", edges, truth, told)
    plot.area_between("under", edges, told, truth)
    plot.steps("truth", edges, truth)
    plot.steps("told", edges, told)
    series = {"edges": edges, "told": told, "truth": truth}
    data = json.dumps({name: np.round(values, 2).tolist() for name, values in series.items()})
    return plot.render(kind="wide", data=f'data-series="{escape(data)}" data-high="{plot.x.high}"')


def _by_time(found: Evaluation) -> tuple[Values, Values, Values, Values, Values]:
    """Edges (n + 1), then truth, count and interval of each step (n)."""
    at_s, counts = np.asarray(found.at_s), found.counts
    period_s = float(np.median(np.diff(at_s))) if len(at_s) > 1 else 1.0
    starts = np.linspace(0, len(counts), min(len(counts), FINEST), endpoint=False).astype(int)
    sizes = np.diff(np.append(starts, len(counts)))
    edges = np.append(at_s[starts], at_s[-1] + period_s)
    columns = (counts.truth, counts.told, counts.low, counts.high)
    truth, told, low, high = (np.add.reduceat(column, starts) / sizes for column in columns)
    return edges, truth, told, low, high


def by_crowding(found: Evaluation) -> str:
    """Count and truth picture by picture, from the emptiest to the fullest; empty for a video."""
    if found.at_s is not None:
        return ""
    order = np.argsort(found.counts.truth, kind="stable")
    counts = found.counts.where(order)
    edges = np.arange(len(counts) + 1.0)
    places = edges[:-1] + 0.5
    plot = Plot(
        Axis(0, len(counts), ()), _people_axis([counts]), "pictures, from the emptiest to the fullest", "people"
    )
    floor = np.full(len(counts), plot.y.low)
    plot.area_between("ground", edges, floor, counts.truth)
    plot.area_between("under", edges, np.maximum(counts.told, floor), counts.truth)
    plot.area_between("over", edges, counts.truth, counts.told)
    plot.steps("truth", edges, counts.truth)
    plot.bars("interval", places, counts.low, counts.high)
    plot.dots("told", places, counts.told, _says([found.labels[index] for index in order], counts))
    return plot.render(kind="wide")


def against_truth(found: Evaluation) -> str:
    """Every count beside its truth; right is on the diagonal."""
    readings = found.readings or {FUSED: found.counts}
    axis = _people_axis(list(readings.values()))
    plot = Plot(axis, axis, "people there", "people counted")
    plot.line("truth", np.array([axis.low, axis.high]), np.array([axis.low, axis.high]))
    if found.at_s is not None:
        _heaps(plot, found.counts)
        return plot.render(kind="square")
    plot.bars("interval", found.counts.truth, found.counts.low, found.counts.high)
    for name, counts in readings.items():
        kind = "told" if name == FUSED else f"alone-{name}"
        plot.dots(kind, counts.truth, counts.told, _says(found.labels, counts, name if found.readings else ""))
    return plot.render(kind="square")


def _heaps(plot: Plot, counts: Counts) -> None:
    """One dot for all frames with the same truth and, to a whole person, the same count: larger for more frames."""
    pairs, sizes = np.unique(np.column_stack([counts.truth, np.round(counts.told)]), axis=0, return_counts=True)
    says = [
        f"{there:g} there, {told:g} counted: {size} frames" for (there, told), size in zip(pairs, sizes, strict=True)
    ]
    widths = 5 + 26 * np.sqrt(sizes / sizes.max())
    errors = pairs[:, 1] - pairs[:, 0]
    for kind, chosen in (("under", errors < 0), ("right", errors == 0), ("over", errors > 0)):
        said = [text for text, is_one in zip(says, chosen, strict=True) if is_one]
        plot.dots(kind, pairs[chosen, 0], pairs[chosen, 1], said, widths[chosen])


def of_errors(found: Evaluation) -> str:
    """How often a frame is off by how many people; empty for stills, whose errors grow with the crowd."""
    if found.at_s is None:
        return ""
    errors = np.round(found.counts.errors)
    reach = max(2.0, float(np.abs(errors).max()))
    middles = np.arange(-reach, reach + 1)
    shares = np.array([float((errors == middle).mean()) * 100 for middle in middles])
    ticks = tuple(float(middle) for middle in middles[:: max(1, round(len(middles) / 11))])
    plot = Plot(
        Axis(-reach - 0.5, reach + 0.5, ticks), Axis.linear(float(shares.max())), "counted less true", "% of frames"
    )
    for kind, chosen in (("under", middles < 0), ("right", middles == 0), ("over", middles > 0)):
        for middle, share in zip(middles[chosen], shares[chosen], strict=True):
            plot.area_between(kind, middle + np.array([-0.42, 0.42]), np.zeros(1), np.array([share]))
    return plot.render(kind="square")


def _people_axis(readings: list[Counts]) -> Axis:
    """One that holds all counts, by factors where they span many."""
    everything = np.concatenate([np.concatenate([counts.truth, counts.told, counts.high]) for counts in readings])
    truth = np.concatenate([counts.truth for counts in readings])
    top = float(max(np.nanmax(everything), 1.0))
    if truth.min() > 0 and top / truth.min() >= LOG_FROM:
        return Axis.logarithmic(float(max(1.0, np.nanmin(everything))), top)
    return Axis.linear(top)


def _says(labels: tuple[str, ...] | list[str], counts: Counts, reading: str = "") -> Iterator[str]:
    for label, there, told, low, high in zip(labels, counts.truth, counts.told, counts.low, counts.high, strict=True):
        interval = f" ({low:.0f} to {high:.0f})" if np.isfinite(low) and np.isfinite(high) else ""
        by = f" by {reading}" if reading else ""
        yield f"{label}: {there:g} there, {told:.0f} counted{by}{interval}"
