"""Signing in, as the endpoints see it: the local issuer and Supabase Auth look the same."""

from typing import Protocol

from api.access.schemas import Session
from api.access.tokens import Identity


class SignIn(Protocol):
    """One way of signing people in."""

    async def by_password(self, *, email: str, password: str, address: str) -> Session:
        """A new session.

        Args:
            email: the account.
            password: in the clear; never kept.
            address: where the request came from.

        Raises:
            SignInRefused: wrong, or too many tries.
            Unavailable: who knows the passwords does not answer.
        """

    async def by_refresh(self, *, refresh_token: str, address: str) -> Session:
        """The session continued, with a new refresh token.

        Raises:
            SignInRefused: the token is unknown, old, or was used before.
            Unavailable: who knows the tokens does not answer.
        """

    async def sign_out(self, *, identity: Identity, access_token: str) -> None:
        """End the session that this access token belongs to."""

    async def close(self) -> None:
        """Let go of connections."""
