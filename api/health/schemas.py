"""Liveness and readiness."""

from typing import Literal

from pydantic import BaseModel


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = "ok"
    version: str


class PartState(BaseModel):
    """One part that Headroom needs; the detail holds no address and no password."""

    ok: bool
    detail: str


class Ready(BaseModel):
    """Whether all parts are there, and which is not.

    Attributes:
        jobs: whether a worker waits for finite jobs. Not a part that readiness needs: without one, jobs wait.
    """

    ready: bool
    parts: dict[Literal["database", "redis", "recorder"], PartState]
    jobs: PartState
