"""The API as a process."""

import uvicorn

from api.app import create_app
from domain.settings import Settings

STOP_WITHIN_S = 3
"""Open feeds are told to come back; a page reconnects by itself."""
LARGEST_FRAME = 4096
"""Bytes a screen may send over the feed: it has nothing to say."""


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    No access log: requests are counted in the metrics, and a log of them would hold more about people than it helps.

    Raises:
        BadSettings: something the API cannot do without is not set.
    """
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        log_level=settings.log_level,
        server_header=False,
        timeout_graceful_shutdown=STOP_WITHIN_S,
        ws_max_size=LARGEST_FRAME,
        ws_per_message_deflate=False,  # a feed of small messages: compression costs a window of memory each
    )
