"""Signing in, refreshing, signing out, and who am I."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from api.access import repository
from api.access.dependencies import AccessToken, AppParts, CurrentUser
from api.access.schemas import Credentials, Me, Refusal, Session
from api.errors import SignInRefused

router = APIRouter(tags=["access"])

GrantType = Annotated[Literal["password", "refresh_token"], Query()]


@router.post("/auth/v1/token", responses={400: {"model": Refusal}, 429: {"model": Refusal}})
async def sign_in(grant_type: GrantType, body: Credentials, request: Request, parts: AppParts) -> Session:
    """Sign in with a password, or go on with a refresh token."""
    address = request.client.host if request.client else "unknown"
    if grant_type == "refresh_token":
        if body.refresh_token is None:
            raise SignInRefused("validation_failed", "refresh_token is missing")
        return await parts.sign_in.by_refresh(refresh_token=body.refresh_token.get_secret_value(), address=address)
    if not body.email or body.password is None:
        raise SignInRefused("validation_failed", "email and password are needed")
    return await parts.sign_in.by_password(email=body.email, password=body.password.get_secret_value(), address=address)


@router.post("/auth/v1/logout", status_code=204)
async def sign_out(user: CurrentUser, token: AccessToken, parts: AppParts) -> Response:
    """End this session."""
    await parts.sign_in.sign_out(identity=user, access_token=token)
    return Response(status_code=204)


@router.get("/api/v1/me")
async def me(user: CurrentUser, parts: AppParts) -> Me:
    """Who is signed in, and where they belong."""
    async with parts.database.as_user(user.claims) as connection:
        venues = await repository.memberships(connection, user.user_id)
    return Me(user_id=user.user_id, email=user.email, venues=venues)
