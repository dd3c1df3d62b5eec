"""Signing in through Supabase Auth. The only module that imports the supabase client."""

import asyncio
from typing import Final

import httpx

from api.access.schemas import Session
from api.access.tokens import Identity
from api.errors import SignInRefused
from domain.errors import Unavailable
from supabase import (
    AsyncClient,
    AsyncClientOptions,
    AuthApiError,
    AuthError,
    acreate_client,
)

TIMEOUT_S: Final = 10.0


class SupabaseSignIn:
    """Forwards to a Supabase project, which keeps the accounts, the sessions and its own rate limits.

    Args:
        url: the project, ``https://….supabase.co``.
        key: its publishable (anon) key.
    """

    def __init__(self, *, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._http = httpx.AsyncClient(timeout=TIMEOUT_S)
        self._client: AsyncClient | None = None
        self._making = asyncio.Lock()

    async def by_password(self, *, email: str, password: str, address: str) -> Session:  # noqa: ARG002
        """See :class:`api.access.sign_in.SignIn`. The project limits tries itself, so ``address`` is not used."""
        client = await self._connected()
        try:
            answer = await client.auth.sign_in_with_password({"email": email, "password": password})
        except (AuthError, httpx.HTTPError) as error:
            raise _refusal(error) from error
        return _session(answer.session)

    async def by_refresh(self, *, refresh_token: str, address: str) -> Session:  # noqa: ARG002
        """See :class:`api.access.sign_in.SignIn`."""
        client = await self._connected()
        try:
            answer = await client.auth.refresh_session(refresh_token)
        except (AuthError, httpx.HTTPError) as error:
            raise _refusal(error) from error
        return _session(answer.session)

    async def sign_out(self, *, identity: Identity, access_token: str) -> None:  # noqa: ARG002
        """End this one session; other devices stay signed in."""
        client = await self._connected()
        try:
            await client.auth.admin.sign_out(access_token, "local")
        except AuthApiError as error:
            if error.status not in (401, 403, 404):  # it had ended already
                raise _refusal(error) from error
        except (AuthError, httpx.HTTPError) as error:
            raise _refusal(error) from error

    async def close(self) -> None:
        """Close the connections (the supabase client itself has no way to)."""
        await self._http.aclose()

    async def _connected(self) -> AsyncClient:
        """One client a process; it holds no session that a request would read."""
        async with self._making:
            if self._client is None:
                options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=self._http)
                self._client = await acreate_client(self._url, self._key, options)
        return self._client


def _session(session: object) -> Session:
    if session is None:
        raise SignInRefused("email_not_confirmed", "The account must be confirmed first")
    return Session.model_validate(session, from_attributes=True)


def _refusal(error: Exception) -> Exception:
    """What the project said, in the same words; an outage is not a wrong password."""
    if isinstance(error, AuthApiError) and error.status < 500:
        code = str(error.code or "invalid_credentials")
        return SignInRefused(code, error.message, status=429 if error.status == 429 else 400)
    return Unavailable("Supabase Auth does not answer")
