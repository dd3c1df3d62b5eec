"""A rough ground plane from how tall people appear, where nothing else is known of a camera.

A person's feet and head, seen at several distances, fix the horizon and the camera's height in units of a person's
(Hoiem, Efros & Hebert 2008, "Putting objects in perspective"; with the vertical vanishing point: Lv, Zhao & Nevatia
2006). The focal length shows only in how the growth bends, and mostly comes from what cameras usually have.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from domain.calibration import HeightsCalibration
from domain.errors import BadCalibration
from domain.projection import projection_of
from inference.ground import PERSON_HEIGHT_M, GroundPlane

FEWEST_PEOPLE: Final = 5
FEWEST_BOXES: Final = 30
LEAST_SPREAD: Final = 0.15
"""Of the picture's height, between the feet farthest and nearest: people at one distance tell of no perspective."""
MOST_BOXES: Final = 400
"""Looked at, evenly over all: more add seconds and no certainty, as one person's boxes are alike."""
LOOKS_A_PERSON: Final = 10.0
"""The most that one person weighs: however long they stay, they have one height."""
BOX_NOISE: Final = 0.08
"""Standard deviation of a box's height as a share of it: people's own 5 % (a man's 7 cm in 1.76 m) and the box's."""
USUAL_FOCAL: Final = 1.0
"""Focal length in widths of the picture, 53 degrees across: between a webcam's 0.7 and a zoomed camera's 1.5."""
FOCAL_SPREAD: Final = 0.4
"""Standard deviation of its logarithm."""
ROLL_SPREAD: Final = np.radians(2.0)
"""Cameras are hung level, by eye."""
CROWD_HEIGHT_SPREAD: Final = 0.05
"""How far a crowd's mean height may be from the one assumed, and boxes from people: 8 cm."""
_RESAMPLES: Final = 30
_SEED: Final = 5
_ASPECT: Final = (1.4, 6.0)
"""Height over width of the box of someone who stands or walks."""
_NOWHERE: Final = 5.0
"""Error of feet above the horizon, in box heights."""
_LOWEST: Final = np.array([np.log(0.3), np.radians(-20), np.radians(-20), np.log(1.0)])
_HIGHEST: Final = np.array([np.log(20.0), np.radians(88), np.radians(20), np.log(100.0)])

Boxes = NDArray[np.floating]
Vector = NDArray[np.float64]


@dataclass(frozen=True)
class HeightsFit:
    """What came of people's heights.

    Attributes:
        calibration: to be kept; always rough.
        error_share: median error of the heads it predicts from the feet, as a share of a person's height in pixels.
    """

    calibration: HeightsCalibration
    error_share: float


@dataclass(frozen=True)
class _Seen:
    boxes: NDArray[np.float64]
    people: NDArray[np.int64]
    frame_size: tuple[int, int]
    height_m: float

    @property
    def feet(self) -> NDArray[np.float64]:
        return np.column_stack([self.boxes[:, [0, 2]].mean(axis=1), self.boxes[:, 3]])

    @property
    def weights(self) -> Vector:
        """Of each box: a person's together weigh as a few independent looks."""
        _, whose, looks = np.unique(self.people, return_inverse=True, return_counts=True)
        return np.asarray(np.minimum(1.0, LOOKS_A_PERSON / looks[whose]))


def plane_from_heights(calibration: HeightsCalibration) -> GroundPlane:
    """The ground plane of a calibration that was made from heights: rough, and unsure in proportion to distance."""
    return GroundPlane(projection_of(calibration), residual_share=calibration.deviation_share, rough=True)


def from_heights(
    boxes: Boxes, people: NDArray[np.integer], frame_size: tuple[int, int], person_height_m: float = PERSON_HEIGHT_M
) -> HeightsFit:
    """Guess a camera's tilt, height and focal length from people who stand and walk on a level floor.

    Boxes at the picture's border, and those too broad for someone upright, are left out.

    Args:
        boxes: left, top, right, bottom in pixels, shape (n, 4): whole people, from feet to head.
        people: who each box is of, shape (n,).
        frame_size: width and height of the picture.
        person_height_m: their mean height; every distance is proportional to it.

    Raises:
        BadCalibration: too few people, all at one distance, or no taller where they are nearer.
    """
    seen = _chosen(np.asarray(boxes, np.float64), np.asarray(people, np.int64), frame_size, person_height_m)
    start = _start(seen)
    best = _fit(seen, start, 0.0)
    calibration = _calibration(best, seen, _deviation_share(seen, best))
    errors = np.abs(_errors(best, seen))
    return HeightsFit(calibration, float(np.median(errors)))


def _chosen(boxes: Boxes, people: NDArray[np.int64], frame_size: tuple[int, int], height_m: float) -> _Seen:
    inside = (boxes[:, :2] > 1).all(axis=1) & (boxes[:, 2:] < np.subtract(frame_size, 2)).all(axis=1)
    width, height = (boxes[:, 2:] - boxes[:, :2]).T
    upright = (height >= _ASPECT[0] * width) & (height <= _ASPECT[1] * width)
    rows = np.flatnonzero(inside & upright)
    if len(rows) < FEWEST_BOXES or len(np.unique(people[rows])) < FEWEST_PEOPLE:
        raise BadCalibration(
            f"heights need {FEWEST_PEOPLE} people and {FEWEST_BOXES} boxes wholly in the picture, got "
            f"{len(np.unique(people[rows]))} people in {len(rows)} boxes; show more footage"
        )
    spread = float(np.ptp(np.quantile(boxes[rows, 3], [0.02, 0.98]))) / frame_size[1]
    if spread < LEAST_SPREAD:
        raise BadCalibration(
            f"people were seen over {spread:.0%} of the picture's height; their heights tell of distances from "
            f"{LEAST_SPREAD:.0%} on"
        )
    rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_BOXES)).astype(int)]
    return _Seen(boxes[rows].astype(np.float64), people[rows], frame_size, height_m)


def _start(seen: _Seen) -> Vector:
    """Focal length (log, widths), tilt, roll and height (log, metres) by a straight line through heights over feet."""
    heights, bottoms = seen.boxes[:, 3] - seen.boxes[:, 1], seen.boxes[:, 3]
    slope, at_zero = np.polyfit(bottoms, heights, 1)
    if slope <= 0:
        raise BadCalibration(
            "people are not taller lower in the picture: from above, or on stairs, heights tell nothing of distances"
        )
    width, height = seen.frame_size
    horizon = -at_zero / slope
    tilt = np.arctan2((height - 1) / 2 - horizon, USUAL_FOCAL * width)
    start = np.array([np.log(USUAL_FOCAL), tilt, 0.0, np.log(seen.height_m / slope)])
    return np.asarray(np.clip(start, _LOWEST + 1e-3, _HIGHEST - 1e-3), np.float64)


def _calibration(values: Vector, seen: _Seen, deviation_share: float) -> HeightsCalibration:
    return HeightsCalibration(
        frame_size=seen.frame_size,
        focal_px=round(float(np.exp(values[0])) * seen.frame_size[0], 1),
        tilt_deg=round(float(np.degrees(values[1])), 2),
        roll_deg=round(float(np.degrees(values[2])), 2),
        height_m=round(float(np.exp(values[3])), 3),
        person_height_m=seen.height_m,
        people=len(seen.boxes),
        deviation_share=round(deviation_share, 3),
    )


def _plane(values: Vector, seen: _Seen) -> GroundPlane:
    unchecked = HeightsCalibration.model_construct(
        frame_size=seen.frame_size,
        focal_px=float(np.exp(values[0])) * seen.frame_size[0],
        tilt_deg=float(np.degrees(values[1])),
        roll_deg=float(np.degrees(values[2])),
        height_m=float(np.exp(values[3])),
    )
    return GroundPlane(projection_of(unchecked))


def _errors(values: Vector, seen: _Seen) -> Vector:
    """How far each head is from where its feet say it is, in heights of its box."""
    plane = _plane(values, seen)
    heads = plane.floor_to_picture(plane.feet_to_floor(seen.feet), seen.height_m)
    assert heads is not None  # noqa: S101 - a pose knows heights
    tall = seen.boxes[:, 3] - seen.boxes[:, 1]
    errors = np.nan_to_num((heads[:, 1] - seen.boxes[:, 1]) / tall, nan=_NOWHERE)
    return np.asarray(np.clip(errors, -_NOWHERE, _NOWHERE))


def _fit(seen: _Seen, start: Vector, focal_offset: float) -> Vector:
    weights = np.sqrt(seen.weights) / BOX_NOISE

    def misses(values: Vector) -> Vector:
        focal = (values[0] - np.log(USUAL_FOCAL) - focal_offset) / FOCAL_SPREAD
        return np.concatenate([_errors(values, seen) * weights, [focal, values[2] / ROLL_SPREAD]])

    found = least_squares(misses, start, bounds=(_LOWEST, _HIGHEST), loss="soft_l1", x_scale=[0.3, 0.1, 0.05, 0.3])
    return np.asarray(found.x, np.float64)


def _deviation_share(seen: _Seen, best: Vector) -> float:
    """Standard deviation of distances, by fitting again to people drawn anew and another usual focal length."""
    chance = np.random.default_rng(_SEED)
    people = np.unique(seen.people)
    rows_of = {person: np.flatnonzero(seen.people == person) for person in people}
    told = []
    for _ in range(_RESAMPLES):
        drawn = chance.choice(people, len(people))
        rows = np.concatenate([rows_of[person] for person in drawn])
        who = np.repeat(np.arange(len(drawn)), [len(rows_of[person]) for person in drawn])
        again = _Seen(seen.boxes[rows], who, seen.frame_size, seen.height_m)
        values = _fit(again, best, float(chance.normal(0, FOCAL_SPREAD)))
        told.append(np.log(np.hypot(*_plane(values, seen).feet_to_floor(seen.feet).T)))
    spread = float(np.sqrt(np.nanmean(np.nanvar(told, axis=0))))
    return float(np.hypot(spread, CROWD_HEIGHT_SPREAD))
