"""What a scanner says, and what it is told."""

from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from domain.units import Slug, UtcDatetime

MAX_SCANS: Final = 500
"""A scanner that was offline for an hour at a busy gate has about 1,000 to tell."""


class NewScan(BaseModel):
    """One scanned ticket.

    Attributes:
        scan_id: the scanner's own key of this scan: sent again with the same one, it counts once. Two scanners must not
            make the same keys, so a serial number or a UUID belongs in it.
        people: how many came with the ticket.
        captured_at: when it was scanned, with its offset; without it, now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    scan_id: str = Field(min_length=1, max_length=120, pattern=r"^[!-~]+$")
    gate_id: Slug
    direction: Literal["in", "out"]
    people: int = Field(default=1, gt=0, le=50)
    captured_at: UtcDatetime | None = None


class NewScans(BaseModel):
    """Scans to be told, oldest first. All of them are taken or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scans: list[NewScan] = Field(min_length=1, max_length=MAX_SCANS)


ScanStatus = Literal["new", "known", "conflict"]


class TakenScan(BaseModel):
    """What became of one scan.

    Attributes:
        status: ``new``: it counts from now on. ``known``: it was told before, and counts once. ``conflict``: its key
            belongs to another scan, and this one does not count; tell it again with a key of its own.
    """

    scan_id: str
    status: ScanStatus


class TakenScans(BaseModel):
    """What became of each scan, in the order they came in."""

    venue_id: str
    new: int
    known: int
    conflicts: int
    scans: list[TakenScan]
