"""The bench on a terminal."""

from rich.console import Console
from rich.table import Column, Table

from headroom.bench.cameras import FPS, LATENCY_MS
from headroom.bench.contenders import HEADROOM
from headroom.bench.result import Bench, Cameras, Standing

NOT_RUN = "not run"


def show(found: Bench, console: Console) -> None:
    """Print what was found, and what was not run."""
    load = ", then ".join(f"{value:.1f}" for value in found.machine["load"])
    rounds = {0: "nobody's speed", 1: "1 round"}.get(found.rounds, f"medians of {found.rounds} rounds")
    console.print(f"{found.clip}, {rounds}, {found.machine['cpu']}, load average {load}\n", soft_wrap=True)
    if found.rounds:
        console.print(_contest(found))
    for one in found.standings:
        if one.name is not None:
            console.print(f"{one.title}: {one.name}", soft_wrap=True)
    if found.cameras is not None:
        console.print(f"\n{_held(found.cameras)}\n")
        console.print(_trials(found.cameras))
    if found.share_of_model_limit is not None:
        console.print(f"\n{found.share_of_model_limit:.0%} of the bare network's speed on this GPU")
    for what, why in (found.reasons if found.rounds else found.not_run).items():
        console.print(f"\n{NOT_RUN}: {what}: {why}", soft_wrap=True)


def _contest(found: Bench) -> Table:
    right = [Column(name, justify="right") for name in ("frames/s", "we are", "memory", "count MAE")]
    table = Table(Column("", no_wrap=True), *right, box=None, pad_edge=False, header_style="bold")
    ours = found.of(HEADROOM).fps
    for one in found.standings:
        table.add_row(one.title, *_row(one, ours))
    return table


def _row(one: Standing, ours: float | None) -> tuple[str, ...]:
    if one.fps is None or one.peak_mb is None:
        return (NOT_RUN, "", "", "")
    times = "" if ours is None or one.key == HEADROOM else f"{ours / one.fps:.2f} times"
    error = "" if one.count_mae is None else f"{one.count_mae:.3f}"
    return f"{one.fps:.1f}", times, f"{one.peak_mb:.0f} MB", error


def _held(cameras: Cameras) -> str:
    tried = max(int(trial["cameras"]) for trial in cameras.trials)
    more = ", the most that was tried" if cameras.held == tried else ""
    return f"{cameras.held} live cameras at {FPS} frames/s with p95 under {LATENCY_MS:.0f} ms{more}"


def _trials(cameras: Cameras) -> Table:
    names = ("cameras", "p50", "p95", "of which hop", "slowest camera", "worker", "their server", "")
    table = Table(*(Column(name, justify="right") for name in names), box=None, pad_edge=False, header_style="bold")
    for trial in sorted(cameras.trials, key=lambda one: int(one["cameras"])):
        table.add_row(
            str(trial["cameras"]),
            f"{trial['p50_ms']:.0f} ms",
            f"{trial['p95_ms']:.0f} ms",
            f"{trial['hop_p95_ms']:.0f} ms",
            f"{trial['slowest_fps']:.2f} /s",
            f"{trial['cpu_share']:.0%} CPU",
            f"{trial['server_cpu_share']:.0%} CPU",
            "held" if trial["held"] else "too many",
        )
    return table
