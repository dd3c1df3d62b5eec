"""The local issuer: signs people in where there is no Supabase Auth, with the same claims and the same answers."""

import hashlib
import math
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import jwt
import structlog

from api.access import repository
from api.access.passwords import Passwords
from api.access.schemas import Session, User
from api.access.throttle import Throttle
from api.access.tokens import Identity
from api.database.pool import Connection, Database
from api.errors import SignInRefused

log = structlog.get_logger()

ACCESS_TOKEN_LIFE: Final = timedelta(hours=1)
"""Supabase Auth's default."""
REFRESH_TOKEN_LIFE: Final = timedelta(days=30)
"""A page that was not opened for a month signs in again."""
ISSUER: Final = "headroom"

_WINDOW_S: Final = 300.0
_TRIES_AT_AN_ACCOUNT: Final = 5
"""NIST SP 800-63B asks for rate limiting below 100 in a row; five in five minutes is 1,440 a day from one address."""
_TRIES_FROM_AN_ADDRESS: Final = 60
"""Staff behind one router sign in at the same hour; a guesser with a list of accounts tries thousands."""


class LocalIssuer:
    """Signs access tokens with a secret and keeps sessions in the embedded database.

    Refresh tokens are random, stored only as SHA-256, and good once. One that comes a second time was stolen by
    someone: the session ends for both.
    """

    def __init__(self, database: Database, *, secret: str, audience: str) -> None:
        self._database = database
        self._secret = secret
        self._audience = audience
        self._passwords = Passwords()
        self._by_account = Throttle(tries=_TRIES_AT_AN_ACCOUNT, window_s=_WINDOW_S)
        self._by_address = Throttle(tries=_TRIES_FROM_AN_ADDRESS, window_s=_WINDOW_S)

    async def by_password(self, *, email: str, password: str, address: str) -> Session:
        """See :class:`api.access.sign_in.SignIn`."""
        key = (email.strip().lower(), address)
        self._slow_down(self._by_address, address)
        self._slow_down(self._by_account, key)
        async with self._database.as_service() as connection:
            account = await repository.find_account(connection, key[0])
        right = await self._passwords.matches(account.password_hash if account else None, password)
        if account is None or not right:
            log.info("sign-in refused", address=address)
            raise SignInRefused("invalid_credentials", "Invalid login credentials")
        self._by_account.forget(key)
        async with self._database.as_service() as connection:
            await repository.forget_old_sessions(connection, account.id, datetime.now(UTC) - REFRESH_TOKEN_LIFE)
            session_id = await repository.add_session(connection, account.id)
            return await self._session(connection, account, session_id)

    async def by_refresh(self, *, refresh_token: str, address: str) -> Session:
        """See :class:`api.access.sign_in.SignIn`."""
        self._slow_down(self._by_address, address)
        token_hash = _hash(refresh_token)
        async with self._database.as_service() as connection:
            rotated = await repository.rotate(connection, token_hash, datetime.now(UTC) - REFRESH_TOKEN_LIFE)
            if rotated is not None:
                return await self._session(connection, rotated.account, rotated.session_id)
            ended = await repository.end_session_of(connection, token_hash)
        if ended:
            log.warning("a refresh token came twice or too late; its session has ended", address=address)
            raise SignInRefused("refresh_token_already_used", "Invalid Refresh Token: Already Used")
        raise SignInRefused("refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")

    async def sign_out(self, *, identity: Identity, access_token: str) -> None:  # noqa: ARG002 - Supabase needs the token
        """End the session. Its access token is good until it expires, an hour at most, as with Supabase Auth."""
        session_id = identity.claims.get("session_id")
        if session_id is None:
            return  # signed with the secret by someone else: there is no session of ours
        async with self._database.as_service() as connection:
            await repository.end_session(connection, identity.user_id, UUID(str(session_id)))

    async def close(self) -> None:
        """Nothing is held: the database belongs to the app."""

    def _slow_down(self, throttle: Throttle, key: object) -> None:
        wait_s = throttle.wait_s(key)
        if wait_s > 0:
            seconds = math.ceil(wait_s)
            message = f"Too many tries; wait {seconds} seconds"
            raise SignInRefused("over_request_rate_limit", message, status=429, retry_after_s=seconds)

    async def _session(self, connection: Connection, account: repository.Account, session_id: UUID) -> Session:
        refresh_token = secrets.token_urlsafe(32)
        await repository.add_refresh_token(connection, session_id, _hash(refresh_token))
        return Session(
            access_token=self._access_token(account, session_id),
            expires_in=int(ACCESS_TOKEN_LIFE.total_seconds()),
            refresh_token=refresh_token,
            user=User(id=account.id, email=account.email),
        )

    def _access_token(self, account: repository.Account, session_id: UUID) -> str:
        now = datetime.now(UTC)
        claims = {
            "iss": ISSUER,
            "sub": str(account.id),
            "aud": self._audience,
            "role": "authenticated",
            "email": account.email,
            "session_id": str(session_id),
            "iat": now,
            "exp": now + ACCESS_TOKEN_LIFE,
        }
        return jwt.encode(claims, self._secret, "HS256")


def _hash(refresh_token: str) -> bytes:
    return hashlib.sha256(refresh_token.encode()).digest()
