"""What an endpoint asks for: the user behind the token, and the parts of the app."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.access.tokens import Identity
from api.errors import TokenRefused
from api.parts import Parts

_bearer = HTTPBearer(auto_error=False, description="An access token of /auth/v1/token")


def get_parts(request: Request) -> Parts:
    """The app's long-lived parts."""
    parts: Parts = request.app.state.parts
    return parts


def get_token(credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> str:
    """The bearer token.

    Raises:
        TokenRefused: there is none.
    """
    if credentials is None or not credentials.credentials:
        raise TokenRefused("an access token is needed: Authorization: Bearer …")
    return credentials.credentials


async def get_identity(
    token: Annotated[str, Depends(get_token)], parts: Annotated[Parts, Depends(get_parts)]
) -> Identity:
    """The user behind the token."""
    return await parts.verifier.identify(token)


AppParts = Annotated[Parts, Depends(get_parts)]
AccessToken = Annotated[str, Depends(get_token)]
CurrentUser = Annotated[Identity, Depends(get_identity)]
