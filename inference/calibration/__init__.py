"""From what is said of a camera to its ground plane, and whether the camera still looks there."""

from domain.calibration import Calibration, HeightsCalibration, PointsCalibration
from inference.calibration.from_camera import from_camera
from inference.calibration.from_heights import HeightsFit, from_heights, plane_from_heights
from inference.calibration.from_points import PointsFit, from_points
from inference.ground import GroundPlane

__all__ = [
    "HeightsFit",
    "PointsFit",
    "from_camera",
    "from_heights",
    "from_points",
    "ground_plane",
    "plane_from_heights",
]


def ground_plane(calibration: Calibration, picture_size: tuple[int, int] | None = None) -> GroundPlane:
    """The ground plane that a calibration says, for pictures of one size.

    Args:
        calibration: of any kind.
        picture_size: width and height of the pictures; ``None``: those it was made on.

    Raises:
        BadCalibration: it fixes no view, fits badly, or was made on a picture of another shape.
    """
    match calibration:
        case PointsCalibration():
            plane = from_points(calibration).plane
        case HeightsCalibration():
            plane = plane_from_heights(calibration)
        case _:
            plane = from_camera(calibration)
    return plane if picture_size is None else plane.for_picture(picture_size)
