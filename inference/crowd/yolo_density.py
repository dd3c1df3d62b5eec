"""The density map that a YOLOv8 network of ours gives beside its boxes, read alone: only what it needs is run."""

from pathlib import Path

import cv2
import numpy as np
import openvino as ov

from domain.errors import BadInput
from inference.crowd.density import LONGEST, DensityMap, shrunk
from inference.detect.base import Picture
from inference.detect.heads import DENSITY
from inference.detect.letterbox import CELL, GREY, STRIDE
from inference.detect.openvino import density_part


def gives_density(model: Path) -> bool:
    """Whether a file is a network of this make; one that cannot be read is not."""
    try:
        return density_part(ov.Core().read_model(model)) is not None
    except RuntimeError:
        return False


class YoloDensity:
    """Reads density maps by OpenVINO.

    Args:
        model: an ONNX file or OpenVINO IR with an output ``density``.
        name: how it is named in readings.
        threads: processor threads it may use; 0: as many as there are.
        longest: longer side of what the network looks at, pixels; a smaller picture is not enlarged.

    Raises:
        BadInput: the file cannot be read, or has no such output.
    """

    def __init__(self, model: Path, *, name: str, threads: int = 0, longest: int = LONGEST) -> None:
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
        self._name, self._longest = name, longest

    @property
    def name(self) -> str:
        """Which model."""
        return self._name

    def read(self, picture: Picture) -> DensityMap:
        """See :class:`inference.crowd.density.DensityModel`. The picture is shrunk, and padded with grey."""
        small, scale = shrunk(picture, self._longest)
        below, right = (-side % STRIDE for side in small.shape[:2])
        padded = cv2.copyMakeBorder(small, 0, below, 0, right, cv2.BORDER_CONSTANT, value=GREY)
        pixels = np.ascontiguousarray(padded[..., ::-1].transpose(2, 0, 1)[None], np.float32) / 255
        rows, columns = (-(-side // CELL) for side in small.shape[:2])
        heads = self._network(pixels)[0][0, 0, :rows, :columns]
        return DensityMap(np.maximum(heads, 0), CELL / scale, CELL)
