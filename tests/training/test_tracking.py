"""Runs in a real MLflow store: a file and a folder, as on a laptop."""

import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput, BadSettings, Unavailable
from domain.settings import Settings
from training.cost import Meter, Package, Used, packages
from training.mlflow_store import connect
from training.surroundings import surroundings
from training.tracking import open_run

PNG = b"\x89PNG\r\n\x1a\n"
CHILD = """
import sys, time
from pathlib import Path
from domain.settings import Settings
from training.tracking import open_run
with open_run("train", {"epochs": 3, "lr": 0.01}, "abc", settings=Settings(data=Path(sys.argv[1]))) as run:
    run.metrics(1, {"loss": 0.5})
    print(run.id, flush=True)
    time.sleep(100)
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data=tmp_path_factory.mktemp("data"))


def test_a_run_keeps_what_went_in_what_came_out_and_what_it_cost(settings: Settings, tmp_path: Path) -> None:
    weights = tmp_path / "weights.bin"
    weights.write_bytes(b"\0" * 10)
    with open_run("train", {"epochs": 2, "seed": 8}, "abc", settings=settings) as run:
        run.metrics(1, {"loss": 0.5, "map": None})
        run.metrics(2, {"loss": 0.25})
        run.artefact(weights)
        run.figure("loss", PNG)
        with pytest.raises(BadInput, match="nowhere"):
            run.artefact(tmp_path / "nowhere")
    client = connect(settings)
    stored = client.get_run(run.id)
    assert stored.info.status == "FINISHED"
    assert stored.data.params == {"epochs": "2", "seed": "8", "data_hash": "abc"}
    assert [(point.step, point.value) for point in client.get_metric_history(run.id, "loss")] == [(1, 0.5), (2, 0.25)]
    assert "map" not in stored.data.metrics
    assert stored.data.metrics["cost_wall_s"] > 0
    assert "cost_gpu_s" not in stored.data.metrics
    assert {file.path for file in client.list_artifacts(run.id)} == {"weights.bin", "figures"}
    assert len(stored.data.tags["git commit"]) == 40
    assert stored.data.tags["git dirty"] in {"yes", "no"}


def test_a_run_that_fails_or_is_stopped_says_which(settings: Settings) -> None:
    for error, status in ((RuntimeError, "FAILED"), (KeyboardInterrupt, "KILLED"), (SystemExit, "KILLED")):
        with pytest.raises(error), open_run("train", {}, "abc", settings=settings) as run:
            raise error
        assert connect(settings).get_run(run.id).info.status == status


def test_a_killed_run_is_running_until_it_is_resumed_as_the_same_run(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    child = subprocess.Popen((sys.executable, "-c", CHILD, str(tmp_path)), stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    run_id = child.stdout.readline().strip()
    child.send_signal(signal.SIGKILL)
    child.communicate()
    client = connect(settings)
    left = client.get_run(run_id)
    assert left.info.status == "RUNNING"
    assert "killed" in left.data.tags["mlflow.note.content"]

    for epochs, data, said in ((4, "abc", "had epochs=3.*epochs=4"), (3, "other", "data_hash")):
        again = open_run("train", {"epochs": epochs, "lr": 0.01}, data, run_id, settings=settings)
        with pytest.raises(BadInput, match=said), again:
            pass
    with open_run("train", {"epochs": 3, "lr": 1e-2}, "abc", run_id, settings=settings) as run:
        run.metrics(2, {"loss": 0.4})
    done = client.get_run(run_id)
    assert run.id == run_id
    assert done.info.status == "FINISHED"
    assert done.data.tags["resumed"] == "1"
    assert [point.step for point in client.get_metric_history(run_id, "loss")] == [1, 2]
    assert len(client.search_runs([done.info.experiment_id])) == 1


def test_an_unknown_run_cannot_be_resumed(settings: Settings) -> None:
    with (
        pytest.raises(BadInput, match="'0123' is not in MLflow"),
        open_run("train", {}, "abc", "0123", settings=settings),
    ):
        pass


def test_a_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    settings = Settings.from_environment({"HEADROOM_MLFLOW_URL": "http://u:secret@127.0.0.1:9"})
    run = open_run("train", {}, "abc", settings=settings)
    with pytest.raises(Unavailable, match="HEADROOM_MLFLOW_URL") as caught, run:
        pass
    assert "secret" not in str(caught.value)
    with pytest.raises(BadSettings, match="HEADROOM_MLFLOW_URL"):
        Settings.from_environment({"HEADROOM_MLFLOW_URL": "somewhere"})


def test_outside_a_checkout_no_commit_is_told(tmp_path: Path) -> None:
    assert "git commit" not in surroundings(tmp_path)


class Scripted:
    """A counter that counts what it is told to."""

    starts_over_j: float | None = 100.0

    def __init__(self, joules: list[float | None]) -> None:
        self._joules = joules

    def joules(self) -> float | None:
        return self._joules.pop(0)


@given(st.lists(st.floats(0, 99), max_size=20), st.floats(0, 99))
def test_energy_is_counted_through_the_counters_turns(steps: list[float], start: float) -> None:
    total, shown = start, [start]
    for step in steps:
        total += step
        shown.append(total % 100)
    used = Used(Scripted(list(shown)))
    for _ in steps:
        used.look()
    assert used.joules == pytest.approx(sum(steps), abs=1e-6)


def test_energy_that_cannot_be_read_is_absent_never_zero(tmp_path: Path) -> None:
    with Meter(gpus=[7], counters=[Scripted([None] * 9)]) as meter:
        assert meter.cost().keys() == {"cost_wall_s", "cost_gpu_s"}
    package = tmp_path / "intel-rapl:0"
    package.mkdir()
    (tmp_path / "intel-rapl:0:0").mkdir()
    (package / "energy_uj").write_text("2500000\n")
    (package / "max_energy_range_uj").write_text("9000000\n")
    [found] = packages(tmp_path)
    assert isinstance(found, Package)
    assert (found.joules(), found.starts_over_j) == (2.5, 9.0)


def test_the_parts_of_a_resumed_run_cost_together() -> None:
    until = monotonic() + 0.05
    with Meter(before={"cost_wall_s": 100.0, "cost_gpu_s": 50.0}, counters=[Scripted([1.0, 3.0])]) as meter:
        while monotonic() < until:
            sleep(0.01)
        cost = meter.cost()
    assert 100.05 <= cost["cost_wall_s"] < 110
    assert cost["cost_gpu_s"] == 50
    assert "cost_processor_energy_j" not in cost, "the first part's is not known"
