"""The density map that a YOLOv8 network of ours gives beside its boxes, read alone: only what it needs is run."""

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import openvino as ov
from numpy.typing import NDArray

from domain.errors import BadInput
from inference.crowd.density import LONGEST, DensityMap, shrunk
from inference.detect.base import Picture
from inference.detect.heads import DENSITY
from inference.detect.letterbox import CELL, padded
from inference.detect.openvino import density_part

_COLOURS: Final = 3
_AROUND: Final = 24
"""Pixels around a cell that are looked at for anything at all: three cells."""
_BLANK: Final = 1.0
"""Deviation of the grey values, of 255, below which that is a blank: a black frame, a lens cap, an overexposed wall.
The network was never shown one, and saw 17 heads in a white picture."""


def gives_density(model: Path) -> bool:
    """Whether a file is a network of this make: it takes colour and gives a density map. What cannot be read is not."""
    try:
        network = ov.Core().read_model(model)
    except RuntimeError:
        return False
    return density_part(network) is not None and network.input(0).get_partial_shape()[1] == _COLOURS


class YoloDensity:
    """Reads density maps by OpenVINO.

    Args:
        model: an ONNX file or OpenVINO IR with an output ``density``.
        name: how it is named in readings.
        threads: processor threads it may use; 0: as many as there are.
        longest: longer side of what the network looks at, pixels; a smaller picture is not enlarged.
        closer: how much larger it looks at the picture a second time, of which the mean is taken; 1: not again.

    Raises:
        BadInput: the file cannot be read, or has no such output.
    """

    def __init__(
        self, model: Path, *, name: str, threads: int = 0, longest: int = LONGEST, closer: float = 1.0
    ) -> None:
        core = ov.Core()
        try:
            network = core.read_model(model)
        except RuntimeError as error:
            raise BadInput(f"density model {model.name} cannot be read; expected an ONNX file") from error
        part = density_part(network)
        if part is None:
            raise BadInput(f"model {model.name} has no output {DENSITY!r}; expected a network trained for density")
        alone = ov.Model([part], network.get_parameters(), model.stem)
        # bf16 loses small densities: the sum of 10,000 cells is the answer.
        how = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": threads}
        self._network = core.compile_model(alone, "CPU", how)
        self._name, self._longest, self._closer = name, longest, closer

    @property
    def name(self) -> str:
        """Which model."""
        return self._name

    def read(self, picture: Picture) -> DensityMap:
        """See :class:`inference.crowd.density.DensityModel`. The picture is shrunk, and padded with grey."""
        small, scale = shrunk(picture, self._longest)
        heads = self._heads(small)
        if self._closer != 1.0:
            size = (round(small.shape[1] * self._closer), round(small.shape[0] * self._closer))
            near = self._heads(np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8))
            heads = np.asarray((heads + _onto(near, heads.shape)) / 2, np.float32)
        return DensityMap(heads, CELL / scale, CELL)

    def _heads(self, picture: Picture) -> NDArray[np.float32]:
        """Heads by cell, of the picture at its own size."""
        pixels = np.ascontiguousarray(padded(picture)[..., ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        rows, columns = (-(-side // CELL) for side in picture.shape[:2])
        heads = np.maximum(self._network(pixels)[0][0, 0, :rows, :columns], 0)
        return np.asarray(heads * _shows_something(picture, (rows, columns)), np.float32)


def _shows_something(picture: Picture, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Which cells are not part of a blank: there is nobody to be seen in one, whatever the network makes of it."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    mean, squares = (cv2.boxFilter(part, -1, (_AROUND, _AROUND)) for part in (grey, grey * grey))
    deviation = np.sqrt(np.maximum(squares - mean * mean, 0))
    return np.asarray(cv2.resize(deviation, shape[::-1], interpolation=cv2.INTER_AREA) > _BLANK)


def _onto(heads: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A finer map on a coarser grid, with as many heads as it has."""
    coarse = cv2.resize(heads, (shape[1], shape[0]), interpolation=cv2.INTER_AREA)
    total = float(coarse.sum())
    return np.asarray(coarse * (float(heads.sum()) / total) if total > 0 else coarse, np.float32)
