"""The page of an analysis: one file, no network, a curve a zone."""

from collections.abc import Iterator
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final

import numpy as np

import headroom.evaluation
from headroom.evaluation.plot import Axis, Plot, Values
from headroom.jobs.analysis import Analysis, ZoneSeconds

_STYLE: Final = Path(headroom.evaluation.__file__).with_name("page.css")
FINEST: Final = 1_200
"""Steps of a curve: about a pixel each on a desk's screen. Longer recordings are averaged down to it."""


def render(analysis: Analysis, name: str) -> str:
    """The page.

    Args:
        analysis: what it shows.
        name: of the footage.
    """
    title = escape(f"{name} · how many people?")
    style = _STYLE.read_text(encoding="utf-8")
    cards = "".join(_card(zone_id, zone) for zone_id, zone in analysis.zones.items())
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="dark light">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<title>{title}</title>\n<link rel="icon" href="data:,">\n<style>\n{style}</style>\n</head>\n<body>\n'
        f'<header><p class="brand">Headroom · recorded video</p><h1>{title}</h1></header>\n<main>{cards}</main>\n'
        "</body>\n</html>\n"
    )


def _card(zone_id: str, zone: ZoneSeconds) -> str:
    told = zone.as_json()
    mean, peak, unknown = told["mean"], told["peak"], told["unknown_seconds"]
    facts = [
        f"mean {mean:.1f}" if mean is not None else "nothing is known",
        f"at most {peak} at once" if peak is not None else "",
        f"{unknown} of {told['seconds']} seconds unknown" if unknown else "",
    ]
    words = escape(", ".join(filter(None, facts)))
    return f'<section class="card span"><h2>{escape(zone_id)}</h2><p class="legend">{words}</p>{_curve(zone)}</section>'


def _curve(zone: ZoneSeconds) -> str:
    """Count and interval over time; nothing is drawn where nothing is known."""
    edges, told, low, high = _stepped(zone)
    if np.isnan(told).all():
        return ""
    top = float(np.nanmax(np.concatenate([told, high, [1.0]])))
    plot = Plot(Axis.linear(float(edges[-1]), ticks=8, snug=True), Axis.linear(top), "seconds", "people")
    plot.area_between("interval", edges, low, high)
    for start, end in _known(told):
        plot.steps("told", edges[start : end + 1], told[start:end])
    return plot.render(kind="wide")


def _stepped(zone: ZoneSeconds) -> tuple[Values, Values, Values, Values]:
    """Edges (n + 1), then count and interval of each step (n); a step with an unknown second is unknown."""
    at_s = np.asarray(zone.at_s, np.float64)
    columns = [np.asarray(values, np.float64) for values in (zone.counts, zone.lows, zone.highs)]
    starts = np.linspace(0, len(at_s), min(len(at_s), FINEST), endpoint=False).astype(int)
    sizes = np.diff(np.append(starts, len(at_s)))
    told, low, high = (np.add.reduceat(column, starts) / sizes for column in columns)
    return np.append(at_s[starts], at_s[-1] + 1.0), told, low, high


def _known(values: Values) -> Iterator[tuple[int, int]]:
    """Beginning and end of each run of known values."""
    for known, run in groupby(range(len(values)), lambda index: bool(np.isfinite(values[index]))):
        indices = list(run)
        if known:
            yield indices[0], indices[-1] + 1
