"""Who sees an alert, who may act on it, and that nobody may write what they did not do."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from api.alerts import outbox, repository
from api.alerts.repository import Keep, Snapshot
from api.database.pool import Database
from domain.alerts import Alert, Status
from domain.messages import State
from tests.api import world
from tests.api.alerts.scripted import an_alert
from tests.api.world import Sign, bearer

PATH = "/api/v1/venues/town/alerts"


@pytest.fixture
async def alert(world_url: str) -> Alert:
    """Stored with its picture."""
    alert = an_alert()
    async with Database(world_url, size=1) as database, database.as_service() as connection:
        claimed = await repository.claim(connection, "town")
        picture = Snapshot(alert, "north", datetime.now(UTC), b"\xff\xd8picture")
        await repository.keep(connection, "town", Keep(claimed.epoch, "{}", {}, [alert], [picture]))
    return alert


@pytest.fixture
async def person(
    address: str, world_url: str, sign: Sign, request: pytest.FixtureRequest
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody in town with the role that the test names."""
    await world.execute(world_url, f"update venue_members set role = '{request.param}' where role = 'viewer'")  # noqa: S608 - the test's own
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("viewer@town"))) as client:
        yield client


async def requests_of(client: httpx.AsyncClient, alert_id: UUID) -> list[httpx.Response]:
    return [
        await client.get(PATH),
        await client.get(f"{PATH}/rules"),
        await client.get(f"{PATH}/{alert_id}"),
        await client.get(f"{PATH}/{alert_id}/picture"),
        await client.post(f"{PATH}/{alert_id}/acknowledge", json={}),
        await client.post(f"{PATH}/{alert_id}/notes", json={"note": "x"}),
        await client.post(f"{PATH}/{alert_id}/close", json={"outcome": "resolved"}),
        await client.get("/api/v1/venues/town/phase"),
        await client.put("/api/v1/venues/town/phase", json={"phase": "doors"}),
    ]


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, alert: Alert) -> None:
    assert {answer.status_code for answer in await requests_of(anonymous, alert.alert_id)} == {401}


async def test_a_stranger_finds_nothing(stranger: httpx.AsyncClient, alert: Alert) -> None:
    assert {answer.status_code for answer in await requests_of(stranger, alert.alert_id)} == {404}


async def test_a_viewer_sees_everything_and_may_do_nothing(
    viewer: httpx.AsyncClient, alert: Alert, world_url: str
) -> None:
    codes = [answer.status_code for answer in await requests_of(viewer, alert.alert_id)]
    assert codes == [200, 200, 200, 200, 403, 403, 403, 200, 403]
    assert await world.fetch(world_url, "select 1 from alert_actions union all select 1 from event_phases") == []


@pytest.mark.parametrize("person", ["staff", "security", "admin"], indirect=True)
async def test_those_on_duty_act_in_their_own_name(person: httpx.AsyncClient, alert: Alert) -> None:
    codes = [answer.status_code for answer in await requests_of(person, alert.alert_id)]
    assert codes == [200] * 9
    story = (await person.get(f"{PATH}/{alert.alert_id}")).json()
    assert [action["action"] for action in story["actions"]] == ["acknowledge", "note", "close"]
    assert {action["actor"] for action in story["actions"]} == {"viewer@town"}
    assert {action["applied_at"] for action in story["actions"]} == {None}, "no engine runs"


@pytest.mark.parametrize("person", ["organiser"], indirect=True)
async def test_an_organiser_switches_phases_and_leaves_alerts_alone(person: httpx.AsyncClient, alert: Alert) -> None:
    codes = [answer.status_code for answer in await requests_of(person, alert.alert_id)]
    assert codes == [200, 200, 200, 200, 403, 403, 403, 200, 200]


@pytest.mark.parametrize(
    "statement",
    [
        "insert into alert_actions (alert_id, venue_id, action, user_id) values ($1, 'town', 'acknowledge', $2)",
        "insert into alert_actions (alert_id, venue_id, action, actor) values ($1, 'town', 'note', $2::uuid::text)",
        "update alert_actions set note = 'nothing happened' where alert_id = $1 and user_id <> $2",
        "delete from alert_actions where alert_id = $1 and user_id <> $2",
        "update alerts set status = 'cleared' where alert_id = $1 and venue_id <> $2::uuid::text",
        "delete from alert_pictures where alert_id = $1 and venue_id <> $2::uuid::text",
        "select state from private.alert_engines where $1::uuid is not null and $2::uuid is not null",
    ],
)
async def test_nobody_signs_for_another_or_changes_the_record(world_url: str, alert: Alert, statement: str) -> None:
    await world.execute(world_url, "update venue_members set role = 'security' where role = 'viewer'")
    claims = {
        "sub": str(await world.user_id(world_url, "viewer@town")),
        "role": "authenticated",
        "email": "viewer@town",
    }
    async with Database(world_url, size=1) as database:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with database.as_user(claims) as connection:
                await connection.execute(statement, alert.alert_id, uuid4())


async def test_a_stranger_cannot_act_by_naming_the_venue(world_url: str, alert: Alert) -> None:
    claims = {"sub": str(await world.user_id(world_url, "stranger@rival")), "role": "authenticated"}
    async with Database(world_url, size=1) as database:
        for venue_id in ("town", "rival"):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ForeignKeyViolationError)):
                async with database.as_user(claims) as connection:
                    await repository.add_action(
                        connection, venue_id, alert.alert_id, uuid4(), action="acknowledge", outcome=None, note=None
                    )


@pytest.mark.usefixtures("alert")
async def test_the_table_itself_refuses_an_alert_that_clears_unseen(world_url: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await world.fetch(world_url, "update alerts set status = 'cleared', ended_at = now(), state = 'blind'")


async def test_storing_again_or_something_older_changes_nothing(world_url: str, alert: Alert) -> None:
    newer = alert.model_copy(update={"sequence": 2, "status": Status.ACKNOWLEDGED})
    async with Database(world_url, size=1) as database:
        for batch in ([newer, alert], [alert], [newer]):
            async with database.as_service() as connection:
                await repository.keep(connection, "town", Keep(1, "{}", {}, batch))
    rows = await world.fetch(world_url, "select sequence, status from alerts")
    assert [tuple(row) for row in rows] == [(2, "acknowledged")]
    assert len(await world.fetch(world_url, "select 1 from alert_changes")) == 2


async def test_without_an_engine_an_empty_list_is_not_called_watched(viewer: httpx.AsyncClient, redis: Redis) -> None:
    answer = (await viewer.get(PATH, params={"standing": True})).json()
    assert (answer["alerts"], answer["watched"]) == ([], False)
    await outbox.beat(redis, "town", outbox.AlertsBeat(at=datetime.now(UTC), behind_s=0, waiting=0))
    assert (await viewer.get(PATH)).json()["watched"] is True


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"standing": True}, 1),
        ({"severity": "warning"}, 0),
        ({"severity": ["warning", "danger"]}, 1),
        ({"limit": 1}, 1),
    ],
)
async def test_alerts_are_found_by_what_they_are(
    viewer: httpx.AsyncClient, alert: Alert, query: dict[str, object], found: int
) -> None:
    assert alert.state is State.OK
    answer = await viewer.get(PATH, params=query)  # type: ignore[arg-type]
    assert len(answer.json()["alerts"]) == found


@pytest.mark.parametrize(
    ("what", "body", "words"),
    [
        ("close", {}, "outcome"),
        ("close", {"outcome": "boring"}, "false_alarm"),
        ("notes", {"note": ""}, "at least 1 character"),
        ("acknowledge", {"actor": "somebody else"}, "Extra inputs"),
    ],
)
async def test_an_action_that_makes_no_sense_is_refused_in_words(
    viewer: httpx.AsyncClient, alert: Alert, what: str, body: dict[str, object], words: str
) -> None:
    answer = await viewer.post(f"{PATH}/{alert.alert_id}/{what}", json=body)
    assert answer.status_code == 422
    assert words in answer.text
