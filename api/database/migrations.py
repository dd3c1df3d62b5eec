"""Apply ``supabase/migrations`` and record them as the Supabase CLI does, so that either may go on after the other."""

from api.database.pool import Connection


async def missing_migrations(connection: Connection) -> list[str]:
    """Versions of the migrations that this database does not have yet."""
    raise NotImplementedError
