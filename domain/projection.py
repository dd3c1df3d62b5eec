"""The geometry between a picture and the planes above its floor, and what a calibration says of it.

One form holds for every calibration: a lens that makes straight rays of pixels, the map ``base`` from the floor
(x, y, 1) to rays, and the direction ``up`` that a metre of height adds to it. Numpy alone: the API, which holds no
pixels, needs it to answer a person who is calibrating. The pipeline goes through ``inference.ground``.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.calibration import (
    Calibration,
    CameraCalibration,
    HeightsCalibration,
    Placement,
    PointsCalibration,
    TsaiCalibration,
)
from domain.errors import BadCalibration
from domain.geometry import LARGEST
from domain.lens import Lens, OpenCvLens, Straight, TsaiLens

Matrix = NDArray[np.float64]
Points = NDArray[np.float64]

_ONE_PLACE: Final = 1e-4
"""Ratio of the 8th to the 1st singular value of the matched points' equations, below which they fix no map. Four
corners of a square have 0.2, four points of which three lie on one line 0."""
_FOCAL: Final = (0.3, 20.0)
"""Focal lengths of real cameras, in widths of the picture: 118 to 2.9 degrees across."""
_EDGE_M: Final = 1e-6
"""A plane as near as this to the camera's own height is seen edge on."""
_HEIGHTS: Final = 16
"""Planes whose inverse is kept."""
_SAME_SHAPE: Final = 0.1
"""How far the floor's axes may be from right angles and equal length, seen with the focal length found."""
_STEEPEST: Final = 0.05
"""Least squared sine between a camera's axis and the vertical (13 degrees): looking down more steeply, a homography
shows hardly anything of the focal length."""
_ASPECT: Final = 0.02
"""Largest difference of two pictures' shapes that passes for rounding (1920x1080 and 640x360 differ by 0)."""


def _homogeneous(points: ArrayLike) -> Points:
    where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return np.column_stack([where, np.ones(len(where))])


@dataclass(frozen=True, eq=False)
class Projection:
    """A picture's geometry.

    Attributes:
        base: from the floor (x, y, 1) to rays, shape (3, 3); its third row is positive before the camera.
        up: what a metre of height adds, shape (3,); ``None`` where only the floor itself is known.
        lens: from pixels to rays.
        frame_size: width and height of the picture it holds for, pixels.
        factors: from that picture's pixels to the lens's.
    """

    base: Matrix
    up: NDArray[np.float64] | None
    lens: Lens
    frame_size: tuple[int, int]
    factors: tuple[float, float] = (1.0, 1.0)

    def for_picture(self, size: tuple[int, int]) -> "Projection":
        """The same view in a picture of another size.

        Raises:
            BadCalibration: its shape is another, so it shows another part of the view.
        """
        across, down = size[0] / self.frame_size[0], size[1] / self.frame_size[1]
        if abs(across / down - 1) > _ASPECT:
            made, shown = "x".join(map(str, self.frame_size)), "x".join(map(str, size))
            raise BadCalibration(f"calibrated on a picture of {made}, which one of {shown} cannot be scaled to")
        return replace(self, frame_size=size, factors=(self.factors[0] / across, self.factors[1] / down))

    def _plane(self, height_m: float) -> Matrix | None:
        """From a plane above the floor to rays; ``None`` where heights are not known."""
        if height_m == 0:
            return self.base
        if self.up is None:
            return None
        return self.base + height_m * np.outer(self.up, (0.0, 0.0, 1.0))

    def _to_plane(self, height_m: float) -> Matrix | None:
        """From rays to a plane above the floor; ``None`` where the camera is at just that height: it sees its edge."""
        if height_m not in self._inverses:
            plane, camera = self._plane(height_m), self.camera_m
            edge_on = camera is not None and abs(camera[2] - height_m) < _EDGE_M
            if len(self._inverses) >= _HEIGHTS:
                self._inverses.clear()
            self._inverses[height_m] = None if plane is None or edge_on else np.asarray(np.linalg.inv(plane))
        return self._inverses[height_m]

    @cached_property
    def _inverses(self) -> dict[float, Matrix | None]:
        """Those already worked out: a camera asks for the same few heights in every frame."""
        return {}

    def to_floor(self, pixels: ArrayLike, height_m: float = 0.0) -> Points | None:
        """Where what is seen at these pixels stands, if it is ``height_m`` above the floor.

        Args:
            pixels: shape (n, 2).
            height_m: of the seen point above the floor.

        Returns:
            Metres, shape (n, 2); ``nan`` at the horizon and above it. ``None``: heights are not known in this view.
        """
        if self.up is None and height_m != 0:
            return None
        where = np.asarray(pixels, dtype=np.float64).reshape(-1, 2)
        inverse = self._to_plane(height_m)
        if inverse is None:
            return np.full_like(where, np.nan)
        rays = _homogeneous(self.lens.to_rays(where * self.factors))
        mapped = rays @ inverse.T
        depth = mapped[:, 2:]
        before = depth > 1e-12 * (np.abs(rays) @ np.abs(inverse[2:].T))  # what is left of terms that cancel is rounding
        floor = mapped[:, :2] / np.where(before, depth, np.nan)
        return np.where((np.abs(floor) <= LARGEST).all(axis=1, keepdims=True), floor, np.nan)

    def to_picture(self, floor_m: ArrayLike, height_m: float = 0.0) -> Points | None:
        """The pixels at which points above the floor are seen, whether inside the picture or not.

        Args:
            floor_m: shape (n, 2), metres.
            height_m: above the floor.

        Returns:
            Shape (n, 2); ``nan`` behind the camera. ``None``: heights are not known in this view.
        """
        plane = self._plane(height_m)
        if plane is None:
            return None
        rays = _homogeneous(floor_m) @ plane.T
        depth = rays[:, 2:]
        before = depth > 1e-12 * (np.abs(_homogeneous(floor_m)) @ np.abs(plane[2:].T))
        return np.asarray(self.lens.to_pixels(rays[:, :2] / np.where(before, depth, np.nan)) / self.factors)

    @property
    def camera_m(self) -> NDArray[np.float64] | None:
        """Where the camera is: x, y and height above the floor; ``None`` where heights are not known."""
        if self.up is None:
            return None
        return np.asarray(np.linalg.solve(np.column_stack([self.base[:, :2], self.up]), -self.base[:, 2]))


def projection_of(calibration: Calibration) -> Projection:
    """The geometry that a calibration says. Of matched points, the least-squares fit to all of them.

    Raises:
        BadCalibration: the points do not fix a map, or lie on both sides of its horizon.
    """
    match calibration:
        case PointsCalibration():
            return through_points(calibration.picture, calibration.floor_m, calibration.frame_size)
        case CameraCalibration():
            lens: Lens = OpenCvLens(np.array(calibration.matrix), calibration.distortion)
            rotation, translation = np.array(calibration.rotation), np.array(calibration.translation_m)
        case TsaiCalibration() as c:
            lens = TsaiLens((c.cx, c.cy), (c.dpx / c.sx, c.dpy), c.focal, c.kappa1)
            rotation, translation = c.rotation, c.translation_m
        case HeightsCalibration():
            width, height = calibration.frame_size
            focal = calibration.focal_px
            lens = OpenCvLens(np.array([[focal, 0, (width - 1) / 2], [0, focal, (height - 1) / 2], [0, 0, 1.0]]))
            rotation = calibration.rotation
            translation = -rotation @ (0.0, 0.0, calibration.height_m)
    return _of_pose(rotation, translation, lens, calibration.placement, calibration.frame_size)


def _of_pose(
    rotation: Matrix, translation_m: Points, lens: Lens, placement: Placement, frame_size: tuple[int, int]
) -> Projection:
    base = np.column_stack([rotation[:, 0], rotation[:, 1], translation_m])
    return Projection(base @ np.linalg.inv(placement.matrix), rotation[:, 2], lens, frame_size)


def through_points(picture: Points, floor_m: Points, frame_size: tuple[int, int]) -> Projection:
    """The map of least algebraic error through matched points: the normalised direct linear transform.

    Source: Hartley & Zisserman, "Multiple View Geometry", 2nd ed., algorithm 4.2.

    Args:
        picture: pixels, shape (n, 2), n at least 4.
        floor_m: the same points in metres, shape (n, 2).
        frame_size: of the picture.

    Raises:
        BadCalibration: no four of them form a quadrangle, or they lie on both sides of the horizon.
    """
    to_unit, from_unit = _normalising(floor_m), np.linalg.inv(_normalising(picture))
    unit = _homogeneous(floor_m) @ to_unit.T
    seen = (_homogeneous(picture) @ np.linalg.inv(from_unit).T)[:, :2]
    zero = np.zeros_like(unit)
    rows = np.concatenate([np.hstack([unit, zero, -seen[:, :1] * unit]), np.hstack([zero, unit, -seen[:, 1:] * unit])])
    _, sizes, right = np.linalg.svd(rows)
    if sizes[7] < _ONE_PLACE * sizes[0]:
        raise BadCalibration("the points do not fix the view: four of them must form a quadrangle, no three on a line")
    return of_homography(from_unit @ right[-1].reshape(3, 3) @ to_unit, floor_m, frame_size)


def _normalising(points: Points) -> Matrix:
    """Moves points to their centre and to a mean distance of √2 from it."""
    centre = points.mean(axis=0)
    scale = np.sqrt(2) / np.hypot(*(points - centre).T).mean()
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1.0]])


def of_homography(floor_to_picture: Matrix, seen_m: Points, frame_size: tuple[int, int]) -> Projection:
    """A projection from a homography alone.

    Args:
        floor_to_picture: shape (3, 3), to pixels of ``frame_size``.
        seen_m: points of the floor that are before the camera, shape (n, 2).
        frame_size: width and height of the picture.

    Raises:
        BadCalibration: the points lie on both sides of the horizon.
    """
    depth = _homogeneous(seen_m) @ floor_to_picture[2]
    if depth.min() * depth.max() <= 0:
        raise BadCalibration("the points fit only with the horizon between them: some are matched to the wrong mark")
    base = floor_to_picture * np.sign(depth[0])
    return _metric(Projection(base, None, Straight(), frame_size))


def _metric(flat: Projection) -> Projection:
    """The view with its heights, if its focal length shows in the homography.

    The floor's two axes are at right angles and of one length for a camera too (Zhang 2000, section 3.1): with square
    pixels and the centre of the picture as the lens's, two equations for one unknown. Where they have no answer of a
    real camera, or two different ones, nothing is said of heights.
    """
    width, height = flat.frame_size
    centred = np.array([[1, 0, -(width - 1) / 2], [0, 1, -(height - 1) / 2], [0, 0, 1.0]]) @ flat.base
    (a, b, _), (c, d, _), (e, f, _) = centred
    size = np.hypot(a, c) * np.hypot(b, d)
    flatness = np.array([a * b + c * d, (a**2 + c**2 - b**2 - d**2) / 2]) / size
    steepness = np.array([e * f, (e**2 - f**2) / 2]) / size
    focal_squared = -(flatness @ flatness) / (flatness @ steepness) if flatness @ steepness else -1.0
    if not (_FOCAL[0] * width) ** 2 <= focal_squared <= (_FOCAL[1] * width) ** 2:
        return flat
    posed = np.diag([1 / np.sqrt(focal_squared)] * 2 + [1.0]) @ centred
    lengths = np.linalg.norm(posed[:, :2], axis=0)
    skew, length = posed[:, 0] @ posed[:, 1] / lengths.prod(), lengths.mean()
    if abs(skew) > _SAME_SHAPE or abs(lengths[0] / lengths[1] - 1) > _SAME_SHAPE:
        return flat
    if (posed[2, :2] ** 2).sum() < _STEEPEST * length**2:
        return flat
    normal = np.cross(posed[:, 0], posed[:, 1])
    up = normal / np.linalg.norm(normal)
    if np.dot(up, posed[:, 2]) > 0:  # the camera is above the floor, whichever way round the plan's axes run
        up = -up
    back = np.array([[1, 0, (width - 1) / 2], [0, 1, (height - 1) / 2], [0, 0, 1.0]])
    back = back @ np.diag([np.sqrt(focal_squared)] * 2 + [1.0])
    return replace(flat, base=flat.base / length, up=back @ up)
