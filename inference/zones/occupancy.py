"""How many people are inside a venue or a section, from crossings, ticket scans and what cameras see.

A Kalman filter (Kalman 1960; extended where the camera's gain multiplies the people) on

    n       people inside
    b       how far the cameras' count is off for good, as a share: cameras told n (1 + b)
    u       how far people keep to the floor that is seen, in units of what is usual
    s, t    what ticket scans miss of those who go in and out, as a share of those scanned
    e, f    what each gate's line counts miss of those who go in and out, as a share of those counted

so ``n`` grows by ``counted (1 + e)`` and the covariance of ``n`` with ``e`` remembers how much of ``n`` rests on that
line: whatever corrects ``n`` later corrects ``e`` with it, and so the drift. The shares are Ornstein-Uhlenbeck
processes (Uhlenbeck and Ornstein 1930) around what is usual: an error that lasts is not averaged away by being told
each second.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from domain.errors import BadInput
from inference.zones.occupancy_gates import DIRECTIONS, Direction, Gate, GateWatch, Tuning
from inference.zones.truncated import moments, quantile

NINETY: Final = 1.6448536269514722
"""Half the width of a normal variable's 90 % interval, in standard deviations."""
DOUBT: Final = 4.0
"""Standard deviations of surprise from which what was believed is doubted; 1 in 16,000 by chance."""
NEGATIVE_DOUBT: Final = 3.0
"""The same for fewer than nobody, which no chance brings about."""
LEAST_SEEN: Final = 0.01
"""Share of the floor below which a count says nothing about the rest."""
RECENT_S: Final = 30.0
"""How long a camera count stands for what is seen now; three times the longest wait of a zone that gave way."""
_PEOPLE, _BIAS, _UNSEEN, _SCAN_IN, _SCAN_OUT, _GATES = range(6)
_DIFFUSE: Final = 1e3
"""Deviation before the first count, as a multiple of it: so large that only the count speaks."""

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """People inside.

    Attributes:
        count: the mean of what is believed; never negative, never cut to a capacity.
        low: lower end of the 90 % interval.
        high: upper end.
        deviation: the standard deviation behind it, before "never negative" cuts one side off.
        drift_per_hour: people an hour by which line counts alone would fall behind the people inside at the usual
            traffic; positive: they undercount. ``None`` where no gate has a line.
        seen_share: share of the floor that cameras see; ``None`` where no camera count is recent.
    """

    count: float
    low: float
    high: float
    deviation: float
    drift_per_hour: float | None
    seen_share: float | None


class OccupancyFilter:
    """The people inside, from everything that tells of them. Nothing reads a clock: ``at_s`` is always an argument.

    Unknown until :meth:`start` or the first :meth:`camera_count`: passages alone say how many came, not how many were
    there. Inputs of one moment may come in any order, and one that comes late is taken in at the newest time.

    A passage may be told twice, by a line and by a ticket scan at the same gate; the ``gates`` say where. There the
    scan alone moves the people inside, and the line is compared with it (see :class:`~occupancy_gates.GateWatch`), so
    nobody counts twice and the line's drift is known for the day when the scanner fails.

    Args:
        gates: every way in and out, also those that nothing watches.
        tuning: what is usual of the instruments.

    Raises:
        BadInput: two gates of one name.

    Example:
        >>> inside = OccupancyFilter([Gate("west")])
        >>> inside.start(0, at_s=0)
        >>> inside.crossings(120, 20, at_s=60, gate_id="west")
        >>> round(inside.estimate(60).count)
        102
    """

    def __init__(self, gates: Sequence[Gate], tuning: Tuning | None = None) -> None:
        self._tuning = tuning or Tuning()
        self._gates = {gate.id: GateWatch(gate, self._tuning) for gate in gates}
        if len(self._gates) < len(gates):
            raise BadInput(f"gate ids must differ, got {sorted(gate.id for gate in gates)}")
        self._index = {gate.id: _GATES + 2 * place for place, gate in enumerate(gates)}
        self._usual, self._spread, self._memory_s = _stationary(len(gates), self._tuning)
        self._state, self._cov = self._usual.copy(), self._spread.copy()
        self._at_s: float | None = None
        self._known = False
        self._camera: tuple[float, float] | None = None  # when, and the share of the floor it saw

    @property
    def covariance(self) -> Vector:
        """Of the whole state, shape (5 + 2 gates, 5 + 2 gates): symmetric, no eigenvalue below 0 but by rounding."""
        return self._cov.copy()

    def start(self, count: float, at_s: float, deviation: float = 0.0) -> None:
        """Take the people inside as known: 0 before doors, or what a person counted, give or take ``deviation``."""
        _check(count=count, deviation=deviation)
        self.predict(at_s)
        self._state[_PEOPLE] = count
        self._cov[_PEOPLE, :] = self._cov[:, _PEOPLE] = 0.0
        self._cov[_PEOPLE, _PEOPLE] = deviation**2
        self._known = True

    def predict(self, at_s: float) -> None:
        """Let time pass: shares forget, and gates that nobody watches let through what is usual, unseen.

        Raises:
            BadInput: ``at_s`` is not a finite number.
        """
        if not np.isfinite(at_s):
            raise BadInput(f"at_s must be a finite number of seconds, got {at_s}")
        since_s = at_s if self._at_s is None else self._at_s
        if at_s <= since_s and self._at_s is not None:
            return
        self._at_s = at_s
        elapsed_s = at_s - since_s
        self._relax(elapsed_s)
        for gate_id, gate in self._gates.items():
            net, variance = gate.pass_time(elapsed_s)
            self._state[_PEOPLE] += net
            self._cov[_PEOPLE, _PEOPLE] += variance
            self._compare(gate_id, gate)
        self._keep_possible()

    def _relax(self, elapsed_s: float) -> None:
        """Towards what is usual: usual + a (x - usual) and a P a + S - a S a, with a = exp(-elapsed / memory).

        S is the usual covariance.
        """
        kept = np.exp(-elapsed_s / self._memory_s)
        self._state = self._usual + kept * (self._state - self._usual)
        both = np.outer(kept, kept)
        self._cov = both * self._cov + (1 - both) * self._spread
        self._cov[_PEOPLE, _PEOPLE] += self._tuning.hidden_per_h * elapsed_s / 3600

    def crossings(self, people_in: int, people_out: int, at_s: float, gate_id: str) -> None:
        """Take in what a gate's lines counted since they last told.

        Where the gate's scans of a direction work, the scans count and this only tells how far the line is off.

        Raises:
            BadInput: a negative number, or a gate that there is not or that has no lines.
        """
        gate = self._told(gate_id, "lines", at_s, people_in, people_out)
        first = self._index[gate_id]
        for direction, people, share in zip(DIRECTIONS, (people_in, people_out), (first, first + 1), strict=True):
            if gate.count_line(direction, people):
                self._pass(direction, people, share, self._tuning.line_scatter)
        self._keep_possible()

    def scans(self, people_in: int, people_out: int, at_s: float, gate_id: str) -> None:
        """Take in the tickets scanned at a gate since it last told; each scan once.

        Scans of an outage, sent in while the scanners are told not to work, count nothing: those people were counted
        by the lines, or expected where there are none.

        Raises:
            BadInput: a negative number, or a gate that there is not or whose people of that direction are not scanned.
        """
        gate = self._told(gate_id, "scans", at_s, people_in, people_out)
        for direction, people, share in zip(DIRECTIONS, (people_in, people_out), (_SCAN_IN, _SCAN_OUT), strict=True):
            if gate.count_scans(direction, people):
                self._pass(direction, people, share, self._tuning.scan_scatter)
        self._keep_possible()

    def _told(self, gate_id: str, channel: str, at_s: float, people_in: int, people_out: int) -> GateWatch:
        _check(people_in=people_in, people_out=people_out)
        gate = self._gate(gate_id)
        gate.refuse_unless_it_has(channel, people_in, people_out)
        self.predict(at_s)
        return gate

    def _gate(self, gate_id: str) -> GateWatch:
        if gate_id not in self._gates:
            raise BadInput(f"gate {gate_id!r} is not known; the gates are {sorted(self._gates)}")
        return self._gates[gate_id]

    def _pass(self, direction: Direction, counted: int, share: int, scatter: float) -> None:
        """People inside and counted (1 + share) more or less, with ``scatter`` people² a counted person: F P F' + Q."""
        if not counted:
            return
        signed = counted if direction == "in" else -counted
        self._state[_PEOPLE] += signed * (1 + self._state[share])
        self._cov[_PEOPLE, :] += signed * self._cov[share, :]
        self._cov[:, _PEOPLE] += signed * self._cov[:, share]
        self._cov[_PEOPLE, _PEOPLE] += scatter * counted

    def watch(self, gate_id: str, at_s: float, *, lines: bool | None = None, scans: bool | None = None) -> None:
        """Say whether a gate's lines see and its scanners work; ``None`` leaves it as it was.

        From a gate that neither watches, what usually passes it is expected to pass, and widens the interval.

        Raises:
            BadInput: a gate that there is not.
        """
        gate = self._gate(gate_id)
        self.predict(at_s)
        gate.watch(lines=lines, scans=scans)

    def camera_count(self, count: float, low: float, high: float, seen_share: float, at_s: float) -> None:
        """Take in how many people the cameras see, each once, on the part of the floor that they see.

        The count is ``seen_share n (1 + b + k u)`` with k² = unseen_spread (1 - seen_share) / seen_share: with the
        whole floor seen the count corrects directly, with little of it hardly at all, with none not. Counts that
        follow one another share their error, so one that comes after d seconds weighs d / camera_memory_s of the
        first.

        Args:
            count: people seen.
            low: lower end of its 90 % interval.
            high: upper end.
            seen_share: share of the floor that cameras see now, 0..1; below :data:`LEAST_SEEN` the count
                tells nothing, whatever it is.
            at_s: when the pictures were taken.

        Raises:
            BadInput: a number below 0 or not finite, ``count`` outside its interval, a share above 1.
        """
        _check(count=count, low=low, high=high, seen_share=seen_share)
        if not low <= count <= high or seen_share > 1:
            raise BadInput(
                f"a camera count lies in its interval and sees at most all (seen_share 1), "
                f"got {count} in {low} to {high}, seen_share {seen_share}"
            )
        self.predict(at_s)
        before, now_s = self._camera, self._at_s or 0.0
        self._camera = (now_s, seen_share)
        if seen_share < LEAST_SEEN:
            return
        people, deviation = count / seen_share, (high - low) / (2 * NINETY * seen_share)
        if not self._known:
            self._begin_with(people)
        elapsed_s = np.inf if before is None or before[1] < LEAST_SEEN else now_s - before[0]
        weight = min(1.0, elapsed_s / self._tuning.camera_memory_s)
        if weight > 0:
            self._see(people, (deviation**2 + 1) / weight, seen_share)

    def _begin_with(self, people: float) -> None:
        self._state[_PEOPLE] = people / (1 + self._state[_BIAS])
        self._cov[_PEOPLE, :] = self._cov[:, _PEOPLE] = 0.0
        self._cov[_PEOPLE, _PEOPLE] = (_DIFFUSE * (people + 1)) ** 2
        self._known = True

    def _see(self, people: float, variance: float, seen_share: float) -> None:
        unseen = np.sqrt(self._tuning.unseen_spread * (1 - seen_share) / seen_share)
        inside = max(0.0, self._state[_PEOPLE])
        off = self._state[_BIAS] + unseen * self._state[_UNSEEN]
        gain = max(0.1, 1 + off)
        row = np.zeros_like(self._state)
        row[[_PEOPLE, _BIAS, _UNSEEN]] = gain, inside, inside * unseen
        self._correct(row, people - inside * gain, variance)
        self._keep_possible()

    def _compare(self, gate_id: str, gate: GateWatch) -> None:
        """Where a gate's lines and scans told of the same people: counted (1 + e) = scanned (1 + s).

        Where they differ by more than chance and drift explain, one of the two has failed and it is not known which:
        as many people as they differ by are in doubt, and nothing is learnt.
        """
        first = self._index[gate_id]
        for direction, line, scan in zip(DIRECTIONS, (first, first + 1), (_SCAN_IN, _SCAN_OUT), strict=True):
            told = gate.compared(direction)
            if told is None:
                continue
            counted, scanned, variance = told
            row = np.zeros_like(self._state)
            row[line], row[scan] = counted, -scanned
            surprise = scanned - counted - float(row @ self._state)
            if surprise**2 > DOUBT**2 * (float(row @ self._cov @ row) + variance):
                self._cov[_PEOPLE, _PEOPLE] += surprise**2
            else:
                self._correct(row, surprise, variance)

    def _correct(self, row: Vector, surprise: float, variance: float) -> None:
        """The Kalman update in Joseph's form, which keeps the covariance positive (Bucy and Joseph 1968).

        A surprise beyond :data:`DOUBT` deviations first widens the people inside until it is no larger than that:
        a start that was wrong, or a door that nobody knew of, must not be believed for hours.
        """
        expected = float(row @ self._cov @ row) + variance
        missing = surprise**2 / DOUBT**2 - expected
        if missing > 0 and row[_PEOPLE] > 0:
            self._cov[_PEOPLE, _PEOPLE] += missing / row[_PEOPLE] ** 2
            expected += missing
        gain = self._cov @ row / expected
        self._state = self._state + gain * surprise
        keep = np.eye(len(row)) - np.outer(gain, row)
        self._cov = keep @ self._cov @ keep.T + variance * np.outer(gain, gain)
        self._cov = (self._cov + self._cov.T) / 2

    def _keep_possible(self) -> None:
        """When the mean says fewer than nobody, take the moments of what is possible (Simon 2010, density truncation).

        The shares that could have led there move along: more out than in says that the lines at the way in miss
        people. Not done while the mean is possible, for each time would push it up a little further.
        """
        mean, variance = float(self._state[_PEOPLE]), float(self._cov[_PEOPLE, _PEOPLE])
        if not self._known or mean >= 0:
            return
        doubted = max(variance, (mean / NEGATIVE_DOUBT) ** 2, 1e-12)
        self._cov[_PEOPLE, _PEOPLE] = doubted
        count, deviation = moments(mean, float(np.sqrt(doubted)))
        along = self._cov[:, _PEOPLE] / doubted
        self._state = self._state + along * (count - mean)
        self._cov = self._cov - np.outer(along, along) * (doubted - deviation**2)

    def estimate(self, at_s: float) -> Estimate | None:
        """The people inside by ``at_s``; ``None`` before anything is known, which is not the same as nobody."""
        self.predict(at_s)
        if not self._known:
            return None
        mean, deviation = float(self._state[_PEOPLE]), float(np.sqrt(max(0.0, self._cov[_PEOPLE, _PEOPLE])))
        count, _ = moments(mean, deviation)
        low, high = quantile(0.05, mean, deviation), quantile(0.95, mean, deviation)
        return Estimate(count, min(low, count), max(high, count), deviation, self._drift_per_hour(), self._seen_share())

    def _drift_per_hour(self) -> float | None:
        drifts = [
            gate.usual_per_s("in") * self._state[self._index[gate_id]]
            - gate.usual_per_s("out") * self._state[self._index[gate_id] + 1]
            for gate_id, gate in self._gates.items()
            if gate.gate.lines
        ]
        return 3600 * float(sum(drifts)) if drifts else None

    def _seen_share(self) -> float | None:
        if self._camera is None or (self._at_s or 0.0) - self._camera[0] > RECENT_S:
            return None
        return self._camera[1]

    def snapshot(self) -> dict[str, Any]:
        """What is believed, as JSON can hold it, for a restart to :meth:`restore`."""
        return {
            "at_s": self._at_s,
            "known": self._known,
            "state": self._state.tolist(),
            "covariance": self._cov.tolist(),
            "gates": {gate_id: gate.usual for gate_id, gate in self._gates.items()},
        }

    def restore(self, snapshot: dict[str, Any], at_s: float) -> None:
        """Go on from a snapshot taken before ``at_s``: whatever passed since then passed unseen, and widens.

        Raises:
            BadInput: it is of other gates, or later than ``at_s``.
        """
        if list(snapshot["gates"]) != list(self._gates):
            raise BadInput(f"the snapshot is of gates {list(snapshot['gates'])}, these are {list(self._gates)}")
        if snapshot["at_s"] is not None and snapshot["at_s"] > at_s:
            raise BadInput(f"the snapshot was taken at {snapshot['at_s']} s, after {at_s} s")
        self._state, self._cov = np.array(snapshot["state"]), np.array(snapshot["covariance"])
        self._at_s, self._known, self._camera = snapshot["at_s"], snapshot["known"], None
        for gate_id, gate in self._gates.items():
            gate.usual = snapshot["gates"][gate_id]
            gate.watch(lines=False, scans=False)
        self.predict(at_s)
        for gate in self._gates.values():
            gate.watch(lines=True, scans=True)


def _check(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (np.isfinite(value) and value >= 0):
            raise BadInput(f"{name} must be a number of at least 0, got {value}")


def _stationary(gates: int, tuning: Tuning) -> tuple[Vector, Vector, Vector]:
    """What is usual of the state: mean, covariance and memory in seconds; the people inside have none of these."""
    mean, memory_s = np.zeros(_GATES + 2 * gates), np.full(_GATES + 2 * gates, tuning.line_memory_s)
    mean[_BIAS], mean[_GATES:] = -tuning.camera_miss, tuning.line_miss
    mean[[_SCAN_IN, _SCAN_OUT]] = tuning.scan_miss
    memory_s[[_PEOPLE, _BIAS, _UNSEEN]] = np.inf, tuning.bias_memory_s, tuning.unseen_memory_s
    scans, lines = [tuning.scan_miss_deviation] * 2, [0.0] * (2 * gates)
    spread = np.diag(np.square([0.0, tuning.camera_bias, 1.0, *scans, *lines]))
    of_lines = np.full((2 * gates, 2 * gates), tuning.line_common) + (1 - tuning.line_common) * np.eye(2 * gates)
    spread[_GATES:, _GATES:] = tuning.line_miss_deviation**2 * of_lines
    return mean, spread, memory_s
