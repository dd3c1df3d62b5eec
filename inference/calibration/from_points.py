"""A ground plane from marks that were seen in the picture and measured on the floor."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from domain.calibration import FEWEST_POINTS, PointsCalibration
from domain.errors import BadCalibration
from domain.projection import Projection, of_homography, through_points
from inference.ground import GroundPlane

AGREES: Final = 0.0075
"""Of the picture's diagonal: how far from its mark a click may be and still agree (7 pixels of 768x576)."""
FEWEST_AGREEING: Final = 5
"""Before a point is called wrong, so many must agree: any four agree with each other."""
MOST_WRONG: Final = 1 / 3
"""Share of the points that may be left out."""
CLICK_PX: Final = 2.0
"""What a click is taken to be wrong by where there are too few points to tell."""
_FAR_OFF: Final = 4.0
"""A point this many times farther off than the largest median is refused even if all others fit."""
_ROUNDS: Final = 5000


@dataclass(frozen=True, eq=False)
class PointsFit:
    """What came of matched points.

    Attributes:
        plane: the ground plane.
        residuals_m: distance of each mark from where the fit puts it, metres, shape (n,); ``inf`` where it puts it
            nowhere.
        used: whether the fit goes by the point; the others disagree with it, shape (n,).
    """

    plane: GroundPlane
    residuals_m: NDArray[np.float64]
    used: NDArray[np.bool_]

    @property
    def median_m(self) -> float:
        """Median residual of the points used."""
        return float(np.median(self.residuals_m[self.used]))

    @property
    def largest_m(self) -> float:
        """Largest residual of the points used."""
        return float(self.residuals_m[self.used].max())


def from_points(calibration: PointsCalibration) -> PointsFit:
    """The ground plane that most marks agree on, refined by least squares of what was clicked.

    With six points and more, up to a third may disagree with the others and is left out (RANSAC, Fischler & Bolles
    1981).

    Raises:
        BadCalibration: the points fix no view, or fit worse than the calibration allows; the worst are named.
    """
    picture, floor_m = calibration.picture, calibration.floor_m
    used = _agreeing(picture, floor_m, calibration.frame_size)
    projection = _refined(picture[used], floor_m[used], calibration.frame_size)
    residuals_m = _residuals(projection, picture, floor_m)
    fit = PointsFit(GroundPlane(projection), residuals_m, used)
    _refuse_bad(fit, calibration)
    plane = GroundPlane(projection, residual_m=_residual_deviation(fit, picture))
    return PointsFit(plane, residuals_m, used)


def _agreeing(picture: NDArray[np.float64], floor_m: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The points that one view explains; all of them where too few agree to call any wrong."""
    everyone = np.ones(len(picture), np.bool_)
    if len(picture) <= FEWEST_AGREEING or _all_agree(picture, floor_m, size):
        return everyone  # four noisy clicks must not shut out a fifth that fits all together
    # About the marks' own centre, which is before the camera: OpenCV scales the map to 1 there.
    centred = floor_m - floor_m.mean(axis=0)
    _, agrees = cv2.findHomography(centred, picture, cv2.RANSAC, AGREES * float(np.hypot(*size)), maxIters=_ROUNDS)
    used = np.asarray(agrees).ravel().astype(np.bool_) if agrees is not None else everyone
    few = used.sum() < max(FEWEST_AGREEING, np.ceil((1 - MOST_WRONG) * len(picture)))
    return everyone if few else used


def _all_agree(picture: NDArray[np.float64], floor_m: NDArray[np.float64], size: tuple[int, int]) -> bool:
    try:
        seen = _refined(picture, floor_m, size).to_picture(floor_m)
    except BadCalibration:
        return False  # a wrong mark may lie beyond the horizon of the others
    assert seen is not None  # noqa: S101 - the floor itself is always known
    return bool((np.hypot(*(seen - picture).T) <= AGREES * np.hypot(*size)).all())


def _refined(picture: NDArray[np.float64], floor_m: NDArray[np.float64], size: tuple[int, int]) -> Projection:
    """Least squares of the pixels: a click is what is unsure, a tape measure hardly."""
    linear = through_points(picture, floor_m, size)  # refuses what fixes no view
    if len(picture) == FEWEST_POINTS:
        return linear
    centre = floor_m.mean(axis=0)
    matrix, _ = cv2.findHomography(floor_m - centre, picture, 0)  # linear, then Levenberg-Marquardt
    if matrix is None or matrix.size == 0:
        return linear
    to_centre = np.array([[1, 0, -centre[0]], [0, 1, -centre[1]], [0, 0, 1.0]])
    return of_homography(np.asarray(matrix, np.float64) @ to_centre, floor_m, size)


def _residuals(
    projection: Projection, picture: NDArray[np.float64], floor_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = projection.to_floor(picture)
    assert found is not None  # noqa: S101 - the floor itself is always known
    return np.asarray(np.nan_to_num(np.hypot(*(found - floor_m).T), nan=np.inf))


def _refuse_bad(fit: PointsFit, calibration: PointsCalibration) -> None:
    largest = calibration.largest_residual_m
    if fit.median_m <= largest and fit.largest_m <= _FAR_OFF * largest:
        return
    worst = np.argsort(-fit.residuals_m)[:3]
    named = ", ".join(f"point {i + 1} ({_metres(fit.residuals_m[i])})" for i in worst)
    raise BadCalibration(
        f"the points do not fit one view: median {_metres(fit.median_m)}, largest {_metres(fit.largest_m)}; allowed "
        f"are {largest:g} m and {_FAR_OFF * largest:g} m (largest_residual_m). The worst: {named}"
    )


def _metres(value: float) -> str:
    return f"{value:.2f} m off" if np.isfinite(value) else "beyond the horizon"


def _residual_deviation(fit: PointsFit, picture: NDArray[np.float64]) -> float:
    """Standard deviation a coordinate, metres, with what eight fitted numbers took away given back."""
    spare = 2 * int(fit.used.sum()) - 8
    if spare > 0:
        return float(np.sqrt((fit.residuals_m[fit.used] ** 2).sum() / spare))
    return float(np.median(fit.plane.deviation_m(picture, CLICK_PX)))
