from datetime import UTC, datetime, timedelta

import httpx
import pytest
from redis.asyncio import Redis

from api.recorder.heartbeat import Heartbeat, beat
from domain.errors import BadSettings
from tests.api import world
from tests.api.world import METRICS_TOKEN, bearer, publish, reading, settings_for, token


def heartbeat(**changes: object) -> Heartbeat:
    values = {"at": datetime.now(UTC), "behind": 3, "stored": 42, "dead_letters": 1}
    return Heartbeat.model_validate(values | changes)


async def test_anyone_may_ask_whether_it_is_alive(anonymous: httpx.AsyncClient) -> None:
    answer = await anonymous.get("/healthz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"]


async def test_ready_names_the_part_that_is_missing(anonymous: httpx.AsyncClient, redis: Redis) -> None:
    answer = await anonymous.get("/readyz")
    assert answer.status_code == 503
    parts = answer.json()["parts"]
    assert (parts["database"]["ok"], parts["redis"]["ok"]) == (True, True)
    assert parts["recorder"] == {"ok": False, "detail": "is not running"}
    await beat(redis, heartbeat())
    ready = await anonymous.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["ready"]
    assert ready.json()["parts"]["recorder"]["detail"] == "storing, 3 messages behind"


async def test_a_recorder_that_cannot_store_is_not_ready(anonymous: httpx.AsyncClient, redis: Redis) -> None:
    await beat(redis, heartbeat(problem="the database does not answer"))
    answer = await anonymous.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["recorder"]["detail"] == "the database does not answer; 3 messages wait"


async def test_ready_says_that_migrations_are_missing(database_url: str, valkey_url: str) -> None:
    async with world.serving(settings_for(database_url, valkey_url)) as url, httpx.AsyncClient(base_url=url) as client:
        detail = (await client.get("/readyz")).json()["parts"]["database"]["detail"]
    assert detail.startswith("migrations are missing: 2026")


async def test_it_starts_without_its_servers_and_says_so_without_their_addresses() -> None:
    settings = settings_for("postgresql://someone:secret@127.0.0.1:1/nothing", "redis://:secret@127.0.0.1:1")
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).status_code == 200
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert {part["ok"] for part in ready.json()["parts"].values()} == {False}
        assert "secret" not in ready.text
        assert "127.0.0.1" not in ready.text
        venues = await client.get("/api/v1/venues", headers=bearer(token("5d7bd8f4-6c1d-4d4e-9df1-000000000000")))
        assert venues.status_code == 503
        assert venues.json()["detail"].startswith("the database does not answer")
        assert venues.headers["retry-after"]
        assert "secret" not in venues.text


@pytest.mark.parametrize("missing", ["database_url", "redis_url", "jwt_secret"])
def test_a_setting_it_cannot_do_without_is_named(missing: str) -> None:
    settings = settings_for("postgresql://localhost/x").model_copy(update={missing: None})
    with pytest.raises(BadSettings, match=f"HEADROOM_{missing.upper()}"):
        world.create_app(settings)


@pytest.mark.parametrize("wrong", [None, "guess", token("5d7bd8f4-6c1d-4d4e-9df1-000000000000")])
async def test_metrics_are_not_for_everyone(anonymous: httpx.AsyncClient, wrong: str | None) -> None:
    answer = await anonymous.get("/metrics", headers=bearer(wrong) if wrong else {})
    assert answer.status_code == 401


@pytest.mark.parametrize("role", [None, "service_role"])
async def test_metrics_tell_requests_recorder_and_age(
    anonymous: httpx.AsyncClient, redis: Redis, role: str | None
) -> None:
    right = METRICS_TOKEN if role is None else token("x", role=role, leave_out="aud")
    await beat(redis, heartbeat())
    await publish(redis, reading("floor", datetime.now(UTC) - timedelta(seconds=30)))
    await anonymous.get("/api/v1/venues/town")
    text = (await anonymous.get("/metrics", headers=bearer(right))).text
    assert 'headroom_requests_total{method="GET",route="/api/v1/venues/{venue_id}",status="401"} 1.0' in text
    assert 'headroom_recorder{figure="stored_rows"} 42.0' in text
    assert 'headroom_readings_age_seconds{venue="town"} 3' in text
    assert 'venue="rival"' not in text
    assert "headroom_live_clients 0.0" in text


async def test_figures_that_cannot_be_read_are_left_out(anonymous: httpx.AsyncClient, redis: Redis) -> None:
    await beat(redis, heartbeat())
    assert "headroom_recorder{" in (await anonymous.get("/metrics", headers=bearer(METRICS_TOKEN))).text
    await redis.flushall()
    assert "headroom_recorder{" not in (await anonymous.get("/metrics", headers=bearer(METRICS_TOKEN))).text
