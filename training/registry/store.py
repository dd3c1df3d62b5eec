"""Where workers find a version's files: a folder that is there whole or not at all, and never changes."""

import shutil
from pathlib import Path
from uuid import uuid4

from domain.errors import BadInput
from domain.rollout import MODELS_FOLDER, ModelRef
from inference.detect.quantised import sha256_of
from inference.rollout.folder import MANIFEST, Manifest


def place(folder: Path, data: Path, version: int) -> ModelRef:
    """Copy a version's files to where workers look; what is there already stays.

    Args:
        folder: holds the manifest and its files.
        data: the data folder.
        version: its number.

    Raises:
        BadInput: the files differ from their hashes, another version lies there, or the disk refuses.
    """
    manifest = Manifest.read(folder)
    where = f"{manifest.name}/{version}"
    ref = ModelRef(name=manifest.name, version=version, sha256=sha256_of(folder / MANIFEST), where=where)
    target = data / MODELS_FOLDER / where
    if target.is_dir():
        _refuse_other(target, ref)
        return ref
    partial = target.with_name(f".{version}.{uuid4().hex}")
    try:
        partial.mkdir(parents=True)
        for name in (MANIFEST, *manifest.files):
            shutil.copyfile(folder / name, partial / name)
        manifest.refuse_changed(partial)
        partial.rename(target)
    except OSError as error:
        if not target.is_dir():
            raise BadInput(f"{target} cannot be written: {error.strerror or error}") from error
        _refuse_other(target, ref)  # somebody placed it meanwhile
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return ref


def _refuse_other(target: Path, ref: ModelRef) -> None:
    if sha256_of(target / MANIFEST) != ref.sha256:
        raise BadInput(f"{target} holds another {ref.label}: a version never changes")
