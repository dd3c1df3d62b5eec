"""A migrated database for each test, with the two tenants of the API's tests."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api import world


@pytest.fixture(scope="session")
def _prepared(databases: Any) -> str:
    url: str = databases.create()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(world.build(url))).result()
    return url


@pytest.fixture
def world_url(databases: Any, _prepared: str) -> Iterator[str]:
    url: str = databases.create(template=_prepared)
    yield url
    databases.drop(url)
