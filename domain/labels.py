"""What is labelled in a picture: boxes of people and of heads, and points on heads.

Places are pixels of the picture they belong to, rounded to :data:`GRAIN` of one: fine enough for any label tool, and
coarse enough that a label is the same after it was written to a file and read again.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.errors import BadInput

DECIMALS: Final = 2
GRAIN: Final = 10.0**-DECIMALS
"""Pixels. YOLO's eight decimals of a share keep it for pictures of up to 65,536 pixels."""
MOST_LABELS: Final = 5_000
"""In one picture: the densest of ShanghaiTech A has 3,139 heads."""
SMALLEST_PX: Final = 1.0
"""Of a box's sides: below it there is nothing to learn from."""


class LabelClass(StrEnum):
    """What is there. The order is that of our models' classes."""

    PERSON = "person"
    HEAD = "head"

    @property
    def number(self) -> int:
        """The class number in YOLO files."""
        return LABEL_CLASSES.index(self)


LABEL_CLASSES: Final = tuple(LabelClass)


class LabelSource(StrEnum):
    """Who says so."""

    MODEL = "model"
    PERSON = "person"


def _rounded(value: float) -> float:
    return round(value, DECIMALS) + 0.0  # never -0.0


Pixels = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False), AfterValidator(_rounded)]


class BadLabels(BadInput):
    """Labels that cannot be; nothing of what they came with was kept. The message names each, up to a number.

    Attributes:
        problems: all of them, a line each: where, and what would be right.
    """

    SHOWN: Final = 20

    def __init__(self, problems: Sequence[str]) -> None:
        more = len(problems) - self.SHOWN
        super().__init__("\n".join([*problems[: self.SHOWN], *([f"and {more} more"] if more > 0 else [])]))
        self.problems = tuple(problems)


class _Label(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, json_schema_serialization_defaults_required=True
    )

    name: LabelClass
    score: float | None = Field(default=None, ge=0, le=1)
    """How sure the model was; ``None`` where a person says so."""
    source: LabelSource = LabelSource.PERSON


class BoxLabel(_Label):
    """Somebody, or a head, by a box; pixels."""

    shape: Literal["box"] = "box"
    left: Pixels
    top: Pixels
    right: Pixels
    bottom: Pixels

    def problem(self, width: int, height: int) -> str | None:
        """What is wrong with it in a picture of that size; ``None``: nothing."""
        if self.right - self.left < SMALLEST_PX - GRAIN / 2:
            return f"right ({self.right:g}) must be at least {SMALLEST_PX:g} px beyond left ({self.left:g})"
        if self.bottom - self.top < SMALLEST_PX - GRAIN / 2:
            return f"bottom ({self.bottom:g}) must be at least {SMALLEST_PX:g} px below top ({self.top:g})"
        if self.left < 0 or self.top < 0 or self.right > width or self.bottom > height:
            corners = f"{self.left:g}, {self.top:g} to {self.right:g}, {self.bottom:g}"
            return f"the box {corners} reaches out of the {width}x{height} picture"
        return None


class PointLabel(_Label):
    """A head by its middle; pixels."""

    shape: Literal["point"] = "point"
    name: LabelClass = LabelClass.HEAD
    x: Pixels
    y: Pixels

    def problem(self, width: int, height: int) -> str | None:
        """What is wrong with it in a picture of that size; ``None``: nothing."""
        if self.name is not LabelClass.HEAD:
            return f"a point marks the middle of a head, not a {self.name}"
        if not (0 <= self.x <= width and 0 <= self.y <= height):
            return f"the point {self.x:g}, {self.y:g} lies outside the {width}x{height} picture"
        return None


Label: TypeAlias = Annotated[BoxLabel | PointLabel, Field(discriminator="shape")]


class LabelState(StrEnum):
    """How far a picture has come."""

    UNLABELLED = "unlabelled"
    PRELABELLED = "prelabelled"
    """A model's boxes are there, and nobody has looked at them."""
    IN_REVIEW = "in_review"
    """Somebody has changed them; they are not accepted yet."""
    ACCEPTED = "accepted"
    """Good to be trained on and measured against."""
    REJECTED = "rejected"
    """Not to be used: the picture shows nothing, or cannot be labelled."""


def problems_of(labels: Sequence[BoxLabel | PointLabel], width: int, height: int) -> list[str]:
    """What is wrong with the labels of one picture, a line for each bad one.

    Args:
        labels: in any order.
        width: of the picture, pixels.
        height: likewise.
    """
    found, first = [], dict[tuple[object, ...], int]()
    for place, label in enumerate(labels):
        problem, same = label.problem(width, height), first.setdefault(place_of(label), place)
        if problem is None and same != place:
            problem = f"says the same as labels.{same}"
        if problem is not None:
            found.append(f"labels.{place} ({label.name} {label.shape}): {problem}")
    if len(labels) > MOST_LABELS:
        found.append(f"labels: {len(labels)} in one picture; at most {MOST_LABELS}")
    return found


def refuse_bad(labels: Sequence[BoxLabel | PointLabel], width: int, height: int) -> None:
    """Let good labels pass.

    Raises:
        BadLabels: one or more cannot be; each is named.
    """
    if problems := problems_of(labels, width, height):
        raise BadLabels(problems)


def place_of(label: BoxLabel | PointLabel) -> tuple[object, ...]:
    """What a label says, whoever says it: for comparing and sorting."""
    if isinstance(label, BoxLabel):
        return ("box", label.name.number, label.left, label.top, label.right, label.bottom)
    return ("point", label.name.number, label.x, label.y)
