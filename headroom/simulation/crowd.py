"""What people want: they arrive, go where something is, wait at the bar, press to the front, and leave."""

from collections import deque
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from domain.geometry import Polygon
from headroom.simulation.plan import Plan
from headroom.simulation.scenario import Scenario, Surge
from headroom.simulation.walkers import Walkers

Array = NDArray[np.float64]
Rows = NDArray[np.intp]

FLOW_PER_M_MIN: Final = 82.0
"""People a minute through a metre of opening on the level (Green Guide)."""
_SPARE: Final = 1.2
"""Places for people, as a multiple of those inside when it is fullest: chance brings more than expected."""


class Doing(IntEnum):
    """What somebody is about."""

    ABSENT = 0
    ROAMING = 1
    QUEUEING = 2
    SERVED = 3
    LEAVING = 4
    PRESSING = 5


@dataclass(frozen=True)
class Passages:
    """People who passed the doors in one step, in the order of the plan's doors, shape (doors,) each."""

    went_in: NDArray[np.int64]
    went_out: NDArray[np.int64]


class Crowd:
    """The people, and the truth about them.

    Attributes:
        walkers: where everybody is, or was last.
        doing: of each, a :class:`Doing`, shape (places,).
        generation: how many people have used each place so far, shape (places,).
        around: people/m² around each of those inside at the last step, shape (places,).
        waits_s: how long each of those served so far had waited.
    """

    def __init__(self, plan: Plan, scenario: Scenario, random: np.random.Generator) -> None:
        self._plan, self._scenario, self._random = plan, scenario, random
        places = int(scenario.people * _SPARE) + 20
        self.walkers = Walkers(plan, places, random)
        self.doing = np.zeros(places, np.int8)
        self.generation = np.zeros(places, np.int64)
        self.around = np.zeros(places)
        self.waits_s: list[float] = []
        self._until_s = np.zeros(places)
        self._queue: deque[int] = deque()
        self._joined_s = np.zeros(places)
        self._outside = np.zeros(len(plan.doors), np.int64)
        self._tokens = np.zeros(len(plan.doors))
        self._weights = np.array([attraction.weight for attraction in plan.attractions])
        self._weights /= self._weights.sum()
        self._pressing: list[Surge] = []

    @property
    def who(self) -> Rows:
        """Places of the people inside."""
        return np.flatnonzero(self.doing)

    def count_in(self, zone: Polygon) -> int:
        """People inside a zone."""
        return int(zone.contains(self.walkers.xy[self.who]).sum())

    @property
    def queue_length(self) -> int:
        """People waiting at the bar."""
        return len(self._queue)

    def step(self, at_s: float, elapsed_s: float) -> Passages:
        """Let ``elapsed_s`` pass, until ``at_s``."""
        went_in = self._arrive(at_s, elapsed_s)
        self._surge(at_s)
        self._change_minds(at_s)
        self._serve(at_s)
        who = self.who
        self.around[who] = self.walkers.step(who, elapsed_s)
        return Passages(went_in, self._leave())

    def _wanted(self, at_s: float) -> float:
        times, shares = zip(*self._scenario.inside, strict=True)
        return float(np.interp(at_s / (self._scenario.hours * 3600), times, shares)) * self._scenario.people

    def _arrive(self, at_s: float, elapsed_s: float) -> NDArray[np.int64]:
        net = self._wanted(at_s) - self._wanted(at_s - elapsed_s)
        turned_over = self._scenario.turnover_per_h * len(self.who) * elapsed_s / 3600
        self._send_away(int(self._random.poisson(max(0.0, -net) + turned_over)))
        weights = np.array([door.weight for door in self._plan.doors])
        self._outside += self._random.poisson((max(0.0, net) + turned_over) * weights / weights.sum())
        widths = np.array([door.width_m for door in self._plan.doors])
        flow = FLOW_PER_M_MIN / 60 * widths * elapsed_s
        self._tokens = np.minimum(self._tokens + flow, np.maximum(flow, 1.0))
        return np.array([self._let_in(index, at_s) for index in range(len(self._plan.doors))], np.int64)

    def _let_in(self, index: int, at_s: float) -> int:
        door, free = self._plan.doors[index], np.flatnonzero(self.doing == Doing.ABSENT)
        count = min(int(self._outside[index]), int(self._tokens[index]), len(free))
        if count == 0:
            return 0
        who = free[:count]
        across = np.array([-door.inward[1], door.inward[0]])
        beside = self._random.uniform(-0.4, 0.4, count) * door.width_m
        start = door.centre + 0.4 * door.inward + beside[:, None] * across
        self.walkers.xy[who] = np.where(self._plan.stands_free(start)[:, None], start, door.centre + 0.4 * door.inward)
        self.walkers.velocity[who] = door.inward
        self.generation[who] += 1
        self._choose(who, at_s)
        self._outside[index] -= count
        self._tokens[index] -= count
        return count

    def _choose(self, who: Rows, at_s: float) -> None:
        """Send people somewhere new; those who go to the bar join its queue, unless it is full."""
        chosen = self._random.choice(len(self._weights), len(who), p=self._weights)
        self.doing[who] = Doing.ROAMING
        for index, attraction in enumerate(self._plan.attractions):
            group = who[chosen == index]
            left, low, right, high = attraction.area
            self.walkers.goal[group] = self._random.uniform((left, low), (right, high), (len(group), 2))
            walk_s = np.hypot(*(self.walkers.goal[group] - self.walkers.xy[group]).T)
            self._until_s[group] = at_s + walk_s + self._random.exponential(max(60.0, attraction.stay_s), len(group))
            if attraction.id == "bar":
                self._join(group, at_s)

    def _join(self, group: Rows, at_s: float) -> None:
        room = len(self._plan.bar.slots) - len(self._queue)
        joining = group[: max(0, room)]
        self._queue.extend(joining.tolist())
        self.doing[joining] = Doing.QUEUEING
        self._joined_s[joining] = at_s

    def _change_minds(self, at_s: float) -> None:
        bored = np.flatnonzero(((self.doing == Doing.ROAMING) | (self.doing == Doing.SERVED)) & (self._until_s <= at_s))
        if len(bored):
            self._choose(bored, at_s)

    def _serve(self, at_s: float) -> None:
        bar = self._plan.bar
        busy = int((self.doing == Doing.SERVED).sum())
        while self._queue and busy < bar.servers:
            head = self._queue.popleft()
            self.waits_s.append(at_s - self._joined_s[head])
            self.doing[head] = Doing.SERVED
            self._until_s[head] = at_s + self._random.exponential(bar.service_s)
            busy += 1
        if self._queue:
            waiting = np.array(self._queue)
            self.walkers.goal[waiting] = bar.slots[: len(waiting)]

    def _surge(self, at_s: float) -> None:
        length_s = self._scenario.hours * 3600
        for surge in self._scenario.surges:
            begins, ends = surge.at * length_s, surge.at * length_s + surge.lasts_s
            if begins <= at_s < ends and surge not in self._pressing:
                self._pressing.append(surge)
                self._press(self._plan.zones[surge.zone_id], surge.people_per_m2)
            elif at_s >= ends and surge in self._pressing:
                self._pressing.remove(surge)
                self._choose(np.flatnonzero(self.doing == Doing.PRESSING), at_s)

    def _press(self, zone: Polygon, people_per_m2: float) -> None:
        """Draw the nearest people who roam into the zone, as many as that density takes; no two ways cross."""
        roaming = np.flatnonzero(self.doing == Doing.ROAMING)
        low, high = zone.points.min(axis=0), zone.points.max(axis=0)
        outside = np.maximum(np.maximum(low - self.walkers.xy[roaming], self.walkers.xy[roaming] - high), 0)
        nearest = roaming[np.argsort(np.hypot(outside[:, 0], outside[:, 1]), kind="stable")]
        drawn = nearest[: int(people_per_m2 * zone.area)]
        self.doing[drawn] = Doing.PRESSING
        goals = self._random.uniform(low, high, (len(drawn), 2))
        order = linear_sum_assignment(cdist(self.walkers.xy[drawn], goals, "sqeuclidean"))[1]
        self.walkers.goal[drawn] = goals[order]

    def _send_away(self, count: int) -> None:
        roaming = np.flatnonzero(self.doing == Doing.ROAMING)
        who = self._random.choice(roaming, min(count, len(roaming)), replace=False)
        centres = np.array([door.centre for door in self._plan.doors])
        apart = self.walkers.xy[who][:, None, :] - centres
        weights = np.array([door.weight for door in self._plan.doors])
        distance = np.hypot(apart[..., 0], apart[..., 1]) / np.sqrt(weights)
        self.walkers.goal[who] = centres[np.argmin(distance, axis=1)]
        self.doing[who] = Doing.LEAVING

    def _leave(self) -> NDArray[np.int64]:
        went_out = np.zeros(len(self._plan.doors), np.int64)
        leaving = np.flatnonzero(self.doing == Doing.LEAVING)
        for index, door in enumerate(self._plan.doors):
            away = np.hypot(*(self.walkers.xy[leaving] - door.centre).T)
            near = (away <= door.width_m / 2 + 0.5) & (self.walkers.goal[leaving] == door.centre).all(axis=1)
            gone = leaving[near][: int(self._tokens[index])]
            self.doing[gone] = Doing.ABSENT
            self._tokens[index] -= len(gone)
            went_out[index] = len(gone)
        return went_out
