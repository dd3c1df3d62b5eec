"""The API while a part is missing: it says which, answers the rest, and recovers by itself."""

import asyncio
import time
from collections.abc import Callable

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
