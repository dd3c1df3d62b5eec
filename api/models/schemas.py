"""Models as they are told, and what may be decided about them."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from domain.rollout import DISAGREEMENT, SHADOW_SHARE, ModelRef, ShadowReport, label_of
from domain.units import Slug

MOST_LISTED: Final = 500

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
"""For whoever reads the record."""
Share = Annotated[float, Field(gt=0, le=1)]


class Evaluation(BaseModel):
    """How well a version counted pictures whose truth is known.

    Attributes:
        truth: what it was evaluated on.
        truth_sha256: equal where two versions were asked the same.
        count_mae: mean absolute error of the count, people a picture.
    """

    model_config = ConfigDict(frozen=True)

    truth: str
    truth_sha256: str
    frames: int
    count_mae: float
    metrics: dict[str, Any]
    evaluated_at: datetime
    evaluated_by: str


class Version(BaseModel):
    """A version that this venue may run.

    Attributes:
        sha256: of its ``model.yaml``, which holds the hashes of its files.
        location: its folder, below the folder of registered models.
        run_id: the run in MLflow that made it; ``None``: it came from elsewhere.
        metrics: as they were given when it was registered.
        evaluations: the newest of each truth.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    version: int
    sha256: str
    location: str
    title: str
    licence: str
    run_id: str | None
    metrics: dict[str, Any]
    registered_at: datetime
    registered_by: str
    evaluations: list[Evaluation] = []

    @property
    def ref(self) -> ModelRef:
        """What workers are told."""
        return ModelRef(name=self.name, version=self.version, sha256=self.sha256, where=self.location)

    @property
    def label(self) -> str:
        """As readings and people name it."""
        return label_of(self.name, self.version)


class VersionInFull(Version):
    """A version with its card.

    Attributes:
        card: the model card, Markdown; empty where there is none.
        against_promotion: what speaks against making it champion now; ``None``: nothing.
    """

    card: str
    against_promotion: str | None


class Placed(BaseModel):
    """A version in its place."""

    model_config = ConfigDict(frozen=True)

    name: str
    version: int


class Models(BaseModel):
    """What a venue's workers are to run, and what they could.

    Attributes:
        revision: grows with each decision; 0: nothing was ever decided.
        champion: what counts; ``None``: the model that is built in.
        before: what a rollback would go back to, if ``can_roll_back``; ``None``: the model that is built in.
        challenger: what runs beside; ``None``: nothing.
        allowed_disagreement: of the champion with the model before it, while on trial.
        doors_open: the phase of the event that is on; ``None``: promotion is not held up by one.
        built_in: how well the built-in model counted, the newest of each truth.
        versions: newest first.
    """

    model_config = ConfigDict(frozen=True)

    revision: int
    decided_at: datetime | None
    champion: Placed | None
    before: Placed | None
    can_roll_back: bool
    challenger: Placed | None
    shadow_share: float
    allowed_disagreement: float
    doors_open: str | None
    built_in: list[Evaluation]
    versions: list[Version]


class ModelChange(BaseModel):
    """A decision, and who took it why.

    Attributes:
        name: what was promoted, made challenger or gone back to; of ``rolled_back``, what failed.
        was_name: what was in that place before.
        despite: what spoke against a promotion that was forced.
    """

    model_config = ConfigDict(frozen=True)

    change_id: int
    change: str
    name: str | None
    version: int | None
    was_name: str | None
    was_version: int | None
    shadow_share: float | None
    allowed_disagreement: float | None
    forced: bool
    reason: str
    despite: str | None
    revision: int
    actor: str
    created_at: datetime


class Event(BaseModel):
    """What became of a model in one worker."""

    model_config = ConfigDict(frozen=True)

    event_id: UUID
    worker: str
    change: str
    model: str
    previous: str | None
    revision: int
    words: str
    at: datetime


class Decision(BaseModel):
    """What every decision carries.

    Attributes:
        reason: why, for the record.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Why


class Promote(Decision):
    """Make a version champion.

    Attributes:
        force: whatever speaks against it; the record says what did.
        allowed_disagreement: on trial, with the model before it; 1: whatever it counts.
    """

    name: Slug
    version: int = Field(ge=1)
    force: bool = False
    allowed_disagreement: Share = DISAGREEMENT


class Challenge(Decision):
    """Have a version run beside the champion.

    Attributes:
        shadow_share: of the frames that are looked at, at most.
    """

    name: Slug
    version: int = Field(ge=1)
    shadow_share: Share = SHADOW_SHARE


class RollBack(Decision):
    """Go back to the champion before."""


class Withdraw(Decision):
    """Have nothing run beside the champion."""


Shadows = list[ShadowReport]
