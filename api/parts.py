"""The long-lived parts of the app, made once from the settings and handed to every request."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from redis.asyncio import Redis

from api.access.local import LocalIssuer
from api.access.sign_in import SignIn
from api.access.supabase import SupabaseSignIn
from api.access.tokens import TokenVerifier
from api.bus import connect
from api.database.pool import Database
from api.jobs.broker import Broker
from api.jobs.sending import Sender
from api.live.hub import Hub
from api.metrics import Metrics
from api.scans.scanners import Scanners
from domain.errors import BadSettings
from domain.settings import Settings


@dataclass(frozen=True)
class Parts:
    """What requests share."""

    settings: Settings
    database: Database
    redis: Redis
    verifier: TokenVerifier
    sign_in: SignIn
    hub: Hub
    scanners: Scanners
    jobs: Sender
    metrics: Metrics

    @classmethod
    def from_settings(cls, settings: Settings) -> "Parts":
        """Make the parts; nothing is connected yet.

        Raises:
            BadSettings: something that the API cannot do without is not set.
        """
        database = Database(_needed(settings.database_url, "HEADROOM_DATABASE_URL"))
        redis_url = _needed(settings.redis_url, "HEADROOM_REDIS_URL")
        redis = connect(redis_url)
        metrics = Metrics()
        return cls(
            settings=settings,
            database=database,
            redis=redis,
            verifier=TokenVerifier.from_settings(settings),
            sign_in=_sign_in(settings, database),
            hub=Hub(redis),
            scanners=Scanners(database),
            jobs=Sender(database, redis, Broker(redis_url)),
            metrics=metrics,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Open what can be opened, and close all of it at the end."""
        await self.database.open()
        try:
            async with self.hub.running(), self.jobs.running():
                yield
        finally:
            await self.sign_in.close()
            await self.redis.aclose()
            await self.database.close()


def _needed(value: SecretStr | None, key: str) -> str:
    if value is None:
        raise BadSettings(f"{key} must be set for the API to start")
    return value.get_secret_value()


def _sign_in(settings: Settings, database: Database) -> SignIn:
    if settings.supabase_url:
        key = _needed(settings.supabase_key, "HEADROOM_SUPABASE_KEY")
        return SupabaseSignIn(url=settings.supabase_url, key=key)
    secret = _needed(settings.jwt_secret, "HEADROOM_JWT_SECRET")
    return LocalIssuer(database, secret=secret, audience=settings.jwt_audience)
