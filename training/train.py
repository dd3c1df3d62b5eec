"""A dataset becomes a model: a detector of persons and heads, and a density map on the same trunk.

    python -m training.train

Reads ``configs/training.yaml``. A run that was killed goes on where it was, as the same run in MLflow; one whose data
or parameters have changed begins anew. Progress goes to standard output, a line of JSON for each step of it.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, NoReturn

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import torch
import typer

from domain.errors import BadInput
from domain.settings import Settings
from inference.assets import resolve
from training.command import told_in_a_line
from training.crowd.density import DensityTraining
from training.crowd.persons import yolo_of
from training.dataset.layout import Dataset
from training.settings import CONFIGURATION, TrainingSettings
from training.tracking import Run, open_run

MODEL: Final = "model"
DETECTOR: Final = "detector.pt"
DENSITY: Final = "density.pt"
CURVES: Final = "curves.json"
_BOXES_SHARE: Final = 0.4
"""Of the progress, where boxes are trained at all."""

Told = Callable[[float, str], object]


@dataclass(frozen=True)
class Task:
    """What is trained, where and by whom it is watched.

    Attributes:
        settings: the parameters.
        dataset: what is learned from.
        base: the detector it begins as.
        work: what a killed run leaves for the next.
        device: ``cpu``, ``0`` or, for several GPUs, ``0,1``.
    """

    settings: TrainingSettings
    dataset: Dataset
    base: Path
    work: Path
    device: str

    @property
    def mark(self) -> str:
        """Hash of all that bears on the result but the machine."""
        parts = self.settings.model_dump(mode="json", include={"augment", "boxes", "density"})
        text = json.dumps([parts, self.dataset.content_hash, hashlib.sha256(self.base.read_bytes()).hexdigest()])
        return hashlib.sha256(text.encode()).hexdigest()


def train(task: Task, app: Settings, told: Told) -> None:
    """Train, or go on training; the result is put into ``folder/model`` whole.

    Raises:
        BadInput: a set that is to be drawn from is not there, or the base is no YOLOv8 detector.
        Unavailable: MLflow does not answer.
    """
    run_id = _begun(task)
    flat = _flat(task.settings.model_dump(mode="json", include={"augment", "boxes", "density"}))
    with open_run("train", flat, task.dataset.content_hash, settings=app, resume_id=run_id) as run:
        _remember(task, run.id)
        detector = _boxes(task, run, told)
        _density(task, run, detector, told)
        model = _put(task, detector)
        for file in sorted(model.iterdir()):
            run.artefact(file)
    told(1.0, "trained")


def _boxes(task: Task, run: Run, told: Told) -> Path:
    settings = task.settings.boxes
    if not settings.epochs:
        return task.base
    from training.crowd.boxes import train_boxes, trained_boxes  # noqa: PLC0415  # ultralytics' trainer, 2 s

    finished = trained_boxes(task.work / "boxes")
    if finished is not None:  # in a run that was killed later
        return finished
    data, masks = yolo_of(task.dataset.items, task.base, settings, task.work / "yolo", task.device)

    def epoch(number: int, metrics: dict[str, float]) -> None:
        run.metrics(
            number, {f"boxes/{name}".replace("(", "_").replace(")", ""): value for name, value in metrics.items()}
        )
        told(_BOXES_SHARE * min(number / settings.epochs, 1.0), f"boxes, epoch {number} of {settings.epochs}")

    return train_boxes(task.base, data, settings, task.work / "boxes", task.device, epoch, masks)


def _density(task: Task, run: Run, detector: Path, told: Told) -> None:
    begin = _BOXES_SHARE if task.settings.boxes.epochs else 0.0

    def step(share: float, words: str, metrics: dict[str, float], number: int) -> None:
        if metrics:
            run.metrics(number, {f"density/{name}": value for name, value in metrics.items()})
        told(begin + (1 - begin) * share, words)

    folder = task.work / "density"
    DensityTraining(task.dataset.items, detector, task.settings, folder, task.device, task.mark, step).run()


def _begun(task: Task) -> str | None:
    """The MLflow run that is gone on with; ``None``: a new one begins, and what another left is cleared away."""
    note = task.work / "run.json"
    if note.is_file():
        known = json.loads(note.read_text())
        if known["mark"] == task.mark:
            return str(known["run"])
    shutil.rmtree(task.work, ignore_errors=True)
    task.work.mkdir(parents=True)
    return None


def _remember(task: Task, run_id: str) -> None:
    draft = task.work / "run.json.new"
    draft.write_text(json.dumps({"mark": task.mark, "run": run_id}))
    draft.replace(task.work / "run.json")


def _put(task: Task, detector: Path) -> Path:
    """The result, beside what was there until it is whole; what the run left on the way is removed."""
    model = task.settings.folder / MODEL
    draft = model.with_name(f"{MODEL}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    shutil.copyfile(detector, draft / DETECTOR)
    for name in (DENSITY, CURVES):
        shutil.copyfile(task.work / "density" / name, draft / name)
    shutil.rmtree(model, ignore_errors=True)
    draft.rename(model)
    shutil.rmtree(task.work)
    return model


def _flat(values: dict[str, Any], before: str = "") -> dict[str, str | int | float | bool | None]:
    flat: dict[str, str | int | float | bool | None] = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value if isinstance(value, str | int | float | None) else json.dumps(value)
    return flat


def _tell(share: float, words: str) -> None:
    sys.stdout.write(json.dumps({"progress": round(share, 4), "words": words}) + "\n")
    sys.stdout.flush()


def _asked_to_stop(number: int, _: object) -> NoReturn:
    """As an exception, so that the run is closed on the way out: MLflow says KILLED, and the next one goes on."""
    sys.exit(128 + number)


def base_of(name: str, app: Settings) -> Path:
    """The detector that training begins with: a file, or one that ``configs/assets.yaml`` names.

    Raises:
        AssetUnavailable: no source has it.
    """
    return Path(name) if Path(name).is_file() else resolve(name, app)


def _run(
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
    device: Annotated[str, typer.Option(help="cpu, 0, or for several GPUs 0,1; left out, the first GPU.")] = "",
) -> None:
    """Train a model from a dataset."""
    signal.signal(signal.SIGTERM, _asked_to_stop)
    with told_in_a_line():
        settings, app = TrainingSettings.load(config), Settings.from_environment(os.environ)
        chosen = device or ("0" if torch.cuda.is_available() else "cpu")
        base = base_of(settings.boxes.base, app)
        if base.suffix != ".pt":
            raise BadInput(f"boxes.base: {settings.boxes.base} must be a .pt checkpoint of a YOLOv8 detector")
        task = Task(settings, Dataset.open(settings.prepare.dataset), base, settings.folder / "work", chosen)
        train(task, app, _tell)


if __name__ == "__main__":
    typer.run(_run)
