"""Frames of live cameras that are kept to learn from: by whose leave, for what reason, for how long.

Nothing is kept unless the venue's file says so. What is kept shows people blurred, or people who agreed in writing.
"""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.errors import BadVenue
from domain.labels import BoxLabel
from domain.messages import Message, State
from domain.units import Slug, UtcDatetime

CAPTURES_FOLDER: Final = "captures"
"""In the data folder."""
MOST_BOXES: Final = 1_000
"""Pre-labels told of one frame: the most confident ones."""
AROUND_S: Final = 30.0
"""A frame captured so close to a moment that people asked about belongs to it."""

CaptureFile = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}/[a-z0-9][a-z0-9-]{0,62}/\d{8}/[0-9a-f]{32}\.jpg$")
]
"""``venue/camera/day/id.jpg`` below the folder of captures: nothing in it can lead out of that folder."""


class CapturePolicy(StrEnum):
    """By whose leave frames are kept."""

    OFF = "off"
    BLURRED = "blurred"
    """People are made unrecognisable before anything is written."""
    CONSENTED = "consented"
    """People agreed in writing; pictures are kept as they are."""


class Reason(StrEnum):
    """Why a frame is worth a label."""

    LOW_MARGIN = "low_margin"
    """Many boxes near the score that decides whether they count."""
    FLICKER = "flicker"
    """Boxes that come and go from look to look, tracks that are lost and begin again."""
    WIDE_INTERVAL = "wide_interval"
    """The count's 90 % interval is wide beside the count."""
    DISAGREEMENT = "disagreement"
    """Champion and challenger count differently."""
    ALERT_DISMISSED = "alert_dismissed"
    """People called an alert of this moment false."""


class LearningConfig(BaseModel):
    """What a venue allows to be kept of its live pictures, and how much of it.

    Attributes:
        capture: ``off`` unless the venue's file says otherwise.
        consent_reference: where the written consent is found; needed for ``consented``, and only there.
        retention_days: after so many days a frame is deleted, labelled or not.
        per_hour: frames of one camera within any hour, at most.
        per_day: the same within any 24 hours.
        spacing_s: between two frames of one camera, at least.
        storage_mb: of all cameras together; when it is full nothing more is kept.
        cameras: which; ``None``: all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    capture: CapturePolicy = CapturePolicy.OFF
    consent_reference: str | None = Field(default=None, min_length=3, max_length=200)
    retention_days: int = Field(default=30, ge=1, le=365)
    per_hour: int = Field(default=6, ge=1, le=60)
    per_day: int = Field(default=40, ge=1, le=500)
    spacing_s: float = Field(default=60.0, ge=1, le=3600)
    storage_mb: int = Field(default=500, ge=1, le=100_000)
    cameras: tuple[Slug, ...] | None = None

    @model_validator(mode="after")
    def _consent_is_written(self) -> Self:
        consented = self.capture is CapturePolicy.CONSENTED
        if consented and not (self.consent_reference or "").strip():
            raise BadVenue("capture: consented needs consent_reference: where the people's written consent is found")
        if not consented and self.consent_reference is not None:
            raise BadVenue(f"consent_reference belongs to capture: consented, not to {self.capture}")
        if self.per_day < self.per_hour:
            raise BadVenue(f"per_day ({self.per_day}) must be at least per_hour ({self.per_hour})")
        return self

    def keeps(self, camera_id: str) -> bool:
        """Whether frames of this camera may be kept."""
        return self.capture is not CapturePolicy.OFF and (self.cameras is None or camera_id in self.cameras)


class Capture(Message):
    """A frame was kept, with what the model made of it. ``captured_at`` is the frame's."""

    kind: Literal["capture"] = "capture"
    capture_id: UUID
    camera_id: Slug
    file: CaptureFile
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    """Of the file."""
    width: int = Field(gt=0, le=65_536)
    """Of the picture as it was kept, pixels."""
    height: int = Field(gt=0, le=65_536)
    size_bytes: int = Field(gt=0)
    policy: CapturePolicy
    consent_reference: str | None = None
    keep_until: UtcDatetime
    """When it is deleted at the latest."""
    model: str = Field(min_length=1, max_length=200)
    count: float = Field(ge=0)
    """People in the whole picture, as the model has it."""
    count_low: float = Field(ge=0)
    count_high: float = Field(ge=0)
    uncertainty: float = Field(ge=0, le=1)
    """How much there is to learn from it; the queue's order."""
    reasons: tuple[Reason, ...] = Field(min_length=1)
    boxes: tuple[BoxLabel, ...] = Field(default=(), max_length=MOST_BOXES)
    """What the model found, in pixels of the kept picture, weak ones included."""

    @model_validator(mode="after")
    def _allowed(self) -> Self:
        if self.state is not State.OK:
            raise ValueError(f"only a frame that was seen is kept; this one is {self.state}")
        if self.policy is CapturePolicy.OFF:
            raise ValueError("a frame is kept by a policy that allows it")
        if (self.policy is CapturePolicy.CONSENTED) != (self.consent_reference is not None):
            raise ValueError("a frame has a consent_reference exactly when it was kept with consent")
        if not self.file.startswith(f"{self.venue_id}/{self.camera_id}/"):
            raise ValueError(f"file {self.file!r} is not of {self.venue_id}/{self.camera_id}")
        if len(set(self.reasons)) != len(self.reasons):
            raise ValueError("a reason is told once")
        return self


class Sidecar(BaseModel):
    """What stands beside a kept picture, in a file of its name that ends in ``.json``.

    Attributes:
        capture: what was told of it.
        likeness: the picture's hash, hexadecimal.
        asked: people asked for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    capture: Capture
    likeness: str = Field(pattern=r"^[0-9a-f]{1,192}$")
    asked: bool = False


class CaptureRequest(Message):
    """People want the frames around a moment (``captured_at``) of a camera to be labelled."""

    kind: Literal["capture_request"] = "capture_request"
    camera_id: Slug
    reason: Reason = Reason.ALERT_DISMISSED
    around_s: float = Field(default=AROUND_S, gt=0, le=600)
