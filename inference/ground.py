"""The ground plane: the one place where the pipeline's pixels become metres, and where it is said how sure they are.

Feet and heads land at the same place: a head is projected onto the plane at a person's height, not onto the floor.
Nothing at or above the horizon is a place: it is ``nan``, never a far corner of the plan.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from domain.geometry import Polygon
from domain.lens import Straight
from domain.projection import Projection

Points = NDArray[np.float64]

PERSON_HEIGHT_M: Final = 1.7
"""Of an unknown person, shoes on. Adults' mean is 1.61 m (women) and 1.76 m (men) in England (Health Survey 2019)."""
FEET_DEVIATION: Final = 0.045
"""Standard deviation of a detected box's foot as a share of the box's height: 0.045 across and 0.041 down on PETS 2009
S2.L1 view 1 (yolov8n, 4,205 tracked boxes matched to the truth's)."""
WORST_M_PER_PX: Final = 0.5
"""Where one pixel is a longer step than this, two pixels' noise is more than a person's width: no place to measure."""
SMALLEST_PERSON_PX: Final = 24.0
"""A detector at 640 pixels misses most people that are smaller (COCO counts objects below 32x32 as small)."""
_COLUMNS: Final = 33
_ROWS: Final = 289
_BENDS: Final = 4
"""Pieces that an edge is cut into where a lens bends it."""
_AROUND: Final = np.array([[0.5, 0.0], [-0.5, 0.0], [0.0, 0.5], [0.0, -0.5]])


@dataclass(frozen=True, eq=False)
class GroundPlane:
    """One camera's floor.

    Attributes:
        projection: the geometry, for pictures of its ``frame_size``.
        residual_m: standard deviation of positions that the calibration itself leaves.
        residual_share: the same as a share of the distance from the camera's foot, for calibrations wrong in scale.
        rough: guessed from people's heights; every number from it is told as such.

    Example:
        >>> from domain.projection import of_homography
        >>> seen = np.array([[0.0, 0.0], [4.0, 3.0]])
        >>> plane = GroundPlane(of_homography(np.diag([100.0, 100.0, 1.0]), seen, (640, 480)))
        >>> plane.feet_to_floor([[200, 300]]).tolist()
        [[2.0, 3.0]]
    """

    projection: Projection
    residual_m: float = 0.0
    residual_share: float = 0.0
    rough: bool = False

    @property
    def frame_size(self) -> tuple[int, int]:
        """Width and height of the pictures whose pixels it takes."""
        return self.projection.frame_size

    def for_picture(self, size: tuple[int, int]) -> "GroundPlane":
        """The same floor seen in a picture of another size.

        Raises:
            BadCalibration: its shape is another, so it shows another part of the view.
        """
        return self if size == self.frame_size else replace(self, projection=self.projection.for_picture(size))

    @property
    def knows_heights(self) -> bool:
        """Whether heads can be projected; a homography does not always tell how the camera is tilted."""
        return self.projection.up is not None

    def feet_to_floor(self, pixels: ArrayLike) -> Points:
        """Where people stand whose feet are seen at these pixels.

        Args:
            pixels: shape (n, 2).

        Returns:
            Metres, shape (n, 2); ``nan`` at the horizon and above it.
        """
        floor = self.projection.to_floor(pixels)
        assert floor is not None, "the floor itself is always known"  # noqa: S101 - narrows the type
        return floor

    def heads_to_floor(self, pixels: ArrayLike, height_m: float = PERSON_HEIGHT_M) -> Points | None:
        """Where people stand the tops of whose heads are seen at these pixels.

        Args:
            pixels: shape (n, 2).
            height_m: how tall they are.

        Returns:
            Metres, shape (n, 2); ``nan`` where no head of that height can be seen. ``None``: this camera's heights are
            not known, and a guess would move people by metres.
        """
        return self.projection.to_floor(pixels, height_m)

    def floor_to_picture(self, floor_m: ArrayLike, height_m: float = 0.0) -> Points | None:
        """The pixels where points above the floor are seen; ``nan`` behind the camera, ``None`` as for heads."""
        return self.projection.to_picture(floor_m, height_m)

    def covariance_m2(self, pixels: ArrayLike, pixel_deviation: ArrayLike, height_m: float = 0.0) -> Points:
        """How unsure positions are, along and across the view: the Jacobian's image of the pixels' noise.

        Args:
            pixels: shape (n, 2).
            pixel_deviation: standard deviation of each pixel coordinate: one number, (n,), or (n, 2) for x and y.
            height_m: of the plane they lie on.

        Returns:
            Square metres, shape (n, 2, 2), the calibration's own share included; ``nan`` at the horizon.
        """
        return self._spread(np.asarray(pixels, np.float64).reshape(-1, 2), pixel_deviation, height_m)

    def deviation_m(self, pixels: ArrayLike, pixel_deviation: ArrayLike, height_m: float = 0.0) -> NDArray[np.float64]:
        """Standard deviation of positions in the direction that is least sure (nearly always along the view).

        Args and edge cases as in :meth:`covariance_m2`; shape (n,), metres.
        """
        return _longest(self.covariance_m2(pixels, pixel_deviation, height_m))

    def located(self, pixels: ArrayLike, pixel_deviation: ArrayLike) -> tuple[Points, NDArray[np.float64]]:
        """Positions of feet and their :meth:`deviation_m`: what a frame's people are published with."""
        return self.feet_to_floor(pixels), self.deviation_m(pixels, pixel_deviation)

    def _spread(self, where: Points, pixel_deviation: ArrayLike, height_m: float) -> Points:
        slope = self._slope(where, height_m)
        noise = np.asarray(pixel_deviation, np.float64)
        noise = np.broadcast_to(noise[:, None] if noise.ndim == 1 else noise, where.shape)
        spread = np.einsum("nik,nk,njk->nij", slope, noise**2, slope)
        own = np.full(len(where), self.residual_m**2)
        if self.residual_share and (camera := self.projection.camera_m) is not None:
            floor = self.projection.to_floor(where, height_m)
            assert floor is not None  # noqa: S101 - a camera whose place is known knows heights
            own = own + (self.residual_share * np.hypot(*(floor - camera[:2]).T)) ** 2
        return np.asarray(spread + own[:, None, None] * np.eye(2))

    def _slope(self, where: Points, height_m: float = 0.0) -> Points:
        """Metres a pixel: the Jacobian at each pixel, shape (n, 2, 2)."""
        floor = self.projection.to_floor((where + _AROUND[:, None]).reshape(-1, 2), height_m)
        if floor is None:
            return np.full((len(where), 2, 2), np.nan)
        right, left, below, above = floor.reshape(4, -1, 2)
        return np.stack([right - left, below - above], axis=2)

    def metres_per_pixel(self, pixels: ArrayLike) -> Points:
        """The longest and the shortest step on the floor that one pixel is, shape (n, 2); ``nan`` at the horizon."""
        slope = self._slope(np.asarray(pixels, np.float64).reshape(-1, 2))
        known = np.isfinite(slope).all(axis=(1, 2))
        steps = np.full((len(slope), 2), np.nan)
        steps[known] = np.linalg.svd(slope[known], compute_uv=False)
        return steps

    def footprint(
        self,
        picture_size: tuple[int, int] | None = None,
        *,
        worst_m_per_px: float = WORST_M_PER_PX,
        smallest_person_px: float = SMALLEST_PERSON_PX,
    ) -> Polygon | None:
        """The part of the floor that this camera sees usefully.

        It is cut below the horizon, where one pixel is too long a step, and where a person would be too small to be
        found. Whatever stands in the way is not known here.

        Args:
            picture_size: width and height of the picture; ``None``: that of the calibration.
            worst_m_per_px: the longest step of one pixel.
            smallest_person_px: the least height, in pixels of that picture, at which people are found.

        Returns:
            Metres; ``None`` where nothing is left.
        """
        if picture_size is not None and picture_size != self.frame_size:
            scaled = self.for_picture(picture_size)
            return scaled.footprint(worst_m_per_px=worst_m_per_px, smallest_person_px=smallest_person_px)
        width, height = self.frame_size
        across, down = np.linspace(0, width - 1, _COLUMNS), np.linspace(0, height - 1, _ROWS)
        grid = np.stack(np.meshgrid(across, down, indexing="ij"), axis=2)
        steps = self.metres_per_pixel(grid).reshape(_COLUMNS, _ROWS, 2)
        with np.errstate(invalid="ignore"):
            useful = (steps[..., 0] <= worst_m_per_px) & (PERSON_HEIGHT_M / steps[..., 1] >= smallest_person_px)
        outline = _outline(useful, grid)
        return None if outline is None else Polygon(self.feet_to_floor(outline))

    @cached_property
    def _bends(self) -> int:
        return 1 if isinstance(self.projection.lens, Straight) else _BENDS

    def on_floor(self, polygon: Polygon) -> Polygon | None:
        """A zone of the picture as it lies on the floor; ``None`` where a part of it is no place on the floor.

        Args:
            polygon: corners in pixels.
        """
        corners = polygon.points
        share = np.arange(self._bends)[:, None] / self._bends
        along = corners[:, None] + share * (np.roll(corners, -1, axis=0) - corners)[:, None]
        floor = self.feet_to_floor(along.reshape(-1, 2))
        return Polygon(floor) if np.isfinite(floor).all() else None

    def area_of(self, polygon: Polygon) -> float | None:
        """Square metres of a zone of the picture; ``None`` where it reaches the horizon: it has no end there.

        Args:
            polygon: corners in pixels.
        """
        floor = self.on_floor(polygon)
        return None if floor is None else floor.area


def _longest(covariance: Points) -> NDArray[np.float64]:
    """Square root of the larger eigenvalue of 2x2 covariances, shape (n,)."""
    a, b, d = covariance[:, 0, 0], covariance[:, 0, 1], covariance[:, 1, 1]
    return np.asarray(np.sqrt((a + d) / 2 + np.hypot((a - d) / 2, b)))


def _outline(useful: NDArray[np.bool_], grid: Points) -> Points | None:
    """Pixels around the useful part of each column of a grid, down the one side and up the other.

    Of each column the lowest unbroken run counts, of the columns the longest unbroken row.

    Args:
        useful: shape (columns, rows).
        grid: pixels, shape (columns, rows, 2).
    """
    lowest = useful.shape[1] - 1 - useful[:, ::-1].argmax(axis=1)
    above = ~useful & (np.arange(useful.shape[1]) < lowest[:, None])
    highest = np.where(above.any(axis=1), useful.shape[1] - above[:, ::-1].argmax(axis=1), 0)
    seen = useful.any(axis=1) & (highest < lowest)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], seen, [False]]).astype(int)))
    if not len(edges):
        return None
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    columns = np.arange(starts[longest], ends[longest])
    if len(columns) < 2:
        return None
    return np.concatenate([grid[columns, lowest[columns]], grid[columns[::-1], highest[columns[::-1]]]])
