"""Jobs over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response
from fastapi.responses import FileResponse

from api.access.dependencies import AppParts, CurrentUser
from api.jobs import service
from api.jobs.schemas import LONGEST_WAIT_S, MAX_JOBS, Job, Jobs, JobState, JobStory, Kind, NewJob
from api.venues.endpoints import VenueId

router = APIRouter(prefix="/api/v1/venues/{venue_id}/jobs", tags=["jobs"])

JobId = Annotated[UUID, Path(description="The job's id")]
Name = Annotated[str, Path(description="As the job names its artefact", max_length=200)]
States = Annotated[list[JobState] | None, Query(description="Only those that stand so")]
Kinds = Annotated[list[Kind] | None, Query(description="Only those of these kinds")]
Limit = Annotated[int, Query(ge=1, le=MAX_JOBS, description="At most so many, the newest")]
After = Annotated[int | None, Query(ge=0, description="Wait until its revision is beyond this one")]
Wait = Annotated[float, Query(ge=0, le=LONGEST_WAIT_S, description="For at most so many seconds")]
_UNSENT: dict[int | str, dict[str, Any]] = {503: {"description": "The broker is away; the job is kept, and sent later"}}


@router.post("", status_code=201, responses={200: {"model": Job, "description": "Asked for before"}, **_UNSENT})
async def ask_for_job(
    venue_id: VenueId, body: Annotated[NewJob, Body()], user: CurrentUser, parts: AppParts, response: Response
) -> Job:
    """Ask for a job. With an `idempotency_key` it may be asked for again: it is one job."""
    asked = await service.ask(parts.database, parts.jobs, user, venue_id, body)
    response.status_code = 201 if asked.new else 200
    response.headers["Location"] = f"/api/v1/venues/{venue_id}/jobs/{asked.job.job_id}"
    return asked.job


@router.get("")
async def get_jobs(
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    state: States = None,
    kind: Kinds = None,
    limit: Limit = 100,
) -> Jobs:
    """A venue's jobs, newest first."""
    return await service.get_jobs(parts.database, user, venue_id, states=state, kinds=kind, limit=limit)


@router.get("/{job_id}")
async def get_job(
    venue_id: VenueId, job_id: JobId, user: CurrentUser, parts: AppParts, after: After = None, wait_s: Wait = 20.0
) -> Job:
    """One job. With `after` the answer comes when it has changed since that revision, or when the wait is over."""
    return await service.get_job(parts.database, user, venue_id, job_id, after=after, wait_s=wait_s)


@router.get("/{job_id}/story")
async def get_job_story(venue_id: VenueId, job_id: JobId, user: CurrentUser, parts: AppParts) -> JobStory:
    """One job with all that happened to it: who asked, who did it, who stopped it, and when."""
    return await service.get_story(parts.database, user, venue_id, job_id)


@router.post("/{job_id}/cancel")
async def cancel_job(venue_id: VenueId, job_id: JobId, user: CurrentUser, parts: AppParts) -> Job:
    """End a queued job at once, a running one within seconds. One that is over stays as it is."""
    return await service.cancel(parts.database, user, venue_id, job_id)


@router.get(
    "/{job_id}/artefacts/{name:path}",
    response_class=FileResponse,
    responses={
        200: {
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            "headers": {"X-Content-SHA256": {"schema": {"type": "string"}}},
        }
    },
)
async def get_job_artefact(
    venue_id: VenueId, job_id: JobId, name: Name, user: CurrentUser, parts: AppParts
) -> FileResponse:
    """A file that the job made. Always as a download: a report holds a script, and must not run as this site's."""
    artefact, path = await service.get_artefact(parts.database, user, venue_id, job_id, name, parts.settings.data)
    return FileResponse(
        path,
        media_type="application/octet-stream",
        filename=path.name,
        headers={"X-Content-SHA256": artefact.sha256, "Cache-Control": "no-store"},
    )
