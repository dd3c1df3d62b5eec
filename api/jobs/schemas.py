"""What may be asked for, and how a job stands."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.units import Slug

MAX_JOBS: Final = 500
LONGEST_WAIT_S: Final = 25.0
"""Proxies between give up after 30 s or 60 s of silence."""


class Kind(StrEnum):
    """What a job does."""

    ANALYSE = "analyse"
    EVALUATE = "evaluate"
    EXPORT = "export"
    TRAIN = "train"


class JobState(StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class Queue(StrEnum):
    """Where workers listen: for work on a processor, and for work that wants a GPU."""

    CPU = "cpu"
    GPU = "gpu"


TIME_LIMITS_S: Final = {Kind.ANALYSE: 21_600, Kind.EVALUATE: 21_600, Kind.EXPORT: 7_200, Kind.TRAIN: 259_200}
"""What an attempt may take where nobody says otherwise: six hours of footage at real time, three days of training."""
LONGEST_S: Final = 604_800

_ROOTS: Final = ("recordings", "training", "assets")
_PART: Final = re.compile(r"[^\x00-\x1f\\/:]+")


def _place(text: str) -> str:
    """A file as a job may name one: never a path of the machine's own, never upward."""
    if text.startswith("asset:") and re.fullmatch(r"[A-Za-z0-9._-]+", text.removeprefix("asset:")):
        return text
    root, *parts = text.split("/")
    if root not in _ROOTS or not parts or any(part in (".", "..") or not _PART.fullmatch(part) for part in parts):
        roots = ", ".join(f"{name}/…" for name in _ROOTS)
        raise ValueError(f"{text!r} is not a file that a job may use; expected asset:NAME, {roots}")
    return text


def _footage(text: str) -> str:
    """Footage that everybody who may ask for an analysis may name."""
    if _place(text).startswith(("asset:", "recordings/")):
        return text
    raise ValueError(f"{text!r} is not footage of this venue; expected recordings/… or asset:NAME")


def _model(text: str) -> str:
    """A model of the table, or one that was made here."""
    return text if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", text) else _place(text)


_Short = StringConstraints(min_length=1, max_length=500)
Place = Annotated[str, _Short, AfterValidator(_place)]
Footage = Annotated[str, _Short, AfterValidator(_footage)]
Model = Annotated[str, _Short, AfterValidator(_model)]


class _Parameters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Analyse(_Parameters):
    """Count people in recorded footage.

    Attributes:
        source: ``recordings/FILE`` of the venue, or ``asset:NAME``.
        camera_id: count in this camera's zones; ``None``: in the whole picture.
        model: a detector's name; ``None``: the default.
        density: a live density model's name, or ``none``.
        budgeted: look at a frame only where a prediction would not do: faster, somewhat less exact.
    """

    source: Footage
    camera_id: Slug | None = None
    model: Model | None = None
    density: Slug | None = None
    budgeted: bool = False


class Evaluate(_Parameters):
    """Compare counts with a truth that is known.

    Attributes:
        source: footage or a folder of pictures.
        truth: a MOTChallenge ``gt.txt``, or ``counts.json`` or a folder of ``.mat`` files for stills.
        region: ``x1,y1,x2,y2,…`` in pixels, for videos.
    """

    source: Place
    truth: Place
    model: Model | None = None
    density: Slug | None = None
    region: Annotated[str, StringConstraints(pattern=r"^-?[\d.]+(,-?[\d.]+){5,}$", max_length=2_000)] | None = None


class Export(_Parameters):
    """Turn a checkpoint into what detectors read.

    Attributes:
        weights: a YOLOv8 checkpoint, ``training/FILE.pt``.
        quantise: make 8-bit integers of it too, kept only where they count as well on ``footage``.
        footage: a video to count in; ``truth`` says who is in it.
        calibrate: footage whose frames show what the network will meet; left out, ``footage``.
        density: weights of a density branch on the detector's trunk; ``None``: boxes alone.
        register_as: a model's name, of which the result becomes a version that may be made challenger.
    """

    weights: Place
    density: Place | None = None
    register_as: Slug | None = None
    quantise: bool = False
    footage: Place | None = None
    truth: Place | None = None
    calibrate: tuple[Place, ...] = Field(default=(), max_length=20)

    @model_validator(mode="after")
    def _quantising_needs_a_truth(self) -> "Export":
        if self.quantise and (self.footage is None or self.truth is None):
            raise ValueError("quantise needs footage and truth: 8-bit integers are kept only if they count as well")
        return self


class Train(_Parameters):
    """Train a model by one of the stages that ``configs/jobs.yaml`` names.

    Attributes:
        stage: its name there.
        config: parameters of the form of ``configs/training.yaml``; ``None``, like all that follow: as that says.
        dataset: the folder of a dataset that is learned from; ``None``: the configured sets are prepared.
        base: the ``.pt`` checkpoint that it begins as.
        epochs: of the boxes; 0: they stay those of the base.
        steps: of the density map.
        seed: of everything that is drawn.
        register_as: a model's name, of which the result becomes a version that may be made challenger.
    """

    stage: Slug = "train"
    config: Place | None = None
    dataset: Place | None = None
    base: Place | None = None
    epochs: int | None = Field(default=None, ge=0, le=10_000)
    steps: int | None = Field(default=None, ge=1, le=1_000_000)
    seed: int | None = Field(default=None, ge=0, le=2**31 - 1)
    register_as: Slug | None = None


class _NewJob(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    queue: Queue | None = None
    limit_s: int | None = Field(default=None, ge=1, le=LONGEST_S)
    idempotency_key: str | None = Field(default=None, min_length=1, max_length=120, pattern=r"^[!-~]+$")


class NewAnalysis(_NewJob):
    """Ask for recorded footage to be counted."""

    kind: Literal["analyse"]
    parameters: Analyse


class NewEvaluation(_NewJob):
    """Ask how right the counts are."""

    kind: Literal["evaluate"]
    parameters: Evaluate


class NewExport(_NewJob):
    """Ask for a checkpoint to be exported."""

    kind: Literal["export"]
    parameters: Export


class NewTraining(_NewJob):
    """Ask for a model to be trained."""

    kind: Literal["train"]
    parameters: Train = Train()


NewJob = Annotated[NewAnalysis | NewEvaluation | NewExport | NewTraining, Field(discriminator="kind")]
"""A job that is asked for.

``queue``: ``None`` leaves the choice to the kind and to the workers there are. ``limit_s``: seconds that an attempt may
take. ``idempotency_key``: the asker's own; asked again with the same one, it is one job.
"""


class Artefact(BaseModel):
    """A whole file that a job made.

    Attributes:
        name: within the job, such as ``counts.jsonl``.
        path: relative to the folder of jobs.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    path: str
    sha256: str
    bytes: int


class Job(BaseModel):
    """A job as it stands.

    Attributes:
        queue: where it was last sent.
        sent_at: when a worker was last told of it; ``None``: the broker was away, it is sent when that is back.
        attempt: how often it was begun.
        lost: attempts whose worker was not heard any more.
        worker: who does it, or did it last.
        heartbeat_at: when that was last heard.
        progress: share that is done, 0 to 1; ``None``: not known, which is not 0.
        words: what is being done.
        error: why it failed.
        revision: grows with each change; ask with ``after`` to wait for the next.
    """

    model_config = ConfigDict(frozen=True)

    job_id: UUID
    venue_id: str
    kind: Kind
    parameters: dict[str, Any]
    wish: Literal["any", "cpu", "gpu"]
    limit_s: int
    created_by: UUID | None
    actor: str
    created_at: datetime
    state: JobState
    queue: Queue | None
    sent_at: datetime | None
    attempt: int
    lost: int
    worker: str | None
    heartbeat_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    cancel_asked_at: datetime | None
    progress: float | None
    words: str | None
    error: str | None
    artefacts: list[Artefact]
    revision: int


class Jobs(BaseModel):
    """A venue's jobs, newest first.

    Attributes:
        truncated: whether older ones were left out because of the limit.
    """

    venue_id: str
    truncated: bool
    jobs: list[Job]


class JobChange(BaseModel):
    """One thing that happened to a job, and by whom."""

    change: Literal["asked", "started", "lost", "given_back", "cancel_asked", "succeeded", "failed", "cancelled"]
    attempt: int
    actor: str
    at: datetime
    note: str | None


class JobStory(BaseModel):
    """What happened to a job, oldest first."""

    job: Job
    changes: list[JobChange]
