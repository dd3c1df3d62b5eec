"""Signing in through Supabase Auth, against its HTTP contract (GoTrue itself is not run here)."""

from collections.abc import AsyncIterator

import httpx
import pytest

from api.access.keys import MIN_INTERVAL_S, PublishedKeys
from api.errors import TokenRefused
from domain.errors import BadSettings, Unavailable
from tests.api import world
from tests.api.world import bearer
from tests.fakes.gotrue import GoTrue

TOKEN = "/auth/v1/token"
RIGHT = "from supabase"


@pytest.fixture
def auth() -> GoTrue:
    return GoTrue(key="publishable", password={"admin@town": "from supabase"})


@pytest.fixture
async def project(auth: GoTrue) -> AsyncIterator[str]:
    async with world.listening(auth.app) as url:
        yield url


@pytest.fixture
async def client(auth: GoTrue, project: str, world_url: str, valkey_url: str) -> AsyncIterator[httpx.AsyncClient]:
    auth.users["admin@town"] = await world.user_id(world_url, "admin@town")
    settings = world.settings_for(
        world_url,
        valkey_url,
        jwt_secret=None,
        jwks_url=f"{project}/auth/v1/.well-known/jwks.json",
        supabase_url=project,
        supabase_key="publishable",
    )
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, password: str = RIGHT) -> httpx.Response:
    body = {"email": "admin@town", "password": password}
    return await client.post(TOKEN, params={"grant_type": "password"}, json=body)


async def refresh(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post(TOKEN, params={"grant_type": "refresh_token"}, json={"refresh_token": refresh_token})


async def test_a_session_of_the_project_opens_the_venues(client: httpx.AsyncClient, auth: GoTrue) -> None:
    session = (await sign_in(client)).json()
    assert set(session) == {"access_token", "token_type", "expires_in", "refresh_token", "user"}
    assert session["user"] == {"id": str(auth.users["admin@town"]), "email": "admin@town"}
    who = (await client.get("/api/v1/me", headers=bearer(session["access_token"]))).json()
    assert [venue["venue_id"] for venue in who["venues"]] == ["town"]


async def test_the_local_password_does_not_open_it(client: httpx.AsyncClient) -> None:
    answer = await sign_in(client, world.PASSWORD)
    assert answer.status_code == 400
    assert answer.json() == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}


async def test_a_session_goes_on_with_its_refresh_token_once(client: httpx.AsyncClient) -> None:
    session = (await sign_in(client)).json()
    following = await refresh(client, session["refresh_token"])
    assert following.status_code == 200
    again = await refresh(client, session["refresh_token"])
    assert (again.status_code, again.json()["error_code"]) == (400, "refresh_token_not_found")


async def test_two_users_at_once_do_not_get_each_others_session(client: httpx.AsyncClient, auth: GoTrue) -> None:
    auth.password["other@town"] = "from supabase"
    first = (await sign_in(client)).json()
    body = {"email": "other@town", "password": "from supabase"}
    await client.post(TOKEN, params={"grant_type": "password"}, json=body)
    following = (await refresh(client, first["refresh_token"])).json()
    assert following["user"]["email"] == "admin@town"


async def test_signing_out_ends_this_session_only(client: httpx.AsyncClient, auth: GoTrue) -> None:
    here, elsewhere = (await sign_in(client)).json(), (await sign_in(client)).json()
    for _ in range(2):  # the second finds it gone, which is what was wanted
        answer = await client.post("/auth/v1/logout", headers=bearer(here["access_token"]))
        assert answer.status_code == 204
    assert "/auth/v1/logout?scope=local" in auth.asked
    assert (await refresh(client, here["refresh_token"])).status_code == 400
    assert (await refresh(client, elsewhere["refresh_token"])).status_code == 200


@pytest.mark.parametrize(("broken", "status"), [(500, 503), (502, 503), (429, 429)])
async def test_an_outage_is_not_a_wrong_password(
    client: httpx.AsyncClient, auth: GoTrue, broken: int, status: int
) -> None:
    auth.broken = broken
    assert (await sign_in(client)).status_code == status


async def test_keys_are_fetched_once_and_outlive_an_outage(client: httpx.AsyncClient, auth: GoTrue) -> None:
    session = (await sign_in(client)).json()
    for _ in range(3):
        assert (await client.get("/api/v1/me", headers=bearer(session["access_token"]))).status_code == 200
        auth.broken = 500
    assert sum("jwks" in path for path in auth.asked) == 1


async def test_a_token_signed_with_the_public_key_as_secret_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/me", headers=bearer(world.token("5d7bd8f4-6c1d-4d4e-9df1-000000000000")))
    assert answer.status_code == 401


async def test_a_flood_of_unknown_keys_does_not_become_a_flood_of_fetches(auth: GoTrue, project: str) -> None:
    now = 0.0
    keys = PublishedKeys(f"{project}/auth/v1/.well-known/jwks.json", clock=lambda: now)
    for number in range(20):
        with pytest.raises(TokenRefused, match="not published"):
            await keys.key(f"made up {number}")
    assert len(auth.asked) == 1
    auth.signing_key_id = "second"
    now = MIN_INTERVAL_S + 1
    assert (await keys.key("second")).key_id == "second"
    with pytest.raises(TokenRefused):
        await keys.key("first")


async def test_keys_that_cannot_be_fetched_are_an_outage(auth: GoTrue, project: str) -> None:
    auth.broken = 503
    with pytest.raises(Unavailable):
        await PublishedKeys(f"{project}/auth/v1/.well-known/jwks.json").key("first")


async def test_a_project_without_its_key_is_refused_at_the_start(world_url: str) -> None:
    with pytest.raises(BadSettings, match="HEADROOM_SUPABASE_KEY"):
        async with world.serving(world.settings_for(world_url, supabase_url="http://localhost")):
            pass
