"""Scanned tickets, from a scanner to the bus and the store; each counts once however often it is told."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from api.access.tokens import Identity
from api.database.pool import Database
from api.recorder.repository import add_partitions, drop_partitions, store_scans
from api.recorder.service import Recorder
from api.scans import repository
from api.scans.scanners import FRESH_S, GRACE_S, Scanners
from api.setup import prepare
from domain.errors import Unavailable
from domain.floor import Scan
from domain.topics import SCANS
from tests.api import world
from tests.api.world import FLOOR, MINUTE, Server, bearer, eventually, execute, fetch, scan, settings_for, venue

URL = "/api/v1/venues/town/scans"
ROWS = "select scan_id, captured_at, gate_id, direction, people from scans order by captured_at, scan_id"


@pytest.fixture(autouse=True)
async def town_has_gates(world_url: str) -> None:
    await prepare(settings_for(world_url), venue=venue("town", **FLOOR), admin=None)


@pytest.fixture
async def steward(world_url: str, viewer: httpx.AsyncClient) -> httpx.AsyncClient:
    """Somebody with a scanner: the account of a gate is one of staff."""
    await become(world_url, "staff")
    return viewer


async def become(world_url: str, role: str) -> None:
    await execute(
        world_url,
        f"update venue_members set role = '{role}' "  # noqa: S608 - a role of ours
        "where user_id = (select id from auth.users where email = 'viewer@town')",
    )


def ticket(scan_id: str, **changes: object) -> dict[str, Any]:
    return {"scan_id": scan_id, "gate_id": "west", "direction": "in"} | changes


async def tell(client: httpx.AsyncClient, *scans: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(URL, json={"scans": list(scans)})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def on_the_stream(redis: Redis, venue_id: str = "town") -> list[Scan]:
    return [Scan.model_validate_json(fields[b"m"]) for _, fields in await redis.xrange(SCANS.key(venue_id))]


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient, redis: Redis) -> None:
    assert (await anonymous.post(URL, json={"scans": [ticket("a")]})).status_code == 401
    assert await on_the_stream(redis) == []


async def test_a_stranger_finds_no_such_venue(stranger: httpx.AsyncClient, redis: Redis) -> None:
    foreign = await stranger.post(URL, json={"scans": [ticket("a")]})
    missing = await stranger.post(URL.replace("town", "nowhere"), json={"scans": [ticket("a")]})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["detail"].replace("town", "nowhere") == missing.json()["detail"]
    assert await on_the_stream(redis) == []


@pytest.mark.parametrize(
    ("role", "status"),
    [
        *(("viewer", 403), ("engineer", 403), ("organiser", 403)),
        *(("staff", 200), ("security", 200), ("admin", 200)),
    ],
)
async def test_some_roles_only_look(
    viewer: httpx.AsyncClient, world_url: str, redis: Redis, role: str, status: int
) -> None:
    await become(world_url, role)
    answer = await viewer.post(URL, json={"scans": [ticket("a")]})
    assert answer.status_code == status
    assert len(await on_the_stream(redis)) == (1 if status == 200 else 0)
    if status == 403:
        assert "staff, security or admin" in answer.json()["detail"]


async def test_scans_reach_the_stream_and_those_who_listen(steward: httpx.AsyncClient, redis: Redis) -> None:
    at = datetime.now(UTC) - timedelta(minutes=2)
    before = datetime.now(UTC)
    async with redis.pubsub() as pubsub:
        await pubsub.subscribe(SCANS.key("town"))
        assert (await pubsub.get_message(timeout=2)) is not None
        answer = await tell(
            steward,
            ticket("a", captured_at=at.isoformat(), people=3),
            ticket("b", gate_id="yard-gate", direction="out"),
        )
        heard = [await pubsub.get_message(timeout=2) for _ in range(2)]
    assert answer == {
        "venue_id": "town",
        "new": 2,
        "known": 0,
        "conflicts": 0,
        "scans": [{"scan_id": "a", "status": "new"}, {"scan_id": "b", "status": "new"}],
    }
    first, second = await on_the_stream(redis)
    assert first == scan(at, "a", people=3)
    assert (second.gate_id, second.direction, second.people) == ("yard-gate", "out", 1)
    assert before <= second.captured_at <= datetime.now(UTC)
    assert [Scan.model_validate_json(one["data"]) for one in heard if one] == [first, second]


async def test_a_scan_told_again_is_known_and_counts_once(steward: httpx.AsyncClient, redis: Redis) -> None:
    await tell(steward, ticket("a"), ticket("b"))
    again = await tell(steward, ticket("b"), ticket("c"), ticket("c"))
    assert [one["status"] for one in again["scans"]] == ["known", "new", "known"]
    assert (again["new"], again["known"]) == (1, 2)
    assert [one.scan_id for one in await on_the_stream(redis)] == ["a", "b", "c"]


async def test_another_scan_under_a_used_key_is_not_lost_silently(steward: httpx.AsyncClient, redis: Redis) -> None:
    now = datetime.now(UTC)
    at, earlier = now.isoformat(), (now - timedelta(seconds=9)).isoformat()
    first = ticket("1", captured_at=at)
    await tell(steward, first)
    for other in ({"direction": "out"}, {"gate_id": "yard-gate"}, {"people": 2}, {"captured_at": earlier}):
        answer = await tell(steward, first | other)
        assert (answer["scans"][0]["status"], answer["conflicts"]) == ("conflict", 1)
    assert len(await on_the_stream(redis)) == 1


async def test_two_venues_have_keys_of_their_own(
    steward: httpx.AsyncClient, stranger: httpx.AsyncClient, world_url: str, redis: Redis
) -> None:
    await prepare(settings_for(world_url), venue=venue("rival", **FLOOR), admin=None)
    await tell(steward, ticket("a"))
    answer = await stranger.post(URL.replace("town", "rival"), json={"scans": [ticket("a")]})
    assert answer.json()["new"] == 1
    assert [one.venue_id for one in await on_the_stream(redis, "rival")] == ["rival"]


async def test_many_who_tell_the_same_at_once_tell_it_once(steward: httpx.AsyncClient, redis: Redis) -> None:
    scans = [ticket(f"t-{number}") for number in range(50)]
    answers = await asyncio.gather(*(tell(steward, *scans) for _ in range(8)))
    assert sum(answer["new"] for answer in answers) == 50
    assert len(await on_the_stream(redis)) == 50


async def test_five_hundred_are_taken_at_once_and_no_more(steward: httpx.AsyncClient, redis: Redis) -> None:
    assert (await tell(steward, *(ticket(f"t-{number}") for number in range(500))))["new"] == 500
    refused = await steward.post(URL, json={"scans": [ticket(f"u-{number}") for number in range(501)]})
    assert refused.status_code == 422
    assert "at most 500" in refused.text
    assert len(await on_the_stream(redis)) == 500


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"scan_id": ""}, "scan_id"),
        ({"scan_id": "x" * 121}, "120"),
        ({"scan_id": "has space"}, "scan_id"),
        ({"scan_id": "nul\0"}, "scan_id"),
        ({"scan_id": None}, "scan_id"),
        ({"direction": "up"}, "'in' or 'out'"),
        ({"people": 0}, "greater than 0"),
        ({"people": 51}, "50"),
        ({"people": 1.5}, "people"),
        ({"gate_id": "West Gate"}, "gate_id"),
        ({"gate_id": "east"}, "scans.1 ('b'): venue 'town' has no gate 'east'; it has west, yard-gate"),
        ({"captured_at": "2026-05-01T18:00:00"}, "timezone"),
        ({"captured_at": timedelta(days=-3, minutes=-1)}, "more than 3 days ago"),
        ({"captured_at": timedelta(seconds=30)}, "s ahead; set the scanner's clock"),
        ({"ticket": "typo"}, "Extra inputs"),
    ],
)
async def test_what_cannot_be_is_named_and_nothing_of_it_is_taken(
    steward: httpx.AsyncClient, redis: Redis, changes: dict[str, object], told: str
) -> None:
    now = datetime.now(UTC)
    other = {
        name: (now + value).isoformat() if isinstance(value, timedelta) else value for name, value in changes.items()
    }
    answer = await steward.post(URL, json={"scans": [ticket("a"), ticket("b") | other]})
    assert answer.status_code == 422
    assert told in (answer.json()["detail"] if isinstance(answer.json()["detail"], str) else answer.text)
    assert await on_the_stream(redis) == []


@pytest.mark.parametrize("body", [{}, {"scans": []}, [], ticket("a")])
async def test_a_body_without_scans_is_refused(steward: httpx.AsyncClient, body: object) -> None:
    assert (await steward.post(URL, json=body)).status_code == 422


async def test_a_venue_without_gates_takes_none(steward: httpx.AsyncClient, world_url: str) -> None:
    await prepare(settings_for(world_url), venue=venue("town"), admin=None)
    answer = await steward.post(URL, json={"scans": [ticket("a")]})
    assert answer.status_code == 422
    assert "its file names none" in answer.json()["detail"]


async def test_a_gate_that_was_just_installed_is_known_at_once(steward: httpx.AsyncClient, world_url: str) -> None:
    await tell(steward, ticket("a"))
    gates = [*FLOOR["gates"], {"id": "east", "name": "East"}]  # type: ignore[misc] # a list in a test's own table
    await prepare(settings_for(world_url), venue=venue("town", **FLOOR | {"gates": gates}), admin=None)
    assert (await tell(steward, ticket("b", gate_id="east")))["new"] == 1


async def test_without_redis_nothing_is_taken_and_all_may_be_told_again(
    world_url: str, private_valkey: Callable[[], Server]
) -> None:
    valkey = private_valkey()
    await become(world_url, "staff")
    token = world.token(await world.user_id(world_url, "viewer@town"))
    settings = settings_for(world_url, valkey.url)
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=bearer(token)) as client:
        await asyncio.to_thread(valkey.stop)
        refused = await client.post(URL, json={"scans": [ticket("a")]})
        assert refused.status_code == 503
        assert "Redis does not answer" in refused.json()["detail"]
        assert refused.headers["retry-after"] == "2"
        await asyncio.to_thread(valkey.start)
        assert (await tell(client, ticket("a")))["new"] == 1


async def test_gates_go_on_while_the_database_is_away(private_postgres: Callable[[], Server], valkey_url: str) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    await prepare(settings_for(postgres.url), venue=venue("town", **FLOOR), admin=None)
    token = world.token(await world.user_id(postgres.url, "admin@town"))
    settings = settings_for(postgres.url, valkey_url)
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=bearer(token)) as client:
        await asyncio.to_thread(postgres.stop)
        refused = await client.post(URL, json={"scans": [ticket("a")]})
        assert refused.status_code == 503
        assert "the database does not answer" in refused.json()["detail"]
        await asyncio.to_thread(postgres.start)

        async def answers() -> bool:
            return (await client.post(URL, json={"scans": [ticket("a")]})).status_code == 200

        assert await eventually(answers)
        await asyncio.to_thread(postgres.stop)
        assert (await tell(client, ticket("b")))["new"] == 1


@pytest.fixture
async def steward_identity(world_url: str) -> Identity:
    await become(world_url, "staff")
    sub = await world.user_id(world_url, "viewer@town")
    claims = {"sub": str(sub), "role": "authenticated"}
    return Identity(sub, "viewer@town", datetime.now(UTC) + timedelta(hours=1), claims)


class HandClock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def test_a_role_that_was_taken_away_ends_when_it_is_asked_for_again(
    world_url: str, steward_identity: Identity
) -> None:
    clock = HandClock()
    async with Database(world_url, size=1) as database:
        scanners = Scanners(database, clock=clock)
        assert (await scanners.permit(steward_identity, "town")).allowed
        await become(world_url, "viewer")
        clock.now_s = FRESH_S - 1
        assert (await scanners.permit(steward_identity, "town")).allowed
        clock.now_s = FRESH_S
        assert not (await scanners.permit(steward_identity, "town")).allowed
        await become(world_url, "staff")  # who was refused is asked about each time
        assert (await scanners.permit(steward_identity, "town")).allowed


async def test_a_known_teller_does_not_wait_for_a_frozen_database_but_not_for_ever(
    private_postgres: Callable[[], Server],
) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    await prepare(settings_for(postgres.url), venue=venue("town", **FLOOR), admin=None)
    sub = await world.user_id(postgres.url, "admin@town")
    admin = Identity(sub, None, datetime.now(UTC), {"sub": str(sub), "role": "authenticated"})
    clock = HandClock()
    async with Database(postgres.url, size=2, command_timeout_s=2.0) as database:
        scanners = Scanners(database, clock=clock)
        assert (await scanners.permit(admin, "town")).gates == ("west", "yard-gate")
        postgres.freeze()
        clock.now_s = FRESH_S + 1
        begun = time.monotonic()
        assert (await scanners.permit(admin, "town")).allowed
        assert time.monotonic() - begun < 1.5
        clock.now_s = GRACE_S
        with pytest.raises(Unavailable):
            await scanners.permit(admin, "town")
        postgres.thaw()


async def test_a_key_is_remembered_for_days(steward: httpx.AsyncClient, redis: Redis) -> None:
    await tell(steward, ticket("a"))
    left_s = await redis.ttl(repository.scan_key("town", "a"))
    assert 0 <= repository.REMEMBERED.total_seconds() - left_s < 60


async def test_the_recorder_stores_each_key_once_even_across_days(world_url: str, redis: Redis) -> None:
    now = datetime.now(UTC)
    yesterday = now - timedelta(days=1)
    first = scan(yesterday, "a", people=2)
    await world.publish(redis, first, first, scan(now, "a", people=5), scan(now, "b"))
    stop = asyncio.Event()
    async with Database(world_url, size=2) as database:
        recorder = Recorder(redis, database, consumer="test", retention_days=30)
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(stop))

            async def stored(expected: int) -> bool:
                return len(await fetch(world_url, ROWS)) == expected

            assert await eventually(lambda: stored(2))
            await world.publish(redis, scan(now, "b"), scan(now + timedelta(seconds=1), "a"), scan(now, "c"))
            assert await eventually(lambda: stored(3))
            stop.set()
    rows = await fetch(world_url, ROWS)
    assert [tuple(row) for row in rows] == [
        ("a", yesterday, "west", "in", 2),
        ("b", now, "west", "in", 1),
        ("c", now, "west", "in", 1),
    ]
    parts = await fetch(world_url, "select distinct tableoid::regclass::text as part from scans order by 1")
    assert [row[0] for row in parts] == [f"partitions.scans_{yesterday:%Y%m%d}", f"partitions.scans_{now:%Y%m%d}"]


async def test_recorders_that_store_the_same_at_once_store_it_once(world_url: str) -> None:
    scans = [scan(MINUTE, str(uuid4())) for _ in range(300)]

    async def store(order: list[Scan]) -> None:
        async with Database(world_url, size=1) as database, database.as_service() as connection:
            await store_scans(connection, order)

    await asyncio.gather(store(scans), store(scans[::-1]), store(scans[::2]))
    assert len(await fetch(world_url, ROWS)) == 300


async def test_keys_are_forgotten_with_their_scans(world_url: str) -> None:
    later = MINUTE + timedelta(days=1)
    async with Database(world_url, size=1) as database:
        async with database.as_service() as connection:
            await add_partitions(connection, MINUTE.date(), 2)
            await store_scans(connection, [scan(MINUTE, "old"), scan(later, "kept")])
        async with database.as_service() as connection:
            await drop_partitions(connection, later.date())
    assert [row["scan_id"] for row in await fetch(world_url, ROWS)] == ["kept"]
    assert [row[0] for row in await fetch(world_url, "select scan_id from private.scan_keys")] == ["kept"]


async def test_a_poison_scan_is_set_aside(world_url: str, redis: Redis) -> None:
    good = scan(datetime.now(UTC), "good")
    values = good.model_dump(mode="json")
    for bad in (values | {"people": 0}, values | {"scan_id": "nul\0"}, values | {"venue_id": "rival"}):
        await redis.xadd(SCANS.key("town"), {"m": json.dumps(bad)})
    await world.publish(redis, good)
    stop = asyncio.Event()
    async with Database(world_url, size=2) as database:
        recorder = Recorder(redis, database, consumer="test", retention_days=30)
        async with asyncio.TaskGroup() as group:
            group.create_task(recorder.run(stop))

            async def letters() -> bool:
                return await redis.xlen("dead:scans:town") == 3

            assert await eventually(letters)
            assert await eventually(lambda: fetch(world_url, ROWS))
            stop.set()
    assert [row["scan_id"] for row in await fetch(world_url, ROWS)] == ["good"]
