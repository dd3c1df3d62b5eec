"""The points of a body, as MediaPipe's pose models (BlazePose) number them."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

COUNT: Final = 33


class Joint(IntEnum):
    """The points that posture is told by; the model gives 33. Left is the person's own left."""

    NOSE = 0
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28


@dataclass(frozen=True)
class Landmarks:
    """One body in a square crop.

    Attributes:
        points: x to the right, y down, z away from the camera with 0 at the hips; x and y as shares of the crop's
            side, so that angles are true; outside 0..1 where the model guesses beyond the crop. Shape (33, 3).
        visibility: how sure the model is that each point is in the picture and not hidden, 0..1, shape (33,).
    """

    points: NDArray[np.float64]
    visibility: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.points.shape != (COUNT, 3) or self.visibility.shape != (COUNT,):
            raise ValueError(f"a body has {COUNT} points, got {self.points.shape} and {self.visibility.shape}")

    def turned(self, quarters: int) -> "Landmarks":
        """The same body in the crop turned by ``quarters`` of a circle, counter-clockwise as seen, like ``np.rot90``.

        Example:
            >>> body = Landmarks(np.zeros((33, 3)), np.ones(33))  # all points in the upper left corner
            >>> body.turned(1).points[0, :2].tolist()  # lower left
            [0.0, 1.0]
        """
        x, y, z = self.points.T
        for _ in range(quarters % 4):
            x, y = y, 1 - x
        return Landmarks(np.column_stack([x, y, z]), self.visibility)

    def without_legs(self) -> "Landmarks":
        """The same body, knees and below not visible: the model guesses legs that the picture cuts off."""
        visibility = self.visibility.copy()
        visibility[Joint.LEFT_KNEE :] = 0.0
        return Landmarks(self.points, visibility)
