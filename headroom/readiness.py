"""How the supervisor knows that a part does its work, and what is missing while there is no number yet."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, cast

import httpx
from pydantic import ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from api.alerts.outbox import last_beat
from api.jobs.presence import EXPIRES_S, presence_key
from api.jobs.schemas import Queue
from domain.errors import Unavailable
from domain.messages import CameraHealth, State, ZoneReading
from domain.settings import Settings
from domain.topics import CAMERAS, READINGS, camera_owner
from domain.venue import VenueConfig
from inference.floor.kept import KEPT_S, kept_key

_Entries = list[tuple[bytes, dict[bytes, bytes]]]

_PROBE_LIMIT_S: Final = 3.0
_FRESH_S: Final = 3.0  # a worker tells each camera's health once a second
_SAY_AFTER_S: Final = 15.0
"""A first reading came after 4 s on a laptop; who waits longer wants to know for what."""
_BLIND_LIMIT_S: Final = 20.0
"""Cameras that show nothing for this long do not keep the page from being announced."""


class Readiness:
    """Asks the API and Redis.

    Args:
        settings: complete, with the address of Redis.
        venue: whose readings count.
    """

    def __init__(self, settings: Settings, venue: VenueConfig) -> None:
        url = settings.redis_url.get_secret_value() if settings.redis_url else ""
        self._redis: Redis = Redis.from_url(url, socket_timeout=_PROBE_LIMIT_S + 2, socket_connect_timeout=2)
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(settings.host, settings.host)  # noqa: S104 - compared
        self._http = httpx.AsyncClient(
            base_url=f"http://{host}:{settings.port}", timeout=_PROBE_LIMIT_S, trust_env=False
        )
        self._venue = venue
        self._stream = READINGS.key(venue.id)
        self._last_entry = b"0-0"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        await self._redis.aclose()

    async def api_answers(self, _: float) -> None:
        """Return when the API answers.

        Raises:
            Unavailable: it does not.
        """
        try:
            (await self._http.get("/healthz")).raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable(f"the API does not answer: {error}") from error

    async def recorder_works(self, _: float) -> None:
        """Return when the API says that the recorder works.

        Raises:
            Unavailable: it does not say so.
        """
        missing = await self._missing_parts()
        if "recorder" in missing:
            raise Unavailable(missing["recorder"])

    async def alerts_are_watched(self, up_s: float) -> None:
        """Return when the alert engine has said that it watches.

        Args:
            up_s: since it was started; what was said before that was said by an earlier one.

        Raises:
            Unavailable: it has not.
        """
        try:
            sign = await last_beat(self._redis, self._venue.id)
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        if sign is None or (datetime.now(UTC) - sign.at).total_seconds() > min(up_s, _FRESH_S):
            raise Unavailable("the alert engine has said nothing yet")
        if sign.problem is not None:
            raise Unavailable(f"the alert engine: {sign.problem}")

    async def jobs_are_done(self, up_s: float) -> None:
        """Return when a worker has said that it waits for jobs.

        Args:
            up_s: since it was started; what was said before that was said by an earlier one.

        Raises:
            Unavailable: it has not.
        """
        try:
            left_ms = await self._redis.pttl(presence_key(Queue.CPU))
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        if left_ms <= (EXPIRES_S - min(up_s, _FRESH_S)) * 1000:
            raise Unavailable("the worker of jobs has said nothing yet")

    async def floor_is_watched(self, up_s: float) -> None:
        """Return when the floor has kept what it knows.

        Args:
            up_s: since it was started.

        Raises:
            Unavailable: it has not.
        """
        try:
            left_ms = await self._redis.pttl(kept_key(self._venue.id))
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        if left_ms <= (KEPT_S - min(up_s, _FRESH_S)) * 1000:
            raise Unavailable("the floor has kept nothing yet")

    async def worker_works(self, up_s: float) -> None:
        """Return when the worker has told how its first camera is.

        Args:
            up_s: since it was started; what was told before that was told by an earlier one.

        Raises:
            Unavailable: it has not.
        """
        owner = camera_owner(self._venue.id, self._venue.cameras[0].id)
        try:
            left_ms = await self._redis.pttl(CAMERAS.key(owner))
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        if left_ms <= (CAMERAS.retention_s - min(up_s, _FRESH_S)) * 1000:
            raise Unavailable("the worker has told nothing about its cameras yet")

    async def remember_now(self) -> None:
        """Readings that are in the Stream already are an earlier run's: only later ones count as the first.

        Raises:
            Unavailable: Redis does not answer.
        """
        try:
            newest = cast("_Entries", await self._redis.xrevrange(self._stream, count=1))
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error
        self._last_entry = newest[0][0] if newest else b"0-0"

    async def first_reading(self, say: Callable[[str], None]) -> str | None:
        """Wait for the first reading with a count; while it takes long, say what is missing.

        Returns:
            ``None``; or, when every camera was blind for a while, why.
        """
        began = time.monotonic()
        blind_since: float | None = None
        said_at = began
        while True:
            readings = await self._next_readings()
            if any(reading.state is State.OK for reading in readings):
                return None
            now = time.monotonic()
            if readings and blind_since is None:
                blind_since = now
            if blind_since is not None and now - blind_since >= _BLIND_LIMIT_S:
                return await self.what_is_missing()
            if now - said_at >= _SAY_AFTER_S:
                said_at = now
                say(f"no reading after {now - began:.0f} s: {await self.what_is_missing()}")

    async def _next_readings(self) -> list[ZoneReading]:
        """The readings since the last call; waits a second for the first of them."""
        try:
            answer = await self._redis.xread({self._stream: self._last_entry}, count=100, block=1000)
        except (RedisError, OSError):
            await asyncio.sleep(1)
            return []
        entries = [entry for stream in _streams(answer) for entry in stream]
        if entries:
            self._last_entry = entries[-1][0]
        return [ZoneReading.model_validate_json(fields[b"m"]) for _, fields in entries]

    async def what_is_missing(self) -> str:
        """The parts that are not there and the cameras that do not see, in one line."""
        parts = [f"{name} {detail}" for name, detail in (await self._missing_parts()).items()]
        cameras = [await self._camera(camera.id, camera.name) for camera in self._venue.cameras]
        return "; ".join([*parts, *filter(None, cameras)]) or "everything answers, the first second is not over yet"

    async def _missing_parts(self) -> dict[str, str]:
        try:
            answer = (await self._http.get("/readyz")).json()
            return {name: part["detail"] for name, part in answer["parts"].items() if not part["ok"]}
        except (httpx.HTTPError, ValueError, KeyError):
            return {"api": "does not answer", "recorder": "is not known to run"}

    async def _camera(self, camera_id: str, name: str) -> str | None:
        """What is wrong with a camera; ``None`` if it sees."""
        try:
            told = await self._redis.get(CAMERAS.key(camera_owner(self._venue.id, camera_id)))
            health = CameraHealth.model_validate_json(told) if told else None
        except (RedisError, OSError, ValidationError):
            health = None
        if health is None:
            return f"camera {name} is not being read yet"
        return (
            None
            if health.state is State.OK
            else f"camera {name} is {health.state}: {health.reason or 'no reason given'}"
        )


def _streams(answer: object) -> list[_Entries]:
    """The entries of each stream, from either form that redis-py gives (pairs, or a mapping with one more list)."""
    if isinstance(answer, dict):
        return [batch for batches in answer.values() for batch in batches]
    return [entries for _, entries in answer] if isinstance(answer, list) else []
