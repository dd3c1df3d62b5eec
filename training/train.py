"""A dataset becomes a model: a detector of persons and heads, and a density map on the same trunk.

    python -m training.train

Reads ``configs/training.yaml``. A run that was killed goes on where it was, as the same run in MLflow; one whose data
or parameters have changed begins anew. Progress goes to standard output, a line of JSON for each step of it.
"""

import os
from pathlib import Path
from typing import Annotated, Final

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import typer

from domain.settings import Settings
from training.command import Told, close_when_stopped, tell, told_in_a_line
from training.crowd.density import DensityTraining, MapRun
from training.crowd.persons import yolo_of
from training.settings import CONFIGURATION, TrainingSettings
from training.task import Task
from training.tracking import Run

MODEL: Final = "model"
DETECTOR: Final = "detector.pt"
DENSITY: Final = "density.pt"
CURVES: Final = "curves.json"
_BOXES_SHARE: Final = 0.4
"""Of the progress, where boxes are trained at all."""


def train(task: Task, app: Settings, told: Told) -> None:
    """Train, or go on training; the result is put into ``folder/model`` whole.

    Raises:
        BadInput: a set that is to be drawn from is not there, or the base is no YOLOv8 detector.
        Unavailable: MLflow does not answer.
    """
    with task.in_run("train", app) as run:
        detector = _boxes(task, run, told)
        _density(task, run, detector, told)
        files = {DETECTOR: detector} | {name: task.work / "density" / name for name in (DENSITY, CURVES)}
        for file in task.put(files, MODEL):
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
    of = MapRun(task.dataset.items, detector, folder, task.device, task.mark, step)
    DensityTraining(of, task.settings).run()


def _run(
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
    device: Annotated[str, typer.Option(help="cpu, 0, or for several GPUs 0,1; left out, the first GPU.")] = "",
) -> None:
    """Train a model from a dataset."""
    close_when_stopped()
    with told_in_a_line():
        settings, app = TrainingSettings.load(config), Settings.from_environment(os.environ)
        train(Task.of(settings, {"augment", "boxes", "density"}, "work", device, app), app, tell)


if __name__ == "__main__":
    typer.run(_run)
