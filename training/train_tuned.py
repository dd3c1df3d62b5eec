"""A dataset becomes a second, small network that gives the density map alone.

    python -m training.train_tuned
    python -m training.export BASE.pt NAME-density.onnx --density .headroom/training/tuned/tuned.pt

Not a stage of ``dvc.yaml``: on a processor it takes an hour, and what came of an hour was no better where it counts
(docs/adr/0020-a-second-network-for-the-map.md). Beside ``NAME.onnx``, its file is what density is read from.

Reads ``configs/training.yaml``; goes on, begins anew and tells its progress as ``training.train`` does.
"""

import os
from pathlib import Path
from typing import Annotated, Final

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import typer

from domain.settings import Settings
from training.command import Told, close_when_stopped, tell, told_in_a_line
from training.crowd.density import MapRun
from training.crowd.tuned import WEIGHTS, TunedTraining
from training.settings import CONFIGURATION, TrainingSettings
from training.task import Task
from training.train import CURVES

RESULT: Final = "tuned"


def train_tuned(task: Task, app: Settings, told: Told) -> None:
    """Train, or go on training; the result is put into ``folder/tuned`` whole.

    Raises:
        BadInput: a set that is to be drawn from is not there, or the base is no YOLOv8 detector.
        Unavailable: MLflow does not answer.
    """
    with task.in_run("train-tuned", app) as run:

        def step(share: float, words: str, metrics: dict[str, float], number: int) -> None:
            run.metrics(number, {f"density/{name}": value for name, value in metrics.items()})
            told(share, words)

        folder = task.work / "density"
        of = MapRun(task.dataset.items, task.base, folder, task.device, task.mark, step)
        TunedTraining(of, task.settings).run()
        for file in task.put({name: folder / name for name in (WEIGHTS, CURVES)}, RESULT):
            run.artefact(file)
    told(1.0, "trained")


def _run(
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
    device: Annotated[str, typer.Option(help="cpu, 0, or for several GPUs 0,1; left out, the first GPU.")] = "",
) -> None:
    """Train a network for the density map alone from a dataset."""
    close_when_stopped()
    with told_in_a_line():
        settings, app = TrainingSettings.load(config), Settings.from_environment(os.environ)
        train_tuned(Task.of(settings, {"augment", "tuned"}, "tuned-work", device, app), app, tell)


if __name__ == "__main__":
    typer.run(_run)
