"""What a refused request is told, and the one place where errors become HTTP.

HeadroomError
├── TokenRefused    401: the access token is missing, wrong or old
├── SignInRefused   400 or 429: wrong password, used refresh token, too many tries
├── NotVisible      404: it does not exist, or not for this user; the two look the same on purpose
├── NotAllowed      403: this user sees it, and may not do that to it
└── Conflicts       409: what is there already says otherwise
"""

from typing import Final

import structlog
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from redis.exceptions import RedisError

from domain.errors import BadInput, HeadroomError, Unavailable

log = structlog.get_logger()

RETRY_AFTER_S: Final = 2
"""A restarted database or Redis is back within this on the machines it was tried on (0.1 to 0.6 s)."""


class TokenRefused(HeadroomError):
    """The access token is missing, wrong or old; the message says which."""


class SignInRefused(HeadroomError):
    """Signing in or refreshing was refused.

    Attributes:
        code: Supabase Auth's name of the reason, such as ``invalid_credentials``.
        status: HTTP status.
        retry_after_s: when another try makes sense.
    """

    def __init__(self, code: str, message: str, *, status: int = 400, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s


class NotVisible(HeadroomError):
    """There is no such thing, or this user may not know of it."""


class NotAllowed(HeadroomError):
    """The user's role in this venue does not include it."""


class Conflicts(HeadroomError):
    """What is there already says otherwise; the message says what."""


def install_error_handlers(app: FastAPI) -> None:
    """Give each expected error its status and its words."""
    app.add_exception_handler(TokenRefused, _unauthorised)
    app.add_exception_handler(SignInRefused, _sign_in_refused)
    app.add_exception_handler(NotVisible, _not_found)
    app.add_exception_handler(NotAllowed, _forbidden)
    app.add_exception_handler(Conflicts, _conflict)
    app.add_exception_handler(BadInput, _bad_input)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(RedisError, _unavailable)


async def _unauthorised(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=401, headers={"WWW-Authenticate": "Bearer"})


async def _sign_in_refused(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, SignInRefused):
        raise error
    headers = {"Retry-After": str(error.retry_after_s)} if error.retry_after_s else None
    body = {"code": error.status, "error_code": error.code, "msg": str(error)}
    return JSONResponse(body, status_code=error.status, headers=headers)


async def _not_found(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=404)


async def _forbidden(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=403)


async def _conflict(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=409)


async def _bad_input(_: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, status_code=422)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    log.warning("request refused, a part is missing", path=request.url.path, error=str(error))
    detail = str(error) if isinstance(error, Unavailable) else "Redis does not answer"
    headers = {"Retry-After": str(RETRY_AFTER_S)}
    return JSONResponse({"detail": f"{detail}; try again in a moment"}, status_code=503, headers=headers)
