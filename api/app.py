"""The app: endpoints around the parts they share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from api.access.endpoints import router as access
from api.alerts.endpoints import router as alerts
from api.calibration.endpoints import router as calibration
from api.cameras.endpoints import router as cameras
from api.errors import install_error_handlers
from api.health.endpoints import router as health
from api.health.service import VERSION
from api.jobs.endpoints import router as jobs
from api.labels.endpoints import router as labels
from api.live.endpoints import router as live
from api.metrics import CountRequests
from api.models.endpoints import router as models
from api.occupancy.endpoints import router as occupancy
from api.pages import DIST, SecurityHeaders, install_pages
from api.parts import Parts
from api.postures.endpoints import router as postures
from api.readings.endpoints import router as readings
from api.scans.endpoints import router as scans
from api.venues.endpoints import router as venues
from domain.settings import Settings


def create_app(settings: Settings, *, dist: Path = DIST) -> FastAPI:
    """The API. It starts without its database and without Redis, says so, and recovers by itself.

    Args:
        settings: where the database and Redis are, and how tokens are checked.
        dist: the built dashboard.

    Raises:
        BadSettings: something it cannot do without is not set.
    """
    parts = Parts.from_settings(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with parts.running():
            yield

    # No documentation pages: nothing but health is readable without a token, and they load scripts from elsewhere.
    app = FastAPI(title="Headroom", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.parts = parts
    install_error_handlers(app)
    app.add_exception_handler(RequestValidationError, _bad_request)
    for router in (
        health,
        access,
        venues,
        readings,
        occupancy,
        models,
        scans,
        postures,
        cameras,
        calibration,
        alerts,
        jobs,
        live,
        labels,
    ):
        app.include_router(router)
    install_pages(app, dist)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(CountRequests, metrics=parts.metrics)
    return app


async def _bad_request(_: Request, error: Exception) -> JSONResponse:
    """What is wrong and where, without repeating what was sent: it may hold a password."""
    if not isinstance(error, RequestValidationError):
        raise error
    detail = [{key: problem[key] for key in ("loc", "msg", "type")} for problem in error.errors()]
    return JSONResponse({"detail": detail}, status_code=422)
