"""A migrated database for each test, with the two tenants of the API's tests."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.api import world


@pytest.fixture(scope="session")
def _prepared(databases: world.Databases) -> str:
    url = databases.create()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(world.build(url))).result()
    return url


@pytest.fixture
def shared_url(_prepared: str) -> str:
    """The database that the others are copies of: for tests that roll back whatever they do."""
    return _prepared


@pytest.fixture
def world_url(databases: world.Databases, _prepared: str) -> Iterator[str]:
    url = databases.create(template=_prepared)
    yield url
    databases.drop(url)
