"""What the commands of models share: the database, the venue, and a version by its name."""

import getpass
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from api import bus
from api.database.pool import Database
from api.models import repository
from api.models.schemas import Version
from api.recorder.repository import venue_ids
from domain.errors import BadInput
from domain.settings import Settings
from headroom.addresses import with_addresses


@dataclass(frozen=True)
class Models:
    """A venue's models, as the service sees them."""

    settings: Settings
    database: Database
    redis: Redis
    venue_id: str

    async def version(self, label: str) -> Version:
        """A version by its label.

        Raises:
            BadInput: the label is none, or there is no such version.
        """
        name, number = parsed(label)
        async with self.database.as_service() as connection:
            found = await repository.version(connection, self.venue_id, name, number)
        if found is None:
            raise BadInput(f"{label} is no version of venue {self.venue_id}; headroom model list names them")
        return found[0]


def parsed(label: str) -> tuple[str, int]:
    """Name and number of ``crowd-n@3``.

    Raises:
        BadInput: it is not of that form.
    """
    name, at, number = label.partition("@")
    if not (name and at and number.isdecimal() and int(number) >= 1):
        raise BadInput(f"{label!r} names no version; expected NAME@VERSION, such as crowd-n@3")
    return name, int(number)


def actor() -> str:
    """Who types, for the record: the command line knows no user of Headroom's."""
    return f"{getpass.getuser()} on {socket.gethostname()}"


@asynccontextmanager
async def opened(settings: Settings, venue: str | None) -> AsyncIterator[Models]:
    """The database and Redis of a venue.

    Raises:
        BadSettings: neither is named, and no Headroom runs on the data folder.
        BadInput: there is no such venue, or there are several and none is named.
        Unavailable: the database does not answer.
    """
    known = with_addresses(settings)
    assert known.database_url is not None  # noqa: S101 - with_addresses says so
    assert known.redis_url is not None  # noqa: S101
    redis = bus.connect(known.redis_url.get_secret_value())
    try:
        async with Database(known.database_url.get_secret_value(), size=1) as database:
            async with database.as_service() as connection:
                venues = await venue_ids(connection)
            yield Models(known, database, redis, _chosen(venue, venues))
    finally:
        await redis.aclose()


def _chosen(venue: str | None, venues: list[str]) -> str:
    if venue is None and len(venues) == 1:
        return venues[0]
    if venue not in venues:
        asked = "no venue is named" if venue is None else f"there is no venue {venue!r}"
        raise BadInput(f"{asked}; expected --venue with one of {', '.join(venues) or 'none: none is installed'}")
    return str(venue)
