"""The product's own fusion and occupancy filter on a simulated run, and how right they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.spatial import cKDTree

from headroom.simulation.cameras import Sight
from headroom.simulation.simulator import Simulator, Step
from inference.zones.fusion import CameraSight, FloorFusion, Merged
from inference.zones.occupancy import Estimate, OccupancyFilter

ROW_S: Final = 60.0
"""Truth and estimate are compared once a minute."""
_SETTLED_LOOKS: Final = 5
"""Looks in a row after which the fusion has told passers-by from one person."""
_SAME_M: Final = 1.0
"""A person told this near to somebody true may be them: five deviations of a position."""
_INTERVAL: Final = 0.06
"""Half the 90 % interval of the merged count, as a share: what it was found to be off by from second to second in
dense crowds, with its lasting error left to the filter."""


@dataclass(frozen=True)
class Row:
    """Truth and estimate at one moment.

    Attributes:
        at_s: since doors.
        truth: people inside.
        estimate: what the filter believes.
        merged: people that the cameras see, each once as the fusion believes; ``None`` before they looked.
        seen_share: share of the floor that is seen.
    """

    at_s: float
    truth: int
    estimate: Estimate
    merged: int | None
    seen_share: float

    @property
    def error_share(self) -> float:
        """Of the count, as a share of the truth (of one, where nobody is inside)."""
        return (self.estimate.count - self.truth) / max(1, self.truth)

    @property
    def covered(self) -> bool:
        """Whether the truth lies in the 90 % interval."""
        return self.estimate.low <= self.truth <= self.estimate.high


@dataclass
class FusionScore:
    """How the fusion did, summed over looks.

    Attributes:
        people: seen by at least one camera.
        false: boxes where nobody stands.
        merged: people that the fusion told of.
        twice: told of beyond the people seen and the false boxes: counted twice.
        swallowed: seen, but not told of: taken for their neighbour.
    """

    people: int = 0
    false: int = 0
    merged: int = 0
    twice: int = 0
    swallowed: int = 0

    @property
    def double_share(self) -> float | None:
        """People counted twice, as a share of those seen; ``None`` before any were."""
        return self.twice / self.people if self.people else None

    @property
    def swallowed_share(self) -> float | None:
        """People taken for somebody else, as a share of those seen; ``None`` before any were."""
        return self.swallowed / self.people if self.people else None


@dataclass
class Estimator:
    """Feeds a simulator's steps to the fusion and to the filter.

    Attributes:
        rows: truth and estimate, once a minute.
        fusion_score: how the fusion did.
        reported: what the fusion told of at the last settled look.
    """

    simulator: Simulator
    rows: list[Row] = field(default_factory=list)
    fusion_score: FusionScore = field(default_factory=FusionScore)
    reported: int | None = None

    def __post_init__(self) -> None:
        plan, cameras = self.simulator.plan, self.simulator.cameras.cameras
        self._fusion = FloorFusion({camera.id: camera.footprint for camera in cameras})
        self._filter = OccupancyFilter([door.gate for door in plan.doors])
        self._filter.start(0, at_s=0.0)
        self._looks = 0
        self._seen: dict[frozenset[str], float] = {}
        self._watched: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())

    def take(self, step: Step) -> Row | None:
        """Take in a step; a row when a minute is over."""
        self._watch(step)
        for told in step.crossings:
            self._filter.crossings(told.went_in, told.went_out, told.at_s, told.gate_id)
        for told in step.scans:
            self._filter.scans(told.went_in, told.went_out, told.at_s, told.gate_id)
        seen_share = self._seen_share(step.blind_cameras)
        self._see(step, seen_share)
        if step.at_s % ROW_S >= self.simulator.scenario.step_s:
            return None
        estimate = self._filter.estimate(step.at_s)
        if estimate is None:  # it was started at 0 people
            raise AssertionError("a filter that was started knows its people")
        self.rows.append(Row(step.at_s, step.inside, estimate, self.reported, seen_share))
        return self.rows[-1]

    def _watch(self, step: Step) -> None:
        if self._watched == (step.blind_gates, step.dead_scanners):
            return
        self._watched = (step.blind_gates, step.dead_scanners)
        for door in self.simulator.plan.doors:
            lines, scans = door.gate.id not in step.blind_gates, door.gate.id not in step.dead_scanners
            self._filter.watch(door.gate.id, step.at_s, lines=lines, scans=scans)

    def _see(self, step: Step, seen_share: float) -> None:
        self._looks = self._looks + 1 if step.looked else 0
        if not step.looked:
            return
        merged = self._fusion.merge([_without_truth(sight) for sight in step.sights], step.at_s)
        if self._looks < min(_SETTLED_LOOKS, self.simulator.scenario.looks):
            return
        self.reported = len(merged)
        width = _INTERVAL * len(merged)
        self._filter.camera_count(
            len(merged), max(0.0, len(merged) - width), len(merged) + width, seen_share, step.at_s
        )
        _score(self.fusion_score, step, merged)

    def _seen_share(self, blind: frozenset[str]) -> float:
        if blind not in self._seen:
            cameras = self.simulator.cameras.cameras
            footprints = [camera.footprint for camera in cameras if camera.id not in blind]
            self._seen[blind] = self.simulator.plan.seen_share(footprints)
        return self._seen[blind]


def _without_truth(sight: Sight) -> CameraSight:
    return CameraSight(sight.camera_id, sight.at_s, sight.tracks, sight.xy, sight.deviation_m)


def _score(score: FusionScore, step: Step, merged: Merged) -> None:
    """Match those told of with what was truly seen, as many as possible, none further apart than the same is."""
    everybody = np.concatenate([np.empty(0, np.int64), *(sight.persons for sight in step.sights)])
    places = np.concatenate([np.empty((0, 2)), *(sight.xy for sight in step.sights)])
    seen, false = np.unique(everybody[everybody >= 0]), places[everybody < 0]
    score.people += len(seen)
    score.false += len(false)
    score.merged += len(merged)
    true = step.xy[np.searchsorted(step.persons, seen)]
    score.twice += len(merged) - _matched(merged.xy, np.concatenate([true, false]))
    score.swallowed += len(seen) - _matched(merged.xy, true)


def _matched(told: NDArray[np.float64], true: NDArray[np.float64]) -> int:
    if not len(told) or not len(true):
        return 0
    near = cKDTree(told).query_ball_tree(cKDTree(true), _SAME_M)
    rows = np.repeat(np.arange(len(told)), [len(found) for found in near])
    columns = np.array([column for found in near for column in found], np.intp)
    graph = coo_matrix((np.ones(len(rows)), (rows, columns)), (len(told), len(true))).tocsr()
    return int((maximum_bipartite_matching(graph, perm_type="column") >= 0).sum())


@dataclass(frozen=True)
class Summary:
    """How right a run was.

    Attributes:
        truth: people inside at the end.
        count: what the filter believed.
        end_error_share: of the last count.
        mean_error_share: mean size of the error over the minutes in which at least a tenth of the people were inside.
        worst_error_share: its largest size.
        covered_share: share of those minutes in which the truth lay in the 90 % interval.
        double_share: people counted twice by overlapping cameras, of those seen; ``None`` where none were.
        swallowed_share: people taken for a neighbour, of those seen.
    """

    truth: int
    count: float
    low: float
    high: float
    end_error_share: float
    mean_error_share: float
    worst_error_share: float
    covered_share: float
    double_share: float | None
    swallowed_share: float | None


def summarise(rows: Sequence[Row], fusion: FusionScore, people: int) -> Summary | None:
    """The run in one line; ``None`` where it was too short or too empty to say anything."""
    told = [row for row in rows if row.truth >= people / 10]
    if not told:
        return None
    errors = np.abs([row.error_share for row in told])
    last = rows[-1]
    return Summary(
        truth=last.truth,
        count=last.estimate.count,
        low=last.estimate.low,
        high=last.estimate.high,
        end_error_share=last.error_share,
        mean_error_share=float(errors.mean()),
        worst_error_share=float(errors.max()),
        covered_share=float(np.mean([row.covered for row in told])),
        double_share=fusion.double_share,
        swallowed_share=fusion.swallowed_share,
    )
