"""Models over HTTP and in the database: who may decide, what speaks against it, and what follows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from api.database.pool import Database
from api.models import repository
from api.models.repository import NewEvaluation
from api.models.schemas import Version
from api.models.telling import tell_all
from api.recorder.repository import store
from domain.messages import State
from domain.rollout import ModelAliases, ModelRef, RolloutEvent, ShadowCamera, ShadowReport
from domain.topics import MODELS
from tests.api.world import Sign, bearer, execute, fetch, user_id

URL = "/api/v1/venues/town/models"
WHY = {"reason": "counted better on our own cameras"}
EVERY_WAY = [
    ("GET", "", None),
    ("GET", "/changes", None),
    ("GET", "/events", None),
    ("GET", "/shadows", None),
    ("GET", "/versions/crowd-n/1", None),
    ("POST", "/promote", {"name": "crowd-n", "version": 1, **WHY}),
    ("POST", "/rollback", WHY),
    ("PUT", "/challenger", {"name": "crowd-n", "version": 1, **WHY}),
    ("POST", "/challenger/withdraw", WHY),
]
AS_ROLE = "update venue_members set role = '{}' where user_id = '{}'"
SHA = "a" * 64


@pytest.fixture
async def database(world_url: str) -> AsyncIterator[Database]:
    async with Database(world_url, size=2) as opened:
        yield opened


@pytest.fixture
async def engineer(address: str, sign: Sign, world_url: str, database: Database) -> AsyncIterator[httpx.AsyncClient]:
    """An engineer in town, where three versions are registered."""
    await execute(world_url, AS_ROLE.format("engineer", await user_id(world_url, "viewer@town")))
    await register(database)
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("viewer@town"))) as client:
        yield client


async def register(database: Database) -> None:
    async with database.as_service() as connection:
        for number in (1, 2, 3):
            version = Version(
                name="crowd-n",
                version=number,
                sha256=f"{number}" * 64,
                location=f"crowd-n/{number}",
                title="Crowd",
                licence="AGPL-3.0",
                run_id=None,
                metrics={"map": 0.5},
                registered_at=datetime.now(UTC),
                registered_by="a test",
            )
            await repository.add_version(connection, "town", version, f"# Card {number}")


async def evaluated(database: Database, version: int, mae: float, truth: str = SHA, frames: int = 100) -> None:
    name = "crowd-n" if version else "yolov8n-rebuilt"
    new = NewEvaluation(name, version, "clip.avi", truth, frames, mae, {"count_mae": mae})
    async with database.as_service() as connection:
        await repository.add_evaluation(connection, "town", new, "a test")


def promotion(version: int, **changes: object) -> dict[str, Any]:
    return {"name": "crowd-n", "version": version, **WHY, **changes}


@pytest.mark.parametrize(("method", "path", "body"), EVERY_WAY)
async def test_an_anonymous_user_is_told_to_sign_in(
    anonymous: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    assert (await anonymous.request(method, URL + path, json=body)).status_code == 401


async def test_a_stranger_finds_no_such_venue(stranger: httpx.AsyncClient, database: Database) -> None:
    await register(database)
    for method, path, body in EVERY_WAY:
        assert (await stranger.request(method, URL + path, json=body)).status_code == 404, path


@pytest.mark.parametrize("role", ["viewer", "organiser"])
async def test_models_are_for_engineers_and_admins(
    viewer: httpx.AsyncClient, world_url: str, database: Database, role: str
) -> None:
    await register(database)
    await execute(world_url, AS_ROLE.format(role, await user_id(world_url, "viewer@town")))
    for method, path, body in EVERY_WAY:
        answer = await viewer.request(method, URL + path, json=body)
        assert (answer.status_code, "engineer" in answer.text) == (403, True), path
    assert await fetch(world_url, "select 1 from model_changes") == []


async def test_what_counts_better_is_promoted_in_somebodys_name_and_workers_are_told(
    engineer: httpx.AsyncClient, database: Database, redis: Redis
) -> None:
    await evaluated(database, 0, 4.0)
    await evaluated(database, 1, 3.0)
    shown = (await engineer.get(URL + "/versions/crowd-n/1")).json()
    assert (shown["card"], shown["against_promotion"]) == ("# Card 1", None)
    async with redis.pubsub() as pubsub:
        await pubsub.subscribe(MODELS.key("town"))
        answer = await engineer.post(URL + "/promote", json=promotion(1))
        assert answer.status_code == 200, answer.text
        heard = [await pubsub.get_message(timeout=2) for _ in range(2)][-1]
    now = answer.json()
    assert (now["champion"], now["before"], now["can_roll_back"]) == ({"name": "crowd-n", "version": 1}, None, True)
    told = ModelAliases.model_validate_json(await redis.get(MODELS.key("town")))
    assert heard is not None
    assert ModelAliases.model_validate_json(heard["data"]) == told
    assert told.champion == ModelRef(name="crowd-n", version=1, sha256="1" * 64, where="crowd-n/1")
    assert (told.revision, told.champion_revision) == (1, 1)
    [change] = (await engineer.get(URL + "/changes")).json()
    assert (change["change"], change["actor"], change["forced"]) == ("promote", "viewer@town", False)
    assert change["reason"] == WHY["reason"]


async def test_what_counts_no_better_is_refused_unless_forced_with_a_reason(
    engineer: httpx.AsyncClient, database: Database
) -> None:
    answer = await engineer.post(URL + "/promote", json=promotion(1))
    assert (answer.status_code, "never evaluated on the same" in answer.text) == (409, True)
    await evaluated(database, 0, 4.0)
    await evaluated(database, 1, 1.0, truth="b" * 64)
    assert "never evaluated on the same" in (await engineer.post(URL + "/promote", json=promotion(1))).text
    await evaluated(database, 1, 4.0)
    answer = await engineer.post(URL + "/promote", json=promotion(1))
    assert answer.json()["detail"] == (
        "promote crowd-n@1 is refused: its count MAE is 4.000, the champion's 4.000, on 100 labelled pictures "
        "that both were evaluated on; it must be lower"
    )
    assert (await engineer.post(URL + "/promote", json=promotion(1, force=True, reason=" "))).status_code == 422
    assert (await engineer.post(URL + "/promote", json=promotion(1, force=True))).status_code == 200
    [change] = (await engineer.get(URL + "/changes")).json()
    assert change["forced"]
    assert "must be lower" in change["despite"]
    assert (await engineer.post(URL + "/promote", json=promotion(1, force=True))).status_code == 409


async def test_the_champion_is_compared_on_all_that_both_were_evaluated_on(
    engineer: httpx.AsyncClient, database: Database
) -> None:
    await engineer.post(URL + "/promote", json=promotion(1, force=True))
    await evaluated(database, 1, 2.0, frames=900)
    await evaluated(database, 2, 2.5, frames=900)
    await evaluated(database, 1, 9.0, truth="b" * 64)
    await evaluated(database, 2, 5.0, truth="b" * 64)
    answer = await engineer.post(URL + "/promote", json=promotion(2))
    assert "its count MAE is 2.750, the champion's 2.700, on 1000" in answer.text
    await evaluated(database, 2, 1.9, frames=900)  # evaluated again: the newest holds
    assert (await engineer.post(URL + "/promote", json=promotion(2))).status_code == 200


async def test_doors_that_are_open_hold_a_promotion_up_but_no_rollback(
    engineer: httpx.AsyncClient, database: Database, world_url: str, sign: Sign, address: str
) -> None:
    await evaluated(database, 0, 4.0)
    await evaluated(database, 1, 3.0)
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("admin@town"))) as admin:
        await admin.put("/api/v1/venues/town/phase", json={"phase": "headline"})
        answer = await engineer.post(URL + "/promote", json=promotion(1))
        assert (answer.status_code, "doors are open" in answer.text, "headline" in answer.text) == (409, True, True)
        assert (await engineer.get(URL)).json()["doors_open"] == "headline"
        await admin.put("/api/v1/venues/town/phase", json={"phase": None})
        assert (await engineer.post(URL + "/promote", json=promotion(1))).status_code == 200
        await admin.put("/api/v1/venues/town/phase", json={"phase": "egress"})
    now = (await engineer.post(URL + "/rollback", json=WHY)).json()
    assert (now["champion"], now["can_roll_back"], now["revision"]) == (None, False, 2)
    again = await engineer.post(URL + "/rollback", json=WHY)
    assert (again.status_code, "no champion was before" in again.text) == (409, True)
    assert await fetch(world_url, "select 1 from model_changes where forced") == []


async def test_a_challenger_comes_and_goes(engineer: httpx.AsyncClient, redis: Redis) -> None:
    answer = await engineer.put(URL + "/challenger", json=promotion(2, shadow_share=0.25))
    assert answer.json()["challenger"] == {"name": "crowd-n", "version": 2}
    told = ModelAliases.model_validate_json(await redis.get(MODELS.key("town")))
    assert (told.challenger and told.challenger.label, told.shadow_share, told.champion) == ("crowd-n@2", 0.25, None)
    now = (await engineer.post(URL + "/promote", json=promotion(2, force=True))).json()
    assert (now["champion"]["version"], now["challenger"]) == (2, None), "it no longer challenges itself"
    refused = await engineer.put(URL + "/challenger", json=promotion(2))
    assert (refused.status_code, "is the champion" in refused.text) == (409, True)
    missing = await engineer.put(URL + "/challenger", json=promotion(9))
    assert (missing.status_code, "no version 9" in missing.text) == (409, True)
    await engineer.put(URL + "/challenger", json=promotion(3))
    assert (await engineer.post(URL + "/challenger/withdraw", json=WHY)).json()["challenger"] is None


def event(change: str, label: str, revision: int, words: str = "it is too slow") -> RolloutEvent:
    name, _, number = label.partition("@")
    ref = ModelRef(name=name, version=int(number), sha256=number * 64, where=f"{name}/{number}")
    return RolloutEvent.model_validate(
        {
            "venue_id": "town",
            "captured_at": datetime.now(UTC),
            "state": State.OK,
            "event_id": uuid4(),
            "worker": "box/1",
            "change": change,
            "model": label,
            "version_of": ref,
            "revision": revision,
            "words": words,
        }
    )


async def test_a_worker_that_went_back_takes_the_alias_with_it_once(
    engineer: httpx.AsyncClient, database: Database, redis: Redis
) -> None:
    for number in (1, 2):
        await engineer.post(URL + "/promote", json=promotion(number, force=True))
    failed = event("rolled_back", "crowd-n@2", 2)
    async with database.as_service() as connection:
        await store(connection, [event("swapped", "crowd-n@2", 2), failed])
        await store(connection, [failed, event("rolled_back", "crowd-n@2", 2, "the second worker found it too")])
    now = (await engineer.get(URL)).json()
    assert (now["champion"]["version"], now["revision"]) == (1, 3)
    newest = (await engineer.get(URL + "/changes")).json()[0]
    assert (newest["change"], newest["actor"], newest["version"]) == ("rolled_back", "worker box/1", 2)
    assert newest["reason"] == "it is too slow"
    events = (await engineer.get(URL + "/events")).json()
    assert sorted(told["change"] for told in events) == ["rolled_back", "rolled_back", "swapped"]
    await tell_all(redis, database)
    told = ModelAliases.model_validate_json(await redis.get(MODELS.key("town")))
    assert (told.champion and told.champion.version, told.champion_revision) == (1, 3)


async def test_a_rollback_that_comes_after_another_decision_changes_nothing(
    engineer: httpx.AsyncClient, database: Database
) -> None:
    for number in (1, 2, 3):
        await engineer.post(URL + "/promote", json=promotion(number, force=True))
    async with database.as_service() as connection:
        await store(connection, [event("rolled_back", "crowd-n@2", 2), event("rolled_back", "crowd-n@3", 2)])
    assert (await engineer.get(URL)).json()["champion"]["version"] == 3


async def test_the_last_report_of_a_challenger_is_kept(engineer: httpx.AsyncClient, database: Database) -> None:
    since = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)

    def report(frames: int, minutes: int) -> ShadowReport:
        camera = ShadowCamera(
            camera_id="north",
            frames=frames,
            champion_mean=5,
            challenger_mean=6,
            bias=1,
            mae=1.5,
            interval_overlap=0.75,
        )
        return ShadowReport(
            venue_id="town",
            captured_at=since + timedelta(minutes=minutes),
            state=State.OK,
            worker="box/1",
            champion="crowd-n@1",
            challenger="crowd-n@2",
            since=since,
            cameras=(camera,),
        )

    async with database.as_service() as connection:
        await store(connection, [report(10, 1), report(30, 3), report(20, 2)])
    [kept] = (await engineer.get(URL + "/shadows")).json()
    assert (kept["cameras"][0]["frames"], kept["champion_p95_ms"]) == (30, None)


async def test_the_rules_hold_without_the_api(database: Database, world_url: str, engineer: httpx.AsyncClient) -> None:
    assert engineer
    me = await user_id(world_url, "viewer@town")
    stranger = await user_id(world_url, "stranger@rival")
    promote = (
        "insert into public.model_changes (venue_id, change, name, version, reason) values ($1, $2, 'crowd-n', 1, 'x')"
    )

    async def as_user(who: object, statement: str, *values: object) -> None:
        async with database.as_user({"sub": str(who), "role": "authenticated"}) as connection:
            await connection.execute(statement, *values)

    with pytest.raises(asyncpg.CheckViolationError, match="never evaluated"):
        await as_user(me, promote, "town", "promote")
    refused = [
        (stranger, promote, ("town", "promote")),
        (me, promote, ("town", "rolled_back")),
        (
            me,
            promote.replace("reason)", "reason, actor)").replace("'x')", "'x', 'somebody else')"),
            ("town", "promote"),
        ),
        (me, "update public.model_aliases set champion_version = 1", ()),
        (me, "delete from public.model_changes", ()),
        (me, "insert into public.model_evaluations (venue_id) values ('town')", ()),
    ]
    for who, statement, values in refused:
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.CheckViolationError)) as caught:
            await as_user(who, statement, *values)
        assert "never evaluated" not in str(caught.value)
    async with database.as_user({"sub": str(stranger), "role": "authenticated"}) as connection:
        assert await connection.fetch("select 1 from public.model_versions") == []
        told = await connection.fetchval("select private.why_not_promote_mine('town', 'crowd-n', 1)")
    assert told == "this role may not promote"
