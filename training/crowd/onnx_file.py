"""Boxes and density in one ONNX file, small enough to be carried along."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import onnx
import onnxslim  # type: ignore[import-untyped]  # it publishes none
import torch
from onnx import ModelProto, TensorProto, helper, numpy_helper
from torch import Tensor, nn

from inference.detect.heads import DENSITY
from training.crowd.network import EARLY, FINE, NECK, DensityBranch, answers

INPUT: Final = "images"
BOXES: Final = "output0"
_FREE: Final = {BOXES: {0: "batch", 2: "cells"}, DENSITY: {0: "batch", 2: "rows", 3: "columns"}}
"""Of each output, the sides that follow the input's."""
_SMALL: Final = 256
"""Numbers in a weight below which storing it in half precision saves nothing worth a node."""


class TwoReadings(nn.Module):
    """A detector that was made ready for export, and the branch, in one pass over the trunk.

    Args:
        detector: as :func:`training.checkpoint.open_checkpoint` gives it.
        branch: reads its layers.
    """

    def __init__(self, detector: nn.Module, branch: DensityBranch) -> None:
        super().__init__()
        self.model = cast("Any", detector).model
        self.branch = branch

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Boxes as the detector gives them, shape (n, 4 + classes, cells), and heads, shape (n, 1, rows, columns)."""
        given = answers(self.model, pictures)
        return given[-1], self.branch(given[EARLY], given[FINE], given[NECK])


def write_onnx(network: nn.Module, path: Path, *, size: tuple[int, int], opset: int, outputs: Sequence[str]) -> None:
    """Trace a network into an ONNX file that takes pictures of any size.

    Args:
        network: gives what ``outputs`` says.
        path: where.
        size: height and width it is traced at, pixels.
        opset: version of ONNX's operator set.
        outputs: ``output0``, ``density`` or both, in this order.
    """
    free = {INPUT: {0: "batch", 2: "height", 3: "width"}} | {name: _FREE[name] for name in outputs}
    with warnings.catch_warnings():
        # The tracing exporter is deprecated for torch.export's, which renames the nodes that detectors find the raw
        # heads by.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, *size),),
            path,
            dynamo=False,
            opset_version=opset,
            input_names=[INPUT],
            output_names=list(outputs),
            dynamic_axes=free,
        )
    model = onnxslim.slim(onnx.load(path))
    # Shapes that were inferred on the way: nobody needs them, and their order would give every run another hash.
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def halved(model: ModelProto) -> ModelProto:
    """The same graph with its weights stored in 16-bit floats, and widened where they are read.

    Half the bytes; whoever runs it computes in 32 bits as before, on weights that differ by at most 2**-11 of
    themselves.
    """
    casts = []
    for weight in model.graph.initializer:
        if weight.data_type != TensorProto.FLOAT or np.prod(weight.dims) < _SMALL:
            continue
        name = weight.name
        narrow = numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float16), f"{name}.f16")
        weight.CopyFrom(narrow)
        casts.append(helper.make_node("Cast", [narrow.name], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model, full_check=True)
    return model
