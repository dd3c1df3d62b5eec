"""Counting lines that miss people, and ever differently, and ticket scans that nearly do not."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from headroom.simulation.plan import Plan
from headroom.simulation.scenario import Instruments

Direction = Literal["in", "out"]
DIRECTIONS: Final[tuple[Direction, Direction]] = ("in", "out")
_DRIFT_MEMORY_S: Final = 2 * 3600.0
"""A line that counts worse at dusk counts better again in the morning."""


@dataclass(frozen=True)
class Told:
    """What an instrument of a gate told of one step.

    Attributes:
        gate_id: which gate.
        went_in: people it told of.
        went_out: likewise.
        at_s: when, by its own clock.
    """

    gate_id: str
    went_in: int
    went_out: int
    at_s: float


class GateInstruments:
    """The lines and scanners of all gates."""

    def __init__(self, plan: Plan, instruments: Instruments, random: np.random.Generator) -> None:
        self._gates = [door.gate for door in plan.doors]
        self._instruments, self._random = instruments, random
        shape = (len(self._gates), 2)
        self._usual = np.clip(random.normal(instruments.line_miss, instruments.line_miss_deviation, shape), 0, 0.9)
        self._drift = np.zeros(shape)
        self._skew_s = random.normal(0, instruments.clock_skew_s, len(self._gates))
        self._scan_miss = np.clip(random.exponential(instruments.scan_miss, shape), 0, 0.9)

    @property
    def line_miss(self) -> NDArray[np.float64]:
        """Share that each line misses now, shape (gates, 2), in and out."""
        return np.clip(self._usual + self._drift, 0.0, 0.9)

    def drift(self, elapsed_s: float) -> None:
        """Let the lines' shares wander."""
        kept = np.exp(-elapsed_s / _DRIFT_MEMORY_S)
        noise = self._instruments.line_drift_per_h * np.sqrt(elapsed_s / 3600)
        self._drift = kept * self._drift + self._random.normal(0, noise, self._drift.shape)

    def lines(self, passed: NDArray[np.int64], at_s: float, blind: set[str]) -> list[Told]:
        """What the lines count of the people who ``passed``, shape (gates, 2); nothing where the line is blind."""
        counted = self._random.binomial(passed, 1 - self.line_miss)
        counted += self._random.binomial(passed, self._instruments.line_false)
        return [
            Told(gate.id, int(counted[index, 0]), int(counted[index, 1]), at_s + self._skew_s[index])
            for index, gate in enumerate(self._gates)
            if gate.lines and gate.id not in blind and counted[index].any()
        ]

    def scans(self, passed: NDArray[np.int64], at_s: float, dead: set[str]) -> list[Told]:
        """What the scanners tell; a scanner's clock is the ticket server's, which is right."""
        scanned = self._random.binomial(passed, 1 - self._scan_miss)
        scanned *= np.array([[gate.scans_in, gate.scans_out] for gate in self._gates])
        return [
            Told(gate.id, int(scanned[index, 0]), int(scanned[index, 1]), at_s)
            for index, gate in enumerate(self._gates)
            if gate.id not in dead and scanned[index].any()
        ]
