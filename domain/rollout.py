"""Which model a venue's workers run, how a change of it went, and how its challenger compares.

A version of a model is a folder of files that never changes; :class:`ModelRef` names it and pins its bytes.
"""

from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.messages import Message
from domain.units import Slug, UtcDatetime

MODELS_FOLDER: Final = "models/registered"
"""Below the data folder: a folder for each version, ``NAME/VERSION``."""
BUILT_IN: Final = "the built-in model"
"""What runs where no version is champion: the default of ``configs/models.yaml``."""
SHADOW_SHARE: Final = 0.1
"""Share of the frames that are looked at which the challenger looks at too, unless somebody says otherwise."""
DISAGREEMENT: Final = 0.5
"""How much two models' counts may differ: the sum of their differences, as a share of the sum of the larger ones. Half:
one of them sees less than half of the people that the other sees."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelRef(BaseModel):
    """A version of a model.

    Attributes:
        sha256: of its ``model.yaml``, which holds the hashes of all its other files.
        where: its folder, below the folder of models; absolute where it lies on a share.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Slug
    version: int = Field(ge=1)
    sha256: Sha256
    where: str = Field(min_length=1, max_length=1000)

    @property
    def label(self) -> str:
        """As readings and people name it: ``crowd-n@3``."""
        return label_of(self.name, self.version)


def label_of(name: str, version: int) -> str:
    """A version as readings and people name it: ``crowd-n@3``."""
    return f"{name}@{version}"


class ModelAliases(Message):
    """The models that a venue's workers are to run. ``captured_at`` is when that was decided.

    A worker takes the newest ``revision`` it has heard of; told again, it changes nothing.
    """

    kind: Literal["model_aliases"] = "model_aliases"
    revision: int = Field(ge=0)
    """Grows with each decision."""
    champion: ModelRef | None = None
    """What counts; ``None``: the model that is built in."""
    champion_revision: int = Field(default=0, ge=0)
    """The decision that made it champion: a version that failed is tried again only when it is promoted again."""
    allowed_disagreement: float = Field(default=DISAGREEMENT, gt=0, le=1)
    """With the model before it, while the champion is on trial; 1: whatever it counts."""
    challenger: ModelRef | None = None
    """What runs beside it on a share of the frames, and is compared; ``None``: nothing does."""
    shadow_share: float = Field(default=SHADOW_SHARE, gt=0, le=1)
    """Of the frames that are looked at, at most; less where the detector is busy."""

    @model_validator(mode="after")
    def _two_models(self) -> Self:
        if self.champion is not None and self.champion == self.challenger:
            raise ValueError(f"{self.champion.label} cannot challenge itself")
        return self


class RolloutEvent(Message):
    """What became of a model in one worker."""

    kind: Literal["rollout_event"] = "rollout_event"
    event_id: UUID
    worker: str = Field(min_length=1, max_length=200)
    """Host and process."""
    change: Literal["started", "swapped", "kept", "rolled_back", "refused", "shadowed", "shadow_ended"]
    """``started``: the worker came up with it. ``swapped``: it counts from now on. ``kept``: its trial is over, and it
    stays. ``rolled_back``: it failed its trial, and ``previous`` counts again. ``refused``: it could not be
    used, and nothing changed. ``shadowed``, ``shadow_ended``: it runs beside the champion; it no longer does."""
    model: str
    """``name@version``, or the name of the model that is built in."""
    version_of: ModelRef | None = None
    """The version, where it is one."""
    previous: str | None = None
    """What counted before."""
    revision: int = Field(ge=0)
    """The decision it comes from."""
    words: str = Field(max_length=2000)
    """What happened and why, for people."""


class ShadowCamera(BaseModel):
    """How two models compare on one camera, over the frames that both looked at. Counts are of single frames."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    camera_id: Slug
    frames: int = Field(ge=1)
    champion_mean: float = Field(ge=0)
    """People a frame."""
    challenger_mean: float = Field(ge=0)
    bias: float
    """Mean of challenger less champion, people."""
    mae: float = Field(ge=0)
    """Mean absolute difference, people. Not an error: nobody knows the truth here."""
    interval_overlap: float = Field(ge=0, le=1)
    """Share of frames whose 90 % intervals share a number."""


class ShadowReport(Message):
    """How the challenger compares with the champion in one worker, over all frames since ``since``."""

    kind: Literal["shadow_report"] = "shadow_report"
    worker: str = Field(min_length=1, max_length=200)
    champion: str
    challenger: str
    challenger_version: ModelRef | None = None
    """The version that is judged; ``None``: the champion is on trial, and the model before it is built in."""
    since: UtcDatetime
    """Of the first frame that was compared."""
    cameras: tuple[ShadowCamera, ...] = Field(min_length=1)
    champion_p95_ms: float | None = Field(default=None, ge=0)
    """A picture's time in the detector; ``None``: too few looks to tell."""
    challenger_p95_ms: float | None = Field(default=None, ge=0)
    skipped: int = Field(default=0, ge=0)
    """Frames that were due and not compared, because the detector had enough to do."""
