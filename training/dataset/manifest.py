"""The two files that describe a dataset: ``manifest.yaml``, and ``items.jsonl`` with a line for each picture."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Annotated, Final, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from domain.errors import BadDataset
from domain.problems import first_problem
from training.dataset.item import CLASSES, Item, Labelled, Split

MANIFEST: Final = "manifest.yaml"
ITEMS: Final = "items.jsonl"
IMAGES: Final = "images"
DECIMALS: Final = 3
"""Of a coordinate, pixels: no annotator places a corner more exactly, and a file written twice is the same file."""

Privacy = Literal["public-research", "consented", "blurred"]
"""Why the people in the pictures may be looked at: published for research; they agreed; nobody can be recognised."""


def _inside(path: str) -> str:
    parts = PurePosixPath(path).parts
    if parts[:1] != (IMAGES,) or len(parts) < 2 or ".." in parts:
        raise ValueError(f"must stay inside {IMAGES}/")
    return path


def _ordered(labelled: tuple[Labelled, ...]) -> tuple[Labelled, ...]:
    return tuple(sorted(set(labelled)))


Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
SetName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
LookedFor = Annotated[tuple[Labelled, ...], Field(min_length=1), AfterValidator(_ordered)]
Coordinate = Annotated[float, Field(allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SetAbout(_Part):
    """What must be said of a set of pictures before it is let in.

    Attributes:
        name: small letters, digits, ``.``, ``_`` and ``-``.
        source: where the pictures and labels are from.
        licence: under which they may be used, in words if it has no short name.
        labelled: what its annotators looked for.
        privacy: why the people in the pictures may be looked at.
    """

    name: SetName
    source: Text
    licence: Text
    labelled: LookedFor
    privacy: Privacy


class SetRecord(SetAbout):
    """A set as the manifest has it.

    Attributes:
        pictures: how many it has.
        hash: SHA-256 of its lines in ``items.jsonl``.
    """

    pictures: int = Field(ge=1)
    hash: Sha256


class Manifest(_Part):
    """``manifest.yaml``.

    Attributes:
        version: of the layout.
        name: of the dataset.
        content_hash: SHA-256 of ``items.jsonl``: two datasets that train the same have the same.
        sets: in the order of their names.
    """

    version: Literal[1] = 1
    name: Text
    content_hash: Sha256
    sets: tuple[SetRecord, ...]

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Read it.

        Raises:
            BadDataset: it is missing or not what it should be; the message names the key.
        """
        path = folder / MANIFEST
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            reason = getattr(error, "strerror", None) or "it is not YAML"
            raise BadDataset(f"{path}: cannot be read: {reason}; a dataset is made by headroom dataset add") from None
        except ValidationError as error:
            raise BadDataset(f"{path}: {first_problem(error, 'the file')}") from None

    def text(self) -> str:
        """The file."""
        head = "# Written by headroom dataset add; the hashes no longer match what is edited by hand.\n"
        return head + yaml.safe_dump(self.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=120)


class Line(_Part):
    """One line of ``items.jsonl``.

    Attributes:
        image: path inside the dataset, with ``/``.
        boxes: class, left, top, right, bottom.
        points: x, y.
        ignored: left, top, right, bottom.
    """

    image: Annotated[str, AfterValidator(_inside)]
    sha256: Sha256
    width: int = Field(gt=0)
    height: int = Field(gt=0)
    set: SetName
    sequence: Text
    split: Split
    labelled: LookedFor
    boxes: tuple[tuple[Literal["person", "head"], Coordinate, Coordinate, Coordinate, Coordinate], ...] = ()
    points: tuple[tuple[Coordinate, Coordinate], ...] = ()
    ignored: tuple[tuple[Coordinate, Coordinate, Coordinate, Coordinate], ...] = ()

    def item(self, folder: Path) -> Item:
        """The picture it is about, in the dataset at ``folder``."""
        return Item(
            image=folder / self.image,
            sha256=self.sha256,
            width=self.width,
            height=self.height,
            source=self.set,
            sequence=self.sequence,
            split=self.split,
            labelled=frozenset(self.labelled),
            boxes=np.array([box[1:] for box in self.boxes], np.float64).reshape(-1, 4),
            classes=np.array([CLASSES.index(box[0]) for box in self.boxes], np.intp),
            points=np.array(self.points, np.float64).reshape(-1, 2),
            ignored=np.array(self.ignored, np.float64).reshape(-1, 4),
        )


def line_of(item: Item, image: str) -> str:
    """The line of a picture, without its end; the same for the same labels.

    Args:
        item: the picture.
        image: its path inside the dataset.
    """
    boxes = _rounded(item.boxes)
    names = [CLASSES[index] for index in item.classes]
    parts = {
        "image": image,
        "sha256": item.sha256,
        "width": item.width,
        "height": item.height,
        "set": item.source,
        "sequence": item.sequence,
        "split": item.split,
        "labelled": sorted(item.labelled),
        "boxes": [[name, *box] for name, box in zip(names, boxes, strict=True)],
        "points": _rounded(item.points),
        "ignored": _rounded(item.ignored),
    }
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _rounded(numbers: NDArray[np.float64]) -> list[list[float]]:
    rows: list[list[float]] = (np.round(numbers, DECIMALS) + 0.0).tolist()  # + 0.0: minus zero is zero
    return rows


def hash_of(lines: Iterable[str]) -> str:
    """SHA-256 of lines as they stand in the file."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
