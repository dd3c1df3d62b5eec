"""Posture events, from the Stream through the recorder to the people who may see them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from api.database.pool import Database
from api.recorder import repository
from api.recorder.service import Recorder
from domain.messages import Posture, PostureEvent, State
from domain.topics import POSTURES
from tests.api.world import MINUTE, eventually, fetch

RANGE = {"since": "2026-05-01T18:00:00Z", "until": "2026-05-01T19:00:00Z"}


def started(at: datetime = MINUTE, **changes: object) -> PostureEvent:
    values: dict[str, object] = {
        "venue_id": "town",
        "captured_at": at,
        "state": State.OK,
        "event_id": uuid4(),
        "camera_id": "north",
        "zone_ids": ("floor",),
        "position": (320.0, 410.5),
        "posture": Posture.FALLEN,
        "phase": "started",
        "confidence": 0.8,
        "since": at - timedelta(seconds=2),
        "duration_s": 2.0,
    }
    return PostureEvent.model_validate(values | changes)


def ended(event: PostureEvent, after_s: float = 9.0, end_reason: str = "recovered") -> PostureEvent:
    changes = {
        "phase": "ended",
        "end_reason": end_reason,
        "captured_at": event.captured_at + timedelta(seconds=after_s),
        "duration_s": event.duration_s + after_s,
        "confidence": 0.7,
    }
    return PostureEvent.model_validate(event.model_dump() | changes)


@pytest.fixture
async def database(world_url: str) -> AsyncIterator[Database]:
    async with Database(world_url, size=2) as database:
        yield database


async def store(database: Database, *events: PostureEvent) -> None:
    async with database.as_service() as connection:
        await repository.store_postures(connection, events)


async def ask(client: httpx.AsyncClient, **changes: object) -> dict[str, Any]:
    answer = await client.get("/api/v1/venues/town/postures", params={**RANGE, **changes})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient) -> None:
    assert (await anonymous.get("/api/v1/venues/town/postures", params=RANGE)).status_code == 401


async def test_a_stranger_finds_no_such_venue_and_none_of_its_events(
    stranger: httpx.AsyncClient, database: Database
) -> None:
    await store(database, started())
    assert (await stranger.get("/api/v1/venues/town/postures", params=RANGE)).status_code == 404
    own = await stranger.get("/api/v1/venues/rival/postures", params=RANGE)
    assert own.json()["events"] == []


async def test_an_event_that_lasts_has_no_end(viewer: httpx.AsyncClient, database: Database) -> None:
    event = started()
    await store(database, event)
    answer = await ask(viewer)
    assert answer["truncated"] is False
    assert answer["events"] == [
        {
            "event_id": str(event.event_id),
            "camera_id": "north",
            "zone_ids": ["floor"],
            "position": [320.0, 410.5],
            "posture": "fallen",
            "confidence": 0.8,
            "since": "2026-05-01T17:59:58Z",
            "raised_at": "2026-05-01T18:00:00Z",
            "ended_at": None,
            "duration_s": 2.0,
            "end_reason": None,
        }
    ]


@pytest.mark.parametrize("reason", ["recovered", "track_ended", "unseen"])
async def test_an_event_that_is_over_says_when_and_why(
    viewer: httpx.AsyncClient, database: Database, reason: str
) -> None:
    event = started()
    await store(database, event, ended(event, end_reason=reason))
    (told,) = (await ask(viewer))["events"]
    assert (told["ended_at"], told["end_reason"]) == ("2026-05-01T18:00:09Z", reason)
    assert (told["duration_s"], told["confidence"]) == (11.0, 0.7)


async def test_an_end_after_the_range_is_still_told(viewer: httpx.AsyncClient, database: Database) -> None:
    event = started()
    await store(database, event, ended(event, after_s=7200))
    (told,) = (await ask(viewer))["events"]
    assert told["ended_at"] == "2026-05-01T20:00:00Z"


async def test_events_belong_to_the_range_they_were_raised_in(viewer: httpx.AsyncClient, database: Database) -> None:
    first, last = started(MINUTE - timedelta(seconds=1)), started(MINUTE + timedelta(hours=1))
    await store(database, first, ended(first), last)
    assert (await ask(viewer))["events"] == []


async def test_events_come_newest_first_by_posture_and_no_more_than_asked_for(
    viewer: httpx.AsyncClient, database: Database
) -> None:
    kinds = [Posture.FALLEN, Posture.CROUCHING, Posture.FALLEN, Posture.HANDS_UP]
    await store(database, *(started(MINUTE + timedelta(seconds=i), posture=kind) for i, kind in enumerate(kinds)))
    assert [told["posture"] for told in (await ask(viewer))["events"]] == [kind.value for kind in reversed(kinds)]
    two = await ask(viewer, limit=2)
    assert ([told["posture"] for told in two["events"]], two["truncated"]) == (["hands_up", "fallen"], True)
    assert len((await ask(viewer, posture=["fallen", "hands_up"]))["events"]) == 3


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"until": RANGE["since"]}, "must be before until"),
        ({"since": "2026-05-01T18:00:00"}, "timezone"),
        ({"posture": "dancing"}, "hands_up"),
        ({"limit": 0}, "greater than or equal to 1"),
        ({"limit": 1001}, "less than or equal to 1000"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused_in_words(
    viewer: httpx.AsyncClient, changes: dict[str, object], told: str
) -> None:
    answer = await viewer.get("/api/v1/venues/town/postures", params={**RANGE, **changes})
    assert answer.status_code == 422
    assert told in answer.text


async def test_an_event_stored_twice_is_stored_once(world_url: str, database: Database) -> None:
    event = started()
    await store(database, event, ended(event))
    await store(database, event, ended(event))
    assert len(await fetch(world_url, "select 1 from posture_events")) == 2


async def test_the_recorder_stores_what_the_stream_carries(world_url: str, database: Database, valkey_url: str) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    event, stop = started(now), asyncio.Event()
    async with Redis.from_url(valkey_url) as redis:
        for message in (event, ended(event)):
            await redis.xadd(POSTURES.key("town"), {"m": message.model_dump_json()})
        recorder = Recorder(redis, database, consumer="test", retention_days=30)
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(stop))

            async def both() -> bool:
                return len(await fetch(world_url, "select 1 from posture_events")) == 2

            assert await eventually(both)
            stop.set()
    (row,) = await fetch(
        world_url,
        "select event_id, zone_ids, tableoid::regclass::text as part from posture_events where phase = 'ended'",
    )
    assert (row["event_id"], row["zone_ids"]) == (event.event_id, ["floor"])
    assert row["part"] == f"partitions.posture_events_{now:%Y%m%d}"


async def test_old_days_are_dropped(world_url: str, database: Database) -> None:
    async with database.as_service() as connection:
        await repository.add_partitions(connection, MINUTE.date(), 2)
        await repository.store_postures(connection, [started(), started(MINUTE + timedelta(days=1))])
        assert await repository.drop_partitions(connection, (MINUTE + timedelta(days=1)).date())
    rows = await fetch(world_url, "select captured_at from posture_events")
    assert [row["captured_at"] for row in rows] == [MINUTE + timedelta(days=1)]


@pytest.mark.parametrize(
    "changes", ["phase = 'ended'", "posture = 'upright'", "confidence = 1.2", "since = captured_at + interval '1 s'"]
)
async def test_the_table_itself_refuses_what_cannot_be(world_url: str, database: Database, changes: str) -> None:
    await store(database, started(event_id=UUID(int=1)))
    with pytest.raises(asyncpg.CheckViolationError):
        await fetch(world_url, f"update posture_events set {changes}")  # noqa: S608 - constants


async def test_nobody_writes_or_reads_past_the_policies_as_a_user(database: Database) -> None:
    await store(database, started())
    claims = {"sub": str(uuid4()), "role": "authenticated"}
    async with database.as_user(claims) as connection:
        assert await connection.fetch("select 1 from public.posture_events") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.as_user(claims) as connection:
            await connection.execute("delete from public.posture_events")
