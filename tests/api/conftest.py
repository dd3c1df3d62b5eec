"""Two tenants on a real database, and the API on a real server."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from redis.asyncio import Redis

from api import bus
from api.database.pool import Database
from tests.api import world


@pytest.fixture(scope="session")
def _prepared(databases: world.Databases) -> str:
    """A database with both tenants, made once and copied for each test."""
    url = databases.create()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(world.build(url))).result()
    return url


@pytest.fixture
def world_url(databases: world.Databases, _prepared: str) -> Iterator[str]:
    url = databases.create(template=_prepared)
    yield url
    databases.drop(url)


@pytest.fixture
async def database(world_url: str) -> AsyncIterator[Database]:
    """The world's database, by one connection."""
    async with Database(world_url, size=1) as opened:
        yield opened


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    client = bus.connect(valkey_url)
    yield client
    await client.aclose()


@pytest.fixture
async def address(world_url: str, valkey_url: str) -> AsyncIterator[str]:
    """The API's address."""
    async with world.serving(world.settings_for(world_url, valkey_url)) as url:
        yield url


@pytest.fixture
async def anonymous(address: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address) as client:
        yield client


@pytest.fixture
async def sign(world_url: str) -> Callable[[str], object]:
    """An access token of one of the world's people."""

    async def token_of(email: str, **changes: object) -> str:
        return world.token(await world.user_id(world_url, email), email=email, **changes)

    return token_of


@pytest.fixture
async def viewer(address: str, sign: world.Sign) -> AsyncIterator[httpx.AsyncClient]:
    """The lowest role in town."""
    async with httpx.AsyncClient(base_url=address, headers=world.bearer(await sign("viewer@town"))) as client:
        yield client


@pytest.fixture
async def stranger(address: str, sign: world.Sign) -> AsyncIterator[httpx.AsyncClient]:
    """An admin, but of the other tenant."""
    async with httpx.AsyncClient(base_url=address, headers=world.bearer(await sign("stranger@rival"))) as client:
        yield client
