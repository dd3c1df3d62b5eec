"""What merging cameras on the floor costs, and how wrong it is: ``python -m headroom.bench.floor``.

Both are measured on walkers whose whereabouts are known (:mod:`headroom.bench.floor_crowd`); no pictures are involved.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from time import process_time
from typing import Annotated, Any, Final

import numpy as np
import typer
from rich.console import Console
from rich.table import Column, Table

from domain.errors import BadInput
from headroom.bench.floor_crowd import (
    STEP_S,
    Camera,
    Faults,
    Seen,
    Walkers,
    cameras_over,
    grid_of_footprints,
    watched,
)
from inference.evaluation.machine import machine
from inference.zones.fusion import FloorFusion, Merged
from inference.zones.membership import ZoneIndex

SIZES: Final = (10, 50, 200, 1000)
PEOPLE_PER_CAMERA: Final = 25
PITCH_M: Final = 8.0
WIDTH_M: Final = 13.0
"""Footprints this wide, that far apart: someone is in 2.6 of them, and in 1 to 4."""
DEFAULT: Final = Faults()
WARM_STEPS: Final = 15
"""Three seconds, in which the fusion learns who belongs together; they are not judged."""


@dataclass(frozen=True)
class Cost:
    """What some number of cameras costs.

    Attributes:
        cameras: how many.
        people: on the plan.
        tracks: told by the cameras at one moment, on average.
        merge_ms: processor time to merge one moment, median.
        zones_ms: the same for assigning people to one zone a camera.
        worst_ms: of both, the most at one moment.
    """

    cameras: int
    people: int
    tracks: float
    merge_ms: float
    zones_ms: float
    worst_ms: float

    @property
    def core_share(self) -> float:
        """Share of one core at five moments a second."""
        return (self.merge_ms + self.zones_ms) / 1e3 / STEP_S


@dataclass(frozen=True)
class Crowd:
    """A crowd to be judged on.

    Attributes:
        title: what it is.
        people: on 32 m by 24 m, under twelve cameras.
        in_pits: share of them who crowd in two places.
        pits: left, low, right, high of those, metres.
        faults: of the cameras.
    """

    title: str
    people: int
    in_pits: float = 0.0
    pits: tuple[tuple[float, float, float, float], ...] = ()
    faults: Faults = DEFAULT


@dataclass(frozen=True)
class Error:
    """How wrong the merged crowd is; shares are of the people whom a camera sees at a moment.

    Attributes:
        title: of the crowd.
        densest_per_m2: the 95th percentile over people of how many are within a metre, per m².
        sights: cameras that see a person, on average.
        double: persons too many: people who were told as several, less those who vanished in somebody else.
        split: people told as more than one person, each further one counted.
        mixed: persons told that are made of several people, each further one counted.
        false: persons told that are nobody: false sights that no other camera shares.
        doubtful: what the fusion itself estimates to be counted twice.
    """

    title: str
    densest_per_m2: float
    sights: float
    double: float
    split: float
    mixed: float
    false: float
    doubtful: float


CROWDS: Final = (
    Crowd("walkers, 0.13 /m²", 100),
    Crowd("walkers, 0.4 /m²", 300),
    Crowd("parts at 2 /m²", 500, 0.28, ((4, 4, 12, 9), (18, 12, 24, 17))),
    Crowd("parts at 3 /m²", 600, 0.35, ((4, 4, 12, 9), (18, 12, 24, 17))),
    Crowd("1.3 /m² everywhere", 1000),
    Crowd("parts at 3 /m², noise 0.1 m", 600, 0.35, ((4, 4, 12, 9), (18, 12, 24, 17)), Faults(noise_m=(0.1, 0.1))),
    Crowd("parts at 3 /m², noise 0.4 m", 600, 0.35, ((4, 4, 12, 9), (18, 12, 24, 17)), Faults(noise_m=(0.4, 0.4))),
    Crowd("parts at 3 /m², no bias", 600, 0.35, ((4, 4, 12, 9), (18, 12, 24, 17)), Faults(bias_m=0.0, skew_s=0.0)),
)


def cost_of(cameras: int, steps: int, *, seed: int = 1) -> Cost:
    """Measure the cost of so many cameras with 25 people each, on a plan that grows with them."""
    random = np.random.default_rng(seed)
    rows = max(row for row in range(1, int(cameras**0.5) + 1) if cameras % row == 0)
    columns = cameras // rows
    people = cameras * PEOPLE_PER_CAMERA
    walkers = Walkers.start(people, (columns * PITCH_M, rows * PITCH_M), random)
    footprints = grid_of_footprints(columns, rows, PITCH_M, WIDTH_M)
    watching = cameras_over(footprints, people, Faults(), random)
    fusion, zones = _fusion(watching), ZoneIndex(footprints)
    merge_ms, zones_ms, tracks = [], [], []
    for step, seen in enumerate(watched(walkers, watching, Faults(), random, WARM_STEPS + steps)):
        began_s = process_time()
        merged = fusion.merge(seen.sights, seen.at_s)
        merged_s = process_time()
        zones.standing(merged.xy)
        if step >= WARM_STEPS:
            zones_ms.append((process_time() - merged_s) * 1e3)
            merge_ms.append((merged_s - began_s) * 1e3)
            tracks.append(sum(len(sight.tracks) for sight in seen.sights))
    worst_ms = float((np.array(merge_ms) + zones_ms).max())
    return Cost(
        cameras, people, float(np.mean(tracks)), float(np.median(merge_ms)), float(np.median(zones_ms)), worst_ms
    )


def error_of(crowd: Crowd, steps: int, *, seed: int = 1) -> Error:
    """Measure how wrong a crowd under twelve cameras is told."""
    random = np.random.default_rng(seed)
    pits = np.array(crowd.pits).reshape(-1, 4)
    walkers = Walkers.start(crowd.people, (4 * PITCH_M, 3 * PITCH_M), random, pits=pits, in_pits=crowd.in_pits)
    for _ in range(25):
        walkers.step(STEP_S)
    footprints = grid_of_footprints(4, 3, PITCH_M, WIDTH_M)
    watching = cameras_over(footprints, crowd.people, crowd.faults, random)
    fusion = _fusion(watching)
    told, dense = [], []
    for step, seen in enumerate(watched(walkers, watching, crowd.faults, random, WARM_STEPS + steps)):
        merged = fusion.merge(seen.sights, seen.at_s)
        if step >= WARM_STEPS:
            told.append(judged(seen, merged, fusion))
            dense.append(_densest(seen.xy))
    visible, sights, split, mixed, false, doubtful = np.array(told, np.float64).sum(axis=0)
    shares = np.array([split - mixed, split, mixed, false, doubtful]) / visible
    return Error(crowd.title, float(np.mean(dense)), sights / visible, *shares.tolist())


def judged(seen: Seen, merged: Merged, fusion: FloorFusion) -> tuple[int, int, int, int, int, int]:
    """Compare one moment with the truth.

    Returns:
        People whom a camera sees; sights of them; persons too many for them; people too many in persons; persons
        who are nobody; and what the fusion held to be doubtful.
    """
    persons = np.concatenate([fusion.persons_of(sight) for sight in seen.sights])
    people = np.concatenate(seen.truth)
    real = people >= 0
    pairs = np.unique(np.column_stack([people[real], persons[real]]), axis=0)
    told = len(np.unique(pairs[:, 1]))
    visible = len(seen.visible)
    return visible, int(real.sum()), len(pairs) - visible, len(pairs) - told, len(merged) - told, merged.doubtful


def _fusion(watching: Sequence[Camera]) -> FloorFusion:
    return FloorFusion({camera.camera_id: camera.footprint for camera in watching})


def _densest(xy: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    apart = np.hypot(*(xy[:, None] - xy[None, :]).transpose(2, 0, 1))
    return float(np.percentile((apart <= 1).sum(axis=1), 95) / np.pi)


def run(
    sizes: Sequence[int] = SIZES,
    *,
    steps: int = 50,
    errors: bool = True,
    as_json: bool = False,
    tell: Callable[[str], object] = lambda _: None,
) -> None:
    """Measure, and print what was found.

    Args:
        sizes: numbers of cameras.
        steps: moments that are measured, five a second.
        errors: whether to measure how wrong the merged crowd is, too.
        as_json: one line of JSON in place of tables.
        tell: told what is being measured.

    Raises:
        BadInput: a number of cameras or steps below 1.
    """
    for what, number in [("cameras", size) for size in sizes] + [("steps", steps)]:
        if number < 1:
            raise BadInput(f"{what} must be at least 1, got {number}")
    costs, wrong = [], []
    for size in sizes:
        tell(f"{size} cameras")
        costs.append(cost_of(size, steps))
    for crowd in CROWDS if errors else ():
        tell(crowd.title)
        wrong.append(error_of(crowd, steps))
    if as_json:
        found = [asdict(cost) | {"core_share": cost.core_share} for cost in costs]
        sys.stdout.write(json.dumps({"costs": found, "errors": [asdict(one) for one in wrong]}) + "\n")
        return
    console = Console(highlight=False)
    console.print(f"{machine()}; processor time, so that other work on the machine counts little\n")
    console.print(_costs(costs))
    if wrong:
        console.print()
        console.print(_errors(wrong))


def _costs(costs: Sequence[Cost]) -> Table:
    names = ("cameras", "people", "tracks", "merge", "zones", "worst", "a track", "of one core")
    table = Table(*(Column(name, justify="right") for name in names), box=None, pad_edge=False, header_style="bold")
    for cost in costs:
        each_us = (cost.merge_ms + cost.zones_ms) * 1e3 / max(cost.tracks, 1)
        numbers = (f"{cost.merge_ms:.1f} ms", f"{cost.zones_ms:.1f} ms", f"{cost.worst_ms:.1f} ms", f"{each_us:.1f} µs")
        table.add_row(str(cost.cameras), str(cost.people), f"{cost.tracks:.0f}", *numbers, f"{cost.core_share:.1%}")
    return table


def _errors(wrong: Sequence[Error]) -> Table:
    names = ("densest", "cameras each", "counted double", "split", "mixed", "false", "doubtful")
    right = [Column(name, justify="right") for name in names]
    table = Table(Column("12 cameras"), *right, box=None, pad_edge=False, header_style="bold")
    for one in wrong:
        shares = (one.double, one.split, one.mixed, one.false, one.doubtful)
        row = (f"{one.densest_per_m2:.1f} /m²", f"{one.sights:.2f}", *(f"{share:.2%}" for share in shares))
        table.add_row(one.title, *row)
    return table


def main(
    cameras: Annotated[list[int] | None, typer.Argument(help="Numbers of cameras; default: 10 50 200 1000.")] = None,
    steps: Annotated[int, typer.Option(help="Moments that are measured, five a second.")] = 50,
    *,
    errors: Annotated[bool, typer.Option(help="Measure how wrong the merged crowd is, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One line of JSON in place of tables.")] = False,
) -> None:
    """Measure what merging cameras on the floor costs, and how wrong it is."""
    tell = Console(stderr=True, highlight=False).print
    try:
        run(cameras or SIZES, steps=steps, errors=errors, as_json=as_json, tell=tell)
    except BadInput as error:
        tell(f"headroom: {error}")
        raise typer.Exit(2) from None


if __name__ == "__main__":
    typer.run(main)
