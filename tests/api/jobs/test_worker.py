"""Real workers on a real broker: a job is done once, whoever is killed, and ends when it is told to."""

import asyncio
import hashlib
import json
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import cv2
import httpx
import pytest

from api.jobs.broker import Broker
from api.jobs.schemas import Queue
from headroom.processes import alive, tree_of
from tests.api import world
from tests.api.jobs.workers import Box, Worker, overlaps
from tests.api.world import Server, bearer, eventually, settings_for

JOBS = "/api/v1/venues/town/jobs"
pytestmark = pytest.mark.timeout(240)
Start = Callable[..., Worker]


@pytest.fixture
def box(world_url: str, valkey_url: str, tmp_path: Path) -> Box:
    return Box.make(settings_for(world_url, valkey_url, data=tmp_path / "data"))


@pytest.fixture
def start(box: Box) -> Iterator[Start]:
    """Starts workers; whatever the test did, all of them are gone at the end."""
    workers: list[Worker] = []

    def begin(*, lease_s: float = 4.0) -> Worker:
        workers.append(box.worker(lease_s=lease_s))
        return workers[-1]

    yield begin
    for worker in workers:
        worker.clear()


@pytest.fixture
async def admin(box: Box, sign: world.Sign) -> AsyncIterator[httpx.AsyncClient]:
    headers = bearer(await sign("admin@town"))
    async with (
        world.serving(box.settings) as url,
        httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as client,
    ):
        yield client


async def ask(admin: httpx.AsyncClient, stage: str, **more: int) -> str:
    answer = await admin.post(JOBS, json={"kind": "train", "parameters": {"stage": stage}, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


async def get(admin: httpx.AsyncClient, job_id: str) -> dict[str, Any]:
    job: dict[str, Any] = (await admin.get(f"{JOBS}/{job_id}")).json()
    return job


async def until(admin: httpx.AsyncClient, job_id: str, box: Box, *states: str, within_s: float = 60) -> dict[str, Any]:
    """The job, once it stands so, by waiting for its changes as a page does."""
    last = time.monotonic() + within_s
    job = await get(admin, job_id)
    while job["state"] not in states:
        assert time.monotonic() < last, (job, (box.settings.data / "worker.txt").read_text()[-3000:])
        job = (await admin.get(f"{JOBS}/{job_id}", params={"after": job["revision"], "wait_s": 2})).json()
    return job


async def running(admin: httpx.AsyncClient, job_id: str, box: Box) -> dict[str, Any]:
    """The job, once its process has said how far it is."""
    job = await until(admin, job_id, box, "running")
    while not job["progress"]:
        assert job["state"] == "running", job["error"]
        job = (await admin.get(f"{JOBS}/{job_id}", params={"after": job["revision"], "wait_s": 5})).json()
    return job


async def assert_whole(admin: httpx.AsyncClient, job: dict[str, Any]) -> None:
    """Every artefact can be fetched, and is what the row says."""
    assert job["artefacts"]
    for artefact in job["artefacts"]:
        got = (await admin.get(f"{JOBS}/{job['job_id']}/artefacts/{artefact['name']}")).content
        assert hashlib.sha256(got).hexdigest() == artefact["sha256"]
        assert len(got) == artefact["bytes"]


async def test_a_job_goes_from_the_api_to_its_artefact(admin: httpx.AsyncClient, box: Box, start: Start) -> None:
    worker = start()
    job = await until(admin, await ask(admin, "short"), box, "succeeded", "failed")
    assert (job["state"], job["attempt"], job["progress"], job["error"]) == ("succeeded", 1, 1.0, None)
    assert [artefact["name"] for artefact in job["artefacts"]] == ["model/weights.bin"]
    await assert_whole(admin, job)
    story = (await admin.get(f"{JOBS}/{job['job_id']}/story")).json()["changes"]
    assert [(one["change"], one["actor"]) for one in story] == [
        ("asked", "admin@town"),
        ("started", job["worker"]),
        ("succeeded", job["worker"]),
    ]
    assert sorted(entry.name for entry in box.folder(job["job_id"]).iterdir()) == ["1", "log.txt", "runs.jsonl"]
    assert (await admin.get("/readyz")).json()["jobs"]["ok"]

    failed = await until(admin, await ask(admin, "fail"), box, "failed")
    assert failed["error"] == "training (fail) failed (exit status 1): the loss is not a number"
    lazy = await until(admin, await ask(admin, "lazy"), box, "succeeded", "failed")
    assert lazy["error"] == "it ended well, but did not write model/weights.bin"
    unknown = await until(admin, await ask(admin, "dance"), box, "failed")
    assert unknown["error"] == (
        "parameters.stage: there is no stage 'dance'; there are fail, lazy, long, short, stubborn"
    )
    slow = await until(admin, await ask(admin, "long", limit_s=1), box, "failed")
    assert slow["error"] == "it took longer than 1 s, its limit"
    assert worker.end() == 0
    assert box.settings.redis_url is not None
    assert box.settings.redis_url.get_secret_value() not in worker.log.read_text()


async def test_told_many_times_it_is_done_once(admin: httpx.AsyncClient, box: Box, start: Start) -> None:
    job_id = await ask(admin, "short")
    assert box.settings.redis_url is not None
    broker = Broker(box.settings.redis_url.get_secret_value())
    for _ in range(5):
        await broker.send(UUID(job_id), Queue.CPU)
    start()
    start()
    job = await until(admin, job_id, box, "succeeded", "failed")
    other = await until(admin, await ask(admin, "short"), box, "succeeded", "failed")  # behind what was told again
    assert (job["state"], job["attempt"], other["state"]) == ("succeeded", 1, "succeeded")
    assert [run["event"] for run in box.runs(job_id)] == ["start", "stop"]


async def test_cancelling_ends_every_process_of_a_job_within_seconds(
    admin: httpx.AsyncClient, box: Box, start: Start
) -> None:
    worker = start()
    job_id = await ask(admin, "stubborn")
    await running(admin, job_id, box)
    [began] = box.runs(job_id)
    family = tree_of(began["pid"])
    assert len(family) == 2, "it and what it started"
    asked_at = time.monotonic()
    await admin.post(f"{JOBS}/{job_id}/cancel")
    job = await until(admin, job_id, box, "cancelled")
    assert time.monotonic() - asked_at < 10, "0.5 s to hear of it, 3 s of grace; a busy machine adds to it"
    assert not [process for process in family if alive(process)]
    assert job["artefacts"] == []
    assert not list(box.folder(job_id).glob("draft-*"))
    done = await until(admin, await ask(admin, "short"), box, "succeeded", "failed")
    assert done["state"] == "succeeded", "the worker goes on"
    assert worker.process.poll() is None


async def test_a_worker_that_is_asked_to_end_gives_its_job_back_and_the_next_goes_on(
    admin: httpx.AsyncClient, box: Box, start: Start
) -> None:
    first = start()
    job_id = await ask(admin, "long")
    before = await running(admin, job_id, box)
    assert await asyncio.to_thread(first.end) == 0
    start()
    job = await until(admin, job_id, box, "succeeded", "failed")
    assert (job["state"], job["attempt"], job["lost"]) == ("succeeded", 2, 0)
    assert job["worker"] != before["worker"]
    assert overlaps(box.runs(job_id)) == []
    story = (await admin.get(f"{JOBS}/{job_id}/story")).json()["changes"]
    assert [one["change"] for one in story] == ["asked", "started", "given_back", "started", "succeeded"]


async def test_a_frozen_worker_loses_its_job_before_anybody_else_begins_it(
    admin: httpx.AsyncClient, box: Box, start: Start
) -> None:
    first = start(lease_s=2.0)
    job_id = await ask(admin, "long")
    await running(admin, job_id, box)
    first.process.send_signal(signal.SIGSTOP)
    start()
    job = await until(admin, job_id, box, "succeeded", "failed")
    first.process.send_signal(signal.SIGCONT)
    assert (job["state"], job["attempt"], job["lost"]) == ("succeeded", 2, 1), job["error"]
    runs = box.runs(job_id)
    assert [run["event"] for run in runs] == ["start", "stop", "start", "stop"]
    assert overlaps(runs) == []
    assert runs[1]["status"] == -signal.SIGKILL
    await asyncio.sleep(1)
    assert (await get(admin, job_id))["artefacts"] == job["artefacts"], "what it wakes up with changes nothing"
    await assert_whole(admin, job)


async def test_a_database_that_is_away_ends_the_job_and_it_is_done_when_it_is_back(
    private_postgres: Callable[[], Server], valkey_url: str, tmp_path: Path
) -> None:
    postgres = private_postgres()
    await world.build(postgres.url)
    box = Box.make(settings_for(postgres.url, valkey_url, data=tmp_path / "data"))
    headers = bearer(world.token(await world.user_id(postgres.url, "admin@town")))
    worker = box.worker(lease_s=3.0)
    try:
        async with (
            world.serving(box.settings) as url,
            httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as admin,
        ):
            job_id = await ask(admin, "long")
            await running(admin, job_id, box)
            await asyncio.to_thread(postgres.stop)

            async def stopped() -> bool:
                return len(box.runs(job_id)) == 2

            assert await eventually(stopped, within_s=15), "no lease, no job"
            await asyncio.to_thread(postgres.start)
            job = await until(admin, job_id, box, "succeeded", "failed")
        assert (job["state"], job["lost"]) == ("succeeded", 1)
        assert overlaps(box.runs(job_id)) == []
    finally:
        worker.clear()


async def test_a_broker_that_comes_back_is_found_by_api_and_worker(
    world_url: str, private_valkey: Callable[[], Server], tmp_path: Path, sign: world.Sign
) -> None:
    valkey = private_valkey()
    box = Box.make(settings_for(world_url, valkey.url, data=tmp_path / "data"))
    headers = bearer(await sign("admin@town"))
    worker = box.worker()
    try:
        async with (
            world.serving(box.settings) as url,
            httpx.AsyncClient(base_url=url, headers=headers, timeout=30) as admin,
        ):
            await until(admin, await ask(admin, "short"), box, "succeeded")
            await asyncio.to_thread(valkey.stop)
            refused = await admin.post(JOBS, json={"kind": "train", "parameters": {"stage": "short"}})
            assert refused.status_code == 503
            [kept, _] = (await admin.get(JOBS)).json()["jobs"]
            assert (kept["state"], kept["sent_at"]) == ("queued", None)
            await asyncio.to_thread(valkey.start)
            assert (await until(admin, kept["job_id"], box, "succeeded"))["attempt"] == 1
        assert worker.process.poll() is None
    finally:
        worker.clear()


@pytest.fixture
def recording(box: Box, assets: Path) -> str:
    """Twenty seconds of a car park: long enough to be killed in, on a quick machine too."""
    source = cv2.VideoCapture(str(assets / "videos" / "group-carpark_640x360.mp4"))
    path = box.settings.data / "recordings" / "town" / "friday.avi"
    path.parent.mkdir(parents=True)
    target = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 15, (640, 360))
    frames = [source.read()[1] for _ in range(50)]
    for frame in 3 * [*frames, *reversed(frames)]:
        target.write(frame)
    target.release()
    source.release()
    return "recordings/friday.avi"


async def test_a_worker_killed_in_the_middle_of_an_analysis_and_another_one_completes_it(
    admin: httpx.AsyncClient, box: Box, start: Start, recording: str, assets: Path
) -> None:
    box.settings = box.settings.model_copy(update={"assets": assets})
    first = start()
    asked = {"kind": "analyse", "parameters": {"source": recording, "density": "none"}}
    job_id = str((await admin.post(JOBS, json=asked)).json()["job_id"])
    before = await running(admin, job_id, box)
    assert 0 < before["progress"] < 1
    started = box.runs(job_id)[0]
    family = tree_of(started["pid"])
    first.kill()
    start()
    job = await until(admin, job_id, box, "succeeded", "failed", within_s=180)
    assert job["state"] == "succeeded", job["error"]
    assert (job["attempt"], job["lost"]) == (2, 1)
    runs = box.runs(job_id)
    assert [(run["event"], run["attempt"]) for run in runs] == [("start", 1), ("stop", 1), ("start", 2), ("stop", 2)]
    assert overlaps(runs) == []
    assert not [process for process in family if alive(process)]
    await assert_whole(admin, job)
    assert [artefact["name"] for artefact in job["artefacts"]] == ["counts.jsonl", "page.html", "result.json"]
    assert {artefact["path"].split("/")[2] for artefact in job["artefacts"]} == {"2"}
    result = json.loads((await admin.get(f"{JOBS}/{job_id}/artefacts/result.json")).content)
    assert (result["seconds"], result["zones"]["all"]["unknown_seconds"]) == (20, 0)
    assert 2 <= result["zones"]["all"]["mean"] <= 6
    story = (await admin.get(f"{JOBS}/{job_id}/story")).json()["changes"]
    assert [(one["change"], one["attempt"]) for one in story] == [
        ("asked", 0),
        ("started", 1),
        ("lost", 1),
        ("started", 2),
        ("succeeded", 2),
    ]


async def test_footage_that_is_not_there_or_not_footage_fails_by_name(
    admin: httpx.AsyncClient, box: Box, start: Start, tmp_path: Path
) -> None:
    folder = box.settings.data / "recordings" / "town"
    folder.mkdir(parents=True)
    (tmp_path / "secret.avi").write_bytes(b"RIFF")
    (folder / "leads-out.avi").symlink_to(tmp_path / "secret.avi")
    (folder / "text.avi").write_text("hello")
    start()
    errors = {}
    for name in ("missing.avi", "leads-out.avi", "text.avi"):
        asked = {"kind": "analyse", "parameters": {"source": f"recordings/{name}"}}
        job_id = str((await admin.post(JOBS, json=asked)).json()["job_id"])
        errors[name] = (await until(admin, job_id, box, "failed"))["error"]
    assert errors["missing.avi"] == f"recordings/missing.avi: there is no such file or folder in {folder}"
    assert errors["leads-out.avi"] == "recordings/leads-out.avi leads out of recordings/; expected a file in it"
    assert errors["text.avi"].startswith("counting people failed (exit status 2): text.avi")
