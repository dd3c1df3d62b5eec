"""Makes a folder of files a version that can be registered."""

import json
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from domain.errors import BadInput
from domain.problems import first_problem
from inference.detect.quantised import sha256_of
from inference.detect.spec import ModelSpec
from inference.models import ModelTable
from inference.rollout.folder import MANIFEST, Manifest

_FIRST_LINE: Final = "# Written when the model was exported; the hashes are checked wherever it is used.\n"
_PERSON, _HEAD = "person", "head"
_MAP: Final = "-density"
"""How the name of a network ends that gives the density map alone."""


def describe(folder: Path, name: str, spec: ModelSpec, card: str | None = None) -> Manifest:
    """Write ``model.yaml`` for all files that lie in a folder.

    Args:
        folder: holds the ONNX, and where made the 8-bit model with its paper, a checkpoint, a card; no folders.
        name: of the model, whatever its version.
        spec: how it is run; its files are names in the folder.
        card: the model card's file.

    Raises:
        BadInput: a file that is named is not there, a name cannot be used, or the folder cannot be written.
    """
    found = sorted(path for path in folder.iterdir() if path.name != MANIFEST) if folder.is_dir() else []
    if not found:
        raise BadInput(f"folder {folder} holds no files; expected an exported model")
    odd = next((path for path in found if not path.is_file() or path.is_symlink()), None)
    if odd is not None:
        raise BadInput(f"{odd} is no plain file; a version is a folder of files")
    files = {path.name: sha256_of(path) for path in found}
    try:
        manifest = Manifest(name=name, spec=spec, files=files, card=card)
    except ValidationError as error:
        raise BadInput(f"{folder}: {first_problem(error)}") from None
    told = yaml.safe_dump(manifest.model_dump(mode="json", exclude_none=True), sort_keys=False, width=120)
    partial = folder / f"{MANIFEST}.partial"
    try:
        partial.write_text(_FIRST_LINE + told, encoding="utf-8")
        partial.replace(folder / MANIFEST)
    except OSError as error:
        raise BadInput(f"{folder / MANIFEST} cannot be written: {error.strerror}") from error
    return manifest


def describe_model(
    folder: Path, name: str, *, card: str | None = None, like: str | None = None, title: str | None = None
) -> Manifest:
    """Write ``model.yaml`` for the one detector of a folder.

    Args:
        folder: holds its ONNX, and whatever belongs to it, and no folders.
        name: of the model, whatever its version.
        card: the model card's file in it.
        like: a row of ``configs/models.yaml`` whose input, thresholds and licence it has; ``None``: the default's.
        title: what it is; ``None``: the name.

    Raises:
        BadInput: it holds no detector or several, there is no such row, or the name cannot be used.
    """
    table = ModelTable.load()
    row = table.models.get(like or table.default)
    if row is None:
        raise BadInput(f"{like!r} is no row of configs/models.yaml; expected one of {', '.join(sorted(table.models))}")
    model = _detector_of(folder)
    int8 = folder / f"{model.stem}-int8.xml"
    spec = ModelSpec(
        title=title or name,
        licence=row.licence,
        asset=model.name,
        int8=int8.name if int8.is_file() else None,
        longest=row.longest,
        min_score=row.min_score,
        max_iou=row.max_iou,
        classes=_classes(model.with_suffix(".json"), row.classes),
    )
    return describe(folder, name, spec, card)


def _detector_of(folder: Path) -> Path:
    found = sorted(path for path in folder.glob("*.onnx") if not path.stem.endswith(_MAP))
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise BadInput(f"{folder} must hold one .onnx file of a detector; it holds {names}")
    return found[0]


def _classes(paper: Path, otherwise: tuple[int, ...]) -> tuple[int, ...]:
    """The network's classes of a person and of a head, as the export's paper has them."""
    try:
        told = json.loads(paper.read_text(encoding="utf-8"))["classes"]
        numbers = {str(name): int(number) for number, name in told.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return otherwise
    if _PERSON not in numbers:
        return otherwise
    return (numbers[_PERSON], numbers[_HEAD]) if _HEAD in numbers else (numbers[_PERSON],)
