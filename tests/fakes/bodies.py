"""Bodies made by hand, and a pose reader that gives them: what a posture looks like without a network."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from inference.posture.crop import Crop
from inference.posture.landmarks import COUNT, Joint, Landmarks

# An adult from the front, by Drillis and Contini's proportions; the height is 1, the feet are at y = 1.
STANDING: Mapping[Joint, tuple[float, float]] = {
    Joint.NOSE: (0.5, 0.07),
    Joint.LEFT_SHOULDER: (0.62, 0.18),
    Joint.RIGHT_SHOULDER: (0.38, 0.18),
    Joint.LEFT_ELBOW: (0.65, 0.37),
    Joint.RIGHT_ELBOW: (0.35, 0.37),
    Joint.LEFT_WRIST: (0.66, 0.51),
    Joint.RIGHT_WRIST: (0.34, 0.51),
    Joint.LEFT_HIP: (0.56, 0.47),
    Joint.RIGHT_HIP: (0.44, 0.47),
    Joint.LEFT_KNEE: (0.56, 0.715),
    Joint.RIGHT_KNEE: (0.44, 0.715),
    Joint.LEFT_ANKLE: (0.56, 0.96),
    Joint.RIGHT_ANKLE: (0.44, 0.96),
}
HANDS_UP = {
    Joint.LEFT_ELBOW: (0.74, 0.12),
    Joint.RIGHT_ELBOW: (0.26, 0.12),
    Joint.LEFT_WRIST: (0.72, -0.02),
    Joint.RIGHT_WRIST: (0.28, -0.02),
}
ONE_HAND_UP = {Joint.LEFT_ELBOW: (0.74, 0.12), Joint.LEFT_WRIST: (0.72, -0.02)}
TELEPHONE = {
    Joint.LEFT_ELBOW: (0.7, 0.34),
    Joint.RIGHT_ELBOW: (0.3, 0.34),
    Joint.LEFT_WRIST: (0.6, 0.08),
    Joint.RIGHT_WRIST: (0.4, 0.08),
}
# From the side: the heels under the hips, the knees before the chest.
SQUATTING = {
    Joint.LEFT_KNEE: (0.74, 0.36),
    Joint.RIGHT_KNEE: (0.72, 0.37),
    Joint.LEFT_ANKLE: (0.58, 0.55),
    Joint.RIGHT_ANKLE: (0.56, 0.55),
}
ON_A_CHAIR = {
    Joint.LEFT_KNEE: (0.8, 0.47),
    Joint.RIGHT_KNEE: (0.78, 0.47),
    Joint.LEFT_ANKLE: (0.8, 0.715),
    Joint.RIGHT_ANKLE: (0.78, 0.715),
}
# The trunk level, the legs straight under it.
BENT_DOWN = {
    Joint.LEFT_SHOULDER: (0.82, 0.45),
    Joint.RIGHT_SHOULDER: (0.8, 0.47),
    Joint.NOSE: (0.9, 0.5),
    Joint.LEFT_ELBOW: (0.83, 0.64),
    Joint.RIGHT_ELBOW: (0.81, 0.64),
    Joint.LEFT_WRIST: (0.84, 0.8),
    Joint.RIGHT_WRIST: (0.82, 0.8),
}
UPRIGHT_SHAPE = 0.4
"""Width over height of a standing person's box."""


def body(
    changes: Mapping[Joint, tuple[float, float]] | None = None,
    *,
    turned_deg: float = 0.0,
    hidden: tuple[Joint, ...] = (),
) -> Landmarks:
    """A standing body with some joints elsewhere, turned about the middle (clockwise), some joints not visible."""
    joints = {**STANDING, **(changes or {})}
    points, visibility = np.zeros((COUNT, 3)), np.zeros(COUNT)
    for joint, place in joints.items():
        points[joint, :2], visibility[joint] = place, 0.0 if joint in hidden else 1.0
    points[:, :2] = (points[:, :2] - 0.5) @ _rotation(turned_deg).T + 0.5
    return Landmarks(points, visibility)


def _rotation(degrees: float) -> NDArray[np.float64]:
    angle = np.radians(degrees)
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


class ColouredBodies:
    """A pose reader for people painted in one colour each: the colour in the middle of the crop says which body.

    Attributes:
        read_count: readings so far.
        closed: whether it was closed.
    """

    def __init__(self, bodies: Mapping[tuple[int, int, int], Landmarks | None]) -> None:
        self._bodies = dict(bodies)
        self.read_count = 0
        self.closed = False

    def read(self, crop: Crop) -> Landmarks | None:
        self.read_count += 1
        middle = crop.pixels.shape[0] // 2
        red, green, blue = crop.pixels[middle, middle].tolist()
        return self._bodies[(red, green, blue)]

    def close(self) -> None:
        self.closed = True
