"""Every run of training and evaluation in MLflow: what went in, what came out, what it cost.

    with open_run("train", parameters, data_hash, settings=settings) as run:
        run.metrics(epoch, {"loss": 0.3, "count_mae": 8.9})
        run.figure("loss", figure)
        run.artefact(weights)

A run that ends is FINISHED; one that raises is FAILED; one that is told to stop (Ctrl-C, SIGTERM as ``SystemExit``) is
KILLED. A run whose process was killed outright could tell nobody: **it is RUNNING in MLflow until it is resumed**, and
its note says so. Resume it with the id that it had, and it goes on as the same run.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isclose
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from time import time
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from domain.errors import BadInput, Unavailable
from domain.settings import Settings
from training.cost import Meter
from training.mlflow_store import connect, experiment, explained
from training.surroundings import surroundings

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run as StoredRun

log = structlog.get_logger()

NOTE: Final = "RUNNING may also mean that the process was killed: then resume the run by its id."
BATCH: Final = 1000
"""Metrics a request: MLflow's own limit."""
_LONGEST: Final = 500
"""Characters of a parameter that MLflow keeps whatever stores it."""
_COST: Final = "cost_"

Parameter = str | int | float | bool | None


class Figure(Protocol):
    """A matplotlib figure."""

    def savefig(self, fname: str, **options: Any) -> None: ...  # noqa: ANN401, D102  # matplotlib's own


class Run:
    """One open run. What MLflow does not take for a while waits here; work never stops for it.

    Attributes:
        id: what it is resumed by.
    """

    def __init__(self, client: "MlflowClient", settings: Settings, run_id: str) -> None:
        self.id = run_id
        self._client, self._settings = client, settings
        self._waiting: list[tuple[int, int, str, float]] = []
        self._lock = Lock()
        self._step = 0

    def metrics(self, step: int, values: Mapping[str, float | None]) -> None:
        """Tell figures of one step (an epoch). ``None`` is unknown, and is not told; never 0 in its place."""
        now = int(time() * 1000)
        with self._lock:
            self._step = max(self._step, step)
            self._waiting += [(step, now, name, float(value)) for name, value in values.items() if value is not None]
        self.send()

    def cost(self, values: Mapping[str, float]) -> None:
        """Tell what the run has cost so far, beside the newest step."""
        self.metrics(self._step, values)

    def artefact(self, path: Path, folder: str | None = None) -> None:
        """Keep a file, or a folder with all that is in it.

        Args:
            path: of the file or folder.
            folder: where it goes; left out, to the top.

        Raises:
            BadInput: there is no such file.
        """
        if not path.exists():
            raise BadInput(f"artefact {path} is not there; expected a file or a folder")
        try:
            with explained(self._settings):
                if path.is_dir():
                    self._client.log_artifacts(self.id, str(path), "/".join(filter(None, (folder, path.name))))
                else:
                    self._client.log_artifact(self.id, str(path), folder)
        except Unavailable as error:
            log.error("an artefact is not kept with the run", path=str(path), reason=str(error))  # noqa: TRY400  # expected

    def figure(self, name: str, figure: Figure | bytes | Path) -> None:
        """Keep a plot as ``figures/NAME.png``.

        Args:
            name: without ending.
            figure: matplotlib's, or a PNG's bytes or file.
        """
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"{name}.png"
            if isinstance(figure, Path):
                path.write_bytes(figure.read_bytes())
            elif isinstance(figure, bytes):
                path.write_bytes(figure)
            else:
                figure.savefig(str(path))
            self.artefact(path, "figures")

    def send(self) -> bool:
        """Send what waits. Returns whether nothing waits any more."""
        from mlflow.entities import Metric  # noqa: PLC0415  # an extra, and slow

        with self._lock:
            while self._waiting:
                some = self._waiting[:BATCH]
                try:
                    with explained(self._settings):
                        metrics = [Metric(name, value, at, step) for step, at, name, value in some]
                        self._client.log_batch(self.id, metrics=metrics)
                except Unavailable as error:
                    log.warning("figures wait for MLflow", waiting=len(self._waiting), reason=str(error))
                    return False
                del self._waiting[:BATCH]
        return True

    def end(self, status: str) -> None:
        """Say how it ended; a log says so where MLflow cannot be told."""
        told = self.send()
        try:
            with explained(self._settings):
                self._client.set_terminated(self.id, status)
        except Unavailable as error:
            told = False
            log.error("MLflow does not know that the run has ended", run=self.id, status=status, reason=str(error))  # noqa: TRY400  # expected
        if not told:
            log.error("figures of the run are lost", run=self.id, figures=len(self._waiting))


@contextmanager
def open_run(
    kind: str,
    parameters: Mapping[str, Parameter],
    data_hash: str,
    resume_id: str | None = None,
    *,
    settings: Settings,
    gpus: Sequence[int] = (),
    name: str | None = None,
) -> Iterator[Run]:
    """A run in MLflow, for as long as the ``with`` lasts.

    Args:
        kind: ``train``, ``evaluate``, …: the experiment it belongs to.
        parameters: what decided the result, seeds included; a resumed run must have the same.
        data_hash: of the data it saw.
        resume_id: of the run that goes on; ``None``: a new one.
        settings: where MLflow keeps it.
        gpus: indices of the GPUs it holds, for its cost.
        name: for people; left out, MLflow makes one up.

    Raises:
        BadInput: there is no such run to resume, or it was made with other parameters or data.
        Unavailable: MLflow is not installed, or does not answer.
    """
    client = connect(settings)
    told = {**_texts(parameters), "data_hash": data_hash}
    with explained(settings):
        stored = _resumed(client, resume_id, told) if resume_id else _started(client, settings, kind, told, name)
    run = Run(client, settings, stored.info.run_id)
    before = {key: value for key, value in stored.data.metrics.items() if key.startswith(_COST)}
    with Meter(gpus, before or None, lambda: run.cost(meter.cost())) as meter:
        status = "FAILED"
        try:
            yield run
            status = "FINISHED"
        except (KeyboardInterrupt, SystemExit):
            status = "KILLED"
            raise
        finally:
            run.cost(meter.cost())
            run.end(status)


def _started(
    client: "MlflowClient", settings: Settings, kind: str, parameters: Mapping[str, str], name: str | None
) -> "StoredRun":
    from mlflow.entities import Param  # noqa: PLC0415  # an extra, and slow

    tags = {"mlflow.note.content": NOTE} | surroundings()
    run = client.create_run(experiment(client, settings, kind), run_name=name, tags=tags)
    client.log_batch(run.info.run_id, params=[Param(key, value) for key, value in parameters.items()])
    return run


def _resumed(client: "MlflowClient", run_id: str, parameters: Mapping[str, str]) -> "StoredRun":
    from mlflow.entities import RunTag  # noqa: PLC0415  # an extra, and slow
    from mlflow.exceptions import MlflowException  # noqa: PLC0415

    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code not in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            raise
        raise BadInput(f"run {run_id!r} is not in MLflow; expected the id of a run to resume") from None
    for key in sorted(parameters.keys() | run.data.params.keys()):
        then, now = run.data.params.get(key), parameters.get(key)
        if then != now and not _same_number(then, now):
            raise BadInput(f"run {run_id} had {key}={then}, and cannot be resumed with {key}={now}: start a new one")
    client.update_run(run_id, status="RUNNING")
    times = int(run.data.tags.get("resumed", 0)) + 1
    tags = surroundings() | {"resumed": str(times)}
    client.log_batch(run_id, tags=[RunTag(key, value) for key, value in tags.items()])
    return run


def _texts(parameters: Mapping[str, Parameter]) -> dict[str, str]:
    return {name: str(value)[:_LONGEST] for name, value in parameters.items()}


def _same_number(one: str | None, other: str | None) -> bool:
    """Whether both are the same number, written otherwise: 1 and 1.0."""
    try:
        return one is not None and other is not None and isclose(float(one), float(other), rel_tol=1e-12)
    except ValueError:
        return False
