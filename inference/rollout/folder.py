"""A version of a model on disk: a folder of files that never changes, and ``model.yaml``, which names and hashes them.

The worker reads it as training wrote it; neither needs to know how the files came from one to the other.
"""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from domain.errors import BadInput
from domain.problems import first_problem
from domain.rollout import MODELS_FOLDER, ModelRef, Sha256
from domain.units import Slug
from inference.detect import Detector
from inference.detect.quantised import sha256_of
from inference.detect.spec import ModelSpec
from inference.models import load_detector

MANIFEST: Final = "model.yaml"
FileName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""A file beside the manifest: nothing in it can lead out of the folder."""


class Manifest(BaseModel):
    """``model.yaml``.

    Attributes:
        name: of the model, whatever its version.
        spec: a row as in ``configs/models.yaml``, whose files are names in ``files``.
        files: SHA-256 of every file but this one.
        card: the model card's file; ``None``: nobody wrote one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    name: Slug
    spec: ModelSpec
    files: dict[FileName, Sha256] = Field(min_length=1)
    card: FileName | None = None

    @model_validator(mode="after")
    def _names_its_files(self) -> Self:
        spec = self.spec
        quantised = (
            [Path(spec.int8).with_suffix(ending).name for ending in (".xml", ".bin", ".json")] if spec.int8 else []
        )
        for name in (spec.asset, spec.checkpoint, self.card, *quantised):
            if name is not None and name not in self.files:
                raise ValueError(f"{name} is named, but is none of the files: {', '.join(sorted(self.files))}")
        if MANIFEST in self.files:
            raise ValueError(f"{MANIFEST} cannot hold its own hash")
        return self

    @classmethod
    def read(cls, folder: Path) -> Self:
        """The manifest of a folder.

        Raises:
            BadInput: there is none, or it is not one.
        """
        path = folder / MANIFEST
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise BadInput(
                f"{path} cannot be read ({error.strerror}); expected the folder of a model's version"
            ) from None
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise BadInput(f"{path} is not YAML: {error}".splitlines()[0]) from None
        except ValidationError as error:
            raise BadInput(f"{path}: {first_problem(error)}") from None

    def refuse_changed(self, folder: Path) -> None:
        """Compare every file with its hash.

        Raises:
            BadInput: one is not there, or holds other bytes.
        """
        for name, expected in self.files.items():
            found = sha256_of(folder / name)
            if not found:
                raise BadInput(f"{folder / name} is not there, but {MANIFEST} names it")
            if found != expected:
                raise BadInput(f"{folder / name} has SHA-256 {found[:12]}…, but {MANIFEST} says {expected[:12]}…")


def folder_of(ref: ModelRef, data: Path) -> Path:
    """Where a version's files are on this machine; a path of its own is taken as it is."""
    return data / MODELS_FOLDER / ref.where


def load_version(ref: ModelRef, data: Path) -> Detector:
    """The detector of a version, its files compared with their hashes. Blocks for seconds.

    Args:
        ref: which.
        data: the data folder.

    Raises:
        BadInput: the files are not there, are others, or are no model that this machine can run.
    """
    folder = folder_of(ref, data)
    found = sha256_of(folder / MANIFEST)
    if found != ref.sha256:
        what = f"has SHA-256 {found[:12]}…, expected {ref.sha256[:12]}…" if found else "is not there"
        raise BadInput(f"{ref.label}: {folder / MANIFEST} {what}")
    return load_folder(folder, ref.label, cache=data / "cache" / "openvino")


def load_folder(folder: Path, label: str, *, cache: Path | None = None) -> Detector:
    """The detector of a folder, its files compared with their hashes. Blocks for seconds.

    Args:
        folder: holds a manifest.
        label: how it is named in readings.
        cache: a folder for compiled networks.

    Raises:
        BadInput: the files are others, or are no model that this machine can run.
    """
    manifest = Manifest.read(folder)
    manifest.refuse_changed(folder)
    return load_detector(label, manifest.spec, lambda asset: folder / asset, cache=cache, made=folder)
