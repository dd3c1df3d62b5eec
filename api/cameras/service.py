"""Who may see which picture."""

from redis.asyncio import Redis

from api.access.tokens import Identity
from api.cameras import repository
from api.cameras.repository import Picture
from api.database.pool import Database
from api.errors import NotVisible


async def get_picture(database: Database, redis: Redis, user: Identity, venue_id: str, camera_id: str) -> Picture:
    """The newest picture of a camera.

    Raises:
        NotVisible: no such camera for this user, or it has no picture now.
    """
    async with database.as_user(user.claims) as connection:
        if not await repository.exists(connection, venue_id, camera_id):
            raise NotVisible(f"there is no camera {camera_id!r} in venue {venue_id!r} for you")
    picture = await repository.newest_picture(redis, venue_id, camera_id)
    if picture is None:
        raise NotVisible(f"camera {camera_id!r} has no picture now")
    return picture
