"""People who pass a counting line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from domain.geometry import Line

HYSTERESIS: Final = 0.1
"""How far beyond the line someone must be to have passed it, in box heights: 17 cm of a 1.7 m person. The bottom edge
of a box jitters by about 5 % of its height (:data:`inference.track.motion.POSITION_NOISE`)."""


@dataclass(frozen=True)
class Crossing:
    """One track passed one line.

    Attributes:
        line: which of the lines, by its place in the sequence.
        direction: ``in`` is towards the line's positive side.
    """

    line: int
    direction: Literal["in", "out"]


@dataclass
class _Whereabouts:
    """A track beside a line: the side it was last clearly on, and where and when that was."""

    side: int
    foot: NDArray[np.float64]
    seen_at_s: float


class LineCounter:
    """Counts each passage once, however long someone dawdles on the line.

    Someone counts when they were clearly on one side and are now clearly on the other, having passed between the line's
    ends. A first sighting never counts: where they came from is not known.

    Args:
        lines: directed lines, in the feet's coordinates.
        forget_s: seconds after which an unseen track is dropped; at least as long as the tracker remembers one.
    """

    def __init__(self, lines: Sequence[Line], *, forget_s: float) -> None:
        self._lines = tuple(lines)
        self._forget_s = forget_s
        self._whereabouts: list[dict[int, _Whereabouts]] = [{} for _ in self._lines]

    def update(
        self, ids: NDArray[np.int64], feet: NDArray[np.float64], heights: NDArray[np.float64], at_s: float
    ) -> list[Crossing]:
        """Take in where the confirmed, seen tracks stand.

        Args:
            ids: shape (n,).
            feet: shape (n, 2), in the lines' coordinates.
            heights: of the boxes, in the same unit, shape (n,).
            at_s: when, in seconds on a clock that only goes forward.

        Returns:
            What was crossed since the last call.
        """
        found: list[Crossing] = []
        for index, line in enumerate(self._lines):
            known = self._whereabouts[index]
            sides = _clear_sides(line.signed_distance(feet), HYSTERESIS * heights)
            for identity, foot, side in zip(ids.tolist(), feet, sides.tolist(), strict=True):
                before = known.get(identity)
                if side == 0:
                    if before is not None:
                        before.seen_at_s = at_s
                    continue
                if before is not None and before.side != side and _passes_between_ends(line, before.foot, foot):
                    found.append(Crossing(index, "in" if side > 0 else "out"))
                known[identity] = _Whereabouts(side, foot, at_s)
            self._forget(known, at_s)
        return found

    def _forget(self, known: dict[int, _Whereabouts], at_s: float) -> None:
        for identity in [key for key, value in known.items() if value.seen_at_s < at_s - self._forget_s]:
            del known[identity]


def _clear_sides(distances: NDArray[np.float64], margins: NDArray[np.float64]) -> NDArray[np.int64]:
    """1 or -1 where a foot is clearly on that side of the line, 0 within the margin."""
    return np.where(np.abs(distances) >= margins, np.sign(distances), 0).astype(np.int64)


def _passes_between_ends(line: Line, before: NDArray[np.float64], now: NDArray[np.float64]) -> bool:
    """Whether the straight way from ``before`` to ``now`` meets the line between its ends."""
    first, second = line.signed_distance([before, now])
    share = first / (first - second)
    meeting = before + share * (now - before)
    return bool(0.0 <= line.position_along(meeting)[0] <= 1.0)
