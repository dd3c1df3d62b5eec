"""Cameras in SQL, their pictures in Redis."""

from dataclasses import dataclass

from redis.asyncio import Redis

from api.bus import hash_fields
from api.database.pool import Connection
from domain.topics import FRAME, camera_owner


@dataclass(frozen=True)
class Picture:
    """A camera's newest picture.

    Attributes:
        captured_at: ISO 8601, as its worker wrote it.
    """

    jpeg: bytes
    captured_at: str


async def exists(connection: Connection, venue_id: str, camera_id: str) -> bool:
    """Whether this user's venue has this camera in use."""
    found: bool = await connection.fetchval(
        "select exists (select from public.cameras where venue_id = $1 and id = $2 and retired_at is null)",
        venue_id,
        camera_id,
    )
    return found


async def newest_picture(redis: Redis, venue_id: str, camera_id: str) -> Picture | None:
    """The newest picture; ``None`` where there was none for a while."""
    key = FRAME.key(camera_owner(venue_id, camera_id))
    jpeg, captured_at = await hash_fields(redis, key, "jpeg", "captured_at")
    if jpeg is None or captured_at is None:
        return None
    return Picture(jpeg=jpeg, captured_at=captured_at.decode())
