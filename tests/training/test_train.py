"""A training that is killed goes on as the same run, and a bad one says what is wrong."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from domain.settings import Settings
from training.mlflow_store import connect, experiment
from training.settings import CONFIGURATION

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """The product's parameters, made so small that a run takes seconds."""
    told = yaml.safe_load(CONFIGURATION.read_text())
    told["folder"] = str(tmp_path / "out")
    told["prepare"] |= {"dataset": str(tmp_path / "dataset"), "limit": 2}
    told["augment"] |= {"crop": 128}
    told["boxes"] |= {"epochs": 2, "size": 128, "batch": 8}
    told["tuned"] |= {"crop": 128, "shares": {"shtech_b_train": 1}}
    told["tuned"]["learn"] |= {"steps": 4, "batch": 2, "check_every": 2, "workers": 0}
    told["density"] |= {"crops": 8, "shares": {"shtech_b_train": 1, "negatives": 0.5}}
    told["density"]["learn"] |= {"steps": 6, "batch": 2, "check_every": 2}
    path = tmp_path / "training.yaml"
    path.write_text(yaml.safe_dump(told))
    return path


@pytest.fixture
def start(assets: Path, tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts a module of training, in a house of its own; none outlives the test."""
    environment = os.environ | {"HEADROOM_ASSETS": str(assets), "HEADROOM_DATA": str(tmp_path / "data")}
    with ExitStack() as started:

        def begin(module: str, *words: str) -> subprocess.Popen[str]:
            process = started.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", module, *words],
                    cwd=REPOSITORY,
                    env=environment,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            started.callback(process.kill)
            return process

        yield begin


def lines_until(process: subprocess.Popen[str], words: str) -> list[str]:
    """Progress as it comes, up to the line that has the words, or to the end."""
    assert process.stdout is not None
    told = []
    for line in process.stdout:
        told.append(json.loads(line)["words"])
        if words in line:
            break
    return told


def runs_of(data: Path) -> list[str]:
    """How each training run stands in MLflow."""
    settings = Settings.from_environment({"HEADROOM_DATA": str(data)})
    client = connect(settings)
    return [run.info.status for run in client.search_runs([experiment(client, settings, "train")])]


@pytest.mark.timeout(400)
def test_a_training_stopped_and_killed_ends_as_one_run_with_all_its_steps(
    configuration: Path, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    prepared = start("training.prepare", "--config", str(configuration))
    assert prepared.wait(120) == 0

    first = start("training.train", "--config", str(configuration))
    lines_until(first, "boxes, epoch 1 of 2")
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 128 + signal.SIGTERM
    assert runs_of(tmp_path / "data") == ["KILLED"]

    second = start("training.train", "--config", str(configuration))
    told = lines_until(second, "density, step 2")
    second.send_signal(signal.SIGKILL)
    second.wait(10)
    assert "boxes, epoch 1 of 2" not in told, "what was learned is not learned again"
    assert "boxes, epoch 2 of 2" in told
    assert runs_of(tmp_path / "data") == ["RUNNING"]

    third = start("training.train", "--config", str(configuration))
    told = lines_until(third, "no such words")
    assert third.wait(60) == 0
    assert [words.split(":")[0] for words in told if "step" in words] == ["density, step 4", "density, step 6"]
    assert runs_of(tmp_path / "data") == ["FINISHED"]
    curves = json.loads((tmp_path / "out" / "model" / "curves.json").read_text())
    assert [check["step"] for check in curves] == [2, 4, 6]
    assert {path.name for path in (tmp_path / "out" / "model").iterdir()} == {
        "detector.pt",
        "density.pt",
        "curves.json",
    }
    assert not (tmp_path / "out" / "work").exists()


@pytest.mark.timeout(200)
def test_a_second_network_for_the_map_is_a_run_of_its_own(
    configuration: Path, start: Callable[..., subprocess.Popen[str]], tmp_path: Path
) -> None:
    assert start("training.prepare", "--config", str(configuration)).wait(120) == 0
    run = start("training.train_tuned", "--config", str(configuration))
    told = lines_until(run, "no such words")
    assert run.wait(60) == 0
    assert [words.split(":")[0] for words in told] == ["density, step 2", "density, step 4", "trained"]
    assert {path.name for path in (tmp_path / "out" / "tuned").iterdir()} == {"tuned.pt", "curves.json"}
    settings = Settings.from_environment({"HEADROOM_DATA": str(tmp_path / "data")})
    client = connect(settings)
    (kept,) = client.search_runs([experiment(client, settings, "train-tuned")])
    assert kept.info.status == "FINISHED"
    assert kept.data.params["tuned.learn.steps"] == "4"
    assert not (tmp_path / "out" / "tuned-work").exists()
