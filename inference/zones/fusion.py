"""Cameras that overlap, merged on the floor plan: a person whom several cameras see is one person.

Each camera's tracks are followed by filters of their own and brought to one moment. Two tracks of different cameras may
be one person where their distance, averaged over the last seconds, fits what is unsure about both positions
(track-to-track association; Bar-Shalom, Willett and Tian 2011, chapter 9), and where each camera may see the other's
place. Pairs become persons by average linkage under which a person holds each camera at most once. Everything about a
track is dropped when it has not been seen for some seconds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.association import Groups, Pairs, group, numbered
from inference.zones.floor_tracks import TRACK_BITS, FloorTracks
from inference.zones.sightlines import OUTSIDE, SURELY, Sightlines

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

_FAR: Final = 2.0
"""A pair is doubtful, not two people for sure, up to this many times the limit."""


@dataclass(frozen=True)
class FusionParameters:
    """What the fusion may assume.

    Attributes:
        reach_m: tracks further apart than this are never one person.
        limit: greatest mean squared distance of one person's tracks, in units of its variance on one axis: 97 % of
            true pairs are below 7.0 at one look (chi-squared, two degrees of freedom).
        velocity_limit: greatest squared difference of one person's velocities, in units of its variance on one axis;
            99.9 % of true pairs are below 13.8.
        doubt_looks: a pair begins as if it had been seen that often at the limit, so that a lucky first look does not
            beat a pair known for seconds.
        bonus: what tracks that were one person last time are held nearer than they are, in units of ``limit``.
        calibration_bias_m: standard deviation of a camera's systematic error on each axis.
        clock_skew_s: standard deviation of a camera's clock.
        edge_m: how far from a footprint's border it is not sure that the camera sees.
        inherit_m: how near to where a camera lost a track its new one takes the person over.
        longest_age_s: an older sight shows nothing any more.
        hold_s: how long a track that went out of sight keeps its place in a person, so that no neighbour takes it.
        confirm_sights: sights of a track before its place is kept: false ones rarely last.
        remember_s: how long its number, pairs and person are remembered; as long as a camera's tracker does.
    """

    reach_m: float = 1.8
    limit: float = 7.0
    velocity_limit: float = 13.8
    doubt_looks: float = 1.5
    bonus: float = 1.0
    calibration_bias_m: float = 0.12
    clock_skew_s: float = 0.06
    edge_m: float = 1.5
    inherit_m: float = 1.0
    longest_age_s: float = 2.0
    hold_s: float = 1.0
    confirm_sights: int = 3
    remember_s: float = 3.0

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0 <= value < np.inf:
                raise BadInput(f"fusion: {field.name} must be a number of at least 0, got {value}")
        if self.remember_s < self.hold_s:
            raise BadInput(f"fusion: remember_s must be at least hold_s ({self.hold_s}), got {self.remember_s}")


@dataclass(frozen=True)
class CameraSight:
    """The newest frame of one camera: whom it sees, in metres on the plan. Nobody is an ordinary sight.

    Attributes:
        camera_id: which camera.
        at_s: when the frame was captured, seconds.
        tracks: the camera's own track numbers, each once, 0 to 2**40 - 1, shape (n,).
        xy: metres, shape (n, 2).
        deviation_m: standard deviation of each position, shape (n,).
    """

    camera_id: str
    at_s: float
    tracks: NDArray[np.int64]
    xy: NDArray[np.float64]
    deviation_m: NDArray[np.float64]


@dataclass(frozen=True)
class Merged:
    """The people on the plan at one moment, each once, ordered by number.

    Attributes:
        ids: session-local numbers, stable while a person is followed, never given twice, shape (m,).
        xy: metres, shape (m, 2).
        deviation_m: standard deviation of each position, shape (m,).
        cameras: how many cameras see the person now, shape (m,).
        doubtful: how many pairs among them could be one person each: where both cameras surely see, beyond the limit.
            A lower bound of what is counted twice; on simulated crowds it found about a tenth of it.
    """

    ids: NDArray[np.int64]
    xy: NDArray[np.float64]
    deviation_m: NDArray[np.float64]
    cameras: NDArray[np.int64]
    doubtful: int = 0

    def __len__(self) -> int:
        return len(self.ids)


class FloorFusion:
    """Merges what the cameras of one floor plan see.

    Call :meth:`merge` for every moment, also when no camera sees anybody: time passes then too.

    Args:
        footprints: of every camera, the part of the plan that it sees, in metres; ``None`` where that is not known:
            such a camera is compared with all others.
        parameters: what may be assumed.
    """

    def __init__(self, footprints: Mapping[str, Polygon | None], parameters: FusionParameters | None = None) -> None:
        self._parameters = parameters or FusionParameters()
        self._index = {camera: index for index, camera in enumerate(sorted(footprints))}
        shapes = [footprints[camera] for camera in self._index]
        self._sightlines = Sightlines(shapes, self._parameters.edge_m)
        self._tracks = FloorTracks.none()
        self._pairs = Pairs.none()
        self._next_person = 1

    def __len__(self) -> int:
        """How many tracks are remembered, those out of sight included."""
        return len(self._tracks)

    def merge(self, sights: Sequence[CameraSight], at_s: float) -> Merged:
        """Who is on the plan at ``at_s``.

        Args:
            sights: the newest of each camera that sees, in any order; one that is too old is left out, and so is
                everybody whom no other camera sees.
            at_s: the moment, in seconds on a clock that only goes forward.

        Raises:
            BadInput: a camera that the fusion does not know or that comes twice, a track number that comes twice
                or is out of range, a position or deviation that is no number, arrays of different lengths.
        """
        fresh = [sight for sight in sights if abs(at_s - sight.at_s) <= self._parameters.longest_age_s]
        self._take(self._checked(sights, fresh), at_s)
        return self._persons(at_s)

    def persons_of(self, sight: CameraSight) -> NDArray[np.int64]:
        """Whom each of the sight's tracks was last taken for; 0 where a track is not remembered. Shape (n,)."""
        keys = np.asarray(sight.tracks, np.int64) + (self._index[sight.camera_id] << TRACK_BITS)
        if not len(self._tracks):
            return np.zeros(len(keys), np.int64)
        place = np.minimum(np.searchsorted(self._tracks.keys, keys), len(self._tracks) - 1)
        return np.where(self._tracks.keys[place] == keys, self._tracks.persons[place], 0)

    def _checked(self, sights: Sequence[CameraSight], fresh: Sequence[CameraSight]) -> FloorTracks:
        """The fresh sights as tracks that are seen for the first time, in order."""
        names = [sight.camera_id for sight in sights]
        if len(set(names)) < len(names):
            raise BadInput(f"fusion: each camera has one newest sight, got {sorted(names)}")
        unknown = sorted(set(names) - self._index.keys())
        if unknown:
            raise BadInput(f"fusion: cameras {unknown} are none of the plan's: {sorted(self._index)}")
        for sight in sights:
            _check_shapes(sight)
        if not fresh:
            return FloorTracks.none()
        many = [len(sight.tracks) for sight in fresh]
        numbers = np.concatenate([sight.tracks for sight in fresh]).astype(np.int64)
        xy = np.concatenate([sight.xy for sight in fresh]).astype(np.float64)
        deviation_m = np.concatenate([sight.deviation_m for sight in fresh]).astype(np.float64)
        cameras = np.repeat([self._index[sight.camera_id] for sight in fresh], many)
        keys = numbers + (cameras << TRACK_BITS)
        order = np.argsort(keys, kind="stable")
        good = np.isfinite(xy).all(axis=1) & np.isfinite(deviation_m) & (deviation_m >= 0)
        if not good.all():
            who = sorted(self._index)[cameras[np.argmin(good)]]
            raise BadInput(f"fusion: camera {who!r} has a position or deviation that is no number: leave that one out")
        good = (numbers >= 0) & (numbers < 1 << TRACK_BITS)
        good[order[1:]] &= np.diff(keys[order]) != 0
        if not good.all():
            who, number = sorted(self._index)[cameras[np.argmin(good)]], numbers[np.argmin(good)]
            raise BadInput(f"fusion: camera {who!r} has track {number} twice, or not in 0 to 2**{TRACK_BITS} - 1")
        at_s = np.repeat([float(sight.at_s) for sight in fresh], many)
        return FloorTracks.start(keys[order], xy[order], deviation_m[order], at_s[order])

    def _take(self, seen: FloorTracks, at_s: float) -> None:
        """Bring the tracks up to what is seen now, and forget those not seen for too long."""
        tracks = self._tracks
        tracks.present[:] = False
        tracks.moved[:] = False
        known = np.zeros(len(seen), np.bool_)
        if len(tracks):
            place = np.minimum(np.searchsorted(tracks.keys, seen.keys), len(tracks) - 1)
            known = tracks.keys[place] == seen.keys
        rows = place[known] if len(tracks) else np.empty(0, np.intp)
        tracks.present[rows] = True
        newer = seen.at_s[known] > tracks.at_s[rows]
        measured = seen.take(np.flatnonzero(known)[newer])
        jumped = tracks.measure(rows[newer], measured.xy, np.sqrt(measured.variance), measured.at_s)
        lost = np.abs(at_s - tracks.at_s) > self._parameters.remember_s
        lost[rows[newer][jumped]] = True
        known[np.flatnonzero(known)[newer][jumped]] = False
        new = seen.take(~known)
        lost[self._inherit(new, np.flatnonzero(~tracks.present & ~lost))] = True
        kept = np.flatnonzero(~lost)
        self._tracks, gone = tracks.take(kept).joined(new)
        now = np.full(len(tracks), -1, np.intp)
        now[kept] = gone
        self._pairs = self._pairs.moved(now)

    def _inherit(self, new: FloorTracks, hidden: Rows) -> Rows:
        """Let a new track take the place of one that its camera has just lost there: it has a new number, no more.

        Args:
            new: tracks seen for the first time; they are told their person.
            hidden: rows out of sight.

        Returns:
            The rows that are replaced.
        """
        if not len(new) or not len(hidden):
            return np.empty(0, np.intp)
        old, reach_m = self._tracks.take(hidden), self._parameters.inherit_m
        there = old.xy + old.velocity * (new.at_s.max() - old.at_s)[:, None]
        apart_m = 2 * reach_m + 1  # a third coordinate keeps the cameras apart, so that one tree serves all of them
        tree = cKDTree(np.column_stack([there, apart_m * old.cameras]))
        places = np.column_stack([new.xy, apart_m * new.cameras])
        found = tree.query(places, distance_upper_bound=reach_m)
        distance, nearest = np.asarray(found[0], np.float64), np.asarray(found[1], np.intp)
        heirs = np.flatnonzero(np.isfinite(distance))
        heirs = heirs[np.argsort(distance[heirs], kind="stable")]
        left, first = np.unique(nearest[heirs], return_index=True)
        new.persons[heirs[first]] = old.persons[left]
        return np.asarray(hidden[left])

    def _persons(self, at_s: float) -> Merged:
        """Associate the tracks and tell whom they are."""
        p, tracks = self._parameters, self._tracks
        xy, variance = tracks.at(at_s)
        variance += p.calibration_bias_m**2 + p.clock_skew_s**2 * (tracks.velocity**2).sum(axis=1) / 2
        pairs = self._look(xy, variance, at_s)
        groups = group(pairs, self._cost(pairs), len(tracks), limit=p.limit)
        self._pairs = replace(pairs, together=groups.of_row[pairs.first] == groups.of_row[pairs.second])
        tracks.persons, self._next_person = numbered(groups.of_row, tracks.persons, self._next_person)
        return _merged(tracks, xy, variance, self._doubtful(groups, xy))

    def _look(self, xy: Array, variance: Array, at_s: float) -> Pairs:
        """Who is near whom, and how near over the last looks."""
        p, tracks = self._parameters, self._tracks
        held = (at_s - tracks.at_s <= p.hold_s) & (tracks.sights >= p.confirm_sights)
        standing = np.flatnonzero(tracks.present | held)
        first, second = _near(xy[standing], p.reach_m)
        first, second = standing[first], standing[second]
        cameras, (x, y) = tracks.cameras, np.ascontiguousarray(xy.T)
        meeting = self._sightlines.overlap(cameras[first], cameras[second])
        first, second = first[meeting], second[meeting]
        squared = (x[first] - x[second]) ** 2 + (y[first] - y[second]) ** 2
        squared /= variance[first] + variance[second]
        near = np.flatnonzero(squared <= _FAR * p.limit)
        near = near[~self._part(first[near], second[near])]
        near = near[self._sightlines.look(cameras[first[near]], xy[second[near]]) != OUTSIDE]
        near = near[self._sightlines.look(cameras[second[near]], xy[first[near]]) != OUTSIDE]
        first, second, squared = first[near], second[near], squared[near]
        fresh = tracks.present[first] & tracks.present[second] & (tracks.moved[first] | tracks.moved[second])
        return self._pairs.looked(first, second, squared, fresh, len(tracks))

    def _part(self, first: Rows, second: Rows) -> NDArray[np.bool_]:
        """Whose velocities differ by more than is unsure about them: they pass each other, however near they are."""
        (x, y), variance = np.ascontiguousarray(self._tracks.velocity.T), self._tracks.velocity_variance
        squared = (x[first] - x[second]) ** 2 + (y[first] - y[second]) ** 2
        return np.asarray(squared > self._parameters.velocity_limit * (variance[first] + variance[second]))

    def _cost(self, pairs: Pairs) -> Array:
        """How far apart each pair is held to be: a chance first look counts little against many looks."""
        p = self._parameters
        shrunk = (pairs.looks * pairs.squared + p.doubt_looks * p.limit) / (pairs.looks + p.doubt_looks)
        return np.asarray(shrunk - p.bonus * pairs.together)

    def _doubtful(self, groups: Groups, xy: Array) -> int:
        """How many pairs of persons, both there now and each where the other's camera surely sees, are one perhaps."""
        tracks = self._tracks
        there = np.zeros(len(tracks), np.bool_)
        there[groups.of_row[tracks.present]] = True
        first, second = groups.doubtful.T
        sure = self._sightlines.look(tracks.cameras[first], xy[second]) == SURELY
        sure &= self._sightlines.look(tracks.cameras[second], xy[first]) == SURELY
        return int((sure & there[first] & there[second]).sum())


def _check_shapes(sight: CameraSight) -> None:
    shapes = np.shape(sight.tracks), np.shape(sight.xy), np.shape(sight.deviation_m)
    count = shapes[0][0] if shapes[0] else 0
    what = f"fusion: camera {sight.camera_id!r}"
    if shapes != ((count,), (count, 2), (count,)):
        raise BadInput(f"{what} must have n tracks, (n, 2) positions and n deviations, got shapes {shapes}")
    if not np.isfinite(sight.at_s):
        raise BadInput(f"{what}: at_s must be a number of seconds, got {sight.at_s}")


def _near(xy: Array, reach_m: float) -> tuple[Rows, Rows]:
    """All pairs of positions within reach, the lesser row first."""
    if len(xy) < 2:
        return np.empty(0, np.intp), np.empty(0, np.intp)
    pairs = cKDTree(xy, balanced_tree=False, compact_nodes=False).query_pairs(reach_m, output_type="ndarray")
    return pairs[:, 0], pairs[:, 1]


def _merged(tracks: FloorTracks, xy: Array, variance: Array, doubtful: int) -> Merged:
    """Each person's position: the mean of those cameras that see it now, weighted by inverse variance."""
    present = np.flatnonzero(tracks.present)
    ids, person = np.unique(tracks.persons[present], return_inverse=True)
    weight = 1 / variance[present]
    total = np.bincount(person, weight, len(ids))
    middle = [np.bincount(person, weight * xy[present, axis], len(ids)) / total for axis in (0, 1)]
    cameras = np.bincount(person, minlength=len(ids)).astype(np.int64)
    return Merged(ids, np.column_stack(middle), np.sqrt(1 / total), cameras, doubtful)
