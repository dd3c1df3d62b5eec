"""Models by jobs, end to end: trained by a real worker that is killed on the way, registered, exported, evaluated."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
import yaml

from domain.errors import BadInput
from headroom.jobs import console
from headroom.jobs.plan import CONFIGURATION as COMMANDS
from headroom.models.work import Origin, register_job
from headroom.processes import tree_of
from inference.rollout.folder import Manifest, load_folder
from tests.api import world
from tests.api.jobs.test_worker import JOBS, assert_whole, until
from tests.api.jobs.workers import Box, Worker, overlaps
from tests.api.world import bearer, settings_for
from training.mlflow_store import connect
from training.registry.versions import registered
from training.settings import CONFIGURATION

MODELS = "/api/v1/venues/town/models"
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def url(databases: world.Databases) -> Iterator[str]:
    url = databases.create()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(world.build(url))).result()
    yield url
    databases.drop(url)


@pytest.fixture
def box(url: str, valkey_url: str, tmp_path: Path, assets: Path) -> Box:
    """The product's own commands, and parameters so small that training takes seconds."""
    settings = settings_for(url, valkey_url, data=tmp_path / "data").model_copy(update={"assets": assets})
    told = yaml.safe_load(CONFIGURATION.read_text())
    told["prepare"] |= {"limit": 1}
    told["augment"] |= {"crop": 128}
    told["boxes"] |= {"epochs": 0}
    for name, part in told.items():
        if isinstance(part, dict) and "learn" in part:
            part["shares"] = {"shtech_b_train": 1}
            part["learn"] |= {"batch": 2, "workers": 0}
            part.update({"crops": 4} if "crops" in part else {"crop": 128})
            assert name in {"density", "tuned"}
    told["evaluate"] |= {"clips": [], "stills": told["evaluate"]["stills"][:1], "limit": 1}
    training = settings.data / "training"
    training.mkdir(parents=True)
    (training / "tiny.yaml").write_text(yaml.safe_dump(told))
    return Box(settings, COMMANDS)


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Whatever the test did, all of them are gone at the end."""
    started: list[Worker] = []
    yield started
    for worker in started:
        worker.clear()


async def ask(admin: httpx.AsyncClient, kind: str, **parameters: object) -> str:
    answer = await admin.post(JOBS, json={"kind": kind, "parameters": parameters})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


async def done(admin: httpx.AsyncClient, job_id: str, box: Box) -> dict[str, Any]:
    job = await until(admin, job_id, box, "succeeded", "failed", within_s=400)
    assert job["state"] == "succeeded", (job["error"], (box.folder(job_id) / "log.txt").read_text()[-3000:])
    await assert_whole(admin, job)
    return job


async def test_a_model_is_trained_registered_exported_and_evaluated_by_jobs(
    box: Box, url: str, workers: list[Worker], capsys: pytest.CaptureFixture[str]
) -> None:
    headers = bearer(world.token(await world.user_id(url, "admin@town")))
    async with (
        world.serving(box.settings) as address,
        httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as admin,
    ):
        workers.append(box.worker(lease_s=6.0))
        job_id = await ask(admin, "train", config="training/tiny.yaml", steps=2, seed=3, register_as="hall")
        job = await until(admin, job_id, box, "running")
        while "density" not in (job["words"] or ""):
            assert job["state"] == "running", (job["error"], (box.folder(job_id) / "log.txt").read_text()[-3000:])
            job = (await admin.get(f"{JOBS}/{job_id}", params={"after": job["revision"], "wait_s": 5})).json()
        family = tree_of(box.runs(job_id)[0]["pid"])
        assert len(family) >= 2, "the job, and the stage that it runs"
        workers[0].kill()
        workers.append(box.worker(lease_s=6.0))
        trained = await done(admin, job_id, box)
        assert (trained["attempt"], trained["lost"]) == (2, 1)
        assert overlaps(box.runs(job_id)) == []
        await _registered_once(admin, box, trained)

        capsys.readouterr()
        await console.ask_job(box.settings, "town", "export", ["weights=asset:yolov8n_rebuilt.pt"])
        exported = await done(admin, capsys.readouterr().out.strip(), box)
        assert [one["name"] for one in exported["artefacts"]] == ["detector.json", "detector.onnx"]
        _one_still(box)
        asked = {"source": "training/still", "truth": "training/still.json", "density": "none"}
        evaluated = await done(admin, await ask(admin, "evaluate", **asked), box)
        assert [one["name"] for one in evaluated["artefacts"]] == ["report.html", "result.json"]
        result = (await admin.get(f"{JOBS}/{evaluated['job_id']}/artefacts/result.json")).json()
        assert result["frames"] == 1
        assert not (box.folder(job_id) / "work").exists()
        await console.show_job(box.settings, UUID(job_id))
        told = capsys.readouterr().out
        assert "lost, by" in told
        assert f"{box.folder(job_id) / '2' / 'version' / 'model.yaml'}  " in told
        with pytest.raises(BadInput, match="is hall@1 already"):
            await register_job(box.settings, UUID(job_id), "town", Origin())
        with pytest.raises(BadInput, match=r"made no model\.yaml; it made detector\.json, detector\.onnx"):
            await register_job(box.settings, UUID(exported["job_id"]), "town", Origin())


async def _registered_once(admin: httpx.AsyncClient, box: Box, job: dict[str, Any]) -> None:
    """The job's model is a version of the venue and of MLflow, and what workers would load."""
    made = {one["name"] for one in job["artefacts"]}
    assert {"version/model.yaml", "version/card.md", "version/crowd-n.onnx", "model/density.pt"} <= made
    assert {"evaluation/metrics.json", "metrics.json", "run.json", "training.yaml"} <= made
    get = f"{JOBS}/{job['job_id']}/artefacts"
    parameters = yaml.safe_load((await admin.get(f"{get}/training.yaml")).text)
    assert (parameters["density"]["learn"]["steps"], parameters["density"]["seed"]) == (2, 3)
    numbers = (await admin.get(f"{get}/metrics.json")).json()
    assert numbers["shanghaitech-b.frames"] == 1
    [version] = (await admin.get(MODELS)).json()["versions"]
    assert (version["name"], version["version"], version["registered_by"]) == ("hall", 1, f"job {job['job_id']}")
    assert version["metrics"] == numbers
    [known] = await asyncio.to_thread(registered, box.settings)
    run = (await admin.get(f"{get}/run.json")).json()["run"]
    assert (known.ref.label, known.run_id, version["run_id"]) == ("hall@1", run, run)
    assert connect(box.settings).get_run(run).info.status == "FINISHED"
    folder = box.settings.data / "models/registered" / known.ref.where
    assert Manifest.read(folder).name == "hall"
    assert load_folder(folder, "hall@1").name.startswith("hall@1")
    card = (await admin.get(f"{MODELS}/versions/hall/1")).json()["card"]
    assert "| shtech_b_train |" in card
    assert "| shanghaitech-b |" in card


def _one_still(box: Box) -> None:
    assert box.settings.assets is not None
    part = box.settings.assets / "datasets/shanghaitech_test/part_B"
    still = min((part / "images").iterdir())
    folder = box.settings.data / "training" / "still"
    folder.mkdir()
    shutil.copy(still, folder)
    counts = json.loads((part / "counts.json").read_text())
    folder.with_suffix(".json").write_text(json.dumps({still.stem: counts[still.stem]}))
