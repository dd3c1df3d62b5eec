"""How many heads are where, without telling them apart."""

from pathlib import Path
from typing import Final, Protocol

import cv2
import numpy as np
import openvino as ov

from domain.errors import BadInput
from inference.detect.base import DensityMap, Picture

__all__ = ["LONGEST", "DensityMap", "DensityModel", "McnnDensity", "shrunk"]

LONGEST: Final = 1024
"""Longer side, pixels, of what a density model looks at: the size of the pictures these models were trained on."""


class DensityModel(Protocol):
    """Reads a density map from a picture. Safe to call from one thread at a time."""

    @property
    def name(self) -> str:
        """Which model, as it is named in readings."""
        ...

    def read(self, picture: Picture) -> DensityMap:
        """The density map of one BGR picture."""
        ...


class McnnDensity:
    """A multi-column counter (MCNN, Zhang et al. 2016) by OpenVINO: grey 0..255 in, heads per 4x4 pixels out.

    Args:
        model: its ONNX file.
        name: how it is named in readings.
        threads: processor threads it may use; 0: as many as there are.

    Raises:
        BadInput: the file cannot be read, or takes something else than one grey picture.
    """

    _STEP: Final = 4

    def __init__(self, model: Path, *, name: str, threads: int = 0) -> None:
        try:
            network = ov.Core().read_model(model)
        except RuntimeError as error:
            raise BadInput(f"density model {model.name} cannot be read; expected an ONNX file") from error
        shape = network.input(0).get_partial_shape()
        if (
            len(network.inputs) != 1
            or shape.rank.get_length() != 4
            or shape[1].is_dynamic
            or shape[1].get_length() != 1
        ):
            raise BadInput(f"density model {model.name} takes {shape}; expected one grey picture [n, 1, height, width]")
        # bf16 loses small densities: the sum of 50,000 cells is the answer.
        how = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
        self._network = ov.Core().compile_model(network, "CPU", how)
        self._name = name

    @property
    def name(self) -> str:
        """Which model."""
        return self._name

    def read(self, picture: Picture) -> DensityMap:
        """See :class:`DensityModel`. The picture is shrunk to 1024 pixels and padded to a multiple of 4."""
        grey, scale = shrunk(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8), LONGEST)
        below, right = (-side % self._STEP for side in grey.shape)
        padded = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REPLICATE)
        heads = self._network(np.asarray(padded, np.float32)[None, None])[0][0, 0]
        return DensityMap(np.maximum(heads, 0), self._STEP / scale)


def shrunk(picture: Picture, longest: int) -> tuple[Picture, float]:
    """A picture whose longer side is at most ``longest`` pixels, and the factor; small ones stay as they are."""
    scale = min(1.0, longest / max(picture.shape[:2]))
    if scale == 1.0:
        return picture, scale
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8), scale
