"""The simulator: a scenario step by step, truth and what the instruments tell of it side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from headroom.simulation.cameras import Cameras, Sight, grid_of_cameras
from headroom.simulation.crowd import Crowd
from headroom.simulation.gates import GateInstruments, Told
from headroom.simulation.plan import hall
from headroom.simulation.scenario import Outage, Scenario

_ONE_DANGER_S: Final = 10.0
"""A density that dips below the threshold for less than this is one danger."""


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes:
        at_s: true time since doors, at the step's end.
        inside: people inside, truly.
        queue_length: people waiting at the bar, truly.
        persons: the simulator's number of each person inside, growing, shape (inside,).
        xy: where they are, truly, shape (inside, 2).
        sights: what cameras see; empty where they do not look in this step.
        looked: whether cameras looked in this step.
        crossings: what lines counted.
        scans: what was scanned.
        blind_cameras: cameras that see nothing.
        blind_gates: gates whose lines see nothing.
        dead_scanners: gates whose scanners do not work.
    """

    at_s: float
    inside: int
    queue_length: int
    persons: NDArray[np.intp]
    xy: NDArray[np.float64]
    sights: tuple[Sight, ...]
    looked: bool
    crossings: tuple[Told, ...]
    scans: tuple[Told, ...]
    blind_cameras: frozenset[str]
    blind_gates: frozenset[str]
    dead_scanners: frozenset[str]


@dataclass(frozen=True)
class Danger:
    """A time in which a zone was truly at or above the scenario's danger density.

    Attributes:
        began_s: when the density first reached it.
        ended_s: when it was last there.
        peak_per_m2: highest density.
    """

    zone_id: str
    began_s: float
    ended_s: float
    peak_per_m2: float


class Simulator:
    """Runs one scenario once.

    Args:
        scenario: what to run.

    Raises:
        BadInput: a surge or an outage names what there is not.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.plan = hall(scenario.people, scans=scenario.scans)
        crowd, gates, cameras = (np.random.default_rng([scenario.seed, part]) for part in range(3))
        self.crowd = Crowd(self.plan, scenario, crowd)
        self.gates = GateInstruments(self.plan, scenario.instruments, gates)
        self.cameras = Cameras(
            self.plan,
            grid_of_cameras(self.plan, scenario.cameras),
            len(self.crowd.doing),
            scenario.instruments,
            cameras,
        )
        self.dangers: list[Danger] = []
        self._surging = sorted({surge.zone_id for surge in scenario.surges})
        self._refuse_unknown()

    def _refuse_unknown(self) -> None:
        gates, cameras = [door.gate.id for door in self.plan.doors], [camera.id for camera in self.cameras.cameras]
        for outage in self.scenario.outages:
            if outage.what not in gates + cameras:
                raise BadInput(f"outage of {outage.what!r}: expected one of {', '.join(gates + cameras)}")
        for surge in self.scenario.surges:
            if surge.zone_id not in self.plan.zones:
                raise BadInput(f"surge in {surge.zone_id!r}: expected one of {', '.join(self.plan.zones)}")

    def steps(self) -> Iterator[Step]:
        """The run, from opening doors on."""
        length_s, step_s = self.scenario.hours * 3600, self.scenario.step_s
        for index in range(1, round(length_s / step_s) + 1):
            yield self._step(index * step_s, step_s)

    def _step(self, at_s: float, step_s: float) -> Step:
        out = {outage.what for outage in self._outages(at_s)}
        dead = {outage.what for outage in self._outages(at_s) if outage.scanners}
        passages = self.crowd.step(at_s, step_s)
        passed = np.column_stack([passages.went_in, passages.went_out])
        self.gates.drift(step_s)
        looked = (at_s - step_s) % self.scenario.look_every_s < self.scenario.looks * step_s
        who, xy = self.crowd.who, self.crowd.walkers.xy
        self._watch_danger(at_s)
        return Step(
            at_s=at_s,
            inside=len(who),
            queue_length=self.crowd.queue_length,
            persons=who,
            xy=xy[who].copy(),
            sights=tuple(self._look(at_s, out)) if looked else (),
            looked=looked,
            crossings=tuple(self.gates.lines(passed, at_s, out)),
            scans=tuple(self.gates.scans(passed, at_s, dead)),
            blind_cameras=frozenset(camera.id for camera in self.cameras.cameras if camera.id in out),
            blind_gates=frozenset(door.gate.id for door in self.plan.doors if door.gate.id in out),
            dead_scanners=frozenset(dead),
        )

    def _look(self, at_s: float, blind: set[str]) -> list[Sight]:
        crowd = self.crowd
        return self.cameras.look(crowd.walkers.xy, crowd.who, crowd.around, crowd.generation, at_s, blind)

    def _outages(self, at_s: float) -> list[Outage]:
        length_s = self.scenario.hours * 3600
        return [
            outage
            for outage in self.scenario.outages
            if outage.at * length_s <= at_s < outage.at * length_s + outage.lasts_s
        ]

    def _watch_danger(self, at_s: float) -> None:
        """Join the times at or above the danger density that are less than 10 s apart to one."""
        for zone_id in self._surging:
            density = self.crowd.count_in(self.plan.zones[zone_id]) / self.plan.zones[zone_id].area
            if density < self.scenario.danger_per_m2:
                continue
            last = next((danger for danger in reversed(self.dangers) if danger.zone_id == zone_id), None)
            if last is None or at_s - last.ended_s > _ONE_DANGER_S:
                self.dangers.append(Danger(zone_id, at_s, at_s, density))
            else:
                place = self.dangers.index(last)
                self.dangers[place] = Danger(zone_id, last.began_s, at_s, max(density, last.peak_per_m2))
