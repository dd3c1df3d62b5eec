"""A small Supabase Auth: the part of its HTTP contract that signing in uses, over a real socket.

It answers as GoTrue does: the paths below ``/auth/v1``, the ``apikey`` header, status codes, ``error_code`` and
``msg``, refresh tokens that are good once, and access tokens signed with a published ES256 key.
"""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


@dataclass
class GoTrue:
    """One project's Auth.

    Attributes:
        key: the publishable key that every request must carry.
        password: of each account by email.
        broken: a status that every request is answered with while it is set.
    """

    key: str
    password: dict[str, str]
    broken: int | None = None
    users: dict[str, UUID] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    signing_key_id: str = "first"
    _keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)
    _sessions: dict[str, str] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)

    @property
    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/auth/v1/token", self._token, methods=["POST"]),
                Route("/auth/v1/logout", self._logout, methods=["POST"]),
                Route("/auth/v1/.well-known/jwks.json", self._jwks),
            ]
        )

    async def _token(self, request: Request) -> Response:
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        body = await request.json()
        if request.query_params["grant_type"] == "refresh_token":
            session_id = self._refresh.pop(body["refresh_token"], None)
            if session_id is None or session_id not in self._sessions:
                return _error(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
            return self._session(session_id)
        if self.password.get(body["email"]) != body["password"]:
            return _error(400, "invalid_credentials", "Invalid login credentials")
        session_id = str(uuid4())
        self._sessions[session_id] = body["email"]
        return self._session(session_id)

    async def _logout(self, request: Request) -> Response:
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        token = request.headers["authorization"].removeprefix("Bearer ")
        claims = jwt.decode(token, options={"verify_signature": False})
        if self._sessions.pop(claims["session_id"], None) is None:
            return _error(403, "session_not_found", "Session from session_id claim in JWT does not exist")
        return Response(status_code=204)

    async def _jwks(self, _: Request) -> Response:
        self.asked.append("/auth/v1/.well-known/jwks.json")
        if self.broken:
            return Response(status_code=self.broken)
        private = self._signing_key()
        jwk = ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
        published = {**jwk, "kid": self.signing_key_id, "alg": "ES256", "use": "sig"}
        return JSONResponse({"keys": [published]})

    def _refuse(self, request: Request) -> Response | None:
        query = f"?{request.url.query}" if request.url.query else ""
        self.asked.append(request.url.path + query)
        if self.broken == 429:
            return _error(429, "over_request_rate_limit", "Request rate limit reached")
        if self.broken:
            return Response("upstream is away", status_code=self.broken)
        if request.headers.get("apikey") != self.key:
            return JSONResponse({"message": "Invalid API key"}, status_code=401)
        return None

    def _session(self, session_id: str) -> Response:
        email = self._sessions[session_id]
        user_id = str(self.users.setdefault(email, uuid4()))
        refresh_token = secrets.token_urlsafe(9)
        self._refresh[refresh_token] = session_id
        now = datetime.now(UTC)
        return JSONResponse(
            {
                "access_token": self._access_token(user_id, email, session_id, now),
                "token_type": "bearer",
                "expires_in": 3600,
                "expires_at": int((now + timedelta(hours=1)).timestamp()),
                "refresh_token": refresh_token,
                "user": _user(user_id, email, now),
            }
        )

    def _access_token(self, user_id: str, email: str, session_id: str, now: datetime) -> str:
        claims = {
            "sub": user_id,
            "aud": "authenticated",
            "role": "authenticated",
            "email": email,
            "session_id": session_id,
            "iat": now,
            "exp": now + timedelta(hours=1),
        }
        return jwt.encode(claims, self._signing_key(), "ES256", headers={"kid": self.signing_key_id})

    def _signing_key(self) -> ec.EllipticCurvePrivateKey:
        """The current key; a rotation is another ``signing_key_id``."""
        if self.signing_key_id not in self._keys:
            self._keys[self.signing_key_id] = ec.generate_private_key(ec.SECP256R1())
        return self._keys[self.signing_key_id]


def _error(status: int, code: str, message: str) -> Response:
    return JSONResponse(
        {"code": status, "error_code": code, "msg": message},
        status_code=status,
        headers={"x-supabase-api-version": "2024-01-01"},
    )


def _user(user_id: str, email: str, now: datetime) -> dict[str, Any]:
    return {
        "id": user_id,
        "aud": "authenticated",
        "role": "authenticated",
        "email": email,
        "app_metadata": {"provider": "email"},
        "user_metadata": {},
        "created_at": now.isoformat(),
        "updated_at": now.isoformat(),
        "identities": [],
    }
