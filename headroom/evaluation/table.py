"""An evaluation on a terminal."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Column, Table

from headroom.evaluation.result import FUSED, Evaluation
from inference.evaluation.counting import Counts, by_band, score
from inference.evaluation.tracking import TrackScore


def show(found: Evaluation, console: Console) -> None:
    """Print what was found."""
    console.print(f"{found.source} against {found.truth}, counted by {found.model}\n")
    console.print(_totals(found))
    console.print()
    console.print(_bands(found))
    for note in found.notes:
        console.print(f"\n{note}")


def _totals(found: Evaluation) -> Table:
    table = Table("", Column(justify="right"), "", box=None, show_header=False, pad_edge=False)
    for name, value, meaning in measures(found):
        table.add_row(name, value, meaning)
    return table


def measures(found: Evaluation) -> Iterator[tuple[str, str, str]]:
    """Each measure's name, its value as people read it, and what it means."""
    total, tracks, unit = found.score, found.tracks, found.unit
    yield "MAE", f"{total.mae:.2f}", f"people off in a {unit}, of {total.truth_mean:.1f} on average"
    yield "RMSE", f"{total.rmse:.2f}", "the same, large errors weighing more"
    yield "bias", signed(total.bias), lean_of(total.bias)
    if total.coverage is None:
        yield "coverage", "-", "these counts come without an interval"
    else:
        wide = f", {found.interval_width:.2f} people wide on average"
        yield "coverage", f"{total.coverage:.0%}", f"of the true counts lie in the 90 % interval{wide}"
    if tracks is not None:
        yield (
            "HOTA",
            f"{tracks.hota:.3f}",
            f"finding people ({tracks.det_a:.3f}) and keeping them apart ({tracks.ass_a:.3f})",
        )
        yield "IDF1", f"{tracks.idf1:.3f}", "of the boxes have the right identity"
        yield "MOTA", f"{tracks.mota:.3f}", _mota_meaning(tracks)
    yield "speed", f"{found.fps:.1f}", f"{unit}s a second, from the file to the count; {len(found.counts)} {unit}s"


def signed(error: float) -> str:
    """A mean error with its sign; 0 has none."""
    return f"{error:+.2f}" if abs(error) >= 0.005 else "0.00"


def lean_of(error: float) -> str:
    """Which way a mean error leans."""
    if abs(error) < 0.005:
        return "neither too many nor too few"
    return "too many" if error > 0 else "too few"


def _mota_meaning(tracks: TrackScore) -> str:
    return (
        f"{tracks.misses} missed, {tracks.false_alarms} on nobody, {tracks.identity_switches} identities changed, "
        f"of {tracks.people}"
    )


def _bands(found: Evaluation) -> Table:
    right = [Column(name, justify="right") for name in (f"{found.unit}s", "MAE", "RMSE", "bias", "coverage")]
    table = Table("people there", "reading", *right, box=None, pad_edge=False, header_style="bold")
    readings = found.readings or {FUSED: found.counts}
    for name, counts in readings.items():
        shown = name if found.readings else ""
        for band, part in by_band(counts):
            table.add_row(band.name, shown, *_row(part))
        table.add_row("all", shown, *_row(counts), style="bold", end_section=True)
    return table


def _row(counts: Counts) -> tuple[str, ...]:
    total = score(counts)
    coverage = "-" if total.coverage is None else f"{total.coverage:.0%}"
    return str(len(counts)), f"{total.mae:.2f}", f"{total.rmse:.2f}", signed(total.bias), coverage
