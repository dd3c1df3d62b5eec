"""Models by jobs: trained, killed on the way, gone on with, described and registered; by the commands workers run."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.database.pool import Database
from api.jobs import leases
from api.jobs.repository import add_here
from api.jobs.schemas import NewTraining, Train
from api.models import repository as models
from domain.errors import BadInput
from headroom.jobs import console
from headroom.jobs.artefacts import JobFolder
from headroom.jobs.places import jobs_folder
from headroom.jobs.plan import CONFIGURATION as COMMANDS
from headroom.jobs.plan import steps_of
from headroom.models.work import Origin, register_job
from inference.rollout.folder import Manifest, load_folder
from tests.api import world
from tests.api.jobs.workers import ROOT, Box
from tests.api.world import settings_for
from training.mlflow_store import connect
from training.registry.versions import registered
from training.settings import CONFIGURATION

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
    told["export"] |= {"checked_sizes": [[96, 160]]}
    training = settings.data / "training"
    training.mkdir(parents=True)
    (training / "tiny.yaml").write_text(yaml.safe_dump(told))
    return Box(settings, COMMANDS)


@contextmanager
def begun(box: Box, *words: str) -> "Iterator[subprocess.Popen[str]]":
    """A command of a job, as a guard starts it but for its priority; with all it started it is gone at the end."""
    machine = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_")}
    with (
        (box.settings.data / "said.txt").open("ab") as said,
        subprocess.Popen(
            [sys.executable, "-P", "-m", *words],
            cwd=ROOT,
            env=machine | box.settings.environment(),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def heard(process: "subprocess.Popen[str]", words: str) -> list[dict[str, Any]]:
    """Progress as it comes, up to the line that has the words, or to the end."""
    told = []
    for line in process.stdout or ():
        told.append(json.loads(line))
        if words in told[-1]["words"]:
            break
    return told


async def test_a_training_that_is_killed_goes_on_and_its_model_is_registered_once(
    box: Box, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The product's own commands, one after the other, as a worker runs them."""
    asked = {"config": "training/tiny.yaml", "steps": 2, "seed": 3, "register_as": "hall"}
    async with Database(url, size=1) as database, database.as_service() as connection:
        new = NewTraining(kind="train", parameters=Train.model_validate(asked))
        job = await add_here(connection, "town", new, "the test", for_workers=True)
        assert job is not None
        lease = await leases.claim(connection, job.job_id, "the test", 600.0)
        assert lease is not None
    folder = JobFolder(jobs_folder(box.settings), lease)
    folders = folder.open()
    training, registering = steps_of(lease, box.settings, folders, COMMANDS)
    with begun(box, *training.argv[3:]) as first:
        heard(first, "density, step 1")
    with begun(box, *training.argv[3:]) as second:
        told = heard(second, "no such words")
        assert second.wait(60) == 0, (box.settings.data / "said.txt").read_text()[-3000:]
    shares = [one["progress"] for one in told]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert "the sets become one dataset" not in told[0]["words"], "what was done is not done again"
    for _ in range(2):  # a job that lost its worker at the very end does it again
        with begun(box, *registering.argv[3:]) as last:
            assert last.wait(200) == 0, (box.settings.data / "said.txt").read_text()[-3000:]
    assert set(training.needs).isdisjoint({"database_url", "redis_url"})

    async with Database(url, size=1) as database, database.as_service() as connection:
        made = await asyncio.to_thread(folder.keep, folders, training.makes)
        assert await leases.succeed(connection, lease, made)
    await _registered_once(box, url, lease, {artefact.name for artefact in made})
    capsys.readouterr()
    await console.show_job(box.settings, job.job_id)
    assert f"{folder.path / '1' / 'version' / 'model.yaml'}  " in capsys.readouterr().out
    with pytest.raises(BadInput, match="is hall@1 already"):
        await register_job(box.settings, job.job_id, "town", Origin())


async def _registered_once(box: Box, url: str, lease: leases.Lease, made: set[str]) -> None:
    """The job's model is a version of the venue and of MLflow, and what workers would load."""
    assert {"version/model.yaml", "version/card.md", "version/crowd-n.onnx", "model/density.pt"} <= made
    assert {"evaluation/metrics.json", "metrics.json", "run.json", "training.yaml"} <= made
    out = jobs_folder(box.settings) / "town" / str(lease.job_id) / "1"
    parameters = yaml.safe_load((out / "training.yaml").read_text())
    assert (parameters["density"]["learn"]["steps"], parameters["density"]["seed"]) == (2, 3)
    numbers = json.loads((out / "metrics.json").read_text())
    assert numbers["shanghaitech-b.frames"] == 1
    async with Database(url, size=1) as database, database.as_service() as connection:
        [version] = await models.versions(connection, "town", 10)
        found = await models.version(connection, "town", "hall", 1)
    assert (version.label, version.registered_by, version.metrics) == ("hall@1", f"job {lease.job_id}", numbers)
    [known] = await asyncio.to_thread(registered, box.settings)
    run = json.loads((out / "run.json").read_text())["run"]
    assert (known.ref.label, known.run_id, version.run_id) == ("hall@1", run, run)
    assert connect(box.settings).get_run(run).info.status == "FINISHED"
    folder = box.settings.data / "models/registered" / known.ref.where
    assert Manifest.read(folder).name == "hall"
    assert load_folder(folder, "hall@1").name.startswith("hall@1")
    assert found is not None
    assert "| shtech_b_train |" in found[1]
    assert "| shanghaitech-b |" in found[1]
