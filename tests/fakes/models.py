"""Versions of models to be tried: a good one, and the same network spoilt, as ONNX that every runtime takes."""

from pathlib import Path

import numpy as np
import onnx
from onnx import helper, numpy_helper

from domain.rollout import ModelRef
from inference.detect.spec import ModelSpec
from training.registry.describe import describe
from training.registry.store import place

NAME = "crowd-n"
_CLASS_HEADS = tuple(f"/model.22/cv3.{scale}/cv3.{scale}.2/Conv" for scale in range(3))


def version(data: Path, source: Path, number: int, spoil: str = "") -> ModelRef:
    """A version in its place in a data folder.

    Args:
        data: the data folder.
        source: yolov8n_rebuilt.onnx.
        number: of the version.
        spoil: ``blind``: no score is ever above a millionth. ``slow``: every picture takes many times as long.
            Nothing: left as it is.
    """
    folder = data / "exported" / str(number)
    folder.mkdir(parents=True)
    graph = onnx.load(str(source))
    if spoil == "blind":
        _blind(graph)
    elif spoil == "slow":
        _slow(graph)
    onnx.save(graph, str(folder / "model.onnx"))
    (folder / "card.md").write_text(f"# Version {number}\n")
    spec = ModelSpec(title="A model of the tests", licence="AGPL-3.0", asset="model.onnx", precision="f32")
    describe(folder, NAME, spec, card="card.md")
    return place(folder, data, number)


def _blind(graph: onnx.ModelProto) -> None:
    values = {value.name: value for value in graph.graph.initializer}
    heads = [node for node in graph.graph.node if node.name in _CLASS_HEADS]
    assert len(heads) == len(_CLASS_HEADS)
    for node in heads:
        weights, bias = (values[name] for name in node.input[1:3])
        weights.CopyFrom(numpy_helper.from_array(np.zeros_like(numpy_helper.to_array(weights)), weights.name))
        bias.CopyFrom(numpy_helper.from_array(np.full_like(numpy_helper.to_array(bias), -14.0), bias.name))


def _slow(graph: onnx.ModelProto, channels: int = 96, layers: int = 6) -> None:
    """Convolutions of the whole picture in front, whose sum changes nothing that a box would show."""
    name, nodes, last = graph.graph.input[0].name, [], graph.graph.input[0].name
    noise = np.random.default_rng(8)
    for layer in range(layers):
        inside = 3 if layer == 0 else channels
        outside = 3 if layer == layers - 1 else channels
        weights = noise.normal(0, 0.02, (outside, inside, 3, 3)).astype(np.float32)
        graph.graph.initializer.append(numpy_helper.from_array(weights, f"slow{layer}"))
        nodes.append(helper.make_node("Conv", [last, f"slow{layer}"], [f"slow{layer}.out"], pads=[1, 1, 1, 1]))
        last = f"slow{layer}.out"
    graph.graph.initializer.append(numpy_helper.from_array(np.float32(1e-7), "slow.little"))
    nodes.append(helper.make_node("Mul", [last, "slow.little"], ["slow.part"]))
    nodes.append(helper.make_node("Add", [name, "slow.part"], ["slow.picture"]))
    for node in graph.graph.node:
        for place_, given in enumerate(node.input):
            if given == name:
                node.input[place_] = "slow.picture"
    rest = list(graph.graph.node)
    del graph.graph.node[:]
    graph.graph.node.extend([*nodes, *rest])
