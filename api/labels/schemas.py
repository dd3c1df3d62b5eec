"""Captures and their labels, as people ask for them and change them."""

from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from domain.captures import CapturePolicy, Reason
from domain.errors import BadInput
from domain.labels import MOST_LABELS, Label, LabelState
from domain.units import Slug, UtcDatetime

MAX_CAPTURES: Final = 500
MAX_LEDGER: Final = 1_000
MOST_PURGED: Final = 5_000
"""At once: their files are deleted before anything is answered."""
LONGEST_NOTE: Final = 2_000


class LabelFormat(StrEnum):
    """What label tools read and write."""

    YOLO = "yolo"
    """A zip: pictures, a text file of boxes for each, and their classes. Points are not in it."""
    COCO = "coco"
    """One JSON document without pictures; points are keypoints in it."""


class CaptureSummary(BaseModel):
    """A kept frame.

    Attributes:
        uncertainty: how much there is to learn from it, 0..1.
        revision: of its labels; say it with each change.
        labels: how many it has.
        keep_until: when it is deleted at the latest.
    """

    model_config = ConfigDict(frozen=True)

    capture_id: UUID
    camera_id: str
    captured_at: datetime
    width: int
    height: int
    size_bytes: int
    policy: CapturePolicy
    keep_until: datetime
    model: str
    count: float
    count_low: float
    count_high: float
    uncertainty: float
    reasons: list[Reason]
    state: LabelState
    revision: int
    labels: int


class Captures(BaseModel):
    """A part of the queue.

    Attributes:
        total: how many there are in all of those asked for.
    """

    venue_id: str
    total: int
    captures: list[CaptureSummary]


class LabelChange(BaseModel):
    """Who changed labels, and what they were from then on; ``None``: left as they were."""

    model_config = ConfigDict(frozen=True)

    revision: int
    action: Literal["saved", "imported", "accepted", "rejected"]
    note: str | None
    labels: list[dict[str, Any]] | None
    user_id: UUID
    actor: str
    at: datetime


class CaptureStory(BaseModel):
    """A capture with its labels and all that was done to them, oldest first."""

    capture: CaptureSummary
    labels: list[Label]
    changes: list[LabelChange]


class _Change(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    revision: int = Field(ge=1)
    """Of the labels that were looked at; where others were saved since, nothing is changed."""
    note: str | None = Field(default=None, min_length=1, max_length=LONGEST_NOTE)


class NewLabels(_Change):
    """All labels of a capture, in place of those before."""

    labels: list[Label] = Field(max_length=MOST_LABELS)


class Verdict(_Change):
    """A capture is good to be used, or is not."""


class BadQuestion(BadInput):
    """What was asked for contradicts itself."""


class PurgeQuestion(BaseModel):
    """Which captures are to be deleted, and why: by their ids, or a camera's of a span of time.

    Attributes:
        note: why; it stands in the ledger.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    note: str = Field(min_length=3, max_length=LONGEST_NOTE)
    capture_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST_PURGED)
    camera_id: Slug | None = None
    since: UtcDatetime | None = None
    until: UtcDatetime | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        span = (self.since, self.until)
        if self.capture_ids is not None:
            if any(part is not None for part in (self.camera_id, *span)):
                raise BadQuestion("name capture_ids, or since and until, not both")
        elif self.since is None or self.until is None:
            raise BadQuestion("name capture_ids, or since and until")
        elif self.since >= self.until:
            raise BadQuestion(f"since ({self.since.isoformat()}) must be before until ({self.until.isoformat()})")
        return self


class Purged(BaseModel):
    """What was deleted: pictures, labels and rows; the ledger keeps that they were."""

    purged: int
    capture_ids: list[UUID]


class LedgerEntry(BaseModel):
    """A frame was kept, or it was deleted.

    Attributes:
        why: ``retention`` or ``request``; ``None`` where it was kept.
        actor: who: a worker, the retention, or a person's address.
    """

    model_config = ConfigDict(frozen=True)

    entry_id: int
    event: Literal["kept", "purged"]
    capture_id: UUID
    camera_id: str
    captured_at: datetime
    sha256: str
    policy: CapturePolicy
    consent_reference: str | None
    keep_until: datetime
    why: Literal["retention", "request"] | None
    note: str | None
    user_id: UUID | None
    actor: str
    at: datetime


class Ledger(BaseModel):
    """The ledger, newest first."""

    venue_id: str
    entries: list[LedgerEntry]


class LabelStats(BaseModel):
    """How far the labelling is.

    Attributes:
        capture: what the venue's file allows; ``None``: it was never installed.
        states: captures by state; every state is named.
        reasons: captures by reason, those not rejected.
        cameras: captures by camera.
        labels: labels of accepted captures, by class.
        size_bytes: of all pictures.
        purged: captures that were deleted, ever.
    """

    venue_id: str
    capture: CapturePolicy | None
    retention_days: int | None
    states: dict[LabelState, int]
    reasons: dict[Reason, int]
    cameras: dict[str, int]
    labels: dict[str, int]
    size_bytes: int
    purged: int


class Imported(BaseModel):
    """What an import changed.

    Attributes:
        changed: captures whose labels are others now.
        unchanged: captures whose labels were the same already.
        accepted: whether all of them are accepted now.
    """

    changed: list[UUID]
    unchanged: list[UUID]
    labels: int
    accepted: bool
