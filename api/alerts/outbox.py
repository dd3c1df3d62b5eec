"""What the engine says: to screens at once, to the Stream once, and that it is alive."""

from datetime import datetime, timedelta
from typing import Final, cast

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from api.bus import hash_fields
from domain.alerts import Alert
from domain.topics import ALERTS, FRAME, camera_owner
from domain.units import UtcDatetime

INTERVAL_S: Final = 2.0
EXPIRES_S: Final = 10
"""Five beats missed: it is gone, or Redis was."""
FRAME_FRESH: Final = timedelta(seconds=10)


class AlertsBeat(BaseModel):
    """A sign of life of one venue's alert engine.

    Attributes:
        behind_s: how old what it handles is; about 0 where it keeps up.
        waiting: alerts that are told and not stored yet.
        problem: what keeps it from storing or reading; ``None``: nothing.
    """

    model_config = ConfigDict(frozen=True)

    at: UtcDatetime
    behind_s: float
    waiting: int
    problem: str | None = None


def heartbeat_key(venue_id: str) -> str:
    """Where the sign of life is; an alert's own key has no slash in its owner."""
    return f"{ALERTS.key(venue_id)}/heartbeat"


def standing_key(venue_id: str) -> str:
    """A hash of the alerts that stand, for a screen that has just connected."""
    return f"{ALERTS.key(venue_id)}/standing"


def _published_key(venue_id: str) -> str:
    return f"{ALERTS.key(venue_id)}/published"


async def beat(redis: Redis, venue_id: str, sign: AlertsBeat) -> None:
    """Say that it is alive."""
    await redis.set(heartbeat_key(venue_id), sign.model_dump_json(), ex=EXPIRES_S)


async def last_beat(redis: Redis, venue_id: str) -> AlertsBeat | None:
    """The newest sign of life; ``None``: nobody watches this venue."""
    value = await redis.get(heartbeat_key(venue_id))
    return AlertsBeat.model_validate_json(value) if value is not None else None


async def tell(redis: Redis, alerts: list[Alert]) -> None:
    """Tell screens, before anything is stored: a database that is away must not keep a warning back."""
    async with redis.pipeline(transaction=True) as pipeline:
        for alert in alerts:
            message, key = alert.model_dump_json(), standing_key(alert.venue_id)
            pipeline.publish(ALERTS.key(alert.venue_id), message)
            if alert.standing:
                pipeline.hset(key, str(alert.alert_id), message)
            else:
                pipeline.hdel(key, str(alert.alert_id))
        await pipeline.execute()


async def show_standing(redis: Redis, venue_id: str, alerts: list[Alert]) -> None:
    """Make the hash hold exactly these: Redis may have been emptied, or an engine killed before it took one away."""
    key = standing_key(venue_id)
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.delete(key)
        if alerts:
            pipeline.hset(key, mapping={str(alert.alert_id): alert.model_dump_json() for alert in alerts})
        await pipeline.execute()


async def standing(redis: Redis, venue_id: str) -> list[Alert]:
    """The alerts that stand."""
    values = cast("dict[bytes, bytes]", await redis.hgetall(standing_key(venue_id)))
    return [Alert.model_validate_json(value) for value in values.values()]


async def publish(redis: Redis, venue_id: str, changes: list[tuple[int, Alert]]) -> None:
    """Put stored changes on the Stream, each once: how far it got is written in the same transaction."""
    key = _published_key(venue_id)
    done = int(await redis.get(key) or 0)
    for change_id, alert in changes:
        if change_id <= done:
            continue  # killed after it was sent and before that was noted in the database
        async with redis.pipeline(transaction=True) as pipeline:
            pipeline.xadd(
                ALERTS.key(venue_id), {"m": alert.model_dump_json()}, maxlen=ALERTS.stream_length, approximate=True
            )
            pipeline.set(key, change_id)
            await pipeline.execute()


async def newest_frame(redis: Redis, venue_id: str, camera_id: str, now: datetime) -> tuple[bytes, datetime] | None:
    """The camera's newest picture and when it was captured; ``None`` where there is none of now."""
    key = FRAME.key(camera_owner(venue_id, camera_id))
    jpeg, captured_at = await hash_fields(redis, key, "jpeg", "captured_at")
    if jpeg is None or captured_at is None:
        return None
    at = datetime.fromisoformat(captured_at.decode())
    return (jpeg, at) if now - at <= FRAME_FRESH else None
