"""Whether a model that has just begun to count may go on. Pure: time is an argument.

It is judged by what happens to it (latency, failures) and by the model before it, which still looks at a share of the
frames. It fails as soon as there is enough evidence, and passes only after a while.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from domain.rollout import DISAGREEMENT
from inference.rollout.looks import Look, Tally


@dataclass(frozen=True)
class Bounds:
    """What a model on trial may not do. The defaults find a bad one in seconds where people are in view.

    Attributes:
        latency_factor: its p95 of a picture's time in the detector, over the p95 of the model before it.
        latency_slack_s: on top: of a few milliseconds a factor says little.
        first_looks: so many looks, all of them too slow, are enough.
        steady_looks: from so many on its p95 is judged.
        silence_s: a batch that takes longer than this is taken for hung.
        failures: so many answers that failed, or were no numbers, are enough.
        blind_frames: of one camera, in which the model before it saw somebody; fewer prove nothing.
        blind_share: of those, in how many it may see nobody.
        compared_frames: of one camera, in which either saw somebody; from so many on disagreement is judged.
        disagreement: of one camera's counts, see :data:`domain.rollout.DISAGREEMENT`; 1: whatever it counts, and
            however little it sees.
        least_s: a trial lasts at least so long.
        enough_frames: so many frames with people in them, compared, and it has passed.
        longest_s: it has passed without them: nobody came.
    """

    latency_factor: float = 2.0  # p95 over windows of 100 looks, 8 cameras on 2 busy cores: they differ by up to 1.4
    latency_slack_s: float = 0.02
    first_looks: int = 5
    steady_looks: int = 30
    silence_s: float = 10.0
    failures: int = 3
    blind_frames: int = 8
    blind_share: float = 0.9
    compared_frames: int = 12
    disagreement: float = DISAGREEMENT
    least_s: float = 60.0
    enough_frames: int = 24
    longest_s: float = 900.0


@dataclass(frozen=True)
class Verdict:
    """A trial's end.

    Attributes:
        passed: whether the model goes on.
        words: what was found.
    """

    passed: bool
    words: str


def p95(latencies: Iterable[float]) -> float | None:
    """The 95th percentile; ``None`` of nothing."""
    values = np.fromiter(latencies, np.float64)
    return float(np.percentile(values, 95)) if len(values) else None


@dataclass
class Trial:
    """One model's trial.

    Attributes:
        began_s: when it began to count, seconds on a clock that only goes forward.
        before_p95_s: the p95 of the model before it; ``None``: not known, and latency is not judged.
        bounds: what it may not do.
        tally: its counts beside those of the model before it.
        latencies: seconds that each picture took.
        beside_p95_s: the p95 of the model before it while it looks beside, under the load of now; ``None``: not known.
    """

    began_s: float
    before_p95_s: float | None
    bounds: Bounds = field(default_factory=Bounds)
    tally: Tally = field(default_factory=Tally)
    latencies: list[float] = field(default_factory=list)
    beside_p95_s: float | None = None
    _failures: list[str] = field(default_factory=list)

    def looked(self, latency_s: float) -> None:
        """It looked at a picture, in so many seconds."""
        self.latencies.append(latency_s)

    def failed(self, words: str) -> None:
        """It gave no answer, or none that could be used."""
        self._failures.append(words)

    def compared(self, camera_id: str, before: Look, now: Look) -> None:
        """Both looked at a frame."""
        self.tally.add(camera_id, before, now)

    def verdict(self, at_s: float, asked_s: float | None = None) -> Verdict | None:
        """What is known by now; ``None``: not enough.

        Args:
            at_s: the present.
            asked_s: since when it owes an answer; ``None``: it owes none.
        """
        wrong = self._hung(at_s, asked_s) or self._failing() or self._slow() or self._blind() or self._disagreeing()
        if wrong is not None:
            return Verdict(passed=False, words=f"{wrong} (after {at_s - self.began_s:.0f} s)")
        lasted = at_s - self.began_s
        peopled = self.tally.peopled
        if lasted < self.bounds.least_s or (peopled < self.bounds.enough_frames and lasted < self.bounds.longest_s):
            return None
        return Verdict(passed=True, words=f"{self._speed()}; {self._comparison()} (after {lasted:.0f} s)")

    @property
    def allowed_s(self) -> float | None:
        """The longest that a picture may take it, p95: what else this machine does now is no fault of the model's."""
        if self.before_p95_s is None:
            return None
        before_s = max(self.before_p95_s, self.beside_p95_s or 0.0)
        return before_s * self.bounds.latency_factor + self.bounds.latency_slack_s

    def _hung(self, at_s: float, asked_s: float | None) -> str | None:
        if asked_s is None or at_s - asked_s <= self.bounds.silence_s:
            return None
        return f"it has not answered for {at_s - asked_s:.0f} s"

    def _failing(self) -> str | None:
        if len(self._failures) < self.bounds.failures:
            return None
        return f"it failed {len(self._failures)} times, last by {self._failures[-1]}"

    def _slow(self) -> str | None:
        allowed, looks = self.allowed_s, len(self.latencies)
        if allowed is None or looks < self.bounds.first_looks:
            return None
        steady = looks >= self.bounds.steady_looks
        found = (p95(self.latencies) or 0.0) if steady else min(self.latencies)
        if found <= allowed:
            return None
        what = "95 % of pictures take it up to" if steady else "every picture takes it at least"
        before = f"{(self.before_p95_s or 0) * 1000:.0f} ms before it, and {allowed * 1000:.0f} ms are allowed"
        return f"it is too slow: {what} {found * 1000:.0f} ms, {before}"

    def _blind(self) -> str | None:
        for camera_id, tally in self.tally.cameras.items():
            enough = tally.peopled >= self.bounds.blind_frames
            if enough and self.bounds.disagreement < 1 and tally.blank > self.bounds.blind_share * tally.peopled:
                seen = f"{tally.blank} of {tally.peopled} frames in which the model before it sees people"
                return f"it sees nobody on camera {camera_id} in {seen}"
        return None

    def _disagreeing(self) -> str | None:
        for camera_id, tally in self.tally.cameras.items():
            share = tally.disagreement
            if share is None or tally.told < self.bounds.compared_frames or share <= self.bounds.disagreement:
                continue
            means = (
                f"{tally.challenger / tally.frames:.1f} people a frame, {tally.champion / tally.frames:.1f} before it"
            )
            return f"its counts of camera {camera_id} disagree by {share:.0%}: {means}, over {tally.frames} frames"
        return None

    def _speed(self) -> str:
        found = p95(self.latencies)
        return "it was not looked at" if found is None else f"95 % of pictures take it up to {found * 1000:.0f} ms"

    def _comparison(self) -> str:
        tallies = self.tally.cameras.values()
        frames, larger = sum(tally.frames for tally in tallies), sum(tally.larger for tally in tallies)
        if not larger:
            return f"nobody was seen in {frames} frames that were compared"
        share = sum(tally.difference for tally in tallies) / larger
        return f"its counts disagree by {share:.0%} with the model before it, over {frames} frames"
