"""What an evaluation found, before anyone decides how to show it."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from inference.evaluation.counting import Counts, CountScore, by_band, score
from inference.evaluation.tracking import TrackScore

FUSED = "fused"
"""The reading that the product publishes, where there is more than one."""


@dataclass(frozen=True)
class Scene:
    """One picture that was counted badly, drawn on.

    Attributes:
        title: which it is.
        told: people counted.
        truth: people there.
        jpeg: the picture, with who was told and who is there.
    """

    title: str
    told: float
    truth: float
    jpeg: bytes


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation found.

    Attributes:
        source: what was counted, as it was named.
        truth: name of the truth's file or folder.
        kind: frames of one video, or pictures that have nothing to do with each other.
        model: the detector.
        labels: name of each frame or picture.
        at_s: media time of each frame; ``None`` for stills.
        counts: each count beside the truth.
        readings: the same by each way of counting alone, by name; empty where there is only one way.
        tracks: how well people were followed; ``None`` where nobody was to be.
        fps: frames or pictures a second, end to end.
        worst: the pictures with the largest errors.
        notes: what a reader must know to judge the numbers.
        plain: the counts with ignored people held against them as well; ``None`` where there are none.
    """

    source: str
    truth: str
    kind: Literal["video", "stills"]
    model: str
    labels: tuple[str, ...]
    at_s: NDArray[np.float64] | None
    counts: Counts
    readings: dict[str, Counts]
    tracks: TrackScore | None
    fps: float
    worst: tuple[Scene, ...]
    notes: tuple[str, ...]
    plain: Counts | None = None

    @property
    def score(self) -> CountScore:
        """How far the counts are from the truth, all pictures together."""
        return score(self.counts)

    @property
    def plain_mae(self) -> float | None:
        """Count error with ignored people held against the count as well; ``None`` where there are none."""
        return None if self.plain is None else score(self.plain).mae

    @property
    def interval_width(self) -> float | None:
        """Mean width of the 90 % intervals, people; ``None`` where counts have none."""
        widths = self.counts.high - self.counts.low
        known = np.isfinite(widths)
        return float(widths[known].mean()) if known.any() else None

    @property
    def unit(self) -> str:
        """What is counted in: ``frame`` or ``picture``."""
        return "frame" if self.kind == "video" else "picture"

    def as_json(self) -> dict[str, Any]:
        """The numbers by name, ``None`` where one does not apply."""
        total, tracks = self.score, self.tracks
        return {
            "count_mae": _short(total.mae),
            "count_rmse": _short(total.rmse),
            "count_bias": _short(total.bias),
            "coverage_90": _short(total.coverage),
            "hota": _short(tracks.hota if tracks else None),
            "idf1": _short(tracks.idf1 if tracks else None),
            "mota": _short(tracks.mota if tracks else None),
            "fps": round(self.fps, 2),
            "frames": len(self.counts),
            "model": self.model,
            "truth_mean": _short(total.truth_mean),
            "count_mae_with_ignored": _short(self.plain_mae),
            "coverage_90_with_ignored": _short(None if self.plain is None else score(self.plain).coverage),
            "interval_width": _short(self.interval_width),
            "bands": _bands(self.counts),
            "readings": {name: _scores(counts) | {"bands": _bands(counts)} for name, counts in self.readings.items()},
            "tracks": _tracks(tracks),
            "notes": list(self.notes),
        }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _scores(counts: Counts) -> dict[str, Any]:
    total = score(counts)
    return {
        "mae": _short(total.mae),
        "rmse": _short(total.rmse),
        "bias": _short(total.bias),
        "coverage_90": _short(total.coverage),
    }


def _bands(counts: Counts) -> list[dict[str, Any]]:
    return [{"band": band.name, "pictures": len(part)} | _scores(part) for band, part in by_band(counts)]


def _tracks(tracks: TrackScore | None) -> dict[str, Any] | None:
    if tracks is None:
        return None
    return {
        "det_a": _short(tracks.det_a),
        "ass_a": _short(tracks.ass_a),
        "people": tracks.people,
        "misses": tracks.misses,
        "false_alarms": tracks.false_alarms,
        "identity_switches": tracks.identity_switches,
    }
