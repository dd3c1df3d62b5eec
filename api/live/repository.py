"""The newest values in Redis, for a screen that has just connected; and what the venue is made of."""

from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError
from redis.asyncio import Redis

from api.alerts import outbox
from api.bus import newest_entries
from api.database.pool import Connection
from api.live.mailbox import LiveItem
from api.live.room import Layout, newest_per_zone
from api.occupancy import repository as occupancy
from api.venues import repository as venues
from domain.alerts import Alert
from domain.messages import CameraHealth, ZoneReading
from domain.topics import CAMERAS, READINGS, camera_owner

TAIL_PER_ZONE: Final = 12
"""Zones publish in turn once a second: twelve seconds of each zone reach past what may still be shown."""

Heard = tuple[LiveItem, datetime | None]
"""A message, and when its worker was last heard where that is not in the message."""


async def layout(connection: Connection, venue_id: str) -> Layout | None:
    """The venue's zones, also those of its floor plan, and cameras; ``None`` where the user may not know of it."""
    if not await venues.is_member(connection, venue_id):
        return None
    zones = await venues.zones(connection, venue_id)
    cameras = await venues.cameras(connection, venue_id)
    in_pictures = {zone.id: (zone.camera_id,) for zone in zones}
    all_cameras = tuple(camera.id for camera in cameras)
    on_plan = {zone.id: all_cameras for zone in await venues.floor_zones(connection, venue_id)}
    return Layout(in_pictures | on_plan, frozenset(all_cameras))


async def newest(redis: Redis, venue_id: str, zones: frozenset[str], cameras: frozenset[str]) -> list[Heard]:
    """The newest reading of each zone, the newest occupancy of each section, the last health of each camera.

    Where people stand is told five times a second and kept nowhere: it comes with the next update.
    """
    readings = await _newest_readings(redis, venue_id, zones)
    inside = (await occupancy.newest(redis, venue_id)).values()
    healths = await _last_healths(redis, venue_id, sorted(cameras))
    return [*((reading, None) for reading in readings), *((item, None) for item in inside), *healths]


async def standing_alerts(redis: Redis, venue_id: str) -> list[Alert]:
    """The alerts that stand."""
    return await outbox.standing(redis, venue_id)


async def alerts_watched(redis: Redis, venue_id: str) -> bool:
    """Whether the venue's alert engine was heard lately."""
    return await outbox.last_beat(redis, venue_id) is not None


async def _newest_readings(redis: Redis, venue_id: str, zones: frozenset[str]) -> list[ZoneReading]:
    entries = await newest_entries(redis, READINGS.key(venue_id), TAIL_PER_ZONE * max(len(zones), 1))
    readings = []
    for fields in entries:
        try:
            readings.append(ZoneReading.model_validate_json(fields[b"m"]))
        except (KeyError, ValidationError):
            continue  # the recorder sets it aside and says so
    return list(newest_per_zone(readings, zones).values())


async def _last_healths(redis: Redis, venue_id: str, cameras: list[str]) -> list[Heard]:
    """Each camera's last health. How long ago it was set is read off the key's remaining life."""
    async with redis.pipeline(transaction=False) as pipeline:
        for camera_id in cameras:
            key = CAMERAS.key(camera_owner(venue_id, camera_id))
            pipeline.get(key)
            pipeline.pttl(key)
        answers = await pipeline.execute()
    now = datetime.now(UTC)
    found: list[Heard] = []
    for value, left_ms in zip(answers[::2], answers[1::2], strict=True):
        if value is not None:
            age = timedelta(seconds=CAMERAS.retention_s) - timedelta(milliseconds=left_ms)
            found.append((CameraHealth.model_validate_json(value), now - age))
    return found
