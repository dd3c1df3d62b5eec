"""What the health checks ask the database and Redis."""

from datetime import UTC, datetime

from pydantic import ValidationError
from redis.asyncio import Redis

from api.bus import newest_entries
from api.database.migrations import missing_migrations
from api.database.pool import Database
from api.recorder.heartbeat import Heartbeat, last_beat
from domain.messages import ZoneReading
from domain.topics import READINGS


async def missing(database: Database) -> list[str]:
    """Migrations that the database does not have yet."""
    async with database.as_owner() as connection:
        return await missing_migrations(connection)


async def venue_ids(database: Database) -> list[str]:
    """Every venue, for the operator's metrics."""
    async with database.as_service() as connection:
        rows = await connection.fetch("select id from public.venues order by id")
    return [row["id"] for row in rows]


async def ping(redis: Redis) -> None:
    """Ask Redis for a sign of life."""
    await redis.ping()


async def heartbeat(redis: Redis) -> Heartbeat | None:
    """The recorder's last beat."""
    return await last_beat(redis)


async def readings_age_s(redis: Redis, venue_id: str) -> float | None:
    """Age of a venue's newest reading, seconds; ``None`` where there is none that can be read."""
    entries = await newest_entries(redis, READINGS.key(venue_id), 1)
    if not entries:
        return None
    try:
        reading = ZoneReading.model_validate_json(entries[0][b"m"])
    except (KeyError, ValidationError):
        return None  # the recorder sets it aside and says so
    return (datetime.now(UTC) - reading.captured_at).total_seconds()
