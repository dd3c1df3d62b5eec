"""The live feed over a WebSocket."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from fastapi import APIRouter, WebSocket

from api.errors import TokenRefused
from api.live import service
from api.live.room import Layout
from api.parts import Parts
from domain.errors import Unavailable

router = APIRouter()

PROTOCOL: Final = "headroom.v1"
_BEARER: Final = "bearer."


@router.websocket("/live/{venue_id}")
async def live(websocket: WebSocket, venue_id: str) -> None:
    """A snapshot, then updates.

    The token comes as a subprotocol: a browser cannot set a header here, and a URL is written to logs. It is accepted
    before it is checked, because a browser learns the close code of an open connection only.
    """
    parts: Parts = websocket.app.state.parts
    offered: list[str] = websocket.scope["subprotocols"]
    await websocket.accept(subprotocol=PROTOCOL if PROTOCOL in offered else None)
    code = await _serve(websocket, parts, venue_id, _token(offered))
    if code != service.GONE:
        await websocket.close(code)


async def _serve(websocket: WebSocket, parts: Parts, venue_id: str, token: str) -> int:
    """Check and feed; the code to close with."""
    try:
        identity = await parts.verifier.identify(token)
        layout = await service.get_layout(parts.database, identity, venue_id)
    except TokenRefused:
        return service.SIGN_IN_AGAIN
    except Unavailable:
        return service.TRY_AGAIN_LATER
    if layout is None:
        return service.NO_SUCH_VENUE
    with parts.metrics.live_clients.track_inprogress():
        refused = service.until_refused(parts.database, identity, venue_id)
        return await _feed(websocket, parts, venue_id, layout, refused)


async def _feed(
    websocket: WebSocket, parts: Parts, venue_id: str, layout: Layout, refused: Coroutine[Any, Any, int]
) -> int:
    async with parts.hub.watch(venue_id, layout) as (snapshot, mailbox):
        await websocket.send_text(snapshot.model_dump_json())
        return await _first_of(
            service.send_updates(websocket, mailbox, parts.metrics.live_skipped.inc),
            service.until_gone(websocket),
            refused,
        )


async def _first_of(*ways_to_end: Coroutine[Any, Any, int]) -> int:
    """Run all; the first that ends decides, the others are stopped."""
    tasks = [asyncio.create_task(way) for way in ways_to_end]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return max(task.result() for task in done)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _token(offered: list[str]) -> str:
    return next((name.removeprefix(_BEARER) for name in offered if name.startswith(_BEARER)), "")
