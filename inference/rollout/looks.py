"""How two models' answers to the same picture compare."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from domain.rollout import ShadowCamera
from inference.crowd.certainty import interval_of, usual_certainty
from inference.crowd.still import BOX_SCORE
from inference.detect import Detections
from inference.detect.base import HEAD, PERSON
from inference.track import Doubtful, Tracks

_CONFIRMS: Final = 3
"""Nobody is tracked here, so nobody waits to be confirmed: any number of sightings does."""


@dataclass(frozen=True)
class Look:
    """People in one picture, by one model.

    Attributes:
        count: boxes of at least :data:`inference.crowd.still.BOX_SCORE`. Of a model that tells heads too, whichever
            are more: somebody has one body and one head, and either may be hidden.
        low: lower end of the 90 % interval.
        high: upper end.
    """

    count: float
    low: float
    high: float

    @classmethod
    def of(cls, found: Detections, size: tuple[int, int]) -> "Look":
        """What a model's answer comes to.

        Args:
            found: boxes in the picture's pixels.
            size: its width and height.
        """
        sure = found.scores >= BOX_SCORE
        told = max((PERSON, HEAD), key=lambda kind: int((sure & (found.classes == kind)).sum()))
        sure, weak = sure & (found.classes == told), ~sure & (found.classes == told)
        boxes, scores = found.boxes.astype(np.float64), found.scores.astype(np.float64)
        nobody = np.zeros(int(weak.sum()))
        tracks = Tracks(np.arange(sure.sum()), boxes[sure], np.ones(int(sure.sum()), np.bool_), scores[sure])
        doubtful = Doubtful(boxes[weak], scores[weak], nobody.astype(np.int64), nobody)
        certainty = usual_certainty()
        chances = (*certainty.of_counted(tracks, size), *certainty.of_doubtful(doubtful, _CONFIRMS))
        ends = interval_of(chances, float(len(tracks)), certainty.tail)
        return cls(float(len(tracks)), ends.low, ends.high)

    def meets(self, other: "Look") -> bool:
        """Whether the two intervals share a number."""
        return self.low <= other.high and other.low <= self.high


@dataclass
class CameraTally:
    """Two models' counts of one camera's frames, summed."""

    frames: int = 0
    champion: float = 0.0
    challenger: float = 0.0
    difference: float = 0.0
    larger: float = 0.0
    met: int = 0
    told: int = 0
    """Frames in which either saw somebody."""
    peopled: int = 0
    """Frames in which the champion saw somebody."""
    blank: int = 0
    """Of those, in how many the challenger saw nobody."""

    def add(self, champion: Look, challenger: Look) -> None:
        """Take in one frame."""
        self.frames += 1
        self.champion += champion.count
        self.challenger += challenger.count
        self.difference += abs(challenger.count - champion.count)
        self.larger += max(challenger.count, champion.count)
        self.met += champion.meets(challenger)
        self.told += max(champion.count, challenger.count) >= 1
        self.peopled += champion.count >= 1
        self.blank += champion.count >= 1 and challenger.count < 1

    @property
    def disagreement(self) -> float | None:
        """Sum of differences over the sum of the larger counts, 0..1; ``None``: neither saw anybody."""
        return self.difference / self.larger if self.larger else None


@dataclass
class Tally:
    """The same by camera."""

    cameras: dict[str, CameraTally] = field(default_factory=dict)

    def add(self, camera_id: str, champion: Look, challenger: Look) -> None:
        """Take in one frame."""
        self.cameras.setdefault(camera_id, CameraTally()).add(champion, challenger)

    @property
    def peopled(self) -> int:
        """Frames in which the champion saw somebody."""
        return sum(camera.peopled for camera in self.cameras.values())

    def told(self) -> tuple[ShadowCamera, ...]:
        """For the report, cameras by name."""
        return tuple(
            ShadowCamera(
                camera_id=camera_id,
                frames=tally.frames,
                champion_mean=tally.champion / tally.frames,
                challenger_mean=tally.challenger / tally.frames,
                bias=(tally.challenger - tally.champion) / tally.frames,
                mae=tally.difference / tally.frames,
                interval_overlap=tally.met / tally.frames,
            )
            for camera_id, tally in sorted(self.cameras.items())
        )
