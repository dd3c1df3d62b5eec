"""Connections that act as one user, and that notice a server which is down, frozen or not ready.

Row-level security in the database is the access rule. A request works inside :meth:`Database.as_user`; only the
recorder, the sign-in and the setup use :meth:`Database.as_service`.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Final, Self, TypeAlias
from urllib.parse import urlsplit

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.errors import BadSettings, Unavailable

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"

CONNECT_TIMEOUT_S: Final = 5.0
"""A server on the same network connects in milliseconds; five seconds rides out a restart's worst moment."""
COMMAND_TIMEOUT_S: Final = 10.0
"""A batch of 2,000 rows takes about 0.05 s: a server that is silent for this long is frozen."""
CLOSE_TIMEOUT_S: Final = 2.0

LOST: Final = (
    OSError,  # refused, reset, no route; TimeoutError is one
    asyncpg.InterfaceError,  # the connection was closed under a command
    asyncpg.InternalClientError,  # the server has said goodbye and not hung up yet: MagicStack/asyncpg#784
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, crashed, cancelled
    asyncpg.InsufficientResourcesError,  # too many connections, disk full
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby that was not promoted yet
)
"""What says "not this server, not now"; anything else is about the statement."""


class Database:
    """A pool that connects when it is first used, so that the API starts without its database.

    Args:
        url: ``postgresql://…``. Use a direct or session-mode address: prepared statements do not survive a
            transaction-mode pooler.
        size: most connections held at once.
        command_timeout_s: after this long without an answer a server counts as frozen.
    """

    def __init__(self, url: str, *, size: int = 10, command_timeout_s: float = COMMAND_TIMEOUT_S) -> None:
        self._url = url
        self._size = size
        self._command_timeout_s = command_timeout_s
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def open(self) -> None:
        """Make the pool. Nothing is connected yet.

        Raises:
            BadSettings: the URL cannot be a PostgreSQL address.
        """
        if urlsplit(self._url).scheme not in ("postgresql", "postgres"):
            raise BadSettings("HEADROOM_DATABASE_URL: its value is not a PostgreSQL address (postgresql://...)")
        self._pool = await asyncpg.create_pool(
            self._url,
            min_size=0,
            max_size=self._size,
            timeout=CONNECT_TIMEOUT_S,
            command_timeout=self._command_timeout_s,
            server_settings={"application_name": "headroom"},
        )

    async def close(self) -> None:
        """Close every connection, by force where the server does not answer."""
        if self._pool is None:
            return
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await self._pool.close()
        except LOST:
            self._pool.terminate()
        self._pool = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def as_user(self, claims: Mapping[str, object]) -> AsyncIterator[Connection]:
        """A transaction that sees exactly what this user may see.

        Args:
            claims: the verified claims of an access token.

        Raises:
            Unavailable: the database does not answer.
        """
        async with self._transaction("authenticated", json.dumps(dict(claims), default=str)) as connection:
            yield connection

    @asynccontextmanager
    async def as_service(self) -> AsyncIterator[Connection]:
        """A transaction that sees every tenant: for the recorder, the sign-in and the setup alone."""
        async with self._transaction("service_role", "") as connection:
            yield connection

    @asynccontextmanager
    async def as_owner(self) -> AsyncIterator[Connection]:
        """A connection as the login itself, outside any transaction: for migrations and the readiness check."""
        async with self._connection() as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(self, role: str, claims: str) -> AsyncIterator[Connection]:
        async with self._connection() as connection, connection.transaction():
            try:
                await connection.execute(
                    "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)", role, claims
                )
                yield connection
            except LOST:
                # A rollback on a frozen server would wait again, with no timeout of its own.
                _drop(connection)
                raise

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        if self._pool is None:
            raise Unavailable("the database is not open")
        try:
            connection = await self._pool.acquire(timeout=CONNECT_TIMEOUT_S)
        except LOST as error:
            raise Unavailable(f"the database does not answer ({type(error).__name__})") from error
        try:
            yield connection
        except LOST as error:
            _drop(connection)
            raise Unavailable(f"the database does not answer ({type(error).__name__})") from error
        finally:
            # What was to be done is done or has failed. A connection lost on its way back is closed by the pool.
            with suppress(*LOST):
                await self._pool.release(connection)


def _drop(connection: Connection) -> None:
    """Close it by force. The pool may have taken a lost one back already, which is as well."""
    with suppress(asyncpg.InterfaceError):
        connection.terminate()
