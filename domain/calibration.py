"""Where a camera looks, as a venue file or the dashboard says it: the way from its picture to metres on the floor.

Four ways to say it, told apart by ``kind``: ``points`` seen in the picture and measured on the floor, a known
``camera`` (OpenCV's parameters), a known camera by ``tsai`` parameters, or ``heights``: roughly, from how tall people
appear. Each says which ``frame_size`` it was made on; a stream of another size is scaled to it.
"""

import math
from itertools import combinations
from typing import Annotated, Final, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.errors import BadCalibration

FEWEST_POINTS: Final = 4
"""A homography has 8 unknowns, a matched point gives 2 equations."""
FARTHEST_M: Final = 10_000.0
"""No venue is larger; a coordinate beyond it was written in another unit."""
HIGHEST_M: Final = 1_000.0
"""No camera of a venue hangs higher; millimetres taken for metres do."""
_SAME_PX, _SAME_M = 0.5, 1e-3
_NOT_A_ROTATION: Final = 0.02
"""Largest entry of R Rᵀ - 1 that passes for rounding; parameters are published with three digits and more."""

Pixels = Annotated[float, Field(ge=-1e5, le=1e5)]
Metres = Annotated[float, Field(ge=-FARTHEST_M, le=FARTHEST_M)]
Vector = tuple[float, float, float]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class MatchedPoint(_Part):
    """One mark on the floor that can be seen in the picture.

    Attributes:
        picture: x and y in pixels of the calibration's ``frame_size``.
        floor_m: the same mark on the venue's plan, metres.
    """

    picture: tuple[Pixels, Pixels]
    floor_m: tuple[Metres, Metres]


class Placement(_Part):
    """How a camera's own floor coordinates lie on the venue's plan.

    Attributes:
        origin_m: where its origin lies on the plan.
        turn_deg: how far its x axis is turned on the plan, from the plan's x axis towards its y axis.
        mirrored: its y axis runs the other way round than the plan's, as where the plan's y runs down.
    """

    origin_m: tuple[Metres, Metres] = (0.0, 0.0)
    turn_deg: float = Field(default=0.0, ge=-360, le=360)
    mirrored: bool = False

    @property
    def matrix(self) -> NDArray[np.float64]:
        """From the camera's floor coordinates to the plan's, shape (3, 3), for (x, y, 1)."""
        cosine, sine = math.cos(math.radians(self.turn_deg)), math.sin(math.radians(self.turn_deg))
        flip = -1.0 if self.mirrored else 1.0
        x, y = self.origin_m
        return np.array([[cosine, -sine * flip, x], [sine, cosine * flip, y], [0.0, 0.0, 1.0]])


class _Calibrated(_Part):
    frame_size: tuple[Annotated[int, Field(gt=0)], Annotated[int, Field(gt=0)]]
    """Width and height, in pixels, of the picture that it was made on."""


class PointsCalibration(_Calibrated):
    """At least four marks on the floor, seen in the picture and measured on the plan.

    Attributes:
        points: the marks. Six or more let a wrong one be found; four fit whatever they say.
        largest_residual_m: the median distance between where marks are and where the fit puts them may not be larger.
    """

    kind: Literal["points"] = "points"
    points: tuple[MatchedPoint, ...] = Field(min_length=FEWEST_POINTS, max_length=500)
    largest_residual_m: float = Field(default=0.25, gt=0)

    @property
    def picture(self) -> NDArray[np.float64]:
        """The marks in the picture, pixels, shape (n, 2)."""
        return np.array([point.picture for point in self.points], np.float64)

    @property
    def floor_m(self) -> NDArray[np.float64]:
        """The marks on the floor, metres, shape (n, 2)."""
        return np.array([point.floor_m for point in self.points], np.float64)

    @model_validator(mode="after")
    def _different_and_spread(self) -> Self:
        for what, marks, same in (("picture", self.picture, _SAME_PX), ("floor_m", self.floor_m, _SAME_M)):
            for i, j in combinations(range(len(marks)), 2):
                if math.dist(marks[i], marks[j]) < same:
                    raise BadCalibration(
                        f"points {i + 1} and {j + 1} have the same {what} {marks[i].tolist()}; each mark only once"
                    )
            spread = np.linalg.svd(marks - marks.mean(axis=0), compute_uv=False)
            if spread[1] < 1e-3 * spread[0]:
                raise BadCalibration(f"all points lie on one line in {what}; some must lie well beside it")
        return self


class CameraCalibration(_Calibrated):
    """A known camera, in OpenCV's convention: a point X of the world is seen at K (R X + t), through its distortion.

    The world's plane z = 0 is the floor, and z runs up.

    Attributes:
        matrix: K, the intrinsic matrix, pixels.
        distortion: k1, k2, p1, p2, then k3, then k4 to k6, then s1 to s4: 0, 4, 5, 8 or 12 numbers.
        rotation: R, from the world to the camera, three rows.
        translation_m: t, metres.
        placement: how the world's x and y lie on the plan.
        residual_m: standard deviation of floor positions that the calibration itself leaves.
    """

    kind: Literal["camera"] = "camera"
    matrix: tuple[Vector, Vector, Vector]
    distortion: tuple[float, ...] = ()
    rotation: tuple[Vector, Vector, Vector]
    translation_m: Vector
    placement: Placement = Placement()
    residual_m: float = Field(default=0.1, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        matrix = np.array(self.matrix)
        if min(matrix[0, 0], matrix[1, 1]) <= 0 or matrix[1, 0] != 0 or matrix[2].tolist() != [0.0, 0.0, 1.0]:
            raise BadCalibration("matrix must be [[fx, skew, cx], [0, fy, cy], [0, 0, 1]] with fx and fy above 0")
        if len(self.distortion) not in (0, 4, 5, 8, 12):
            raise BadCalibration(f"distortion must have 0, 4, 5, 8 or 12 numbers, got {len(self.distortion)}")
        rotation = np.array(self.rotation)
        if np.abs(rotation @ rotation.T - np.eye(3)).max() > _NOT_A_ROTATION or np.linalg.det(rotation) < 0:
            raise BadCalibration("rotation must be a rotation: rows of length 1, at right angles, determinant 1")
        height_m = -(rotation.T @ self.translation_m)[2]
        _refuse_low(height_m, "translation_m and rotation put")
        return self


class TsaiCalibration(_Calibrated):
    """A known camera by Tsai's parameters (Tsai 1987), under the names of the PETS files.

    A point X of the world is seen at R X + T, R turned by ``rx``, then ``ry``, then ``rz``; ``Xu = Xd (1 + kappa1 r²)``
    with ``Xd = dpx (u - cx) / sx`` and ``Yd = dpy (v - cy)``. The world's plane z = 0 is the floor, and z runs up.

    Attributes:
        focal: in the unit of ``dpx`` and ``dpy`` (PETS: millimetres).
        kappa1: radial distortion, per that unit squared.
        cx: centre of the picture, pixels; likewise ``cy``.
        sx: stretch across.
        dpx: width of a pixel on the sensor; ``dpy`` its height.
        tx: T, in units of the world; likewise ``ty`` and ``tz``.
        rx: angle about x, radians; likewise ``ry`` and ``rz``.
        metres_per_unit: of the world's unit: 0.001 where T is in millimetres, as in PETS.
        placement: how the world's x and y lie on the plan.
        residual_m: standard deviation of floor positions that the calibration itself leaves.
    """

    kind: Literal["tsai"] = "tsai"
    focal: float = Field(gt=0)
    kappa1: float = 0.0
    cx: float
    cy: float
    sx: float = Field(default=1.0, gt=0)
    dpx: float = Field(gt=0)
    dpy: float = Field(gt=0)
    tx: float
    ty: float
    tz: float
    rx: float = Field(ge=-2 * math.pi, le=2 * math.pi)
    ry: float = Field(ge=-2 * math.pi, le=2 * math.pi)
    rz: float = Field(ge=-2 * math.pi, le=2 * math.pi)
    metres_per_unit: float = Field(default=0.001, gt=0)
    placement: Placement = Placement()
    residual_m: float = Field(default=0.1, ge=0)

    @property
    def rotation(self) -> NDArray[np.float64]:
        """R, from the world to the camera, shape (3, 3)."""
        (sa, ca), (sb, cb), (sg, cg) = ((math.sin(angle), math.cos(angle)) for angle in (self.rx, self.ry, self.rz))
        return np.array(
            [
                [cb * cg, cg * sa * sb - ca * sg, sa * sg + ca * cg * sb],
                [cb * sg, sa * sb * sg + ca * cg, ca * sb * sg - cg * sa],
                [-sb, cb * sa, ca * cb],
            ]
        )

    @property
    def translation_m(self) -> NDArray[np.float64]:
        """T, metres, shape (3,)."""
        return np.array([self.tx, self.ty, self.tz]) * self.metres_per_unit

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _refuse_low(-(self.rotation.T @ self.translation_m)[2], "tx, ty, tz and the angles put")
        return self


class HeightsCalibration(_Calibrated):
    """A rough guess from how tall people appear over the picture; distances are wrong by ``deviation_share`` or so.

    Its own floor coordinates have their origin below the camera and y in the direction it looks; ``placement`` lays
    them on the plan. The lens is taken for free of distortion, its centre for the picture's.

    Attributes:
        focal_px: focal length, pixels.
        tilt_deg: how far below the level the camera looks.
        roll_deg: how far it is turned about its own axis; positive: the picture's right side lies lower in the world.
        height_m: the camera's height above the floor.
        person_height_m: how tall people were taken to be; every distance is proportional to it.
        people: how many boxes it was made from.
        deviation_share: standard deviation of a distance from the camera, as a share of that distance.
    """

    kind: Literal["heights"] = "heights"
    focal_px: float = Field(gt=0)
    tilt_deg: float = Field(gt=-30, le=90)
    roll_deg: float = Field(default=0.0, ge=-45, le=45)
    height_m: float = Field(gt=0, le=200)
    person_height_m: float = Field(default=1.7, gt=0.5, lt=2.5)
    people: int = Field(default=0, ge=0)
    deviation_share: float = Field(default=0.15, gt=0, le=2)
    placement: Placement = Placement()

    @property
    def rotation(self) -> NDArray[np.float64]:
        """From its own floor coordinates (z up) to the camera, shape (3, 3)."""
        tilt, roll = math.radians(self.tilt_deg), math.radians(self.roll_deg)
        level = np.array(
            [
                [1.0, 0.0, 0.0],
                [0.0, -math.sin(tilt), -math.cos(tilt)],
                [0.0, math.cos(tilt), -math.sin(tilt)],
            ]
        )
        turned = np.array(
            [[math.cos(roll), math.sin(roll), 0.0], [-math.sin(roll), math.cos(roll), 0.0], [0.0, 0.0, 1.0]]
        )
        return np.asarray(turned @ level)


Calibration = Annotated[
    PointsCalibration | CameraCalibration | TsaiCalibration | HeightsCalibration, Field(discriminator="kind")
]


def _refuse_low(height_m: float, what: str) -> None:
    if not 0.1 <= height_m <= HIGHEST_M:
        raise BadCalibration(
            f"{what} the camera {height_m:.2f} m above the floor; expected 0.1 to 1,000 m: is z running up, "
            "and all in metres?"
        )
