"""Cutting an exported YOLOv8 for ONNX Runtime: from BGR bytes to its raw heads, at any size.

Exports hold their whole decoding, made for one input size. What comes before it is convolutions alone, so the cut graph
takes any picture whose sides are multiples of 32. It takes under 0.1 s, so nothing is kept on disk.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from domain.errors import BadInput
from inference.detect.heads import BINS, SCALES, find_heads

INPUT: Final = "pictures"
_OLDEST_OPSET: Final = 13
"""Where ReduceSum took its axes as an input."""
_PER_STEP: Final = np.float32(1 / 255)


class HeadsGraph:
    """An export that is being cut.

    Args:
        path: the ONNX file.

    Raises:
        BadInput: the file cannot be read, or it is not a YOLOv8 detector.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._model = _widened(onnx.load(path))
        except (OSError, DecodeError) as error:
            raise BadInput(f"model {path.name} cannot be read; expected an ONNX export of YOLOv8") from error
        self._file = path.name
        self._heads = find_heads(((node.name, node) for node in self._model.graph.node), path.name)
        opset = max(entry.version for entry in self._model.opset_import if not entry.domain)
        if opset < _OLDEST_OPSET:
            raise BadInput(f"model {path.name} is of opset {opset}; expected {_OLDEST_OPSET} or newer")
        self._nodes = self._before_heads()
        read = {name for node in self._nodes for name in node.input}
        self._weights = {item.name: numpy_helper.to_array(item) for item in self._model.graph.initializer}
        self._weights = {name: value for name, value in self._weights.items() if name in read}

    def cut(self, classes: Sequence[int], *, half: bool = False, told: bool = False) -> bytes:
        """The graph from BGR bytes, shape (batch, height, width, 3), to the raw heads in 32-bit floats.

        Args:
            classes: the classes to tell; the weights of all others are left out.
            half: compute in 16-bit floats.
            told: give the distances themselves, (batch, 4, cells), in place of their distributions: a GPU is quick at
                that, and 16 times fewer numbers leave it.

        Raises:
            BadInput: there is no such class.
        """
        self._tell(classes)
        if half:
            self._halve()
        first = self._first()
        self._weights[first.input[1]] = np.ascontiguousarray(self._weights[first.input[1]][:, ::-1])  # takes BGR
        nodes = [*self._takes_bytes(first.input[0], half=half), *self._nodes]
        outputs = [head.output[0] for head in self._heads]
        if half:
            nodes += [helper.make_node("Cast", [name], [f"{name}.f32"], to=TensorProto.FLOAT) for name in outputs]
            outputs = [f"{name}.f32" for name in outputs]
        if told:
            nodes += [node for name in outputs[:SCALES] for node in self._distances(name)]
            outputs[:SCALES] = [f"{name}.told" for name in outputs[:SCALES]]
        return self._serialised(nodes, outputs)

    def _before_heads(self) -> list[NodeProto]:
        """Copies of the nodes that the heads need, in their order."""
        needed = {head.output[0] for head in self._heads}
        kept = []
        for node in reversed(self._model.graph.node):
            if needed.intersection(node.output):
                needed.update(node.input)
                kept.append(NodeProto.FromString(node.SerializeToString()))
        return kept[::-1]

    def _first(self) -> NodeProto:
        """The convolution that reads the picture."""
        picture = self._model.graph.input[0].name
        return next(node for node in self._nodes if picture in node.input)

    def _tell(self, classes: Sequence[int]) -> None:
        for head in self._heads[SCALES:]:
            for name in head.input[1:]:
                values = self._weights[name]
                if max(classes) >= len(values):
                    raise BadInput(
                        f"model {self._file} has {len(values)} classes, from 0; there is no class {max(classes)}"
                    )
                self._weights[name] = values[list(classes)]

    def _halve(self) -> None:
        """Weights of convolutions become 16-bit floats; how much to enlarge by (Resize) stays as it is."""
        for node in self._nodes:
            if node.op_type == "Conv":
                for name in node.input[1:]:
                    self._weights[name] = self._weights[name].astype(np.float16)

    def _takes_bytes(self, name: str, *, half: bool) -> list[NodeProto]:
        kind = TensorProto.FLOAT16 if half else TensorProto.FLOAT
        self._weights["per_step"] = np.asarray(_PER_STEP, np.float16 if half else np.float32)
        return [
            helper.make_node("Cast", [INPUT], ["steps"], to=kind),
            helper.make_node("Mul", ["steps", "per_step"], ["scaled"]),
            helper.make_node("Transpose", ["scaled"], [name], perm=[0, 3, 1, 2]),
        ]

    def _distances(self, name: str) -> list[NodeProto]:
        self._weights["by_side"] = np.array([0, 4, BINS, -1], np.int64)
        self._weights["bins"] = np.arange(BINS, dtype=np.float32).reshape(1, 1, BINS, 1)
        self._weights["bin_axis"] = np.array([2], np.int64)
        return [
            helper.make_node("Reshape", [name, "by_side"], [f"{name}.bins"]),
            helper.make_node("Softmax", [f"{name}.bins"], [f"{name}.shares"], axis=2),
            helper.make_node("Mul", [f"{name}.shares", "bins"], [f"{name}.weighted"]),
            helper.make_node("ReduceSum", [f"{name}.weighted", "bin_axis"], [f"{name}.told"], keepdims=0),
        ]

    def _serialised(self, nodes: list[NodeProto], outputs: list[str]) -> bytes:
        weights = [_tensor(name, value) for name, value in self._weights.items()]
        picture = helper.make_tensor_value_info(INPUT, TensorProto.UINT8, ["batch", "height", "width", 3])
        heads = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs]
        graph = helper.make_graph(nodes, "heads", [picture], heads, weights)
        model: ModelProto = helper.make_model(
            graph, opset_imports=self._model.opset_import, ir_version=self._model.ir_version
        )
        return bytes(model.SerializeToString())


def _tensor(name: str, value: NDArray[np.generic]) -> TensorProto:
    return numpy_helper.from_array(value, name)


def _widened(model: ModelProto) -> ModelProto:
    """The same graph with the weights it stores in 16-bit floats, and widens where it reads them, in 32 bits."""
    stored = {weight.name: weight for weight in model.graph.initializer if weight.data_type == TensorProto.FLOAT16}
    nodes = []
    for node in model.graph.node:
        weight = stored.get(node.input[0]) if node.op_type == "Cast" else None
        if weight is None:
            nodes.append(node)
        else:
            weight.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(weight).astype(np.float32), node.output[0]))
    kept = [NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del model.graph.node[:]
    model.graph.node.extend(kept)
    return model
