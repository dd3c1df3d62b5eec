"""One screen's feed: what it is sent, how often, and when it must leave."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from api.access.tokens import LEEWAY_S, Identity
from api.database.pool import Database
from api.live import repository
from api.live.mailbox import Mailbox
from api.live.room import Layout
from api.venues.repository import is_member
from domain.errors import Unavailable

HEARTBEAT_S: Final = 1.0
SHORTEST_GAP_S: Final = 0.2
"""Five updates a second: faster than an eye needs, slow enough that bursts are sent together."""
RECHECK_S: Final = 30.0

SIGN_IN_AGAIN: Final = 4401
NO_SUCH_VENUE: Final = 4404
TRY_AGAIN_LATER: Final = 1013
GONE: Final = 1000


async def send_updates(websocket: WebSocket, mailbox: Mailbox, skipped: Callable[[int], None]) -> int:
    """Send what is new, at most five times a second, at least once. Waits while the screen is slow to read."""
    while True:
        await mailbox.wait(HEARTBEAT_S)
        update = mailbox.take(datetime.now(UTC))
        skipped(update.skipped)
        try:
            await websocket.send_text(update.model_dump_json())
        except (WebSocketDisconnect, RuntimeError):  # starlette: it went while we wrote
            return GONE
        await asyncio.sleep(SHORTEST_GAP_S)


async def until_gone(websocket: WebSocket) -> int:
    """Until the screen leaves. Nothing that it says is listened to."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
    return GONE


async def until_refused(database: Database, identity: Identity, venue_id: str) -> int:
    """Until the token has run out or the user's place in the venue was taken away; the close code that says which.

    A database that is away changes nothing: the user was let in, and is asked about again in half a minute.
    """
    while True:
        left_s = (identity.expires_at - datetime.now(UTC)).total_seconds() + LEEWAY_S
        if left_s <= 0:
            return SIGN_IN_AGAIN
        await asyncio.sleep(min(left_s, RECHECK_S))
        try:
            async with database.as_user(identity.claims) as connection:
                if not await is_member(connection, venue_id):
                    return NO_SUCH_VENUE
        except Unavailable:
            continue


async def get_layout(database: Database, identity: Identity, venue_id: str) -> Layout | None:
    """What the venue is made of; ``None`` where the user may not know of it."""
    async with database.as_user(identity.claims) as connection:
        return await repository.layout(connection, venue_id)
