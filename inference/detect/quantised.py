"""The paper that an 8-bit model carries: what it was made from, and that it counts as well as full precision.

``training.quantise`` writes ``MODEL.json`` beside ``MODEL.xml``; no 8-bit model is run without it.
"""

import hashlib
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.errors import BadInput
from inference.detect.choice import Int8

ALLOWED: Final = 0.03
"""How much larger than full precision's the counting error of 8-bit integers may be, as a share of it."""


class CountCheck(BaseModel):
    """Both precisions counted the same footage.

    Attributes:
        footage: its file.
        frames: how many were counted.
        full_mae: mean absolute error of full precision's count, people a frame.
        int8_mae: the same of 8-bit integers.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    footage: str
    frames: int = Field(gt=0)
    full_mae: float = Field(ge=0, allow_inf_nan=False)
    int8_mae: float = Field(ge=0, allow_inf_nan=False)

    @property
    def passes(self) -> bool:
        """Whether 8-bit integers count well enough to be used."""
        return self.int8_mae <= self.full_mae * (1 + ALLOWED)

    @property
    def words(self) -> str:
        """The numbers."""
        return (
            f"count MAE {self.int8_mae:.3f} in int8, {self.full_mae:.3f} in f32, over {self.frames} frames of "
            f"{self.footage}; allowed is {ALLOWED:.0%} more"
        )


class Paper(BaseModel):
    """``MODEL.json``.

    Attributes:
        source_sha256: of the file it was made from.
        xml_sha256: of ``MODEL.xml``.
        bin_sha256: of ``MODEL.bin``.
        calibrated_on: footage, and how many frames of each.
        check: how well it counts.
        made_with: versions.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    source: str
    source_sha256: str
    xml_sha256: str
    bin_sha256: str
    calibrated_on: dict[str, int]
    check: CountCheck
    made_with: dict[str, str]

    @classmethod
    def beside(cls, model: Path) -> "Paper":
        """Read the paper of an 8-bit model.

        Raises:
            BadInput: there is none, it is not one, or it is of other bytes.
        """
        path = model.with_suffix(".json")
        try:
            paper = cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise BadInput(
                f"model {model.name} is in 8-bit integers, and no {path.name} beside it says how well it counts; make "
                "it by: python -m training.quantise"
            ) from error
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            raise BadInput(f"{path.name}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
        if (paper.xml_sha256, paper.bin_sha256) != (sha256_of(model), sha256_of(model.with_suffix(".bin"))):
            raise BadInput(f"model {model.name} is not the one that {path.name} tells of")
        return paper


def int8_at_hand(path: Path, source: Path | None) -> Int8:
    """Whether an 8-bit model may be used.

    Args:
        path: where it would be.
        source: the full-precision model it must have been made from; ``None``: not on this machine yet.
    """
    if not path.is_file():
        return Int8(None, f"no {path.name} on this machine")
    try:
        paper = Paper.beside(path)
    except BadInput as error:
        return Int8(None, str(error))
    if source is None or paper.source_sha256 != sha256_of(source):
        return Int8(None, f"{path.name} was made from another {paper.source}")
    return Int8(str(path.resolve()) if paper.check.passes else None, paper.check.words)


def sha256_of(path: Path) -> str:
    """The file's SHA-256, in hexadecimal; of a file that is not there, nothing."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
