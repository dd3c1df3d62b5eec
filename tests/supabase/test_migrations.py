import asyncio
import re
import shutil
from datetime import date
from pathlib import Path

import asyncpg
import pytest

from api.database.migrations import FOLDER, MigrationFailed, known_migrations, migrate, split_statements
from api.database.pool import Database
from tests.api import world

ROOT = FOLDER.parent


async def migrated(url: str, folder: Path = FOLDER) -> list[str]:
    async with Database(url, size=1) as database:
        return await migrate(database, folder)


async def test_they_are_applied_once_and_recorded_as_the_supabase_cli_does(database_url: str) -> None:
    known = known_migrations()
    assert await migrated(database_url) == [migration.version for migration in known]
    assert await migrated(database_url) == []
    rows = await world.fetch(
        database_url, "select version, name, statements from supabase_migrations.schema_migrations order by version"
    )
    assert [tuple(row) for row in rows] == [(one.version, one.name, list(one.statements)) for one in known]
    assert rows[0]["name"] == "venues_and_members"
    assert rows[0]["statements"][0].endswith("create schema private")


async def test_two_starts_at_once_do_not_collide(database_url: str) -> None:
    applied = await asyncio.gather(*(migrated(database_url) for _ in range(4)))
    assert sorted(len(versions) for versions in applied) == [0, 0, 0, len(known_migrations())]


async def test_a_migration_that_fails_leaves_nothing_behind(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "20260101000000_good.sql").write_text("create table good (id int);")
    (tmp_path / "20260101000001_bad.sql").write_text("create table bad (id int); select 1 from missing;")
    with pytest.raises(MigrationFailed, match=r"20260101000001_bad was refused: .*missing"):
        await migrated(database_url, tmp_path)
    tables = await world.fetch(database_url, "select tablename from pg_tables where schemaname = 'public'")
    assert [row[0] for row in tables] == ["good"]
    (tmp_path / "20260101000001_bad.sql").write_text("create table mended (id int);")
    assert await migrated(database_url, tmp_path) == ["20260101000001"]


async def test_a_database_with_days_and_rows_gets_what_is_said_in_metres(database_url: str, tmp_path: Path) -> None:
    for path in FOLDER.glob("*.sql"):
        if path.stem < "20260901090700":
            shutil.copy(path, tmp_path)
    await migrated(database_url, tmp_path)
    days = [date(2026, 5, 1), date(2026, 5, 2)]
    row = (
        "insert into zone_readings (venue_id, zone_id, captured_at, state, camera_ids, count, peak) "
        "values ('town', 'floor', '{} 12:00Z', 'ok', array['north'], 3, 3)"
    )
    await world.fetch(database_url, "select private.add_partition('zone_readings', $1)", days[0])
    for day in days:  # the second lies in the default partition
        await world.execute(database_url, row.format(day))
    assert "20260901090700" in await migrated(database_url)
    await world.fetch(database_url, "select private.add_partition('zone_readings', $1)", days[1])
    rows = await world.fetch(
        database_url, "select tableoid::regclass::text, count, floor from zone_readings order by captured_at"
    )
    assert [tuple(one) for one in rows] == [
        ("partitions.zone_readings_20260501", 3, None),
        ("partitions.zone_readings_20260502", 3, None),
    ]


@pytest.mark.parametrize("name", ["1_short.sql", "20260101000000.sql"])
async def test_a_file_with_a_wrong_name_is_named(database_url: str, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("select 1")
    with pytest.raises(MigrationFailed, match=re.escape(name)):
        await migrated(database_url, tmp_path)


async def test_an_installation_without_migrations_is_refused(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(MigrationFailed, match="no migrations"):
        await migrated(database_url, tmp_path)


async def test_a_real_supabase_is_left_alone(database_url: str) -> None:
    await world.execute(
        database_url,
        """
        create schema auth;
        create table auth.users (id uuid primary key);
        create function auth.uid() returns uuid language sql stable as 'select null::uuid';
        create function auth.jwt() returns jsonb language sql stable as 'select null::jsonb';
        do $$ begin
          if not exists (select from pg_roles where rolname = 'service_role') then
            create role anon; create role authenticated; create role service_role bypassrls;
          end if;
        end $$;
        """,
    )
    assert await migrated(database_url)
    tables = await world.fetch(database_url, "select tablename from pg_tables where schemaname = 'auth'")
    assert [row[0] for row in tables] == ["users"]


def test_statements_are_cut_where_they_end() -> None:
    script = """
        -- a comment; with a semicolon
        select 'a;b', "c;d" /* e; f */;
        create function f() returns int language sql as $body$ select 1; select 2 $body$;;
        select 'it''s; here'
    """
    first, second, third = split_statements(script)
    assert first.startswith("-- a comment")
    assert first.endswith("/* e; f */")
    assert second.endswith("select 2 $body$")
    assert third == "select 'it''s; here'"


async def test_the_seed_fits_the_migrations(database_url: str) -> None:
    await migrated(database_url)
    await world.execute(database_url, (ROOT / "seed.sql").read_text())
    rows = await world.fetch(
        database_url, "select state, count(*), count(count) from zone_readings group by 1 order by 1"
    )
    assert [tuple(row) for row in rows] == [("blind", 60, 0), ("ok", 540, 540)]


@pytest.mark.parametrize("path", sorted((ROOT / "tests").glob("*.sql")), ids=lambda path: path.stem)
async def test_the_sql_tests_pass(database_url: str, path: Path) -> None:
    """The files that ``supabase test db`` runs: each prints TAP and rolls back."""
    await migrated(database_url)
    connection = await asyncpg.connect(database_url)
    lines: list[str] = []
    try:
        for statement in split_statements(path.read_text()):  # noqa: ASYNC240 - a small file of ours
            lines += [row[0] for row in await connection.fetch(statement) if len(row) == 1 and isinstance(row[0], str)]
    finally:
        await connection.close()
    planned = next(line for line in lines if line.startswith("1.."))
    results = [line for line in lines if line.startswith(("ok ", "not ok "))]
    assert len(results) == int(planned.removeprefix("1.."))
    assert [line for line in results if line.startswith("not ok")] == []
