"""Plots that stretch with the page: the marks are SVG without a size of its own, the words around them are HTML.

An SVG with text in it shrinks its text on a phone. Here the drawing is stretched to its box, strokes keep their width,
and each label is placed by percent. Colours are the page's own, by class, so that they follow light and dark.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Axis:
    """One direction of a plot.

    Attributes:
        low: value at its beginning.
        high: value at its end.
        ticks: values that are written beside it.
        log: whether equal steps are equal factors; ``low`` is then above 0.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    log: bool = False

    @classmethod
    def linear(cls, high: float, *, ticks: int = 5, snug: bool = False) -> "Axis":
        """An axis with about ``ticks`` round steps, from 0 to the step after ``high``; ``snug``: to ``high`` itself."""
        step = _round_step(max(high, 1e-9) / ticks)
        last = math.floor(high / step + 1e-9) if snug else math.ceil(high / step - 1e-9)
        marks = tuple(index * step for index in range(last + 1))
        return cls(0.0, high if snug else max(high, marks[-1]), marks)

    @classmethod
    def logarithmic(cls, low: float, high: float) -> "Axis":
        """An axis of factors, from a round step below ``low`` to one above ``high``; its marks do not crowd."""
        steps = [base * 10.0**power for power in range(9) for base in (1, 2, 5)]
        below = max(step for step in steps if step <= max(low, 1))
        above = min(step for step in steps if step >= max(high, 2) and step > below)
        inside = [step for step in steps if below <= step <= above]
        tens = [step for step in inside if math.log10(step).is_integer()]
        return cls(below, above, tuple(inside if len(inside) <= 7 else tens), log=True)

    def share(self, values: Values | float) -> Values:
        """Where values lie: 0 at the beginning, 1 at the end; what lies beyond is put at the border."""
        given = np.asarray(values, np.float64)
        if self.log:
            given, low, high = np.log(np.maximum(given, self.low)), math.log(self.low), math.log(self.high)
        else:
            low, high = self.low, self.high
        return np.asarray(np.clip((given - low) / (high - low), 0.0, 1.0))


def _round_step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= least * (1 - 1e-9))


def label(value: float) -> str:
    """A number on an axis."""
    return f"{value:,.10g}"


@dataclass
class Plot:
    """A drawing under construction; marks are kept in the order in which they are to be painted.

    Args:
        x: rightward.
        y: upward.
        x_name: what ``x`` is, with its unit.
        y_name: what ``y`` is.
    """

    x: Axis
    y: Axis
    x_name: str
    y_name: str
    _marks: list[str] = field(default_factory=list)

    def line(self, kind: str, xs: Values, ys: Values) -> None:
        """A line through points; ``kind`` is its CSS class."""
        self._path(kind, _through(*self._place(xs, ys)))

    def steps(self, kind: str, edges: Values, ys: Values) -> None:
        """A line that stays at each of n values from one of n + 1 edges to the next."""
        self.line(kind, np.repeat(edges, 2)[1:-1], np.repeat(ys, 2))

    def area_between(self, kind: str, edges: Values, lows: Values, highs: Values) -> None:
        """Filled steps from n lower to n upper values; where upper is below lower, or is unknown, nothing."""
        pieces = []
        for low, high, left, right in zip(lows, highs, edges[:-1], edges[1:], strict=True):
            if high > low:
                xs, ys = self._place(np.array([left, right, right, left]), np.array([low, low, high, high]))
                pieces.append(_through(xs, ys) + "z")
        self._path(kind, "".join(pieces))

    def bars(self, kind: str, xs: Values, lows: Values, highs: Values) -> None:
        """Upright strokes from n lower to n upper values; those that are unknown are left out."""
        known = np.isfinite(lows) & np.isfinite(highs)
        left, low = self._place(xs[known], lows[known])
        _, high = self._place(xs[known], highs[known])
        ends = zip(left, low, high, strict=True)
        self._path(kind, "".join(f"M{x:.1f} {bottom:.1f}V{top:.1f}" for x, bottom, top in ends))

    def dots(self, kind: str, xs: Values, ys: Values, says: Iterable[str], widths: Values | None = None) -> None:
        """A dot a point, each with what it says when it is pointed at; ``widths`` in pixels in place of the class's."""
        across, up = self._place(xs, ys)
        sizes: Sequence[float | None] = [None] * len(xs) if widths is None else widths.tolist()
        for x, y, said, size in zip(across, up, says, sizes, strict=True):
            # A stroke of no length with round ends is a dot that stays round however the drawing is stretched.
            style = "" if size is None else f' style="stroke-width:{size:.1f}px"'
            title = f"<title>{escape(said)}</title>"
            self._marks.append(f'<path class="dot {kind}"{style} d="M{x:.1f} {y:.1f}h0">{title}</path>')

    def render(self, *, kind: str = "", data: str = "") -> str:
        """The plot as HTML; ``data`` are further attributes of its outermost element."""
        x_shares = {label(tick): float(self.x.share(tick)) * 100 for tick in self.x.ticks}
        y_shares = {label(tick): float(self.y.share(tick)) * 100 for tick in self.y.ticks}
        grid = "".join(f'<i class="grid" style="bottom:{share:.2f}%"></i>' for share in y_shares.values())
        beside = "".join(f'<span style="bottom:{share:.2f}%">{text}</span>' for text, share in y_shares.items())
        below = "".join(f'<span style="left:{share:.2f}%">{text}</span>' for text, share in x_shares.items())
        return (
            f'<div class="plot {kind}" {data}><p class="y-name">{escape(self.y_name)}</p>'
            f'<div class="y-ticks" aria-hidden="true">{beside}</div><div class="field">{grid}'
            f'<svg viewBox="0 0 1000 1000" preserveAspectRatio="none" role="img" '
            f'aria-label="{escape(self.y_name)} by {escape(self.x_name)}">{"".join(self._marks)}</svg></div>'
            f'<div class="x-ticks" aria-hidden="true">{below}</div><p class="x-name">{escape(self.x_name)}</p></div>'
        )

    def _place(self, xs: Values, ys: Values) -> tuple[Values, Values]:
        return self.x.share(xs) * 1000, (1 - self.y.share(ys)) * 1000

    def _path(self, kind: str, d: str) -> None:
        if d:
            self._marks.append(f'<path class="{kind}" d="{d}"/>')


def _through(xs: Values, ys: Values) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
