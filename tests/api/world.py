"""Two tenants with their people, and what a worker would publish."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID, uuid4

import asyncpg
import jwt
import uvicorn
from pydantic import SecretStr
from redis.asyncio import Redis
from starlette.types import ASGIApp

from api.app import create_app
from api.database.pool import Database
from api.recorder.repository import store
from api.setup import FirstAdmin, prepare
from domain.floor import Occupancy, Scan
from domain.messages import CameraHealth, FloorFigures, LineCrossing, Message, State, ZoneReading
from domain.settings import Settings
from domain.topics import CAMERAS, FRAME, TOPICS, Topic, camera_owner
from domain.venue import VenueConfig
from headroom.ports import free_port

SECRET = "a secret of the tests with at least 32 characters"
METRICS_TOKEN = "only for prometheus"
PASSWORD = "correct horse battery staple"
Sign = Callable[..., Awaitable[str]]
"""Gives an access token of one of the world's people."""


class Server(Protocol):
    """A server of a test's own, to be treated badly."""

    url: str

    def start(self) -> object: ...
    def stop(self) -> None: ...
    def freeze(self) -> None: ...
    def thaw(self) -> None: ...


class Databases(Protocol):
    """Makes databases on the shared server."""

    def create(self, template: str | None = None) -> str: ...
    def drop(self, url: str) -> None: ...


MINUTE = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)


def venue(venue_id: str, **changes: object) -> VenueConfig:
    """A venue of two cameras, three zones and two lines."""
    camera = {"source": "rtsp://user:hidden@camera/stream", "frame_size": [640, 480]}
    square = [[0, 0], [640, 0], [640, 480], [0, 480]]
    config: dict[str, object] = {
        "version": 1,
        "id": venue_id,
        "name": venue_id.title(),
        "capacity": 500,
        "timezone": "Europe/London",
        "cameras": [{"id": "north", "name": "North", **camera}, {"id": "south", "name": "South", **camera}],
        "zones": [
            {"id": "floor", "name": "Floor", "camera_id": "north", "polygon": square, "capacity": 300},
            {"id": "bar", "name": "Bar", "camera_id": "north", "polygon": square[:3], "primary": False},
            {"id": "yard", "name": "Yard", "camera_id": "south", "polygon": square},
        ],
        "lines": [
            {"id": "door", "name": "Door", "camera_id": "north", "start": [0, 10], "end": [10, 10]},
            {"id": "gate", "name": "Gate", "camera_id": "south", "start": [0, 10], "end": [10, 10]},
        ],
    }
    return VenueConfig.model_validate(config | changes)


TOWN = venue("town")
RIVAL = venue("rival")


def settings_for(database_url: str, redis_url: str = "redis://127.0.0.1:1", **changes: object) -> Settings:
    values = {
        "database_url": database_url,
        "redis_url": redis_url,
        "jwt_secret": SECRET,
        "metrics_token": METRICS_TOKEN,
    }
    return Settings.model_validate(values | changes)


async def build(database_url: str) -> None:
    """Two venues: ``admin@town`` and ``viewer@town`` belong to the one, ``stranger@rival`` to the other."""
    settings = settings_for(database_url)
    for config, email in ((TOWN, "admin@town"), (RIVAL, "stranger@rival")):
        await prepare(settings, venue=config, admin=FirstAdmin(email, SecretStr(PASSWORD)))
    await prepare(settings, venue=None, admin=FirstAdmin("viewer@town", SecretStr(PASSWORD)))
    await execute(
        database_url,
        "insert into venue_members select 'town', id, 'viewer' from auth.users where email = 'viewer@town'",
    )


async def fetch(database_url: str, query: str, *values: object) -> list[asyncpg.Record]:
    """Ask the database as its owner."""
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetch(query, *values)
    finally:
        await connection.close()


async def execute(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def user_id(database_url: str, email: str) -> UUID:
    rows = await fetch(database_url, "select id from auth.users where email = $1", email)
    return rows[0]["id"]


def token(sub: object, *, secret: str = SECRET, leave_out: str = "", **changes: object) -> str:
    """An access token as Supabase Auth would sign it."""
    claims: dict[str, object] = {
        "sub": str(sub),
        "aud": "authenticated",
        "role": "authenticated",
        "email": "someone@somewhere",
        "exp": datetime.now(UTC) + timedelta(minutes=5),
    }
    claims |= changes
    claims.pop(leave_out, None)
    return jwt.encode(claims, secret, "HS256")


def bearer(access_token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token}"}


def reading(zone_id: str, at: datetime, count: float | None = 5.0, **changes: object) -> ZoneReading:
    """A reading; without a count it is blind."""
    known = count is not None
    values: dict[str, object] = {
        "venue_id": "town",
        "zone_id": zone_id,
        "camera_ids": ("north",),
        "captured_at": at,
        "state": State.OK if known else State.BLIND,
        "count": count,
        "peak": round(count) if count is not None else None,
        "frames": 10 if known else 0,
    }
    return ZoneReading.model_validate(values | changes)


def crossing(at: datetime, **changes: object) -> LineCrossing:
    values: dict[str, object] = {
        "venue_id": "town",
        "crossing_id": uuid4(),
        "line_id": "door",
        "camera_id": "north",
        "direction": "in",
        "captured_at": at,
        "state": State.OK,
    }
    return LineCrossing.model_validate(values | changes)


def health(at: datetime, **changes: object) -> CameraHealth:
    values: dict[str, object] = {"venue_id": "town", "camera_id": "north", "captured_at": at, "state": State.OK}
    return CameraHealth.model_validate(values | changes)


def figures(**changes: object) -> FloorFigures:
    """A zone's second in metres."""
    return FloorFigures.model_validate({"area_m2": 40.0, "density_per_m2": 0.5, "level_of_service": "B"} | changes)


def occupancy(at: datetime, count: float | None = 120.0, **changes: object) -> Occupancy:
    """People inside; without a count it is blind."""
    values: dict[str, object] = {
        "venue_id": "town",
        "captured_at": at,
        "state": State.BLIND if count is None else State.OK,
        "capacity": 500,
    }
    if count is not None:
        values |= {"count": count, "count_low": max(count - 10, 0), "count_high": count + 10, "seen_share": 0.8}
    return Occupancy.model_validate(values | changes)


def scan(at: datetime, scan_id: str, **changes: object) -> Scan:
    values: dict[str, object] = {
        "venue_id": "town",
        "captured_at": at,
        "state": State.OK,
        "scan_id": scan_id,
        "gate_id": "west",
        "direction": "in",
    }
    return Scan.model_validate(values | changes)


FLOOR: dict[str, object] = {
    "floor": {
        "outline": [[0, 0], [30, 0], [30, 20], [0, 20]],
        "zones": [
            {"id": "stage", "name": "Stage front", "polygon": [[0, 0], [10, 0], [10, 5], [0, 5]], "capacity": 100},
            {
                "id": "bar-queue",
                "name": "Bar queue",
                "polygon": [[20, 0], [25, 0], [25, 5]],
                "queue": True,
                "front": [25, 0],
            },
        ],
    },
    "gates": [
        {"id": "west", "name": "West", "lines": ["door"], "scans_in": True},
        {"id": "yard-gate", "name": "Yard gate", "lines": ["gate"]},
    ],
}
"""A floor plan with two zones, and two gates: what :func:`venue` takes."""

_STREAMS: dict[type[Message], Topic] = {
    topic.message: topic for topic in TOPICS.values() if topic.message is not None and topic.has_stream
}


async def publish(redis: Redis, *messages: Message) -> None:
    """What a worker does: Pub/Sub and Stream, or Pub/Sub and last value, in one pipeline."""
    async with redis.pipeline(transaction=False) as pipeline:
        for message in messages:
            json = message.model_dump_json()
            match message:
                case CameraHealth():
                    key = CAMERAS.key(camera_owner(message.venue_id, message.camera_id))
                    pipeline.set(key, json, ex=CAMERAS.retention_s)
                    pipeline.publish(CAMERAS.key(message.venue_id), json)
                case _:
                    topic = _STREAMS[type(message)]
                    pipeline.xadd(topic.key(message.venue_id), {"m": json})
                    pipeline.publish(topic.key(message.venue_id), json)
        await pipeline.execute()


async def publish_picture(redis: Redis, jpeg: bytes, at: datetime) -> None:
    key = FRAME.key(camera_owner("town", "north"))
    await redis.hset(key, mapping={"jpeg": jpeg, "captured_at": at.isoformat()})
    await redis.expire(key, FRAME.retention_s)


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """The API behind a real server; its address."""
    async with listening(create_app(settings)) as url:
        yield url


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[str]:
    """Any app behind a real server; its address."""
    port = free_port()
    config = uvicorn.Config(
        app,
        port=port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        assert not task.done(), "the server did not start"
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def eventually(check: Callable[[], Awaitable[object]], *, within_s: float = 10.0) -> object:
    """Ask until the answer is true; the last answer, whatever it is."""
    until = time.monotonic() + within_s
    # Another process does it: there is no event to wait for.
    while not (answer := await check()) and time.monotonic() < until:  # noqa: ASYNC110
        await asyncio.sleep(0.1)
    return answer


async def keep(database: Database, *messages: Message) -> None:
    """Store messages as the recorder does."""
    async with database.as_service() as connection:
        await store(connection, messages)
