"""What importers read: labels as their source has them, each with the place it stands at, nothing judged yet."""

from dataclasses import dataclass
from pathlib import Path

from training.dataset.item import Split
from training.dataset.pictures import Look


@dataclass(frozen=True)
class Mark:
    """A box that an annotator, or a model, drew.

    Attributes:
        place: file and line, or the place in a JSON file.
        name: its class, as the source calls it.
        box: left, top, right, bottom in pixels; may be anything that is a number.
        score: how sure a model was; ``None``: a person drew it.
    """

    place: str
    name: str
    box: tuple[float, float, float, float]
    score: float | None = None


@dataclass(frozen=True)
class Spot:
    """A point that an annotator set on a head.

    Attributes:
        place: where it stands.
        x: pixels.
        y: pixels.
    """

    place: str
    x: float
    y: float


@dataclass(frozen=True)
class Draft:
    """A picture and what its source says of it.

    Attributes:
        image: the file.
        look: what it is.
        place: where its labels stand.
        marks: boxes.
        spots: points.
        split: what its source uses it for; ``None``: it does not say.
        sequence: the scene, where its format has one.
    """

    image: Path
    look: Look
    place: str
    marks: tuple[Mark, ...] = ()
    spots: tuple[Spot, ...] = ()
    split: Split | None = None
    sequence: str | None = None


@dataclass(frozen=True)
class Reading:
    """All that an importer read.

    Attributes:
        drafts: the pictures.
        classes: every class that the source has a name for.
        notes: what a person should know of how it was read.
    """

    drafts: tuple[Draft, ...]
    classes: tuple[str, ...]
    notes: tuple[str, ...] = ()
