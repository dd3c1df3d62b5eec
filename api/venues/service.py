"""A venue put together from its parts, for one user."""

from api.access.tokens import Identity
from api.database.pool import Database
from api.errors import NotVisible
from api.venues import repository
from api.venues.schemas import Venue, VenueSummary


async def list_venues(database: Database, user: Identity) -> list[VenueSummary]:
    """The venues that the user belongs to."""
    async with database.as_user(user.claims) as connection:
        return await repository.venues(connection)


async def get_venue(database: Database, user: Identity, venue_id: str) -> Venue:
    """One venue.

    Raises:
        NotVisible: it does not exist, or not for this user.
    """
    async with database.as_user(user.claims) as connection:
        row = await repository.venue(connection, venue_id)
        if row is None:
            raise no_such_venue(venue_id)
        return Venue(
            **row,
            cameras=await repository.cameras(connection, venue_id),
            zones=await repository.zones(connection, venue_id),
            lines=await repository.lines(connection, venue_id),
            floor=await repository.floor_plan(connection, venue_id),
            gates=await repository.gates(connection, venue_id),
        )


def no_such_venue(venue_id: str) -> NotVisible:
    """The one answer to a stranger and to a typing error."""
    return NotVisible(f"there is no venue {venue_id!r} for you")
