"""What is known of one camera's errors, fitted from frames that somebody labelled."""

from pathlib import Path
from typing import Self

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from domain.errors import BadInput
from domain.geometry import Polygon
from domain.problems import first_problem
from inference.track import Tracks

Flags = NDArray[np.bool_]


class CameraCorrection(BaseModel):
    """How one camera's count is corrected; written by ``python -m training.fit_camera``.

    There is no offset: it would put people into an empty room.

    Attributes:
        camera: whose it is.
        frame_size: width and height of the picture that ``area`` is drawn on, pixels.
        area: corners of the part of the picture in which people are counted, by their feet; ``None``: all of it.
        least_score: mean confidence below which a track is nobody.
        gain: people for each one counted.
        interval: factor on the distance of the interval's ends from the count.
        fitted_on: which frames of what.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    camera: str
    frame_size: tuple[int, int]
    area: tuple[tuple[float, float], ...] | None = None
    least_score: float = Field(default=0.0, ge=0, lt=1)
    gain: float = Field(default=1.0, gt=0, le=10)
    interval: float = Field(default=1.0, gt=0, le=20)
    fitted_on: str = ""

    @field_validator("frame_size")
    @classmethod
    def _a_size(cls, size: tuple[int, int]) -> tuple[int, int]:
        if min(size) <= 0:
            raise ValueError(f"frame_size {size} must be two positive numbers of pixels")
        return size

    @model_validator(mode="after")
    def _a_polygon(self) -> Self:
        if self.area is not None:
            Polygon(self.area)
        return self

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a camera's file.

        Raises:
            BadInput: it cannot be read, or a value is wrong; one line that names the file and the place.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"correction {path}: cannot be read: {getattr(error, 'strerror', error)}") from None
        except yaml.YAMLError:
            raise BadInput(f"correction {path}: is not YAML") from None
        except ValidationError as error:
            raise BadInput(f"correction {path}: {first_problem(error, 'the file')}") from None

    def save(self, path: Path) -> None:
        """Write the camera's file, whole or not at all."""
        partial = path.with_suffix(".partial")
        text = yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, default_flow_style=None)
        partial.write_text(f"# Written by python -m training.fit_camera.\n{text}", encoding="utf-8")
        partial.replace(path)

    def counted(self, tracks: Tracks, picture_size: tuple[int, int]) -> Tracks:
        """The tracks that count here, and who is doubtful here."""
        chosen = (tracks.scores >= self.least_score) & self._inside(tracks.boxes, picture_size)
        doubtful = tracks.doubtful.where(self._inside(tracks.doubtful.boxes, picture_size))
        return tracks.where(chosen).doubting(doubtful)

    def _inside(self, boxes: NDArray[np.float64], picture_size: tuple[int, int]) -> Flags:
        if self.area is None:
            return np.ones(len(boxes), np.bool_)
        return Polygon(self.area).contains(feet_of(boxes, picture_size) * np.divide(self.frame_size, picture_size))


def feet_of(boxes: NDArray[np.float64], picture_size: tuple[int, int]) -> NDArray[np.float64]:
    """Bottom centre of each box, shape (n, 2); of someone cut off by the picture's border, at that border."""
    feet = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]])
    return np.clip(feet, 0, np.subtract(picture_size, 1))
