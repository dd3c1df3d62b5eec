"""Calibrations as they are told and tried."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

from domain.calibration import Calibration, PointsCalibration

MOST_POINTS: Final = 2_000
MOST_HISTORY: Final = 200
Place = tuple[float, float]


class NewCalibration(BaseModel):
    """A calibration to be kept.

    Attributes:
        note: why, for whoever reads the history.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibration: Calibration
    note: str = Field(default="", max_length=500)


class KeptCalibration(BaseModel):
    """A calibration as it was kept.

    Attributes:
        id: grows; the highest of a camera holds.
        made_by: who saved it; ``None``: the venue file, or someone who is gone.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    venue_id: str
    camera_id: str
    made_at: datetime
    made_by: UUID | None
    note: str
    calibration: Calibration


class PreviewQuestion(BaseModel):
    """What lies where.

    Attributes:
        calibration: matched points to try; ``None``: what is kept for the camera.
        pixels: to be told in metres, pixels of the calibration's ``frame_size``.
        floor_m: to be told in pixels, metres.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    calibration: PointsCalibration | None = None
    pixels: Annotated[list[tuple[FiniteFloat, FiniteFloat]], Field(max_length=MOST_POINTS)] = []
    floor_m: Annotated[list[tuple[FiniteFloat, FiniteFloat]], Field(max_length=MOST_POINTS)] = []


class Preview(BaseModel):
    """The answer, in the question's order.

    Attributes:
        floor_m: metres of the pixels asked for; ``None``: at the horizon or above it, no place.
        pixels: of the places asked for, inside the picture or not; ``None``: behind the camera.
        residuals_m: of matched points, how far each lies from where the fit to all of them puts it; ``None``: the fit
            puts it nowhere. Empty where no points were matched.
        median_residual_m: of them; ``None`` without any.
        camera_m: where the camera is, x, y and height; ``None`` where the points do not tell.
    """

    model_config = ConfigDict(frozen=True)

    frame_size: tuple[int, int]
    floor_m: list[Place | None]
    pixels: list[Place | None]
    residuals_m: list[float | None]
    median_residual_m: float | None
    camera_m: tuple[float, float, float] | None
