import asyncio

import httpx
import pytest
from pydantic import SecretStr

from api.setup import FirstAdmin, prepare
from domain.errors import BadInput, BadSettings, Unavailable
from domain.settings import Settings
from tests.api import world
from tests.api.world import PASSWORD, fetch, settings_for, venue

ADMIN = FirstAdmin("admin@town", SecretStr(PASSWORD))
ACTIVE = "select id from {} where venue_id = 'town' and retired_at is null order by position"


async def active(url: str, table: str) -> list[str]:
    return [row[0] for row in await fetch(url, ACTIVE.format(table))]


async def test_a_fresh_database_gets_its_venue_and_its_admin(database_url: str) -> None:
    await prepare(settings_for(database_url), venue=venue("town"), admin=ADMIN)
    assert await active(database_url, "zones") == ["floor", "bar", "yard"]
    members = await fetch(
        database_url, "select m.role, u.email from venue_members m join auth.users u on u.id = m.user_id"
    )
    assert [tuple(row) for row in members] == [("admin", "admin@town")]


async def test_preparing_again_and_twice_at_once_changes_nothing(database_url: str) -> None:
    settings = settings_for(database_url)
    await asyncio.gather(*(prepare(settings, venue=venue("town"), admin=ADMIN) for _ in range(3)))
    before = await fetch(database_url, "select * from auth.users")
    await prepare(settings, venue=venue("town"), admin=ADMIN)
    assert await fetch(database_url, "select * from auth.users") == before
    assert len(await fetch(database_url, "select 1 from venue_members")) == 1


async def test_what_vanished_from_the_file_is_retired_and_comes_back(database_url: str) -> None:
    settings = settings_for(database_url)
    whole = venue("town")
    await prepare(settings, venue=whole, admin=None)
    smaller = whole.model_copy(
        update={
            "cameras": whole.cameras[:1],
            "zones": whole.zones[:1],
            "lines": (),
            "name": "Town Square",
            "capacity": 400,
        }
    )
    await prepare(settings, venue=smaller, admin=None)
    assert await active(database_url, "cameras") == ["north"]
    assert await active(database_url, "zones") == ["floor"]
    assert await active(database_url, "counting_lines") == []
    assert len(await fetch(database_url, "select 1 from zones where venue_id = 'town'")) == 3
    names = await fetch(database_url, "select name, capacity from venues")
    assert [tuple(row) for row in names] == [("Town Square", 400)]
    await prepare(settings, venue=whole, admin=None)
    assert await active(database_url, "zones") == ["floor", "bar", "yard"]


async def test_a_retired_zone_is_gone_from_the_venue_but_not_from_history(world_url: str, valkey_url: str) -> None:
    settings = settings_for(world_url, valkey_url)
    whole = venue("town")
    await prepare(settings, venue=whole.model_copy(update={"zones": whole.zones[:2]}), admin=None)
    token = world.token(await world.user_id(world_url, "viewer@town"))
    async with (
        world.serving(settings) as url,
        httpx.AsyncClient(base_url=url, headers=world.bearer(token)) as client,
    ):
        zones = (await client.get("/api/v1/venues/town")).json()["zones"]
        assert [zone["id"] for zone in zones] == ["floor", "bar"]
        span = {"since": "2026-05-01T18:00Z", "until": "2026-05-01T18:01Z", "step": 60}
        readings = (await client.get("/api/v1/venues/town/readings", params=span)).json()["zones"]
        assert [zone["zone_id"] for zone in readings] == ["floor", "bar"]
        history = await client.get("/api/v1/venues/town/readings", params={**span, "zone": "yard"})
        assert [zone["zone_id"] for zone in history.json()["zones"]] == ["yard"]


async def test_another_password_is_applied_and_ends_the_old_sessions(world_url: str, valkey_url: str) -> None:
    settings = settings_for(world_url, valkey_url)

    async def sign_in(client: httpx.AsyncClient, password: str) -> httpx.Response:
        body = {"email": "admin@town", "password": password}
        return await client.post("/auth/v1/token", params={"grant_type": "password"}, json=body)

    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        session = (await sign_in(client, PASSWORD)).json()
        await prepare(settings, venue=None, admin=FirstAdmin("Admin@Town", SecretStr("another one")))
        assert (await sign_in(client, PASSWORD)).status_code == 400
        assert (await sign_in(client, "another one")).status_code == 200
        body = {"refresh_token": session["refresh_token"]}
        refreshed = await client.post("/auth/v1/token", params={"grant_type": "refresh_token"}, json=body)
        assert refreshed.status_code == 400


async def test_a_viewer_who_is_named_first_admin_becomes_one(world_url: str) -> None:
    await prepare(settings_for(world_url), venue=venue("town"), admin=FirstAdmin("viewer@town", SecretStr(PASSWORD)))
    roles = await fetch(world_url, "select role from venue_members where venue_id = 'town'")
    assert [row[0] for row in roles] == ["admin", "admin"]


async def test_no_password_is_in_the_database_or_in_a_repr(world_url: str) -> None:
    rows = await fetch(world_url, "select u::text from auth.users u")
    assert all(PASSWORD not in row[0] and "$argon2id$" in row[0] for row in rows)
    assert PASSWORD not in repr(ADMIN)


async def test_with_supabase_auth_the_admin_must_exist_there(world_url: str) -> None:
    settings = settings_for(world_url, supabase_url="http://localhost", supabase_key="publishable")
    await prepare(settings, venue=venue("rival"), admin=ADMIN)
    grants = await fetch(
        world_url,
        "select venue_id from venue_members m join auth.users u on u.id = m.user_id "
        "where email = 'admin@town' and role = 'admin' order by 1",
    )
    assert [row[0] for row in grants] == ["rival", "town"]
    with pytest.raises(BadInput, match="nobody@town has no account"):
        await prepare(settings, venue=None, admin=FirstAdmin("nobody@town", SecretStr(PASSWORD)))


async def test_a_database_that_is_not_there_is_said_so_without_its_password() -> None:
    with pytest.raises(Unavailable) as refused:
        await prepare(settings_for("postgresql://me:hidden@127.0.0.1:1/x"), venue=None, admin=None)
    assert "hidden" not in str(refused.value)
    with pytest.raises(BadSettings, match="HEADROOM_DATABASE_URL"):
        await prepare(Settings(), venue=None, admin=None)
    with pytest.raises(BadSettings, match="not a PostgreSQL address"):
        await prepare(settings_for("mysql://me:hidden@127.0.0.1/x"), venue=None, admin=None)
