"""How a set of labelled pictures is imported: what the command's options and a row of ``configs/datasets.yaml`` say."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from training.dataset.item import Split
from training.dataset.manifest import SetAbout

Format = Literal["mot", "yolo", "coco", "crowdhuman", "points"]
Duplicates = Literal["refuse", "together", "drop"]
Target = Literal["person", "head", "ignored"]
SEED: Final = 8


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is not a regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Share = Annotated[float, Field(ge=0, lt=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SequenceRule(_Part):
    r"""Which pictures show the same scene, told from their paths inside the source.

    Attributes:
        match: a regular expression, searched for in the path.
        name: of the sequence, in which ``\1`` is the first group; sets whose pictures share a scene give the same.
            Left out, it is the set's name and the groups, or all that matched where there are none.
    """

    match: Pattern
    name: str | None = None

    def sequence(self, path: str, set_name: str) -> str | None:
        """The sequence of a picture; ``None``: the rule is not about it."""
        found = re.search(self.match, path)
        if found is None:
            return None
        if self.name is not None:
            return found.expand(self.name)
        return f"{set_name}/" + ("-".join(part or "" for part in found.groups()) or found.group())


class Recipe(_Part):
    """A set, where it is, and how it is read.

    Attributes:
        about: what must be known of it.
        format: of its labels.
        path: the folder or file it is in; a relative one is inside the root that the preset is imported from.
        images: the pictures, or the video, where they are not beside the labels.
        classes: which of the source's classes are people, heads, or not to be judged; a target that is not named takes
            its usual classes (``person``, ``head`` and so on), and all other boxes are left out.
        names: YOLO's class names by index, where no ``data.yaml`` has them.
        lists: YOLO's lists of pictures by split, where no ``data.yaml`` names them.
        sequences: which pictures show one scene; the first rule that matches counts. A picture that none matches is a
            sequence of its own.
        split: one for all pictures; ``given``: what the source says; ``drawn``: by sequence. Left out: what the source
            says if it says anything.
        val_share: of the pictures, drawn for validation; about, as sequences stay whole.
        test_share: drawn for testing, likewise.
        seed: of the drawing.
        clip_px: a box or point that sticks out of its picture by no more is clipped and told of; one that sticks out
            further is an error.
        drop_outside: what is outside of its picture altogether (an annotator's slip) is dropped and told of; else that
            is an error.
        every: every so manieth frame of a MOTChallenge sequence.
        min_visibility: a person of a MOTChallenge sequence of whom less is to be seen is not to be judged.
        duplicates: what becomes of pictures that are there twice, or nearly.
        missing_is_empty: a picture without labels has nobody in it; else that is an error.
    """

    about: SetAbout
    format: Format
    path: Path
    images: Path | None = None
    classes: dict[Target, tuple[str, ...]] = Field(default_factory=dict)
    names: tuple[str, ...] = ()
    lists: dict[Split, Path] = Field(default_factory=dict)
    sequences: tuple[SequenceRule, ...] = ()
    split: Literal["given", "drawn", "train", "val", "test"] | None = None
    val_share: Share = 0.1
    test_share: Share = 0.0
    seed: int = SEED
    clip_px: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    drop_outside: bool = False
    every: int = Field(default=1, ge=1)
    min_visibility: float = Field(default=0.1, ge=0, le=1)
    duplicates: Duplicates = "refuse"
    missing_is_empty: bool = False
