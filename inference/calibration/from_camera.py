"""A ground plane from a camera whose parameters are known."""

from domain.calibration import CameraCalibration, TsaiCalibration
from domain.projection import projection_of
from inference.ground import GroundPlane


def from_camera(calibration: CameraCalibration | TsaiCalibration) -> GroundPlane:
    """The ground plane of a known camera, in OpenCV's or in Tsai's parameters."""
    return GroundPlane(projection_of(calibration), residual_m=calibration.residual_m)
