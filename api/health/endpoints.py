"""Health and metrics over HTTP."""

import secrets

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.access.dependencies import AccessToken, AppParts
from api.errors import TokenRefused
from api.health import service
from api.health.schemas import Alive, Ready
from api.parts import Parts

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> Alive:
    """The process answers; nothing else is asked."""
    return Alive(version=service.VERSION)


@router.get("/readyz", responses={503: {"model": Ready}})
async def ready(parts: AppParts, response: Response) -> Ready:
    """Whether every part is there, and which is not."""
    state = await service.readiness(parts)
    response.status_code = 200 if state.ready else 503
    return state


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(token: AccessToken, parts: AppParts) -> Response:
    """For Prometheus: with the metrics token, or a service key."""
    if not await _may_scrape(parts, token):
        raise TokenRefused("metrics need HEADROOM_METRICS_TOKEN or a service key")
    await service.refresh_metrics(parts)
    return Response(parts.metrics.rendered(), media_type=CONTENT_TYPE_LATEST)


async def _may_scrape(parts: Parts, token: str) -> bool:
    expected = parts.settings.metrics_token
    if expected is not None and secrets.compare_digest(token.encode(), expected.get_secret_value().encode()):
        return True
    return await parts.verifier.is_service(token)
