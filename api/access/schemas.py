"""What signing in takes and gives: the contract of Supabase Auth, so that both ways look the same to the page."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, SecretStr

Role = Literal["viewer", "staff", "security", "engineer", "organiser", "admin"]
"""What a user may do in one venue."""


class Credentials(BaseModel):
    """The body of both grants; which fields are needed depends on ``grant_type``."""

    model_config = ConfigDict(frozen=True)

    email: str | None = Field(default=None, max_length=254)
    password: SecretStr | None = Field(default=None, max_length=1024)
    refresh_token: SecretStr | None = Field(default=None, max_length=1024)


class User(BaseModel):
    """Who signed in."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    email: str


class Session(BaseModel):
    """A signed-in session.

    Attributes:
        expires_in: seconds until the access token is refused.
        refresh_token: good for one refresh; using it a second time ends the session.
    """

    model_config = ConfigDict(frozen=True)

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the kind of token, not a token
    expires_in: int
    refresh_token: str
    user: User


class Refusal(BaseModel):
    """Why signing in was refused."""

    code: int
    error_code: str
    msg: str


class Membership(BaseModel):
    """One venue that the user belongs to."""

    venue_id: str
    name: str
    role: Role


class Me(BaseModel):
    """The user behind the token."""

    user_id: UUID
    email: str | None
    venues: list[Membership]
