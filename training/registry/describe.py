"""Makes a folder of files a version that can be registered."""

from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from domain.errors import BadInput
from domain.problems import first_problem
from inference.detect.quantised import sha256_of
from inference.detect.spec import ModelSpec
from inference.rollout.folder import MANIFEST, Manifest

_HEAD: Final = "# Written when the model was exported; the hashes are checked wherever it is used.\n"


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
        partial.write_text(_HEAD + told, encoding="utf-8")
        partial.replace(folder / MANIFEST)
    except OSError as error:
        raise BadInput(f"{folder / MANIFEST} cannot be written: {error.strerror}") from error
    return manifest
