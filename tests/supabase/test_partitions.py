from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from api.database.pool import Database
from api.recorder.repository import store_readings
from api.recorder.upkeep import keep_partitions
from tests.api.world import reading

DAY = date(2026, 5, 1)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
async def database(world_url: str) -> AsyncIterator[Database]:
    async with Database(world_url, size=1) as database:
        yield database


async def where(database: Database) -> list[tuple[str, datetime]]:
    async with database.as_service() as connection:
        rows = await connection.fetch(
            "select c.relname, r.captured_at from zone_readings r join pg_class c on c.oid = r.tableoid order by 2"
        )
    return [(row[0], row[1]) for row in rows]


async def store(database: Database, *times: datetime) -> None:
    async with database.as_service() as connection:
        await store_readings(connection, [reading("floor", at) for at in times])


async def add(database: Database, day: date = DAY) -> bool:
    async with database.as_service() as connection:
        made: bool = await connection.fetchval("select private.add_partition('zone_readings', $1)", day)
    return made


async def test_a_day_begins_and_ends_at_midnight_utc(database: Database) -> None:
    assert await add(database)
    midnight = datetime(2026, 5, 1, tzinfo=UTC)
    times = [
        midnight - timedelta(seconds=1),
        midnight,
        midnight + timedelta(seconds=86_399),
        midnight + timedelta(days=1),
    ]
    await store(database, *times)
    assert [name for name, _ in await where(database)] == [
        "zone_readings_default",
        "zone_readings_20260501",
        "zone_readings_20260501",
        "zone_readings_default",
    ]


async def test_making_a_day_twice_makes_it_once(database: Database) -> None:
    assert [await add(database), await add(database)] == [True, False]


async def test_rows_that_came_before_their_day_was_made_move_into_it(database: Database) -> None:
    await store(database, NOON, NOON + timedelta(days=3))
    assert await add(database)
    assert [name for name, _ in await where(database)] == ["zone_readings_20260501", "zone_readings_default"]
    await store(database, NOON)
    assert len(await where(database)) == 2


async def test_old_days_go_whole_and_newer_ones_stay(database: Database) -> None:
    for day in range(4):
        await add(database, DAY + timedelta(days=day))
    await store(database, *(NOON + timedelta(days=day) for day in range(-1, 4)))
    await keep_partitions(database, NOON + timedelta(days=3), retention_days=1)
    assert [at for _, at in await where(database)] == [NOON + timedelta(days=2), NOON + timedelta(days=3)]
    async with database.as_service() as connection:
        names = await connection.fetch("select tablename from pg_tables where tablename like 'zone_readings_2026050%'")
    assert "zone_readings_20260501" not in {row[0] for row in names}


async def test_a_day_that_is_made_is_as_closed_as_its_parent(database: Database) -> None:
    await add(database)
    async with database.as_owner() as connection:
        assert await connection.fetchval(
            "select relrowsecurity from pg_class where oid = 'partitions.zone_readings_20260501'::regclass"
        )
        assert not await connection.fetchval(
            "select has_table_privilege('authenticated', 'partitions.zone_readings_20260501', 'select')"
        )


async def test_no_other_table_can_be_partitioned_or_dropped(database: Database) -> None:
    for function, argument in (("add_partition", DAY), ("drop_partitions", DAY)):
        with pytest.raises(asyncpg.RaiseError, match="not kept by day"):
            async with database.as_service() as connection:
                await connection.execute(f"select private.{function}('venues', $1)", argument)
