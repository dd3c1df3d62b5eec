"""The public keys that Supabase Auth signs with, fetched seldom and kept through an outage."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import httpx
import jwt

from api.errors import TokenRefused
from domain.errors import Unavailable

FETCH_TIMEOUT_S: Final = 5.0
MAX_AGE_S: Final = 600.0
"""Supabase's own edge caches its JWKS for ten minutes: a withdrawn key is gone after that."""
MIN_INTERVAL_S: Final = 15.0
"""A token that names an unknown key may cause a fetch; a flood of them must not."""


class PublishedKeys:
    """A cached JWKS.

    Args:
        url: where it is published.
        clock: seconds that only grow.
    """

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = -MAX_AGE_S
        self._tried_at = -MAX_AGE_S
        self._lock = asyncio.Lock()

    async def key(self, key_id: str) -> jwt.PyJWK:
        """The key of that id.

        Raises:
            TokenRefused: it is not published.
            Unavailable: it is not known, and the keys cannot be fetched.
        """
        async with self._lock:
            now = self._clock()
            old = now - self._fetched_at > MAX_AGE_S
            if (old or key_id not in self._keys) and now - self._tried_at > MIN_INTERVAL_S:
                self._tried_at = now
                await self._fetch(key_id)
        if key_id not in self._keys:
            raise TokenRefused("the access token is signed with a key that is not published")
        return self._keys[key_id]

    async def _fetch(self, wanted: str) -> None:
        try:
            async with httpx.AsyncClient(timeout=FETCH_TIMEOUT_S) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
                published = jwt.PyJWKSet.from_dict(answer.json())
        except (httpx.HTTPError, ValueError, jwt.PyJWTError) as error:
            if wanted in self._keys:
                return  # an outage of the keys' server must not sign everybody out
            raise Unavailable("the keys of access tokens cannot be fetched") from error
        self._keys = {key.key_id: key for key in published.keys if key.key_id}
        self._fetched_at = self._clock()
