"""What the occupancy filter knows of each gate: what tells of it, what usually passes, how far two tellings differ."""

from dataclasses import dataclass, field
from typing import Final, Literal

from domain.errors import BadInput

Direction = Literal["in", "out"]
DIRECTIONS: Final[tuple[Direction, Direction]] = ("in", "out")


@dataclass(frozen=True)
class Gate:
    """A way in and out, and what tells of those who pass it.

    Attributes:
        lines: counting lines of cameras tell, both ways.
        scans_in: everybody who comes in is scanned.
        scans_out: everybody who leaves is scanned.
    """

    id: str
    lines: bool = True
    scans_in: bool = False
    scans_out: bool = False

    def scans(self, direction: Direction) -> bool:
        """Whether those who pass that way are scanned."""
        return self.scans_in if direction == "in" else self.scans_out


@dataclass(frozen=True)
class Tuning:
    """What is usual of the instruments, before a venue has its own figures. Shares of what was counted.

    Attributes:
        line_miss: what lines miss more than they invent: people hidden behind others, tracks lost on the line.
            Overhead counters are sold as 2 to 5 % exact; ours has been measured on footage only, so this is a guess.
        line_miss_deviation: how far a gate's own share lies from that.
        line_common: correlation between the lines, which share a detector and the light.
        line_memory_s: how long a line's share stays what it was.
        line_scatter: variance a counted passage: the chance of each to be missed or invented.
        scan_miss: people let through unscanned.
        scan_miss_deviation: how far that may be off.
        scan_scatter: variance a scanned person.
        camera_miss: share of the people on the seen floor that merged cameras miss more than they invent, and take for
            a neighbour: 4 to 10 % in simulated crowds of 1 to 5 people/m² under twelve overlapping cameras.
        camera_bias: deviation of that share, for as long as the crowd and the light stay what they are.
        bias_memory_s: how long that is.
        camera_memory_s: how long one camera count's error lasts: as long as someone stands hidden.
        unseen_spread: variance of the unseen people's share, in units of (1 - seen) x seen: people stand where they
            like, so half a floor seen holds half of them give or take 0.16.
        unseen_memory_s: how long people keep to where they are.
        blind_spread: deviation of what passes an unwatched gate, as a share of what usually does.
        unknown_gate_per_min: people a minute each way at a gate of which nothing is known yet.
        usual_s: half-life of what is remembered as usually passing.
        pair_s: how long lines and scans of a gate are gathered before they are compared.
        pair_people: how many people that takes at least.
        between: deviation of the people between the scanner and the line at either end of that time.
        hidden_per_h: variance an hour of passages where no gate is known (a fire door, a goods lift).
    """

    line_miss: float = 0.025
    line_miss_deviation: float = 0.02
    line_common: float = 0.3
    line_memory_s: float = 4 * 3600.0
    line_scatter: float = 0.05
    scan_miss: float = 0.003
    scan_miss_deviation: float = 0.002
    scan_scatter: float = 0.01
    camera_miss: float = 0.05
    camera_bias: float = 0.05
    bias_memory_s: float = 4 * 3600.0
    camera_memory_s: float = 60.0
    unseen_spread: float = 0.1
    unseen_memory_s: float = 1200.0
    blind_spread: float = 0.5
    unknown_gate_per_min: float = 5.0
    usual_s: float = 900.0
    pair_s: float = 300.0
    pair_people: int = 20
    between: float = 2.0
    hidden_per_h: float = 4.0


@dataclass
class _Way:
    """One direction of a gate: what was told since lines and scans were last compared, and what usually passes."""

    counted: int = 0
    scanned: int = 0
    gathered_s: float = 0.0
    passed: float = 0.0
    watched_s: float = 0.0
    blind_s: float = 0.0

    def forget_pair(self) -> None:
        self.counted = self.scanned = 0
        self.gathered_s = 0.0


@dataclass
class GateWatch:
    """One gate as time passes. It decides which telling of a passage counts, so that none counts twice."""

    gate: Gate
    tuning: Tuning
    _lines: bool = True
    _scans: bool = True
    _ways: dict[Direction, _Way] = field(default_factory=lambda: {"in": _Way(), "out": _Way()})

    def refuse_unless_it_has(self, channel: str, people_in: int, people_out: int) -> None:
        """Raises ``BadInput`` where somebody tells of a gate what it was said not to have."""
        has_in, has_out = (
            (self.gate.lines, self.gate.lines) if channel == "lines" else (self.gate.scans_in, self.gate.scans_out)
        )
        if not (has_in or has_out) or (people_in and not has_in) or (people_out and not has_out):
            raise BadInput(f"gate {self.gate.id!r} has no {channel} that could tell {people_in} in, {people_out} out")

    def watch(self, *, lines: bool | None, scans: bool | None) -> None:
        """Take in what works from now on; what was gathered for a comparison is dropped when that changes."""
        if lines not in (None, self._lines) or scans not in (None, self._scans):
            for way in self._ways.values():
                way.forget_pair()
        self._lines = self._lines if lines is None else lines
        self._scans = self._scans if scans is None else scans

    def count_line(self, direction: Direction, people: int) -> bool:
        """Gather a line's count; whether it is what moves the people inside."""
        way, counts = self._ways[direction], not self._scanned(direction)
        way.counted += people
        if counts:
            way.passed += people
        return counts

    def count_scans(self, direction: Direction, people: int) -> bool:
        """Gather scans; whether they are what moves the people inside."""
        way, counts = self._ways[direction], self._scanned(direction)
        way.scanned += people
        if counts:
            way.passed += people
        return counts

    def _scanned(self, direction: Direction) -> bool:
        return self.gate.scans(direction) and self._scans

    def _counted(self) -> bool:
        return self.gate.lines and self._lines

    def pass_time(self, elapsed_s: float) -> tuple[float, float]:
        """Net people and their variance that passed unwatched; 0 and 0 where somebody watches.

        Expected are r T people with variance r T + (blind_spread r T)²: chance, and a rate that is off for as long as
        the gate is blind, so its deviation grows with the time T and not with its root.
        """
        net = variance = 0.0
        for direction in DIRECTIONS:
            way = self._ways[direction]
            if self._scanned(direction) or self._counted():
                self._remember(way, elapsed_s)
                continue
            rate = self.usual_per_s(direction)
            before_s, way.blind_s = way.blind_s, way.blind_s + elapsed_s
            net += rate * elapsed_s * (1 if direction == "in" else -1)
            variance += rate * elapsed_s + (self.tuning.blind_spread * rate) ** 2 * (way.blind_s**2 - before_s**2)
        return net, variance

    def _remember(self, way: _Way, elapsed_s: float) -> None:
        kept = 2.0 ** (-elapsed_s / self.tuning.usual_s)
        way.passed *= kept
        way.watched_s = way.watched_s * kept + elapsed_s
        way.gathered_s += elapsed_s
        way.blind_s = 0.0

    def usual_per_s(self, direction: Direction) -> float:
        """People a second who pass that way, over the last while that it was watched; a guess counts for a minute."""
        way = self._ways[direction]
        return (way.passed + self.tuning.unknown_gate_per_min) / (way.watched_s + 60.0)

    def compared(self, direction: Direction) -> tuple[int, int, float] | None:
        """Counted by lines, scanned, and the variance of their difference by chance; ``None`` while too few passed."""
        way, tuning = self._ways[direction], self.tuning
        if not (self._scanned(direction) and self._counted()):
            return None
        if way.gathered_s < tuning.pair_s or max(way.counted, way.scanned) < tuning.pair_people:
            return None
        counted, scanned = way.counted, way.scanned
        way.forget_pair()
        chance = tuning.line_scatter * counted + tuning.scan_scatter * scanned + 2 * tuning.between**2
        return counted, scanned, chance

    @property
    def usual(self) -> dict[str, list[float]]:
        """What usually passes, as JSON can hold it."""
        return {direction: [way.passed, way.watched_s] for direction, way in self._ways.items()}

    @usual.setter
    def usual(self, kept: dict[str, list[float]]) -> None:
        for direction in DIRECTIONS:
            way = self._ways[direction]
            way.passed, way.watched_s = kept[direction]
