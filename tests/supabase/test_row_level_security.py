"""The access rule, in SQL, as a user: what the API relies on and what PostgREST would enforce by itself."""

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

TENANT_TABLES = [
    *("venue_members", "cameras", "zones", "counting_lines", "zone_readings", "line_crossings", "posture_events"),
    *("floor_plans", "gates", "occupancy_readings", "scans", "jobs", "job_changes"),
]
READING = (
    "insert into zone_readings (venue_id, zone_id, captured_at, state, camera_ids{}) values ('{}', 'floor', now(), {})"
)

POSTURE = (
    "insert into posture_events (event_id, phase, captured_at, venue_id, camera_id, position_x, position_y, posture, "
    "confidence, since, duration_s, state) "
    "values (gen_random_uuid(), 'started', now(), $1, 'north', 1, 2, 'fallen', 0.9, now(), 0, 'ok')"
)
SCAN = (
    "insert into scans (venue_id, scan_id, captured_at, gate_id, direction, people, state) "
    "values ($1, 'first', now(), 'west', 'in', 1, 'ok')"
)
FLOOR = [
    POSTURE,
    SCAN,
    "insert into floor_plans (venue_id) values ($1)",
    "insert into gates (venue_id, id, name) values ($1, 'west', 'West')",
    "insert into occupancy_readings (venue_id, captured_at, state) values ($1, now(), 'blind')",
    "insert into jobs (venue_id, kind, limit_s) values ($1, 'train', 60)",
]
ZONE = (
    "insert into zones (venue_id, id, name, polygon, camera_id, on_plan, is_primary, {}) values ('town', 'x', 'X', {}"
)
CORNERS = "'[[0, 0], [1, 0], [1, 1]]'"
OCCUPANCY = (
    "insert into occupancy_readings (venue_id, captured_at, state, count, count_low, count_high, seen_share) "
    "values ('town', now() + interval '1 s', {})"
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
        for statement in FLOOR:
            await connection.execute(statement, venue_id)
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
        "delete from scans",
        "insert into gates (venue_id, id, name) values ('town', 'mine', 'Mine')",
        OCCUPANCY.format("'ok', 0, 0, 0, 1"),
        SCAN.replace("$1", "'town'").replace("first", "second"),
        "update jobs set state = 'queued'",
        "insert into jobs (venue_id, kind, limit_s, state) values ('town', 'analyse', 1, 'queued')",
        "insert into jobs (venue_id, kind, limit_s, actor) values ('town', 'analyse', 1, 'somebody else')",
        "insert into job_changes (job_id, venue_id, change, attempt, actor) values (null, 'town', 'asked', 0, 'x')",
        "delete from job_changes",
        "select private.stop_job('town', gen_random_uuid())",
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
        "select * from private.scan_keys",
        "select * from partitions.scans_default",
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


@pytest.mark.parametrize(
    ("state", "figures"), [("blind", "'{}'"), ("stale", """'{"density_per_m2": 1}'"""), ("ok", "'[]'"), ("ok", "'3'")]
)
async def test_a_reading_has_figures_only_when_it_is_known(owner: asyncpg.Connection, state: str, figures: str) -> None:
    known = "3, 3" if state == "ok" else "null, null"
    with pytest.raises(asyncpg.CheckViolationError, match="figures_only_when_ok"):
        await owner.execute(
            READING.format(", count, peak, floor", "town", f"'{state}', array['north'], {known}, {figures}")
        )


@pytest.mark.parametrize(
    "values",
    [
        "'blind', 0, 0, 0, null",
        "'blind', null, 0, 0, null",
        "'ok', null, null, null, 1",
        "'ok', 3, null, null, 1",
        "'ok', -1, 0, 3, 1",
        "'ok', 3, 2, 'infinity', 1",
        "'ok', 3, 2, 4, 1.1",
        "'asleep', null, null, null, null",
    ],
)
async def test_an_occupancy_is_known_with_its_interval_or_not_at_all(owner: asyncpg.Connection, values: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute(OCCUPANCY.format(values))


@pytest.mark.parametrize(
    ("columns", "values", "rule"),
    [
        ("is_queue", f"{CORNERS}, null, false, false, false)", "a_camera_exactly_in_a_picture"),
        ("is_queue", f"{CORNERS}, 'north', true, false, false)", "a_camera_exactly_in_a_picture"),
        ("is_queue", f"{CORNERS}, null, true, true, false)", "the_plan_is_not_summed"),
        ("is_queue", f"{CORNERS}, 'north', false, false, true)", "queues_on_the_plan_only"),
        ("is_queue, front_x", f"{CORNERS}, null, true, false, true, 3)", "a_front_is_a_place"),
        ("front_x, front_y", f"{CORNERS}, null, true, false, 3, 4)", "a_front_is_a_place"),
    ],
)
async def test_a_zone_is_of_one_picture_or_of_the_plan(
    owner: asyncpg.Connection, columns: str, values: str, rule: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=rule):
        await owner.execute(ZONE.format(columns, values))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        *(("staff", True), ("security", True), ("admin", True)),
        *(("viewer", False), ("engineer", False), ("organiser", False)),
    ],
)
async def test_who_may_tell_of_scans(owner: asyncpg.Connection, role: str, may: bool) -> None:  # noqa: FBT001 - a case
    await owner.execute("update venue_members set role = $1 where venue_id = 'town'", role)
    await act_as_person(owner, "viewer@town")
    assert await owner.fetchval("select private.may_tell_scans('town')") is may
    assert await owner.fetchval("select private.may_tell_scans('rival')") is False
    await act_as(owner, "anon")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await owner.fetchval("select private.may_tell_scans('town')")


async def test_a_person_who_is_removed_loses_their_place_and_sessions(owner: asyncpg.Connection) -> None:
    await owner.execute("insert into auth.sessions (user_id) select id from auth.users where email = 'viewer@town'")
    await owner.execute("delete from auth.users where email = 'viewer@town'")
    assert await owner.fetchval("select count(*) from venue_members where venue_id = 'town'") == 1
    assert await owner.fetchval("select count(*) from auth.sessions") == 0
    assert await owner.fetchval("select count(*) from venues where id = 'town'") == 1
