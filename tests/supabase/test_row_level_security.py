"""The access rule, in SQL, as a user: what the API relies on and what PostgREST would enforce by itself."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

TENANT_TABLES = ["venue_members", "cameras", "zones", "counting_lines", "zone_readings", "line_crossings"]
READING = (
    "insert into zone_readings (venue_id, zone_id, captured_at, state, camera_ids{}) values ('{}', 'floor', now(), {})"
)


@pytest.fixture
async def owner(shared_url: str) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection, in a transaction that is rolled back."""
    connection = await asyncpg.connect(shared_url)
    await connection.execute("begin")
    for venue_id in ("town", "rival"):
        await connection.execute(READING.format("", venue_id, "'blind', array['north']"))
        await connection.execute(
            "insert into line_crossings (crossing_id, captured_at, venue_id, line_id, camera_id, direction, state) "
            "values (gen_random_uuid(), now(), $1, 'door', 'north', 'in', 'ok')",
            venue_id,
        )
    yield connection
    await connection.close()


async def act_as(connection: asyncpg.Connection, role: str, sub: object = None) -> None:
    """What PostgREST and the API do at the start of a transaction, for the rest of this connection."""
    claims = json.dumps({"sub": str(sub), "role": role}) if sub else ""
    await connection.execute(
        "select set_config('role', $1, false), set_config('request.jwt.claims', $2, false)", role, claims
    )


async def act_as_person(connection: asyncpg.Connection, email: str) -> None:
    sub = await connection.fetchval("select id from auth.users where email = $1", email)
    await act_as(connection, "authenticated", sub)


async def test_row_level_security_is_on_for_every_table(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        """
        select format('%I.%I', n.nspname, c.relname) as name, c.relrowsecurity as on
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind in ('r', 'p') and n.nspname in ('public', 'private', 'partitions', 'auth')
        """
    )
    assert len(rows) >= 11
    assert [row["name"] for row in rows if not row["on"]] == []


async def test_every_table_of_the_public_schema_has_a_policy(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select tablename from pg_tables t where schemaname = 'public' and not exists "
        "(select from pg_policies p where p.schemaname = 'public' and p.tablename = t.tablename)"
    )
    assert rows == []


@pytest.mark.parametrize("table", ["venues", *TENANT_TABLES])
async def test_the_anonymous_role_may_not_even_ask(owner: asyncpg.Connection, table: str) -> None:
    await act_as(owner, "anon")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetch(f"select * from public.{table}")  # noqa: S608 - a table of ours


@pytest.mark.parametrize("table", TENANT_TABLES)
async def test_a_user_sees_the_rows_of_their_venue_only(owner: asyncpg.Connection, table: str) -> None:
    assert {row[0] for row in await owner.fetch(f"select distinct venue_id from {table}")} == {"town", "rival"}  # noqa: S608 - a table of ours
    await act_as_person(owner, "viewer@town")
    assert {row[0] for row in await owner.fetch(f"select venue_id from {table}")} == {"town"}  # noqa: S608 - a table of ours
    await act_as(owner, "authenticated", uuid4())
    assert await owner.fetch(f"select * from {table}") == []  # noqa: S608 - a table of ours


async def test_a_user_without_claims_sees_nothing(owner: asyncpg.Connection) -> None:
    await act_as(owner, "authenticated")
    assert await owner.fetch("select * from venues") == []


async def test_only_an_admin_sees_who_else_belongs_to_the_venue(owner: asyncpg.Connection) -> None:
    await act_as_person(owner, "viewer@town")
    assert [row["role"] for row in await owner.fetch("select role from venue_members")] == ["viewer"]
    await owner.execute("reset role")
    await act_as_person(owner, "admin@town")
    assert {row["role"] for row in await owner.fetch("select role from venue_members")} == {"viewer", "admin"}


@pytest.mark.parametrize(
    "statement",
    [
        "insert into venue_members select 'town', auth.uid(), 'admin'",
        "update venue_members set role = 'admin'",
        "delete from venue_members",
        "update venues set capacity = 1",
        "delete from zones",
        READING.format("", "town", "'blind', array['north']"),
        "truncate line_crossings",
    ],
)
@pytest.mark.parametrize("email", ["viewer@town", "admin@town"])
async def test_nobody_writes_as_a_user(owner: asyncpg.Connection, email: str, statement: str) -> None:
    await act_as_person(owner, email)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute(statement)


@pytest.mark.parametrize("role", ["anon", "authenticated"])
@pytest.mark.parametrize(
    "statement",
    [
        "select * from partitions.zone_readings_default",
        "select private.add_partition('zone_readings', current_date)",
        "select private.drop_partitions('zone_readings', current_date)",
        "select * from auth.users",
        "select * from auth.refresh_tokens",
    ],
)
async def test_no_way_leads_around_the_policies(owner: asyncpg.Connection, role: str, statement: str) -> None:
    await act_as(owner, role, uuid4())
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.execute(statement)


async def test_functions_that_act_as_their_owner_fix_their_search_path(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select proname, proconfig from pg_proc where prosecdef and pronamespace in "
        "('public'::regnamespace, 'private'::regnamespace)"
    )
    assert {row["proname"] for row in rows} >= {"my_venues", "my_venues_as", "add_partition", "drop_partitions"}
    assert all('search_path=""' in (row["proconfig"] or []) for row in rows)


async def test_every_column_that_a_policy_compares_leads_an_index(owner: asyncpg.Connection) -> None:
    for table, column in [("venue_members", "user_id"), *((table, "venue_id") for table in TENANT_TABLES)]:
        leading = await owner.fetch(
            "select a.attname from pg_index i "
            "join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0] where i.indrelid = $1::regclass",
            f"public.{table}",
        )
        assert column in {row["attname"] for row in leading}, table


@pytest.mark.parametrize(
    ("columns", "values"),
    [
        (", count", "'blind', array['north'], 0"),
        (", count, peak", "'stale', array['north'], 3, 3"),
        ("", "'ok', array['north']"),
        (", count", "'ok', array['north'], 3"),
        (", count_low", "'blind', array['north'], 3"),
        (", count, peak", "'ok', array['north'], -1, 0"),
        (", count, peak", "'ok', array['north'], 'NaN', 0"),
        ("", "'asleep', array['north']"),
        ("", "'blind', '{}'"),
    ],
)
async def test_the_table_itself_refuses_a_number_that_is_not_known(
    owner: asyncpg.Connection, columns: str, values: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(READING.format(columns, "town", values))


async def test_a_person_who_is_removed_loses_their_place_and_sessions(owner: asyncpg.Connection) -> None:
    await owner.execute("insert into auth.sessions (user_id) select id from auth.users where email = 'viewer@town'")
    await owner.execute("delete from auth.users where email = 'viewer@town'")
    assert await owner.fetchval("select count(*) from venue_members where venue_id = 'town'") == 1
    assert await owner.fetchval("select count(*) from auth.sessions") == 0
    assert await owner.fetchval("select count(*) from venues where id = 'town'") == 1
