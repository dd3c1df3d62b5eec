"""Jobs as people ask for them: who may, what is refused and by which name, and what a broker that is away changes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from redis.asyncio import Redis

from api.database.pool import Database
from api.jobs import leases
from api.jobs.presence import Presence, presence_key
from api.jobs.schemas import Artefact, JobState, Queue
from domain.units import UtcDatetime
from tests.api import world
from tests.api.world import MINUTE, Server, bearer, eventually, execute, fetch, settings_for

JOBS = "/api/v1/venues/town/jobs"
ANALYSIS: dict[str, Any] = {"kind": "analyse", "parameters": {"source": "recordings/friday.mp4"}}
EXPORT: dict[str, Any] = {"kind": "export", "parameters": {"weights": "training/detector.pt"}}
NOW: UtcDatetime = MINUTE
As = Callable[[str], Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def as_role(address: str, world_url: str) -> AsyncIterator[As]:
    """Somebody of town with this role."""
    clients: list[httpx.AsyncClient] = []

    async def client_of(role: str) -> httpx.AsyncClient:
        await execute(world_url, f"update venue_members set role = '{role}' where role <> 'admin'")  # noqa: S608
        token = world.token(await world.user_id(world_url, "viewer@town"), email=f"{role}@town")
        clients.append(httpx.AsyncClient(base_url=address, headers=bearer(token)))
        return clients[-1]

    yield client_of
    for client in clients:
        await client.aclose()


@pytest.fixture
async def admin(address: str, sign: world.Sign) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=address, headers=bearer(await sign("admin@town"))) as client:
        yield client


async def asked(client: httpx.AsyncClient, job: dict[str, Any] = ANALYSIS) -> dict[str, Any]:
    answer = await client.post(JOBS, json=job)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{JOBS}/{answer.json()['job_id']}"
    told: dict[str, Any] = answer.json()
    return told


async def test_an_anonymous_user_is_told_to_sign_in(anonymous: httpx.AsyncClient) -> None:
    job = f"{JOBS}/{uuid4()}"
    answers = [
        await anonymous.post(JOBS, json=ANALYSIS),
        await anonymous.get(JOBS),
        await anonymous.get(job),
        await anonymous.get(f"{job}/story"),
        await anonymous.post(f"{job}/cancel"),
        await anonymous.get(f"{job}/artefacts/result.json"),
    ]
    assert {answer.status_code for answer in answers} == {401}


async def test_a_stranger_sees_and_stops_nothing(admin: httpx.AsyncClient, stranger: httpx.AsyncClient) -> None:
    job = f"{JOBS}/{(await asked(admin))['job_id']}"
    answers = [
        await stranger.post(JOBS, json=ANALYSIS),
        await stranger.get(JOBS),
        await stranger.get(job),
        await stranger.get(f"{job}/story"),
        await stranger.post(f"{job}/cancel"),
        await stranger.get(f"{job}/artefacts/result.json"),
        await stranger.get(job.replace("town", "rival")),
        await stranger.post(f"{job.replace('town', 'rival')}/cancel"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (await stranger.get(JOBS.replace("town", "rival"))).json()["jobs"] == []
    assert (await admin.get(job)).json()["state"] == "queued"


async def test_who_may_ask_for_what(as_role: As) -> None:
    allowed = {}
    for role in ("viewer", "security", "staff", "organiser", "engineer"):
        client = await as_role(role)
        for job in (ANALYSIS, EXPORT):
            answer = await client.post(JOBS, json=job)
            allowed[role, job["kind"]] = answer.status_code
            if answer.status_code == 403:
                assert f"you may not ask for {job['kind']} jobs: that takes the role of" in answer.json()["detail"]
    assert {who for who, status in allowed.items() if status == 201} == {
        ("staff", "analyse"),
        ("organiser", "analyse"),
        ("engineer", "analyse"),
        ("engineer", "export"),
    }
    assert set(allowed.values()) == {201, 403}


async def test_who_may_not_ask_may_look_and_not_cancel(as_role: As, admin: httpx.AsyncClient) -> None:
    staff = await as_role("staff")
    job = f"{JOBS}/{(await asked(admin, EXPORT))['job_id']}"
    assert (await staff.get(job)).json()["kind"] == "export"
    answer = await staff.post(f"{job}/cancel")
    assert (answer.status_code, "engineer or admin" in answer.json()["detail"]) == (403, True)
    assert (await admin.post(f"{job}/cancel")).json()["state"] == "cancelled"


async def test_what_cannot_be_is_named(admin: httpx.AsyncClient) -> None:
    for job, place, words in [
        ({"kind": "dance", "parameters": {}}, "body", "'analyse', 'evaluate', 'export', 'train'"),
        ({"kind": "analyse", "parameters": {}}, "source", "Field required"),
        ({"kind": "analyse", "parameters": {"source": "/etc/passwd"}}, "source", "'/etc/passwd' is not a file that"),
        ({"kind": "analyse", "parameters": {"source": "recordings/../secrets.json"}}, "source", "recordings/…"),
        ({"kind": "analyse", "parameters": {"source": "rtsp://camera/1"}}, "source", "asset:NAME"),
        ({"kind": "analyse", "parameters": {"source": "training/a.pt"}}, "source", "not footage of this venue"),
        ({"kind": "analyse", "parameters": {"source": "recordings/a", "modle": "x"}}, "modle", "Extra inputs"),
        ({"kind": "evaluate", "parameters": {"source": "assets/a", "truth": "~/gt.txt"}}, "truth", "'~/gt.txt'"),
        (
            {"kind": "export", "parameters": {"weights": "training/a.pt", "quantise": True}},
            "parameters",
            "needs footage and truth",
        ),
        ({"kind": "train", "parameters": {"epochs": -1}}, "epochs", "greater than or equal to 0"),
        (ANALYSIS | {"limit_s": 0}, "limit_s", "greater than or equal to 1"),
        (ANALYSIS | {"queue": "tpu"}, "queue", "'cpu' or 'gpu'"),
    ]:
        answer = await admin.post(JOBS, json=job)
        assert answer.status_code == 422, job
        [problem] = answer.json()["detail"]
        assert (problem["loc"][-1], words in problem["msg"]) == (place, True), problem


async def test_a_camera_that_the_venue_has_not_is_named(admin: httpx.AsyncClient) -> None:
    job = {"kind": "analyse", "parameters": {"source": "recordings/a.mp4", "camera_id": "roof"}}
    answer = await admin.post(JOBS, json=job)
    assert answer.status_code == 422
    assert answer.json()["detail"] == "parameters.camera_id: venue 'town' has no camera 'roof'"


async def test_asking_twice_with_a_key_is_one_job_and_another_job_is_a_conflict(admin: httpx.AsyncClient) -> None:
    first = await asked(admin, ANALYSIS | {"idempotency_key": "friday-1"})
    again = await admin.post(JOBS, json=ANALYSIS | {"idempotency_key": "friday-1"})
    assert (again.status_code, again.json()["job_id"]) == (200, first["job_id"])
    other = await admin.post(JOBS, json=EXPORT | {"idempotency_key": "friday-1"})
    assert other.status_code == 409
    assert first["job_id"] in other.json()["detail"]
    assert len((await admin.get(JOBS)).json()["jobs"]) == 1


async def test_many_who_ask_at_once_with_one_key_get_one_job(admin: httpx.AsyncClient) -> None:
    wanted = ANALYSIS | {"idempotency_key": "at-once"}
    answers = await asyncio.gather(*(admin.post(JOBS, json=wanted) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    assert len({answer.json()["job_id"] for answer in answers}) == 1


async def test_a_list_may_be_narrowed_and_says_when_it_is_cut(admin: httpx.AsyncClient) -> None:
    first, second = await asked(admin), await asked(admin, EXPORT)
    assert [job["job_id"] for job in (await admin.get(JOBS)).json()["jobs"]] == [second["job_id"], first["job_id"]]
    narrowed = (await admin.get(JOBS, params={"kind": "analyse", "state": "queued"})).json()
    assert [job["job_id"] for job in narrowed["jobs"]] == [first["job_id"]]
    cut = (await admin.get(JOBS, params={"limit": 1})).json()
    assert (len(cut["jobs"]), cut["truncated"]) == (1, True)


async def test_a_queued_job_is_cancelled_at_once_and_everything_is_on_record(
    admin: httpx.AsyncClient, database: Database
) -> None:
    job = await asked(admin)
    at = f"{JOBS}/{job['job_id']}"
    assert (await admin.post(f"{at}/cancel")).json()["state"] == "cancelled"
    assert (await admin.post(f"{at}/cancel")).json()["state"] == "cancelled"
    story = (await admin.get(f"{at}/story")).json()
    assert [(one["change"], one["actor"]) for one in story["changes"]] == [
        ("asked", "admin@town"),
        ("cancel_asked", "admin@town"),
        ("cancelled", "admin@town"),
    ]
    async with database.as_service() as connection:
        assert await leases.claim(connection, UUID(job["job_id"]), "late", 5) is None


async def test_the_next_change_is_waited_for(admin: httpx.AsyncClient, database: Database) -> None:
    job = await asked(admin)
    at = f"{JOBS}/{job['job_id']}"
    seen = (await admin.get(at)).json()["revision"]
    nothing = (await admin.get(at, params={"after": seen, "wait_s": 0.2})).json()
    assert nothing["revision"] == seen
    waiting = asyncio.create_task(admin.get(at, params={"after": seen, "wait_s": 20}, timeout=25))
    async with database.as_service() as connection:
        lease = await leases.claim(connection, UUID(job["job_id"]), "someone", 30)
        assert lease is not None
        assert await leases.renew(connection, lease, 30, 0.25, "counting") is False
    told = (await waiting).json()
    assert (told["state"], told["progress"], told["words"]) == ("running", 0.25, "counting")
    async with database.as_service() as connection:
        await leases.renew(connection, lease, 30, 0.25, "counting")
    assert (await admin.get(at)).json()["revision"] == told["revision"], "a heartbeat is no change"


async def test_an_artefact_is_a_download_and_one_that_is_not_whole_is_not_given(
    world_url: str, valkey_url: str, database: Database, tmp_path: Path, sign: world.Sign
) -> None:
    settings = settings_for(world_url, valkey_url, data=tmp_path)
    headers = bearer(await sign("admin@town"))
    async with world.serving(settings) as url, httpx.AsyncClient(base_url=url, headers=headers) as admin:
        job = await asked(admin)
        at = f"{JOBS}/{job['job_id']}/artefacts"
        page = tmp_path / "jobs" / "town" / job["job_id"] / "1" / "page.html"
        page.parent.mkdir(parents=True)
        page.write_text("<script>")
        artefact = Artefact(name="page.html", path=str(page.relative_to(tmp_path / "jobs")), sha256="ab", bytes=8)
        async with database.as_service() as connection:
            lease = await leases.claim(connection, UUID(job["job_id"]), "someone", 30)
            assert lease is not None
            assert await leases.succeed(connection, lease, [artefact])
        answer = await admin.get(f"{at}/page.html")
        assert (answer.text, answer.headers["x-content-sha256"]) == ("<script>", "ab")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] == "application/octet-stream"
        missing = await admin.get(f"{at}/other.html")
        assert (missing.status_code, "it has page.html" in missing.json()["detail"]) == (404, True)
        assert (await admin.get(f"{at}/..%2F..%2Fsecrets.json")).status_code == 404
        page.write_text("<scr")
        assert (await admin.get(f"{at}/page.html")).status_code == 503


async def test_a_broker_that_is_away_loses_no_job(
    world_url: str, private_valkey: Callable[[], Server], sign: world.Sign
) -> None:
    valkey = private_valkey()
    headers = bearer(await sign("admin@town"))
    settings = settings_for(world_url, valkey.url)
    async with (
        world.serving(settings) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=20) as admin,
    ):
        await asyncio.to_thread(valkey.stop)
        refused = await admin.post(JOBS, json=ANALYSIS | {"idempotency_key": "kept"})
        assert refused.status_code == 503
        assert "is kept, and will be sent when the broker is back" in refused.json()["detail"]
        [kept] = (await admin.get(JOBS)).json()["jobs"]
        assert (kept["state"], kept["sent_at"], kept["queue"]) == ("queued", None, None)
        assert kept["job_id"] in refused.json()["detail"]
        await asyncio.to_thread(valkey.start)

        async def sent() -> bool:
            return (await admin.get(f"{JOBS}/{kept['job_id']}")).json()["sent_at"] is not None

        assert await eventually(sent, within_s=15)
        again = await admin.post(JOBS, json=ANALYSIS | {"idempotency_key": "kept"})
        assert (again.status_code, again.json()["job_id"]) == (200, kept["job_id"])
    async with Redis.from_url(valkey.url) as redis:
        [message] = await redis.lrange("jobs:cpu", 0, -1)
    assert kept["job_id"] in str(json.loads(message)["headers"]["argsrepr"])


async def test_a_job_goes_where_its_kind_and_the_workers_there_are_say(admin: httpx.AsyncClient, redis: Redis) -> None:
    for there, kind, wish, queue in [
        ((), "train", None, "cpu"),
        (("cpu", "gpu"), "train", None, "gpu"),
        (("cpu", "gpu"), "analyse", None, "cpu"),
        (("gpu",), "analyse", None, "gpu"),
        (("cpu",), "train", "gpu", "gpu"),
    ]:
        await redis.flushall()
        for name in there:
            here = Presence(at=NOW, worker="box")
            await redis.set(presence_key(Queue(name)), here.model_dump_json(), ex=10)
        wanted = ANALYSIS if kind == "analyse" else {"kind": kind}
        job = await asked(admin, wanted | {"queue": wish})
        assert job["queue"] == queue
        assert await redis.llen(f"jobs:{queue}") == 1


async def test_readiness_says_whether_jobs_can_run_and_does_not_need_them(
    anonymous: httpx.AsyncClient, redis: Redis
) -> None:
    assert (await anonymous.get("/readyz")).json()["jobs"] == {"ok": False, "detail": "no worker is there: jobs wait"}
    await redis.set(presence_key(Queue.CPU), Presence(at=NOW, worker="box").model_dump_json(), ex=10)
    told = (await anonymous.get("/readyz")).json()
    assert told["jobs"] == {"ok": True, "detail": "a worker waits for cpu jobs"}
    assert "jobs" not in told["parts"]


async def test_what_lost_its_worker_is_sent_again_by_the_api_itself(
    admin: httpx.AsyncClient, database: Database, redis: Redis, world_url: str
) -> None:
    job = await asked(admin)
    async with database.as_service() as connection:
        assert await leases.claim(connection, UUID(job["job_id"]), "one that dies", 0.1)
    await redis.delete("jobs:cpu")

    async def queued_again() -> bool:
        return await redis.llen("jobs:cpu") == 1

    assert await eventually(queued_again, within_s=10)
    told = (await admin.get(f"{JOBS}/{job['job_id']}")).json()
    assert (told["state"], told["lost"], told["attempt"]) == (JobState.QUEUED, 1, 1)
    rows = await fetch(world_url, "select change, actor from job_changes order by change_id")
    assert [tuple(row) for row in rows][-1] == ("lost", "one that dies")
