from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from api.access.throttle import Throttle
from tests.api import world
from tests.api.world import PASSWORD, bearer, token

TOKEN = "/auth/v1/token"


@pytest.fixture
async def client(anonymous: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    return anonymous


async def sign_in(client: httpx.AsyncClient, email: str = "admin@town", password: str = PASSWORD) -> httpx.Response:
    return await client.post(TOKEN, params={"grant_type": "password"}, json={"email": email, "password": password})


async def refresh(client: httpx.AsyncClient, refresh_token: str) -> httpx.Response:
    return await client.post(TOKEN, params={"grant_type": "refresh_token"}, json={"refresh_token": refresh_token})


async def me(client: httpx.AsyncClient, access_token: str) -> httpx.Response:
    return await client.get("/api/v1/me", headers=bearer(access_token))


async def test_a_password_opens_a_session(client: httpx.AsyncClient, world_url: str) -> None:
    session = (await sign_in(client, "Admin@Town")).json()
    assert (session["token_type"], session["expires_in"]) == ("bearer", 3600)
    assert session["user"] == {"id": str(await world.user_id(world_url, "admin@town")), "email": "admin@town"}
    who = (await me(client, session["access_token"])).json()
    assert who["email"] == "admin@town"
    assert who["venues"] == [{"venue_id": "town", "name": "Town", "role": "admin"}]


@pytest.mark.parametrize(("email", "password"), [("admin@town", "wrong"), ("nobody@town", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_account_look_the_same(
    client: httpx.AsyncClient, email: str, password: str
) -> None:
    answer = await sign_in(client, email, password)
    assert answer.status_code == 400
    assert answer.json() == {"code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"}


async def test_the_sixth_guess_is_refused_even_when_it_is_right(client: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert (await sign_in(client, password="wrong")).status_code == 400
    refused = await sign_in(client)
    assert refused.status_code == 429
    assert refused.json()["error_code"] == "over_request_rate_limit"
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert (await sign_in(client, "viewer@town")).status_code == 200


@pytest.mark.parametrize(
    ("grant_type", "body", "status"),
    [
        ("password", {"email": "admin@town"}, 400),
        ("refresh_token", {}, 400),
        ("magic", {}, 422),
        ("password", {"email": "a" * 300, "password": "swordfish"}, 422),
    ],
)
async def test_an_incomplete_request_is_refused_without_repeating_it(
    client: httpx.AsyncClient, grant_type: str, body: dict[str, str], status: int
) -> None:
    answer = await client.post(TOKEN, params={"grant_type": grant_type}, json=body)
    assert answer.status_code == status
    assert "swordfish" not in answer.text
    assert "aaaa" not in answer.text


async def test_a_refresh_token_is_good_once_and_gives_the_next(client: httpx.AsyncClient) -> None:
    first = (await sign_in(client)).json()
    second = (await refresh(client, first["refresh_token"])).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert (await me(client, second["access_token"])).status_code == 200
    assert (await refresh(client, second["refresh_token"])).status_code == 200


async def test_a_stolen_refresh_token_ends_the_session_for_both(client: httpx.AsyncClient) -> None:
    first = (await sign_in(client)).json()
    second = (await refresh(client, first["refresh_token"])).json()
    stolen = await refresh(client, first["refresh_token"])
    assert stolen.status_code == 400
    assert stolen.json()["error_code"] == "refresh_token_already_used"
    assert (await refresh(client, second["refresh_token"])).status_code == 400


async def test_another_session_survives_the_theft(client: httpx.AsyncClient) -> None:
    victim, other = (await sign_in(client)).json(), (await sign_in(client)).json()
    await refresh(client, victim["refresh_token"])
    await refresh(client, victim["refresh_token"])
    assert (await refresh(client, other["refresh_token"])).status_code == 200


async def test_a_refresh_token_nobody_was_given_is_refused(client: httpx.AsyncClient) -> None:
    answer = await refresh(client, "made up")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "refresh_token_not_found")


async def test_a_refresh_token_of_last_month_is_refused(client: httpx.AsyncClient, world_url: str) -> None:
    session = (await sign_in(client)).json()
    await world.execute(world_url, "update auth.refresh_tokens set created_at = now() - interval '31 days'")
    assert (await refresh(client, session["refresh_token"])).status_code == 400


async def test_refresh_tokens_are_not_in_the_database(client: httpx.AsyncClient, world_url: str) -> None:
    session = (await sign_in(client)).json()
    rows = await world.fetch(world_url, "select t::text as row from auth.refresh_tokens t")
    assert len(rows) == 1
    assert session["refresh_token"] not in rows[0]["row"]
    assert session["refresh_token"].encode().hex() not in rows[0]["row"]


async def test_signing_out_ends_the_session(client: httpx.AsyncClient) -> None:
    session = (await sign_in(client)).json()
    assert (await client.post("/auth/v1/logout")).status_code == 401
    answer = await client.post("/auth/v1/logout", headers=bearer(session["access_token"]))
    assert answer.status_code == 204
    assert (await refresh(client, session["refresh_token"])).status_code == 400


async def test_signing_in_forgets_sessions_that_ran_out(client: httpx.AsyncClient, world_url: str) -> None:
    await sign_in(client)
    await world.execute(world_url, "update auth.refresh_tokens set created_at = now() - interval '31 days'")
    await sign_in(client)
    assert len(await world.fetch(world_url, "select id from auth.sessions")) == 1


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        ({"exp": datetime.now(UTC) - timedelta(minutes=1)}, "expired"),
        ({"aud": "someone-else"}, "another audience"),
        ({"secret": "another secret of at least 32 characters"}, "not valid"),
        ({"role": "anon"}, "not a signed-in user's"),
        ({"role": "service_role"}, "not a signed-in user's"),
        ({"sub": "not-a-uuid"}, "names no user"),
        ({"leave_out": "exp"}, "not valid"),
        ({"leave_out": "aud"}, "not valid"),
    ],
)
async def test_a_token_that_is_wrong_is_refused_in_words(
    client: httpx.AsyncClient, bad: dict[str, Any], told: str
) -> None:
    answer = await me(client, token(**{"sub": uuid4(), **bad}))
    assert answer.status_code == 401
    assert told in answer.json()["detail"]


@pytest.mark.parametrize("text", ["garbage", "a.b.c", jwt.encode({"sub": "x"}, None, "none")])
async def test_what_is_no_token_is_refused(client: httpx.AsyncClient, text: str) -> None:
    assert (await me(client, text)).status_code == 401


async def test_a_valid_token_of_an_unknown_user_sees_nothing(client: httpx.AsyncClient) -> None:
    answer = await me(client, token(uuid4()))
    assert (answer.status_code, answer.json()["venues"]) == (200, [])


def test_the_throttle_slides_and_forgets() -> None:
    now = 0.0
    throttle = Throttle(tries=2, window_s=10, clock=lambda: now)
    assert [throttle.wait_s("a"), throttle.wait_s("a"), throttle.wait_s("a")] == [0, 0, 10]
    assert throttle.wait_s("b") == 0
    now = 4.0
    assert throttle.wait_s("a") == 6
    now = 10.0
    assert throttle.wait_s("a") == 0
    throttle.forget("a")
    assert [throttle.wait_s("a"), throttle.wait_s("a")] == [0, 0]
