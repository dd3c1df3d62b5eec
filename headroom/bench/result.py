"""What the bench found, before anyone decides how to show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Final

from headroom.bench.contenders import BUDGETED, HEADROOM, REGION_COUNTER, SUPERVISION, ULTRALYTICS_TRACK
from headroom.bench.lap import Lap
from inference.evaluation.counting import Counts, score
from inference.evaluation.mot_truth import MotTruth

RATIOS: Final = {
    "ratio_vs_ultralytics_track": (HEADROOM, ULTRALYTICS_TRACK),
    "ratio_vs_region_counter": (HEADROOM, REGION_COUNTER),
    "ratio_vs_supervision": (HEADROOM, SUPERVISION),
    "ratio_budgeted": (BUDGETED, ULTRALYTICS_TRACK),
}
"""Whose frames a second are divided by whose."""


@dataclass(frozen=True)
class Standing:
    """How one contender did.

    Attributes:
        key: its name in JSON.
        title: its name for people.
        laps: its runs, oldest first; empty where it was not run.
        not_run: why it was not; ``None`` where it was.
        count_mae: people a frame off the truth; ``None`` where the truth is not known.
    """

    key: str
    title: str
    laps: tuple[Lap, ...]
    not_run: str | None = None
    count_mae: float | None = None

    @property
    def fps(self) -> float | None:
        """Median frames a second."""
        return median(lap.fps for lap in self.laps) if self.laps else None

    @property
    def peak_mb(self) -> float | None:
        """Median of the most memory held."""
        return median(lap.peak_mb for lap in self.laps) if self.laps else None

    @property
    def name(self) -> str | None:
        """What ran, with versions."""
        return self.laps[0].told.name if self.laps else None


def standing(
    key: str, title: str, laps: Sequence[Lap], failed: str | None, reference: Lap | None, truth: MotTruth | None
) -> Standing:
    """Judge a contender's runs: one that failed once, saw another size or other frames has no result.

    Args:
        key: its name in JSON.
        title: its name for people.
        laps: its runs.
        failed: why one of them gave no result; ``None``: all did.
        reference: a run of ours, for the input's size and the number of frames; ``None``: there is none.
        truth: who is in each frame; ``None``: not known.
    """
    why = failed or _unlike(laps, reference)
    if why is not None or not laps:
        return Standing(key, title, (), why or "it had no turn")
    return Standing(key, title, tuple(laps), count_mae=None if truth is None else count_mae(laps[0].told.counts, truth))


def _unlike(laps: Sequence[Lap], reference: Lap | None) -> str | None:
    if reference is None:
        return None
    for lap in laps:
        if lap.told.input != reference.told.input:
            given, ours = ("x".join(map(str, told.input)) for told in (lap.told, reference.told))
            return f"its network was given {given}, ours {ours}: not the same work"
        if len(lap.told.counts) != len(reference.told.counts):
            return f"it counted {len(lap.told.counts)} frames, we {len(reference.told.counts)}: not the same work"
    return None


def count_mae(counts: Sequence[float], truth: MotTruth) -> float:
    """Mean absolute error of the counts of a video's frames, from the first; nobody is forgiven anything."""
    people = [truth[number].people for number in range(1, len(counts) + 1)]
    return score(Counts.of(people, counts)).mae


@dataclass(frozen=True)
class Cameras:
    """How many live cameras were held.

    Attributes:
        held: the most that were; 0: not even one.
        trials: what was measured of each number tried, in order.
    """

    held: int
    trials: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True)
class Bench:
    """Everything that was measured, and what was not.

    Attributes:
        clip: its name.
        rounds: how often each contender ran.
        standings: the contenders.
        cameras: live cameras; ``None``: not run.
        share_of_model_limit: of the bare network's speed on a GPU; ``None``: not run.
        machine: processor, cores, precision, load.
        not_run: of parts that are no contenders, why they were not run.
    """

    clip: str
    rounds: int
    standings: tuple[Standing, ...]
    cameras: Cameras | None
    share_of_model_limit: float | None
    machine: Mapping[str, Any]
    not_run: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> Standing:
        """One contender."""
        return next(one for one in self.standings if one.key == key)

    def ratio(self, name: str) -> float | None:
        """One of ``RATIOS``; ``None`` where one of the two was not run."""
        ours, theirs = (self.of(key).fps for key in RATIOS[name])
        return ours / theirs if ours is not None and theirs is not None else None

    @property
    def reasons(self) -> dict[str, str]:
        """Why each thing that is missing was not run."""
        return {one.key: one.not_run for one in self.standings if one.not_run is not None} | dict(self.not_run)

    def as_json(self) -> dict[str, Any]:
        """The numbers by name, ``None`` where not run."""
        ran = next((one for one in self.standings if one.laps), None)
        return {
            **{name: _rounded(self.ratio(name), 2) for name in RATIOS},
            "cameras_at_5fps": None if self.cameras is None else self.cameras.held,
            "share_of_model_limit": _rounded(self.share_of_model_limit, 3),
            "not_run": self.reasons,
            "fps": {one.key: _rounded(one.fps, 2) for one in self.standings},
            "fps_rounds": {one.key: [round(lap.fps, 2) for lap in one.laps] for one in self.standings},
            "peak_mb": {one.key: _rounded(one.peak_mb, 0) for one in self.standings},
            "count_mae": {one.key: _rounded(one.count_mae, 3) for one in self.standings},
            "names": {one.key: one.name for one in self.standings},
            "camera_trials": [] if self.cameras is None else list(self.cameras.trials),
            "clip": self.clip,
            "frames": len(ran.laps[0].told.counts) if ran else None,
            "input": list(ran.laps[0].told.input) if ran else None,
            "rounds": self.rounds,
            "machine": dict(self.machine),
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
