"""Scans from a scanner to the bus. Nothing here waits until one is stored: the recorder does that."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from api.access.tokens import LEEWAY_S, Identity
from api.errors import NotAllowed
from api.scans import repository
from api.scans.repository import Told
from api.scans.scanners import Permit, Scanners
from api.scans.schemas import NewScan, TakenScan, TakenScans
from api.venues.service import no_such_venue
from domain.errors import BadInput
from domain.floor import Scan
from domain.messages import State

log = structlog.get_logger()

AHEAD: Final = timedelta(seconds=LEEWAY_S)
"""A scan from the future would put the estimate's own time forward, and all that comes after it would come late."""


class BadScan(BadInput):
    """A scan that cannot be taken; nothing of its batch was."""


async def take_scans(
    scanners: Scanners, redis: Redis, user: Identity, venue_id: str, scans: Sequence[NewScan]
) -> TakenScans:
    """Take scans, all or none; each counts once, whenever it is told again.

    Raises:
        NotVisible: no such venue for this user.
        NotAllowed: their role may only look.
        BadScan: one names a gate that the venue has not, or a time that cannot be; the message says which and why.
        Unavailable: the database does not answer, and the user was not let in during the last minutes.
        RedisError: Redis does not answer; all may be told again.
    """
    await _refuse_what_cannot_be(scanners, user, venue_id, scans)
    now = datetime.now(UTC)
    for place, scan in enumerate(scans):
        _refuse_other_times(place, scan, now)
    statuses = await repository.tell(redis, venue_id, [_told(venue_id, scan, now) for scan in scans])
    taken = [TakenScan(scan_id=scan.scan_id, status=status) for scan, status in zip(scans, statuses, strict=True)]
    if "conflict" in statuses:
        log.warning("scans share a key with others", venue=venue_id, scans=statuses.count("conflict"))
    return TakenScans(
        venue_id=venue_id,
        new=statuses.count("new"),
        known=statuses.count("known"),
        conflicts=statuses.count("conflict"),
        scans=taken,
    )


async def _refuse_what_cannot_be(scanners: Scanners, user: Identity, venue_id: str, scans: Sequence[NewScan]) -> None:
    permit = _let_in(await scanners.permit(user, venue_id), venue_id)
    if any(scan.gate_id not in permit.gates for scan in scans):  # it may have been installed a moment ago
        permit = _let_in(await scanners.permit(user, venue_id, anew=True), venue_id)
    for place, scan in enumerate(scans):
        if scan.gate_id not in permit.gates:
            raise BadScan(
                f"scans.{place} ({scan.scan_id!r}): venue {venue_id!r} has no gate {scan.gate_id!r}; "
                + (f"it has {', '.join(permit.gates)}" if permit.gates else "its file names none")
            )


def _let_in(permit: Permit, venue_id: str) -> Permit:
    if not permit.member:
        raise no_such_venue(venue_id)
    if not permit.allowed:
        raise NotAllowed("you may not tell of scans: that takes the role of staff, security or admin")
    return permit


def _refuse_other_times(place: int, scan: NewScan, now: datetime) -> None:
    if scan.captured_at is None:
        return
    what = f"scans.{place} ({scan.scan_id!r}): captured_at {scan.captured_at.isoformat()}"
    if scan.captured_at - now > AHEAD:
        ahead_s = (scan.captured_at - now).total_seconds()
        raise BadScan(f"{what} is {ahead_s:.0f} s ahead; set the scanner's clock, or leave captured_at out")
    if now - scan.captured_at > repository.REMEMBERED:
        days = repository.REMEMBERED.days
        raise BadScan(f"{what} is more than {days} days ago: whether it was told before is not known any more")


def _told(venue_id: str, scan: NewScan, now: datetime) -> Told:
    message = Scan(
        venue_id=venue_id,
        captured_at=scan.captured_at or now,
        state=State.OK,
        scan_id=scan.scan_id,
        gate_id=scan.gate_id,
        direction=scan.direction,
        people=scan.people,
    )
    at = scan.captured_at.isoformat() if scan.captured_at else ""
    return Told(message, f"{scan.gate_id}|{scan.direction}|{scan.people}|{at}")
