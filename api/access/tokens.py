"""Access tokens: checked by signature, audience, expiry and role before anything else happens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import jwt

from api.access.keys import PublishedKeys
from api.errors import TokenRefused
from domain.errors import BadSettings
from domain.settings import Settings

LEEWAY_S: Final = 5
"""Clocks of two machines under NTP differ by less."""
_ASYMMETRIC: Final = frozenset({"ES256", "RS256", "EdDSA"})


@dataclass(frozen=True)
class Identity:
    """A user, as the verified token describes them.

    Attributes:
        claims: every claim, for the database's policies.
    """

    user_id: UUID
    email: str | None
    expires_at: datetime
    claims: Mapping[str, Any]


class TokenVerifier:
    """Checks access tokens signed with a shared secret (HS256) or with a published key.

    Args:
        secret: the HS256 secret; ``None``: such tokens are refused.
        keys: the published keys; ``None``: tokens signed with one are refused.
        audience: what ``aud`` must be or contain.
    """

    def __init__(self, *, secret: str | None, keys: PublishedKeys | None, audience: str) -> None:
        self._secret = secret
        self._keys = keys
        self._audience = audience

    @classmethod
    def from_settings(cls, settings: Settings) -> "TokenVerifier":
        """The verifier that the settings ask for.

        Raises:
            BadSettings: neither a secret nor a place of keys is set, so nobody could ever be let in.
        """
        if settings.jwt_secret is None and settings.jwks_url is None:
            raise BadSettings("HEADROOM_JWT_SECRET or HEADROOM_JWKS_URL must be set, or no access token can be checked")
        return cls(
            secret=settings.jwt_secret.get_secret_value() if settings.jwt_secret else None,
            keys=PublishedKeys(settings.jwks_url) if settings.jwks_url else None,
            audience=settings.jwt_audience,
        )

    async def identify(self, token: str) -> Identity:
        """The user that a token was given to.

        Raises:
            TokenRefused: with the reason in words.
            Unavailable: the keys to check it with cannot be fetched.
        """
        claims = await self._claims(token, audience=self._audience)
        if claims.get("role") != "authenticated":
            raise TokenRefused("the access token is not a signed-in user's")
        try:
            user_id = UUID(str(claims["sub"]))
        except ValueError as error:
            raise TokenRefused("the access token names no user") from error
        email = claims.get("email")
        expires_at = datetime.fromtimestamp(int(claims["exp"]), UTC)
        return Identity(user_id, str(email) if email else None, expires_at, claims)

    async def is_service(self, token: str) -> bool:
        """Whether it is a valid service key (``role`` is ``service_role``; such keys name no audience)."""
        try:
            claims = await self._claims(token, audience=None)
        except TokenRefused:
            return False
        return claims.get("role") == "service_role"

    async def _claims(self, token: str, *, audience: str | None) -> dict[str, Any]:
        required = ["exp", "sub", "aud"] if audience else ["exp"]
        options: Any = {"require": required, "verify_aud": audience is not None}
        try:
            key, algorithm = await self._key(token)
            return jwt.decode(token, key, [algorithm], options, audience=audience, leeway=LEEWAY_S)
        except jwt.ExpiredSignatureError as error:
            raise TokenRefused("the access token has expired; sign in again") from error
        except jwt.InvalidAudienceError as error:
            raise TokenRefused("the access token is for another audience") from error
        except jwt.PyJWTError as error:
            raise TokenRefused("the access token is not valid") from error

    async def _key(self, token: str) -> tuple[Any, str]:
        """The key and the one algorithm to check with; a token does not choose how it is checked."""
        header = jwt.get_unverified_header(token)
        algorithm = str(header.get("alg"))
        if algorithm == "HS256" and self._secret is not None:
            return self._secret, algorithm
        if algorithm in _ASYMMETRIC and self._keys is not None:
            return (await self._keys.key(str(header.get("kid")))).key, algorithm
        raise TokenRefused("the access token is signed in a way that is not accepted here")
