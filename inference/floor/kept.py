"""Where the floor keeps what it knows, for its next life."""

from typing import Final

KEPT_S: Final = 24 * 3600
"""After a longer time away nobody knows who is inside."""


def kept_key(venue_id: str) -> str:
    """The Redis key of one venue's."""
    return f"floor-state:{venue_id}"
