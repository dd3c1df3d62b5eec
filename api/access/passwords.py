"""Password hashes: argon2id with argon2-cffi's defaults (RFC 9106, low-memory profile)."""

import asyncio
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER: Final = PasswordHasher()
_NOBODY: Final = _HASHER.hash("no account has this password")
_AT_ONCE: Final = 2
"""One check holds 64 MiB and a core for about 50 ms: more at once would starve the feed."""


class Passwords:
    """Checks and hashes passwords off the event loop, a few at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is right. Where there is no account the check takes as long and says no."""
        async with self._turn:
            return await asyncio.to_thread(_matches, stored, password)

    async def hashed(self, password: str) -> str:
        """The hash to store."""
        async with self._turn:
            return await asyncio.to_thread(_HASHER.hash, password)


def _matches(stored: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(stored or _NOBODY, password)
    except (VerificationError, InvalidHashError):
        return False
    return right and stored is not None
