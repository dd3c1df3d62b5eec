"""The API while a part is missing: it says which, answers the rest, and recovers by itself."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest

from api import bus
from api.database.pool import Database
from domain.errors import Unavailable
from tests.api import world
from tests.api.world import MINUTE, Server, bearer, eventually, publish_picture, settings_for


async def test_a_database_that_stops_and_comes_back(private_postgres: Callable[[], Server], valkey_url: str) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    token = world.token(await world.user_id(postgres.url, "viewer@town"))
    settings = settings_for(postgres.url, valkey_url)
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=bearer(token)) as client:
        assert (await client.get("/api/v1/venues/town")).status_code == 200
        await asyncio.to_thread(postgres.stop)
        refused = await client.get("/api/v1/venues/town")
        assert refused.status_code == 503
        assert "the database does not answer" in refused.json()["detail"]
        parts = (await client.get("/readyz")).json()["parts"]
        assert (parts["database"]["ok"], parts["redis"]["ok"]) == (False, True)
        await asyncio.to_thread(postgres.start)

        async def answers() -> bool:
            return (await client.get("/api/v1/venues/town")).status_code == 200

        assert await eventually(answers)


async def test_a_database_that_is_frozen_is_noticed(
    private_postgres: Callable[[], Server], valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.database.pool.Database.__init__.__kwdefaults__", {"size": 10, "command_timeout_s": 1.0})
    postgres = private_postgres()
    await world.build(postgres.url)
    token = world.token(await world.user_id(postgres.url, "viewer@town"))
    settings = settings_for(postgres.url, valkey_url)
    async with (
        world.serving(settings) as url,
        httpx.AsyncClient(base_url=url, headers=bearer(token), timeout=20) as client,
    ):
        assert (await client.get("/api/v1/venues/town")).status_code == 200
        postgres.freeze()
        started = time.monotonic()
        assert (await client.get("/api/v1/venues/town")).status_code == 503
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200
        assert time.monotonic() - started < 10
        postgres.thaw()

        async def answers() -> bool:
            return (await client.get("/api/v1/venues/town")).status_code == 200

        assert await eventually(answers)


async def test_a_redis_that_stops_and_comes_back(world_url: str, private_valkey: Callable[[], Server]) -> None:
    valkey = private_valkey()
    token = world.token(await world.user_id(world_url, "viewer@town"))
    settings = settings_for(world_url, valkey.url)
    picture = "/api/v1/venues/town/cameras/north/picture"
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=bearer(token)) as client:
        assert (await client.get(picture)).status_code == 404
        await asyncio.to_thread(valkey.stop)
        refused = await client.get(picture)
        assert refused.status_code == 503
        assert "Redis does not answer" in refused.json()["detail"]
        parts = (await client.get("/readyz")).json()["parts"]
        assert (parts["database"]["ok"], parts["redis"]["ok"]) == (True, False)
        assert (await client.get("/api/v1/venues/town")).status_code == 200
        await asyncio.to_thread(valkey.start)
        redis = bus.connect(valkey.url)
        await publish_picture(redis, b"jpeg", MINUTE)
        await redis.aclose()
        assert (await client.get(picture)).content == b"jpeg"


async def test_a_connection_that_was_cut_is_said_to_be_lost_even_where_the_pool_took_it_back(
    private_postgres: Callable[[], Server],
) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)

    async def cut(database: Database) -> None:
        async with database.as_service() as connection:
            await asyncio.to_thread(postgres.stop)
            await asyncio.sleep(0.2)  # the loss is seen, and the pool takes the connection back
            await connection.fetchval("select 1")

    async with Database(postgres.url, size=2) as database:
        with pytest.raises(Unavailable, match="does not answer"):
            await cut(database)


@asynccontextmanager
async def never_hung_up(url: str) -> AsyncIterator[str]:
    """Another address of the same server, through which its last words are heard and the end of the line is not."""
    there = urlsplit(url)
    open_ends: list[asyncio.StreamWriter] = []

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ends.append(writer)
        while words := await reader.read(65536):
            writer.write(words)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection(there.hostname, there.port)
        await asyncio.gather(pass_on(reader, to_server), pass_on(from_server, writer))

    async with await asyncio.start_server(serve, "127.0.0.1") as server:
        here = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield urlunsplit(there._replace(netloc=f"{there.netloc.rpartition('@')[0]}@{here}"))
        for writer in open_ends:
            writer.close()


async def say_goodbye(url: str, pid: int) -> None:
    """Have the server end one connection, as it does with all of them when it is stopped."""
    other = await asyncpg.connect(url)
    assert await other.fetchval("select pg_terminate_backend($1, 5000)", pid)
    await other.close()
    await asyncio.sleep(0.2)  # its last words are read


async def test_a_server_that_said_goodbye_and_did_not_hang_up_is_lost(database_url: str) -> None:
    async def cut(database: Database) -> None:
        async with database.as_owner() as connection:
            await say_goodbye(database_url, await connection.fetchval("select pg_backend_pid()"))
            await connection.fetchval("select 1")

    async with never_hung_up(database_url) as url, Database(url, size=1) as database:
        with pytest.raises(Unavailable, match="does not answer"):
            await cut(database)
        async with database.as_owner() as connection:
            assert await connection.fetchval("select 1") == 1


async def test_a_connection_lost_when_all_is_done_spoils_nothing(database_url: str) -> None:
    async with never_hung_up(database_url) as url, Database(url, size=1) as database:
        async with database.as_owner() as connection:
            await say_goodbye(database_url, await connection.fetchval("select pg_backend_pid()"))
        async with database.as_owner() as connection:
            assert await connection.fetchval("select 1") == 1
