"""When a number that was true stops being known."""

from datetime import datetime, timedelta
from typing import Final

from domain.floor import Occupancy, Positions
from domain.messages import CameraHealth, Message, State, ZoneReading

STALE_AFTER: Final = timedelta(seconds=4)
"""A reading is named by the start of its second, so the newest is 1 to 2.4 s old: at 4 s two are missing."""
BLIND_AFTER: Final = timedelta(seconds=10)
"""Nobody should act on a number ten seconds old: a crowd moves more than ten metres in that time."""


def state_by_age(captured_at: datetime, now: datetime) -> State:
    """``ok``, ``stale`` or ``blind`` by the age of the newest frame or reading alone."""
    age = now - captured_at
    if age <= STALE_AFTER:
        return State.OK
    return State.STALE if age <= BLIND_AFTER else State.BLIND


def _worsened(message: Message, now: datetime) -> State | None:
    """What a message's age has made of it; ``None``: it stands as it is, being fresh enough or blind anyway."""
    state = state_by_age(message.captured_at, now)
    return None if state is State.OK or message.state is State.BLIND else state


def _age_s(message: Message, now: datetime) -> float:
    return (now - message.captured_at).total_seconds()


def aged_reading(reading: ZoneReading, now: datetime) -> ZoneReading:
    """The reading as it may be shown at ``now``: one that is too old loses its count, never its place."""
    state = _worsened(reading, now)
    if state is None:
        return reading
    return ZoneReading(
        venue_id=reading.venue_id,
        zone_id=reading.zone_id,
        camera_ids=reading.camera_ids,
        captured_at=reading.captured_at,
        state=state,
        reason=f"no reading for {_age_s(reading, now):.0f} s",
        epoch=reading.epoch,
    )


def aged_occupancy(occupancy: Occupancy, now: datetime) -> Occupancy:
    """The occupancy as it may be shown at ``now``: one that is too old loses its count."""
    state = _worsened(occupancy, now)
    if state is None:
        return occupancy
    return Occupancy(
        venue_id=occupancy.venue_id,
        captured_at=occupancy.captured_at,
        state=state,
        reason=f"no estimate for {_age_s(occupancy, now):.0f} s",
        section_id=occupancy.section_id,
        capacity=occupancy.capacity,
    )


def aged_positions(positions: Positions, now: datetime) -> Positions:
    """Where people stand, as it may be shown at ``now``: who is too long where they were is nowhere."""
    state = _worsened(positions, now)
    if state is None:
        return positions
    return Positions(
        venue_id=positions.venue_id,
        captured_at=positions.captured_at,
        state=state,
        reason=f"no positions for {_age_s(positions, now):.0f} s",
        blind_camera_ids=positions.blind_camera_ids,
    )


def aged_health(health: CameraHealth, now: datetime, heard_at: datetime) -> CameraHealth:
    """The camera's health as it may be shown at ``now``, when its worker was last heard at ``heard_at``."""
    state = state_by_age(heard_at, now)
    if state is State.OK or health.state is State.BLIND:
        return health
    silent_s = (now - heard_at).total_seconds()
    return health.model_copy(update={"state": state, "reason": f"its worker is silent for {silent_s:.0f} s"})
