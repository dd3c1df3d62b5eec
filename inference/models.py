"""Which model counts: the table in ``configs/models.yaml``, and a detector made from a row of it or from a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, Literal, cast

import numpy as np
import structlog
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import BadInput
from domain.units import Slug
from inference.detect import Detector
from inference.detect.box import this_hardware, this_installed
from inference.detect.choice import ARITHMETIC, Choice, Hardware, Installed, Int8, Way, choose_backend, ways_here
from inference.detect.onnx import OnnxDetector, Provider
from inference.detect.openvino import OpenVinoDetector
from inference.detect.quantised import Paper, int8_at_hand
from inference.detect.spec import ModelSpec
from inference.detect.speeds import PICTURES, known_speeds, measure_speeds, remember

__all__ = ["ModelSpec", "ModelTable", "choose", "choose_here", "load_detector"]

log = structlog.get_logger()

TABLE: Final = Path(__file__).resolve().parent.parent / "configs" / "models.yaml"
_ENDINGS: Final = frozenset({".onnx", ".xml", ".pt"})


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
    if path.suffix not in _ENDINGS or not path.is_file():
        raise BadInput(f"model {name!r} is neither a file (.onnx, .xml, .pt) nor one of {sorted(table.models)}")
    return path.stem, ModelSpec(title=path.name, licence="unknown", asset=str(path.resolve()))


def choose_here(spec: ModelSpec, *, made: Path | None, graph: Path | None, cache: Path | None = None) -> Choice:
    """How this machine runs a model, by what is known so far.

    Args:
        spec: the model.
        made: the folder of models that were made on this machine.
        graph: the model's ``asset``; ``None``: not on this machine yet.
        cache: where it is remembered how fast each arithmetic is here.

    Raises:
        BadInput: there is no way.
    """
    return _Here.look(spec, made, graph, cache).choice(spec)


@dataclass(frozen=True)
class _Here:
    """What bears on the choice: looked at once, for it asks a driver, and hashes the model's files.

    Attributes:
        int8: the model in 8-bit integers; ``None``: no row names one.
        speeds: of each arithmetic, as far as it was measured.
    """

    hardware: Hardware
    installed: Installed
    int8: Int8 | None
    speeds: Mapping[Way, float]

    @classmethod
    def look(cls, spec: ModelSpec, made: Path | None, graph: Path | None, cache: Path | None) -> "_Here":
        """See what there is; the arguments are :func:`choose_here`'s."""
        int8 = int8_at_hand(made / spec.int8, graph) if made is not None and spec.int8 is not None else None
        return cls(this_hardware(), this_installed(), int8, known_speeds(cache, graph, _path(int8)))

    def choice(self, spec: ModelSpec) -> Choice:
        """How the model is run.

        Raises:
            BadInput: there is no way.
        """
        return choose_backend(self.hardware, spec, self.installed, self.int8, self.speeds)


def _path(int8: Int8 | None) -> Path | None:
    return Path(int8.path) if int8 is not None and int8.path is not None else None


def load_detector(
    name: str,
    spec: ModelSpec,
    find_asset: Callable[[str], Path],
    *,
    cache: Path | None = None,
    made: Path | None = None,
) -> Detector:
    """A detector, ready to run.

    Args:
        name: how it is named in readings.
        spec: what to run.
        find_asset: gives the file of an asset's name.
        cache: a folder for compiled networks.
        made: the folder of models that were made on this machine.

    Raises:
        BadInput: the file is no such model, this machine has no runtime for it, or it is in 8-bit integers and nothing
            says that it counts well enough.
        AssetUnavailable: no source has the file.
    """

    def find(asset: str) -> Path:
        return Path(asset) if Path(asset).is_absolute() else find_asset(asset)

    wants_int8 = made is not None and spec.int8 is not None and (made / spec.int8).is_file()
    graph = find(spec.asset) if wants_int8 or spec.graph_asset else None
    here = _Here.look(spec, made, graph, cache)
    choice = here.choice(spec)
    unmeasured = choice.backend == "openvino" and spec.precision == "auto" and not here.speeds
    if unmeasured and graph is not None and cache is not None:
        choice = _measured(here, spec, graph, cache).choice(spec)
    return _made(choice, find(choice.asset), name, spec, cache)


def _measured(here: _Here, spec: ModelSpec, graph: Path, cache: Path) -> _Here:
    """With how fast each arithmetic is here, where there is one to choose."""
    ways, path = ways_here(here.hardware, here.int8), _path(here.int8)
    if len(ways) == 1:
        return here
    log.info("which arithmetic is quickest on this processor is measured, once")

    def ready(way: Way) -> Callable[[], int]:
        precision, rest = ARITHMETIC[way]
        file = path if rest and path else graph
        detector = OpenVinoDetector(
            file, name=way, precision=rest or precision, longest=spec.longest, cache=cache, classes=spec.classes
        )
        look = detector.network_alone(np.zeros((spec.longest * 3 // 4, spec.longest, 3), np.uint8), PICTURES)

        def looked() -> int:
            look()
            return PICTURES

        return looked

    remember(cache, graph, path, measure_speeds({way: partial(ready, way) for way in ways}))
    return replace(here, speeds=known_speeds(cache, graph, path))


def _made(choice: Choice, path: Path, name: str, spec: ModelSpec, cache: Path | None) -> Detector:
    longest, min_score, max_iou, classes = spec.longest, spec.min_score, spec.max_iou, spec.classes
    if choice.backend == "openvino":
        precision = choice.rest or (None if choice.precision == "int8" else choice.precision)
        detector = OpenVinoDetector(
            path,
            name=name,
            longest=longest,
            min_score=min_score,
            max_iou=max_iou,
            precision=precision,
            cache=cache,
            classes=classes,
        )
        if detector.quantised:
            _refuse_unchecked(path)
        return detector
    if choice.backend == "onnx":
        return OnnxDetector(
            path,
            name=name,
            longest=longest,
            min_score=min_score,
            max_iou=max_iou,
            provider=cast("Provider", choice.device),
            precision=choice.precision,
            cache=cache,
            classes=classes,
        )
    from inference.detect.torch import TorchDetector  # noqa: PLC0415  # torch is an extra, and slow to import

    return TorchDetector(
        path,
        name=name,
        longest=longest,
        min_score=min_score,
        max_iou=max_iou,
        device=choice.device,
        precision=choice.precision,
        classes=classes,
    )


def _refuse_unchecked(model: Path) -> None:
    check = Paper.beside(model).check
    if not check.passes:
        raise BadInput(f"model {model.name} counts too badly in 8-bit integers to be used: {check.words}")
