"""Prepare the database for this version: migrations, the venue of a file, and the first admin."""

from dataclasses import dataclass
from uuid import UUID

import structlog
from pydantic import SecretStr

from api.access import repository as access
from api.access.passwords import Passwords
from api.calibration import repository as calibrations
from api.database.migrations import migrate
from api.database.pool import Database
from api.venues import installation
from domain.errors import BadInput, BadSettings
from domain.settings import Settings
from domain.venue import VenueConfig

log = structlog.get_logger()


@dataclass(frozen=True)
class FirstAdmin:
    """Someone who can always get in. With Supabase Auth the account must exist there; its password is not used."""

    email: str
    password: SecretStr


async def prepare(settings: Settings, *, venue: VenueConfig | None, admin: FirstAdmin | None) -> None:
    """Make the database ready. Safe to call again, and by two starts at once.

    Args:
        settings: where the database is, and who signs people in.
        venue: installed or brought up to date; its parts that vanished are retired, their history stays.
        admin: the account is made, its password set, and the role of admin in ``venue`` given.

    Raises:
        BadSettings: no database is set.
        BadInput: the admin has no account at Supabase Auth yet.
        MigrationFailed: a migration was refused.
        Unavailable: the database does not answer.
    """
    if settings.database_url is None:
        raise BadSettings("HEADROOM_DATABASE_URL must be set")
    async with Database(settings.database_url.get_secret_value(), size=1) as database:
        await migrate(database)
        if venue is not None:
            async with database.as_service() as connection:
                await installation.install(connection, venue)
                await calibrations.install(connection, venue)
            log.info("venue installed", venue=venue.id, zones=len(venue.zones), lines=len(venue.lines))
        if admin is not None:
            hosted = settings.supabase_url is not None
            await _ensure_admin(database, admin, venue.id if venue else None, hosted=hosted)


async def _ensure_admin(database: Database, admin: FirstAdmin, venue_id: str | None, *, hosted: bool) -> None:
    user_id = await _hosted_account(database, admin.email) if hosted else await _local_account(database, admin)
    if venue_id is not None:
        async with database.as_service() as connection:
            await access.grant(connection, user_id, venue_id, "admin")


async def _hosted_account(database: Database, email: str) -> UUID:
    """Supabase Auth owns its tables: only the login itself may read them."""
    async with database.as_owner() as connection:
        user_id = await access.find_user_id(connection, email)
    if user_id is None:
        raise BadInput(f"{email} has no account at Supabase Auth yet; invite it there first")
    return user_id


async def _local_account(database: Database, admin: FirstAdmin) -> UUID:
    """The admin's account with the password given; another one before it, and its sessions, end."""
    passwords = Passwords()
    password = admin.password.get_secret_value()
    async with database.as_service() as connection:
        await access.one_at_a_time(connection)
        account = await access.find_account(connection, admin.email)
        if account is None:
            log.info("first admin added", email=admin.email)
            return await access.add_account(connection, admin.email, await passwords.hashed(password))
        if not await passwords.matches(account.password_hash, password):
            await access.change_password(connection, account.id, await passwords.hashed(password))
            log.info("first admin's password changed", email=admin.email)
    return account.id
