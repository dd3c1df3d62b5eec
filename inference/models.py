"""Which model counts: the table in ``configs/models.yaml``, and a detector made from a row of it or from a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput
from domain.units import Slug
from inference.detect import Detector
from inference.detect.openvino import OpenVinoDetector

TABLE: Final = Path(__file__).resolve().parent.parent / "configs" / "models.yaml"
_BACKEND_OF: Final[dict[str, Literal["openvino", "torch"]]] = {
    ".onnx": "openvino",
    ".xml": "openvino",
    ".pt": "torch",
}
Share = Annotated[float, Field(gt=0, lt=1)]


class ModelSpec(BaseModel):
    """One model as it is run.

    Attributes:
        title: what it is, in words.
        licence: SPDX name.
        asset: the file's name in ``configs/assets.yaml``, or the path of a file.
        backend: the runtime.
        longest: longer side of the network's input, pixels.
        min_score: least confidence of a box.
        max_iou: overlap from which two boxes are one person.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    licence: str
    asset: str
    backend: Literal["openvino", "torch"]
    longest: int = Field(default=640, ge=32, multiple_of=32)
    min_score: Share = 0.1
    max_iou: Share = 0.7


class ModelTable(BaseModel):
    """``configs/models.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    default: Slug
    models: dict[Slug, ModelSpec]

    @classmethod
    def load(cls, path: Path = TABLE) -> "ModelTable":
        """Read the table.

        Raises:
            BadInput: it is not what it should be; the message names the key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text()))
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            raise BadInput(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def choose(model: str | None, table: ModelTable) -> tuple[str, ModelSpec]:
    """The model to run and its name.

    Args:
        model: a name in the table, the path of an ``.onnx``, ``.xml`` or ``.pt`` file, or ``None`` for the default.
        table: the models there are.

    Raises:
        BadInput: neither a name nor a file.
    """
    name = model or table.default
    if name in table.models:
        return name, table.models[name]
    path = Path(name)
    backend = _BACKEND_OF.get(path.suffix)
    if backend is None or not path.is_file():
        raise BadInput(f"model {name!r} is neither a file (.onnx, .xml, .pt) nor one of {sorted(table.models)}")
    return path.stem, ModelSpec(title=path.name, licence="unknown", asset=str(path.resolve()), backend=backend)


def load_detector(
    name: str, spec: ModelSpec, find_asset: Callable[[str], Path], *, cache: Path | None = None
) -> Detector:
    """A detector, ready to run.

    Args:
        name: how it is named in readings.
        spec: what to run.
        find_asset: gives the file of an asset's name.
        cache: a folder for compiled networks.

    Raises:
        BadInput: the file is no such model, or its runtime is not installed.
        AssetUnavailable: no source has the file.
    """
    given = Path(spec.asset)
    path = given if given.is_absolute() else find_asset(spec.asset)
    if spec.backend == "openvino":
        return OpenVinoDetector(
            path,
            name=name,
            longest=spec.longest,
            min_score=spec.min_score,
            max_iou=spec.max_iou,
            cache=cache,
        )
    try:
        from inference.detect.torch import TorchDetector  # noqa: PLC0415  # torch is an extra, and slow to import
    except ModuleNotFoundError as error:
        raise BadInput(f"model {name!r} runs on torch, which is not installed; run: make setup-all") from error
    return TorchDetector(path, name=name, longest=spec.longest, min_score=spec.min_score, max_iou=spec.max_iou)
