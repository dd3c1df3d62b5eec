"""A YOLOv8 checkpoint becomes an ONNX file that answers the same, at any input size.

    python -m training.export IN.pt OUT.onnx

Beside ``OUT.onnx`` lies ``OUT.json``: what it was made from, by which versions, what goes in and comes out, and how
far its answers are from the checkpoint's. Nothing is written unless they agree.
"""

import hashlib
import json
import sys
import tempfile
import warnings
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
import onnx
import onnxslim  # type: ignore[import-untyped]  # it publishes none
import openvino as ov
import torch
import typer
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput, HeadroomError, ModelDiffers
from training.checkpoint import Checkpoint, open_checkpoint

CONFIGURATION: Final = Path(__file__).resolve().parent.parent / "configs" / "training.yaml"
INPUT: Final = "images"
OUTPUT: Final = "output0"

Side = Annotated[int, Field(gt=0, multiple_of=32)]
Size = tuple[Side, Side]
"""Height, width in pixels."""


class ExportSettings(BaseModel):
    """The ``export`` part of ``configs/training.yaml``.

    Attributes:
        weights: the checkpoint the stage exports.
        output: where the stage puts the result, less its endings ``.onnx`` and ``.json``.
        opset: version of ONNX's operator set.
        traced_size: the size the network is traced at.
        checked_sizes: the sizes at which torch and OpenVINO must agree.
        seed: of the checks' input.
        max_box_difference_px: greatest difference of a box's centre, width or height, in input pixels.
        max_log_odds_difference: greatest difference of a class score's log-odds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    weights: Path
    output: Path
    opset: int = Field(ge=13, le=20)
    traced_size: Size
    checked_sizes: tuple[Size, ...] = Field(min_length=1)
    seed: int = Field(ge=0)
    max_box_difference_px: float = Field(gt=0)
    max_log_odds_difference: float = Field(gt=0)


class TrainingSettings(BaseModel):
    """``configs/training.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    export: ExportSettings

    @classmethod
    def load(cls, path: Path = CONFIGURATION) -> "TrainingSettings":
        """Read the file.

        Raises:
            BadInput: it cannot be read or is not what it should be; the message names the first wrong key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text()))
        except (OSError, yaml.YAMLError) as error:
            raise BadInput(f"{path} cannot be read: {' '.join(str(error).split())}") from error
        except ValidationError as error:
            first = error.errors()[0]
            raise BadInput(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


@dataclass(frozen=True)
class Difference:
    """How far apart two runtimes answered, at worst.

    Scores are compared by their log-odds, ln(p / (1 - p)): a network that is shown noise is sure of nothing, and two
    wrong scores near zero would look alike. 0.005 in log-odds moves a score by at most 0.00125.
    """

    box_px: float
    log_odds: float


def export(weights: Path, target: Path, settings: ExportSettings) -> Difference:
    """Write ``target`` and the ``.json`` beside it, made from the checkpoint ``weights``.

    Returns:
        The greatest difference that was found between the checkpoint and the result.

    Raises:
        BadInput: ``weights`` is not a YOLOv8 checkpoint, or ``target`` does not end in ``.onnx`` or cannot be written.
        ModelDiffers: the result does not answer as the checkpoint does; nothing is written.
    """
    if target.suffix != ".onnx":
        raise BadInput(f"target {target} must end in .onnx")
    checkpoint = open_checkpoint(weights)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        _write_onnx(checkpoint, draft, settings)
        difference = compare(checkpoint, draft, settings)
        _refuse_difference(difference, settings)
        described = _description(weights, checkpoint, draft, settings, difference)
        _place(target, draft.read_bytes())
        _place(target.with_suffix(".json"), (json.dumps(described, indent=2) + "\n").encode())
    return difference


def _write_onnx(checkpoint: Checkpoint, path: Path, settings: ExportSettings) -> None:
    height, width = settings.traced_size
    with warnings.catch_warnings():
        # The tracing exporter is deprecated for torch.export's, which renames the nodes that detectors find the raw
        # heads by.
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.onnx.export(
            checkpoint.network,
            (torch.zeros(1, 3, height, width),),
            path,
            dynamo=False,
            opset_version=settings.opset,
            input_names=[INPUT],
            output_names=[OUTPUT],
            dynamic_axes={INPUT: {0: "batch", 2: "height", 3: "width"}, OUTPUT: {0: "batch", 2: "cells"}},
        )
    model = onnxslim.slim(onnx.load(path))
    # Shapes that were inferred on the way: nobody needs them, and their order would give every run another hash.
    del model.graph.value_info[:]
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def compare(checkpoint: Checkpoint, path: Path, settings: ExportSettings) -> Difference:
    """The greatest difference between torch and OpenVINO over ``checked_sizes``, both in 32-bit floats.

    The input is seeded noise, two pictures at a time: it drives every cell, where a photograph leaves most at rest.
    """
    core = ov.Core()
    network = core.compile_model(core.read_model(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    noise = np.random.default_rng(settings.seed)
    worst = Difference(0.0, 0.0)
    for height, width in settings.checked_sizes:
        pixels = noise.random((2, 3, height, width), dtype=np.float32)
        with torch.inference_mode():
            expected = checkpoint.network(torch.from_numpy(pixels)).numpy()
        found = _difference(expected, network(pixels)[OUTPUT])
        worst = Difference(max(worst.box_px, found.box_px), max(worst.log_odds, found.log_odds))
    return worst


def _difference(expected: NDArray[np.float32], found: NDArray[np.float32]) -> Difference:
    if expected.shape != found.shape:
        raise ModelDiffers(f"exported model answers with shape {found.shape}, its weights with {expected.shape}")
    boxes = np.abs(expected[:, :4] - found[:, :4])
    log_odds = np.abs(_log_odds(expected[:, 4:]) - _log_odds(found[:, 4:]))
    return Difference(float(boxes.max()), float(log_odds.max()))


def _log_odds(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Cut where 32-bit floats end: at 1 - 2**-24 above, and as far from zero below."""
    inside = np.clip(scores.astype(np.float64), 2**-24, 1 - 2**-24)
    return np.asarray(np.log(inside / (1 - inside)))


def _refuse_difference(found: Difference, settings: ExportSettings) -> None:
    """Written so that a difference that is not a number is refused too."""
    if found.box_px <= settings.max_box_difference_px and found.log_odds <= settings.max_log_odds_difference:
        return
    raise ModelDiffers(
        f"exported model differs from its weights by {found.box_px:.3g} px and {found.log_odds:.3g} in log-odds; "
        f"allowed are {settings.max_box_difference_px:.3g} px and {settings.max_log_odds_difference:.3g}"
    )


def _description(
    weights: Path, checkpoint: Checkpoint, draft: Path, settings: ExportSettings, difference: Difference
) -> dict[str, Any]:
    return {
        "version": 1,
        "source": {"file": weights.name, "sha256": _sha256(weights)},
        "onnx": {"file": draft.name, "sha256": _sha256(draft), "bytes": draft.stat().st_size, "opset": settings.opset},
        "input": {
            "name": INPUT,
            "shape": ["batch", 3, "height", "width"],
            "channels": "RGB",
            "range": [0.0, 1.0],
            "height_and_width": f"any multiple of {checkpoint.stride} pixels",
        },
        "output": {
            "name": OUTPUT,
            "shape": ["batch", 4 + len(checkpoint.classes), "cells"],
            "rows": "centre x, centre y, width, height in input pixels, then a score in 0..1 for each class",
        },
        "classes": checkpoint.classes,
        "check": {
            "sizes": settings.checked_sizes,
            "seed": settings.seed,
            "difference": asdict(difference),
            "runtime": "OpenVINO, CPU, f32",
        },
        "made_with": {name: version(name) for name in ("torch", "ultralytics", "onnx", "onnxslim", "openvino")},
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
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Export a YOLOv8 checkpoint to ONNX, checked against torch."""
    try:
        difference = export(weights, target, TrainingSettings.load(config).export)
    except HeadroomError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    typer.echo(f"{target}: within {difference.box_px:.2g} px and {difference.log_odds:.2g} in log-odds of {weights}")


if __name__ == "__main__":
    typer.run(_run)
