"""From an alert that people called false to the frames around it."""

from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.database.pool import Database
from api.labels import repository
from domain.captures import CapturePolicy
from domain.errors import Unavailable
from domain.topics import CAPTURE_REQUESTS

log = structlog.get_logger()


async def ask_for_frames(database: Database, redis: Redis, venue_id: str, alert_id: UUID) -> int:
    """Ask the venue's workers for the frames around an alert that was just called false.

    The database has marked those that are stored already. This is beside the point of whoever closed the alert, so
    whatever fails here is only logged.

    Returns:
        How many moments were asked about: none where the venue allows nothing to be kept.
    """
    try:
        async with database.as_service() as connection:
            policy = await repository.policy(connection, venue_id)
            if policy is None or policy["capture"] == CapturePolicy.OFF:
                return 0
            requests = await repository.requests_of(connection, venue_id, alert_id)
        for request in requests:
            await redis.publish(CAPTURE_REQUESTS.key(venue_id), request.model_dump_json())
    except (Unavailable, RedisError, OSError) as error:
        log.warning("frames around a false alert are not asked for", alert=str(alert_id), error=str(error))
        return 0
    return len(requests)
