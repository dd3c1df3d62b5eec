"""A YOLOv8 checkpoint becomes an ONNX file that answers the same, at any input size.

    python -m training.export IN.pt OUT.onnx [--density DENSITY.pt]

With ``DENSITY.pt`` it gives boxes and a density map; where that has learned a trunk of its own, the map alone. Beside
``OUT.onnx`` lies ``OUT.json``: what it was made from, by which versions, what goes in and comes out, and how
far its answers are from the checkpoint's. Nothing is written unless they agree.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import openvino as ov
import torch
import typer
from numpy.typing import NDArray

from domain.errors import BadInput, ModelDiffers
from inference.detect.heads import DENSITY
from inference.detect.letterbox import CELL
from training.checkpoint import Checkpoint, open_checkpoint, open_detector
from training.command import told_in_a_line
from training.crowd.density import open_crowd
from training.crowd.onnx_file import BOXES, INPUT, TwoReadings, halved, write_onnx
from training.settings import CONFIGURATION, Allowed, ExportSettings, TrainingSettings


@dataclass(frozen=True)
class Difference:
    """How far apart two runtimes answered, at worst.

    Scores are compared by their log-odds, ln(p / (1 - p)): a network that is shown noise is sure of nothing, and two
    wrong scores near zero would look alike. 0.005 in log-odds moves a score by at most 0.00125.

    Attributes:
        box_px: of a box's centre, width or height, in input pixels.
        log_odds: of a class score's log-odds.
        heads: of a cell's heads, relative to the most in any cell; 0 where the network gives no density.
    """

    box_px: float
    log_odds: float
    heads: float = 0.0

    def worse(self, other: "Difference") -> "Difference":
        """The greater of each; what is not a number stays."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Difference(*(float(np.maximum(one, two)) for one, two in pairs))


def export(weights: Path, target: Path, settings: ExportSettings, density: Path | None = None) -> Difference:
    """Write ``target`` and the ``.json`` beside it, made from the checkpoint ``weights``.

    Args:
        weights: of the detector.
        target: the ONNX file.
        settings: how, and how exact it must be.
        density: weights of a density branch on the detector's trunk; ``None``: the network gives boxes alone.

    Returns:
        The greatest difference that was found between the checkpoint and the result.

    Raises:
        BadInput: ``weights`` is not a YOLOv8 checkpoint, or ``target`` does not end in ``.onnx`` or cannot be written.
        ModelDiffers: the result does not answer as the checkpoint does; nothing is written.
    """
    if target.suffix != ".onnx":
        raise BadInput(f"target {target} must end in .onnx")
    checkpoint = open_checkpoint(weights)
    network, outputs = _network(checkpoint, weights, density)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        write_onnx(network, draft, size=settings.traced_size, opset=settings.opset, outputs=outputs)
        difference = compare(network, draft, settings)
        _refuse_difference(difference, settings)
        halved = _halved(network, draft, settings)
        made_of = [weights, *filter(None, [density])]
        described = _description(made_of, checkpoint, draft, settings, difference) | _told_outputs(outputs, checkpoint)
        if halved is not None:
            described["check"]["weights_in_16_bits"] = asdict(halved)
        _place(target, draft.read_bytes())
        _place(target.with_suffix(".json"), (json.dumps(described, indent=2) + "\n").encode())
    return difference


def _network(checkpoint: Checkpoint, weights: Path, density: Path | None) -> tuple[torch.nn.Module, tuple[str, ...]]:
    """What is exported, and the names of what it gives."""
    if density is None:
        return checkpoint.network, (BOXES,)
    crowd, alone = open_crowd(density, open_detector(weights))
    if alone:
        return crowd, (DENSITY,)
    return TwoReadings(checkpoint.network, crowd.branch).eval(), (BOXES, DENSITY)


def _halved(network: torch.nn.Module, draft: Path, settings: ExportSettings) -> Difference | None:
    """Store the weights in 16-bit floats, if that is asked for; how far that moves the answers."""
    if settings.halved is None:
        return None
    onnx.save(halved(onnx.load(draft)), draft)
    found = compare(network, draft, settings)
    _refuse_difference(found, settings.halved)
    return found


def compare(exact: torch.nn.Module, path: Path, settings: ExportSettings) -> Difference:
    """The greatest difference between torch and OpenVINO over ``checked_sizes``, both in 32-bit floats.

    The input is seeded noise, two pictures at a time: it drives every cell, where a photograph leaves most at rest.
    """
    core = ov.Core()
    network = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    names = [output.any_name for output in network.outputs]
    noise = np.random.default_rng(settings.seed)
    worst = Difference(0.0, 0.0)
    for height, width in settings.checked_sizes:
        pixels = noise.random((2, 3, height, width), dtype=np.float32)
        with torch.inference_mode():
            answered = exact(torch.from_numpy(pixels))
        expected = [part.numpy() for part in (answered if isinstance(answered, tuple) else (answered,))]
        found = network(pixels)
        for name, wanted in zip(names, expected, strict=True):
            worst = worst.worse(_difference(name, wanted, found[name]))
    return worst


def _difference(name: str, wanted: NDArray[np.float32], told: NDArray[np.float32]) -> Difference:
    if wanted.shape != told.shape:
        raise ModelDiffers(f"exported model answers with shape {told.shape}, its weights with {wanted.shape}")
    if name == DENSITY:
        return Difference(0.0, 0.0, float(np.abs(wanted - told).max() / wanted.max()))
    boxes = np.abs(wanted[:, :4] - told[:, :4])
    log_odds = np.abs(_log_odds(wanted[:, 4:]) - _log_odds(told[:, 4:]))
    return Difference(float(boxes.max()), float(log_odds.max()))


def _log_odds(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cut where 32-bit floats end: at 1 - 2**-24 above, and as far from zero below."""
    inside = np.clip(scores.astype(np.float64), 2**-24, 1 - 2**-24)
    return np.asarray(np.log(inside / (1 - inside)))


def _refuse_difference(found: Difference, allowed: Allowed) -> None:
    """Written so that a difference that is not a number is refused too."""
    limits = (allowed.max_box_difference_px, allowed.max_log_odds_difference, allowed.max_heads_difference)
    if all(value <= limit for value, limit in zip(astuple(found), limits, strict=True)):
        return
    raise ModelDiffers(
        f"exported model differs from its weights by {found.box_px:.3g} px, {found.log_odds:.3g} in log-odds and "
        f"{found.heads:.3g} of the heads; allowed are {limits[0]:.3g} px, {limits[1]:.3g} and {limits[2]:.3g}"
    )


def _description(
    weights: Sequence[Path], checkpoint: Checkpoint, draft: Path, settings: ExportSettings, difference: Difference
) -> dict[str, Any]:
    return {
        "version": 1,
        "source": [{"file": path.name, "sha256": _sha256(path)} for path in weights],
        "onnx": {"file": draft.name, "sha256": _sha256(draft), "bytes": draft.stat().st_size, "opset": settings.opset},
        "input": {
            "name": INPUT,
            "shape": ["batch", 3, "height", "width"],
            "channels": "RGB",
            "range": [0.0, 1.0],
            "height_and_width": f"any multiple of {checkpoint.stride} pixels",
        },
        "check": {
            "sizes": settings.checked_sizes,
            "seed": settings.seed,
            "difference": asdict(difference),
            "runtime": "OpenVINO, CPU, f32",
        },
        "made_with": {name: version(name) for name in ("torch", "ultralytics", "onnx", "onnxslim", "openvino")},
    }


def _told_outputs(outputs: Sequence[str], checkpoint: Checkpoint) -> dict[str, Any]:
    boxes = {
        "name": BOXES,
        "shape": ["batch", 4 + len(checkpoint.classes), "cells"],
        "rows": "centre x, centre y, width, height in input pixels, then a score in 0..1 for each class",
    }
    density = {"name": DENSITY, "cell_px": CELL, "values": "heads in each cell"}
    return {
        "output": boxes if BOXES in outputs else None,
        "density": density if DENSITY in outputs else None,
        "classes": checkpoint.classes if BOXES in outputs else None,
    }


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _place(target: Path, content: bytes) -> None:
    """Write whole or not at all: a detector may be reading the file of that name."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as draft:
            draft.write(content)
        Path(draft.name).chmod(0o644)
        Path(draft.name).replace(target)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from error


def _run(
    weights: Annotated[Path, typer.Argument(metavar="IN.pt", help="A checkpoint of a YOLOv8 detector.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.onnx", help="The file to write; OUT.json goes beside it.")],
    density: Annotated[Path | None, typer.Option(help="Weights of a density branch on its trunk.")] = None,
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Export a YOLOv8 checkpoint to ONNX, checked against torch."""
    with told_in_a_line():
        difference = export(weights, target, TrainingSettings.load(config).export, density)
    px, odds, heads = astuple(difference)
    typer.echo(
        f"{target}: within {px:.2g} px, {odds:.2g} in log-odds and {heads:.2g} of the heads of {density or weights}"
    )


if __name__ == "__main__":
    typer.run(_run)
