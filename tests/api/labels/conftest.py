"""The API with a data folder, an engineer, and somebody who may not label."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.api import world
from tests.api.world import Sign, bearer


@pytest.fixture
async def address(world_url: str, valkey_url: str, tmp_path: Path) -> AsyncIterator[str]:
    """The API's address; its data folder is the test's own."""
    async with world.serving(world.settings_for(world_url, valkey_url, data=tmp_path)) as url:
        yield url


@pytest.fixture
async def engineer(world_url: str, address: str, sign: Sign) -> AsyncIterator[httpx.AsyncClient]:
    await world.execute(world_url, "update venue_members set role = 'engineer' where role = 'viewer'")
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("viewer@town"))) as client:
        yield client


@pytest.fixture
async def admin(address: str, sign: Sign) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("admin@town"))) as client:
        yield client
