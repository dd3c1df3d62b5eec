"""Captures and labels over HTTP."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path as FilePath
from typing import IO, Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.access.dependencies import AppParts, CurrentUser
from api.labels import exchange, service
from api.labels.repository import Wanted
from api.labels.schemas import (
    MAX_CAPTURES,
    MAX_LEDGER,
    BadQuestion,
    Captures,
    CaptureStory,
    Imported,
    LabelFormat,
    LabelStats,
    Ledger,
    NewLabels,
    Purged,
    PurgeQuestion,
    Verdict,
)
from api.parts import Parts
from api.venues.endpoints import VenueId
from domain.captures import CAPTURES_FOLDER, Reason
from domain.labels import LabelState
from domain.units import Slug, UtcDatetime

router = APIRouter(prefix="/api/v1/venues/{venue_id}", tags=["labels"])

CaptureId = Annotated[UUID, Path(description="The capture's id")]
States = Annotated[list[LabelState] | None, Query(description="Only those that stand so; all")]
Camera = Annotated[Slug | None, Query(description="Only this camera's")]
OfReason = Annotated[Reason | None, Query(description="Only those kept for this reason")]
From = Annotated[UtcDatetime | None, Query(description="Captured then or later, with its offset")]
Before = Annotated[UtcDatetime | None, Query(description="Captured before")]
Newest = Annotated[bool, Query(description="Newest first, in place of the most uncertain")]
Limit = Annotated[int, Query(ge=1, le=MAX_CAPTURES, description="At most so many")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="Leave out so many of the first")]
Kind = Annotated[LabelFormat, Query(alias="format", description="yolo: a zip with pictures; coco: a JSON document")]
Accept = Annotated[bool, Query(description="They are good to be used; otherwise they are in review")]
EntryBefore = Annotated[int | None, Query(ge=1, description="From before this entry on")]
Entries = Annotated[int, Query(ge=1, le=MAX_LEDGER, description="At most so many, the newest")]
_CHUNK: Final = 1 << 20
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}


def _folder(parts: Parts) -> FilePath:
    return parts.settings.data / CAPTURES_FOLDER


@router.get("/captures")
async def get_captures(  # noqa: PLR0913 - each is a query parameter
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    state: States = None,
    camera: Camera = None,
    reason: OfReason = None,
    since: From = None,
    until: Before = None,
    *,
    newest: Newest = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Captures:
    """Kept frames, those first that there is most to learn from."""
    wanted = Wanted(state, camera, reason, since, until, newest, limit, offset)
    return await service.get_captures(parts.database, user, venue_id, wanted)


@router.get("/captures/stats")
async def get_label_stats(venue_id: VenueId, user: CurrentUser, parts: AppParts) -> LabelStats:
    """How far the labelling is."""
    return await service.get_stats(parts.database, user, venue_id)


@router.get(
    "/captures/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": _BINARY, "application/json": _BINARY}}},
)
async def export_labels(
    venue_id: VenueId,
    user: CurrentUser,
    parts: AppParts,
    kind: Kind,
    state: States = None,
    camera: Camera = None,
    since: From = None,
    until: Before = None,
) -> StreamingResponse:
    """The labels as label tools read them; of accepted captures, unless states are named."""
    wanted = Wanted(
        states=state or [LabelState.ACCEPTED],
        camera_id=camera,
        since=since,
        until=until,
        newest=True,
        limit=exchange.MOST_EXPORTED,
    )
    file = await exchange.export(parts.database, user, venue_id, _folder(parts), wanted, kind)
    ending, media = ("json", "application/json") if kind is LabelFormat.COCO else ("zip", "application/zip")
    headers = {
        "Content-Disposition": f'attachment; filename="{venue_id}-labels.{ending}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(_chunks(file), media_type=media, headers=headers)


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield from iter(lambda: file.read(_CHUNK), b"")


@router.post(
    "/captures/import",
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": _BINARY}}},
)
async def import_labels(
    venue_id: VenueId, user: CurrentUser, parts: AppParts, kind: Kind, request: Request, *, accept: Accept = False
) -> Imported:
    """Corrected labels, as the file that a label tool wrote. All of it is taken, or nothing."""
    await service.refuse_others(parts.database, user, venue_id)  # before so much is read
    content = await _body(request.stream())
    name = "labels.json" if kind is LabelFormat.COCO else "labels.zip"
    return await exchange.take_in(parts.database, user, venue_id, content, kind, file=name, accept=accept)


async def _body(stream: AsyncIterator[bytes]) -> bytes:
    """What was sent, as long as it is not too much."""
    content = bytearray()
    async for chunk in stream:
        content += chunk
        if len(content) > exchange.LARGEST_IMPORT:
            raise BadQuestion(f"the file is larger than {exchange.LARGEST_IMPORT // 1_000_000} MB; leave pictures out")
    return bytes(content)


@router.post("/captures/purge")
async def purge_captures(venue_id: VenueId, body: PurgeQuestion, user: CurrentUser, parts: AppParts) -> Purged:
    """Delete captures, pictures and labels, for good. The ledger keeps that they were, who deleted them and why."""
    return await service.purge(parts.database, user, venue_id, body, _folder(parts))


@router.get("/captures/{capture_id}")
async def get_capture(venue_id: VenueId, capture_id: CaptureId, user: CurrentUser, parts: AppParts) -> CaptureStory:
    """A kept frame with its labels and all that was done to them."""
    return await service.get_story(parts.database, user, venue_id, capture_id)


@router.get(
    "/captures/{capture_id}/picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": _BINARY}}},
)
async def get_capture_picture(venue_id: VenueId, capture_id: CaptureId, user: CurrentUser, parts: AppParts) -> Response:
    """The kept picture, as JPEG."""
    jpeg = await service.get_picture(parts.database, user, venue_id, capture_id, _folder(parts))
    return Response(jpeg, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.put("/captures/{capture_id}/labels", responses={409: {"description": "Others were saved since"}})
async def put_labels(
    venue_id: VenueId, capture_id: CaptureId, body: NewLabels, user: CurrentUser, parts: AppParts
) -> CaptureStory:
    """Replace the labels of a kept frame; it is in review then."""
    return await service.save_labels(parts.database, user, venue_id, capture_id, body)


@router.post("/captures/{capture_id}/accept", responses={409: {"description": "It was changed since"}})
async def accept_capture(
    venue_id: VenueId, capture_id: CaptureId, body: Verdict, user: CurrentUser, parts: AppParts
) -> CaptureStory:
    """Its labels are good to be trained on."""
    return await service.judge(parts.database, user, venue_id, capture_id, body, good=True)


@router.post("/captures/{capture_id}/reject", responses={409: {"description": "It was changed since"}})
async def reject_capture(
    venue_id: VenueId, capture_id: CaptureId, body: Verdict, user: CurrentUser, parts: AppParts
) -> CaptureStory:
    """It is not to be used."""
    return await service.judge(parts.database, user, venue_id, capture_id, body, good=False)


@router.get("/purge-ledger")
async def get_purge_ledger(
    venue_id: VenueId, user: CurrentUser, parts: AppParts, before: EntryBefore = None, limit: Entries = 200
) -> Ledger:
    """Every frame that was kept and every one that was deleted: when, why and by whom."""
    return await service.get_ledger(parts.database, user, venue_id, before, limit)
