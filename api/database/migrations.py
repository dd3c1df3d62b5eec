"""Apply ``supabase/migrations`` and record them as the Supabase CLI does, so that either may go on after the other."""

import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg
import structlog

from api.database.pool import Connection, Database
from domain.errors import HeadroomError, Unavailable

log = structlog.get_logger()

FOLDER: Final = Path(__file__).resolve().parents[2] / "supabase" / "migrations"
SHIM: Final = Path(__file__).with_name("shim.sql")
SHIM_MARK: Final = "headroom shim"

_FILE: Final = re.compile(r"(?P<version>\d{14})_(?P<name>\w+)\.sql")
_LOCK: Final = 0x4865_6164  # "Head"; any number will do as long as it stays the same
_LOCK_WAIT_S: Final = 60.0
_STATEMENT_TIMEOUT_S: Final = 600.0
"""An index over a season of readings takes minutes; a frozen server must still be noticed."""
_SPLIT: Final = re.compile(
    r"""
      --[^\n]*                            # a comment to the end of the line
    | /\*.*?\*/                           # a comment between marks
    | '(?:[^']|'')*'                      # a string
    | "(?:[^"]|"")*"                      # a name
    | (?P<quote>\$\w*\$).*?(?P=quote)     # a body between dollars
    | (?P<end>;)
    """,
    re.DOTALL | re.VERBOSE,
)
_BOOKS: Final = """
    create schema if not exists supabase_migrations;
    create table if not exists supabase_migrations.schema_migrations (version text not null primary key);
    alter table supabase_migrations.schema_migrations add column if not exists statements text[];
    alter table supabase_migrations.schema_migrations add column if not exists name text;
"""


class MigrationFailed(HeadroomError):
    """A migration could not be applied; nothing of it was kept."""


@dataclass(frozen=True)
class Migration:
    """One file of ``supabase/migrations``."""

    version: str
    name: str
    statements: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> "Migration":
        """Read a file named ``<14 digits>_<name>.sql``."""
        named = _FILE.fullmatch(path.name)
        if named is None:
            raise MigrationFailed(f"migration {path.name} is not named <YYYYMMDDHHMMSS>_<name>.sql")
        return cls(named["version"], named["name"], tuple(split_statements(path.read_text(encoding="utf-8"))))


def split_statements(sql: str) -> list[str]:
    """Cut a script at the semicolons that end a statement, not at those inside strings, bodies and comments."""
    statements, begin = [], 0
    for found in _SPLIT.finditer(sql):
        if found["end"]:
            statements.append(sql[begin : found.start()].strip())
            begin = found.end()
    statements.append(sql[begin:].strip())
    return [statement for statement in statements if statement]


def known_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The migrations this version brings, oldest first.

    Raises:
        MigrationFailed: the folder is missing or empty: an incomplete installation.
    """
    found = [Migration.read(path) for path in sorted(folder.glob("*.sql"))]
    if not found:
        raise MigrationFailed(f"there are no migrations in {folder}")
    return found


async def missing_migrations(connection: Connection) -> list[str]:
    """Versions of the migrations that this database does not have yet."""
    applied = await _applied(connection)
    return [migration.version for migration in known_migrations() if migration.version not in applied]


async def migrate(database: Database, folder: Path = FOLDER) -> list[str]:
    """Bring the database up to this version.

    Args:
        database: an open pool whose login may create schemas.
        folder: where the migrations are.

    Returns:
        The versions applied now; empty where there was nothing to do.

    Raises:
        MigrationFailed: a statement was refused; the message names the file and the reason.
        Unavailable: the database does not answer, or another start holds the lock for too long.
    """
    async with database.as_owner() as connection, _locked(connection):
        await _apply_shim(connection)
        await connection.execute(_BOOKS)
        applied = await _applied(connection)
        known = known_migrations(folder)
        newer = applied - {migration.version for migration in known}
        if newer:
            log.warning("the database has migrations that this version does not know", versions=sorted(newer))
        missing = [migration for migration in known if migration.version not in applied]
        for migration in missing:
            await _apply(connection, migration)
    return [migration.version for migration in missing]


@asynccontextmanager
async def _locked(connection: Connection) -> AsyncIterator[None]:
    """One migration at a time, whoever starts at the same moment."""
    try:
        await connection.execute("select pg_advisory_lock($1)", _LOCK, timeout=_LOCK_WAIT_S)
    except TimeoutError as error:
        raise Unavailable(f"another start has been migrating the database for {_LOCK_WAIT_S:.0f} s") from error
    yield
    # Not in a finally: where the connection broke the lock is gone with it, and the pool's reset frees the rest.
    await connection.execute("select pg_advisory_unlock($1)", _LOCK)


async def _apply_shim(connection: Connection) -> None:
    """Give plain PostgreSQL what the migrations expect of Supabase; a real Supabase is left alone."""
    made_by = await connection.fetchrow(
        "select obj_description(oid, 'pg_namespace') as comment from pg_namespace where nspname = 'auth'"
    )
    sql = SHIM.read_text(encoding="utf-8")
    mark = f"{SHIM_MARK} {hashlib.sha256(sql.encode()).hexdigest()[:16]}"
    comment = made_by and made_by["comment"]
    # Not again where it is the same: its locks would meet those of a sign-in or of another start.
    if made_by is None or (comment != mark and str(comment).startswith(SHIM_MARK)):
        async with connection.transaction():
            await connection.execute(sql)
            await connection.execute(f"comment on schema auth is '{mark}'")


async def _applied(connection: Connection) -> set[str]:
    if await connection.fetchval("select to_regclass('supabase_migrations.schema_migrations')") is None:
        return set()
    rows = await connection.fetch("select version from supabase_migrations.schema_migrations")
    return {row["version"] for row in rows}


async def _apply(connection: Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            for statement in migration.statements:
                await connection.execute(statement, timeout=_STATEMENT_TIMEOUT_S)
            await connection.execute(
                "insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)",
                migration.version,
                migration.name,
                list(migration.statements),
            )
    except (asyncpg.SyntaxOrAccessError, asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
        raise MigrationFailed(f"migration {migration.version}_{migration.name} was refused: {error}") from error
    log.info("migration applied", version=migration.version, name=migration.name)
