"""Every figure of every zone on the floor plan, second by second, from the positions of everybody."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.errors import BadInput
from domain.geometry import Polygon
from domain.messages import FloorFigures
from inference.zones.density import WHOLLY_UNSEEN, classic_density
from inference.zones.dwell import DwellMeter
from inference.zones.field import KernelField
from inference.zones.flow import ZoneFlow
from inference.zones.level_of_service import Facility, level_of_service
from inference.zones.membership import ZoneIndex
from inference.zones.motion import WINDOW_S, FloorMotion, speeds
from inference.zones.presence import MARGIN_M, ZonePresence, check_ids
from inference.zones.pressure import CHANNELS, highest_by_zone, moments, noise_variance, pressure_of
from inference.zones.queues import QueueMeter

FORGET_S: Final = 4.0
"""A track unseen for longer has ended; the tracker itself remembers one for less."""
OPEN_SECONDS: Final = 10
"""So many seconds may be open at once; what was never closed is dropped beyond that."""


@dataclass(frozen=True)
class FloorZone:
    """A zone of the plan.

    Attributes:
        polygon: metres.
        queue: people wait here; Fruin's bands for queuing tell its level of service.
        front_m: where the queue is served; ``None`` where that is not known.
        facility: whose bands of Fruin's tell its level of service, unless it is a queue.
    """

    polygon: Polygon
    queue: bool = False
    front_m: tuple[float, float] | None = None
    facility: Facility = Facility.WALKWAY

    @property
    def bands(self) -> Facility:
        """Whose bands of Fruin's are used."""
        return Facility.QUEUE if self.queue else self.facility


@dataclass(frozen=True)
class ZoneSecondFigures:
    """One zone in one second.

    Attributes:
        count: mean people seen over the second's frames; ``None`` when not known.
        peak: the highest count of one frame; ``None`` when not known.
        lower_bound: part of the zone is not seen, so there may be more people than ``count``; the density is that of
            the part that is seen.
        frames: how many frames the second had.
        figures: what the dashboard shows; all unknown where the zone is.
    """

    count: float | None
    peak: int | None
    lower_bound: bool
    frames: int
    figures: FloorFigures


class _OpenSecond:
    """Sums over the frames of a second that is not over."""

    def __init__(self, zones: int, field: NDArray[np.float64]) -> None:
        self.frames = 0
        self.seen_frames = np.zeros(zones, np.int64)
        self.people = np.zeros(zones)
        self.peak = np.zeros(zones, np.int64)
        self.unseen = np.zeros(zones)
        self.known_speeds = np.zeros(zones)
        self.speed_sum = np.zeros(zones)
        self.density_sum = np.zeros(zones)
        self.field = field


class FloorZones:
    """Gathers positions at a few frames a second, and tells each zone's figures when a second is over.

    Args:
        zones: of the plan, m of them.
        walkable: where people can be at all; see :class:`inference.zones.field.KernelField`.
        forget_s: seconds after which an unseen track is dropped, by everything here that remembers tracks.
        position_deviation_m: standard deviation of the positions; the variance of velocity that it alone makes is
            taken off crowd pressure.
    """

    def __init__(
        self,
        zones: Sequence[FloorZone],
        *,
        walkable: Polygon | None = None,
        forget_s: float = FORGET_S,
        position_deviation_m: float = 0.0,
    ) -> None:
        self.zones = tuple(zones)
        polygons = [zone.polygon for zone in self.zones]
        self._index = ZoneIndex(polygons, margin_m=MARGIN_M)
        self._field = KernelField(polygons, walkable=walkable)
        self._motion = FloorMotion()
        self._presence = ZonePresence(self._index, forget_s=forget_s)
        self._flow = ZoneFlow(len(self.zones))
        self._dwell = DwellMeter(len(self.zones))
        fronts = np.array([zone.front_m or (np.nan, np.nan) for zone in self.zones]).reshape(-1, 2)
        self._queues = QueueMeter([zone.queue for zone in self.zones], fronts_m=fronts, forget_s=forget_s)
        self._noise = noise_variance(deviation_m=position_deviation_m, window_s=WINDOW_S)
        self._open: dict[int, _OpenSecond] = {}
        self._last_s = -math.inf

    def update(self, ids: ArrayLike, xy: ArrayLike, at_s: float, *, unseen_share: ArrayLike | None = None) -> None:
        """Take in where everybody is; an empty floor is told too, with empty arrays.

        Args:
            ids: track numbers, each once, shape (n,).
            xy: metres, shape (n, 2). A position that is not known (``nan``) is nowhere.
            at_s: seconds on a clock that only goes forward.
            unseen_share: of each zone's area, 0 to 1, shape (m,); ``None``: all is seen.

        Raises:
            BadInput: shapes that do not fit, a track twice in a frame, a time that is not later than the last.
        """
        tracks, where, unseen = self._checked(ids, xy, at_s, unseen_share)
        self._last_s = at_s
        seen = unseen < WHOLLY_UNSEEN
        velocity = self._motion.update(tracks, where, at_s)
        standing = self._index.standing(where)
        movements = self._presence.update(tracks, standing, at_s)
        self._flow.update(movements, at_s, seen=seen)
        self._dwell.update(movements, at_s)
        speed = speeds(velocity)
        self._queues.update(tracks, where, speed, movements, at_s, seen=seen)
        second = self._second(math.floor(at_s))
        person, zone = standing.person[standing.inside], standing.zone[standing.inside]
        self._count(second, person, zone, speed, unseen)
        # Who stands where nobody sees is a guess: they are in no count there, and so in no field.
        in_sight = np.ones(len(where), np.bool_)
        in_sight[person[~seen[zone]]] = False
        in_sight[person[seen[zone]]] = True
        second.field += self._field.sums(where[in_sight], moments(velocity[in_sight]))

    def _checked(
        self, ids: ArrayLike, xy: ArrayLike, at_s: float, unseen_share: ArrayLike | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
        tracks = np.asarray(ids, np.int64).reshape(-1)
        where = np.asarray(xy, np.float64).reshape(-1, 2)
        unseen = np.zeros(len(self.zones)) if unseen_share is None else np.asarray(unseen_share, np.float64)
        if len(tracks) != len(where):
            raise BadInput(f"each track needs one position, got {len(tracks)} tracks and {len(where)} positions")
        if unseen.shape != (len(self.zones),) or not ((unseen >= 0) & (unseen <= 1)).all():
            raise BadInput(f"unseen_share needs {len(self.zones)} shares from 0 to 1, got {unseen.tolist()}")
        if not at_s > self._last_s:
            raise BadInput(f"frames must come in order: {at_s} s is not after {self._last_s} s")
        check_ids(tracks)
        return tracks, where, unseen

    def _second(self, start_s: int) -> _OpenSecond:
        if start_s not in self._open:
            self._open[start_s] = _OpenSecond(len(self.zones), self._field.empty(CHANNELS))
            for old in sorted(self._open)[:-OPEN_SECONDS]:
                del self._open[old]
        return self._open[start_s]

    def _count(
        self,
        second: _OpenSecond,
        row: NDArray[np.int64],
        zone: NDArray[np.int64],
        speed: NDArray[np.float64],
        unseen: NDArray[np.float64],
    ) -> None:
        zones, seen = len(self.zones), unseen < WHOLLY_UNSEEN
        people = np.where(seen, np.bincount(zone, minlength=zones), 0)
        known = ~np.isnan(speed[row])
        second.frames += 1
        second.seen_frames += seen
        second.people += people
        second.peak = np.maximum(second.peak, people)
        second.unseen += unseen
        second.known_speeds += np.bincount(zone[known], minlength=zones)
        second.speed_sum += np.bincount(zone[known], weights=speed[row][known], minlength=zones)
        density = classic_density(people, areas_m2=self._index.areas_m2, unseen_share=unseen)
        second.density_sum += np.where(seen, density, 0.0)

    def close(self, second_start_s: float) -> list[ZoneSecondFigures]:
        """Each zone's figures of the second that began at ``second_start_s``; close each second once, in order.

        A second without frames, and a zone that was wholly unseen in all of them, has nothing known. Where frames
        differ, means are over those that saw the zone.
        """
        start_s = math.floor(second_start_s)
        second = self._open.get(start_s) or _OpenSecond(len(self.zones), self._field.empty(CHANNELS))
        for old in [key for key in self._open if key <= start_s]:
            del self._open[old]
        columns = self._columns(second, start_s + 1.0)
        unseen = second.unseen / max(second.frames, 1)
        return [self._told(zone, second, columns, float(unseen[zone])) for zone in range(len(self.zones))]

    def _columns(self, second: _OpenSecond, end_s: float) -> dict[str, NDArray[np.float64]]:
        """Every figure of every zone, ``nan`` where not known."""
        frames, looks = max(second.frames, 1), np.maximum(second.seen_frames, 1)
        flow, queue = self._flow.rates(end_s), self._queues.figures(end_s)
        local = pressure_of(second.field, frames=frames, noise_variance=self._noise)
        moving = second.known_speeds > 0
        pressure = np.where(moving, highest_by_zone(self._field, local) * frames / looks, np.nan)
        return {
            "density_per_m2": second.density_sum / looks,
            "peak_density_per_m2": self._field.highest(second.field[0]) / looks,
            "speed_m_per_s": np.where(moving, second.speed_sum / np.maximum(second.known_speeds, 1), np.nan),
            "pressure_per_s2": np.where(second.people > 0, pressure, 0.0),
            "inflow_per_min": flow.in_per_min,
            "outflow_per_min": flow.out_per_min,
            "queue_length": queue.length,
            "queue_wait_s": queue.wait_s,
            "service_per_min": queue.service_per_min,
            "dwell_s": self._dwell.mean_s(end_s),
        }

    def _told(
        self, zone: int, second: _OpenSecond, columns: dict[str, NDArray[np.float64]], unseen_share: float
    ) -> ZoneSecondFigures:
        area_m2 = float(self._index.areas_m2[zone])
        looks = int(second.seen_frames[zone])
        if looks == 0:
            nothing = FloorFigures(area_m2=area_m2, unseen_share=1.0)
            return ZoneSecondFigures(None, None, lower_bound=False, frames=second.frames, figures=nothing)
        known = {name: float(values[zone]) for name, values in columns.items() if not np.isnan(values[zone])}
        level = level_of_service(known.get("density_per_m2"), self.zones[zone].bands)
        return ZoneSecondFigures(
            count=float(second.people[zone] / looks),
            peak=int(second.peak[zone]),
            lower_bound=unseen_share > 0,
            frames=second.frames,
            figures=FloorFigures(area_m2=area_m2, unseen_share=unseen_share, level_of_service=level, **known),
        )
