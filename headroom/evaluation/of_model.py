"""How right a model is on everything it is judged by: a stage of ``dvc.yaml``.

    python -m headroom.evaluation.of_model MODEL.onnx FOLDER

``FOLDER`` then holds ``metrics.json`` (the same from the same model, so that stages can be compared), ``counts.json``
(each picture's count, for the page that compares two models), ``speed.json`` and a page for each set and clip.
"""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from domain.errors import BadInput
from domain.settings import Settings
from headroom.evaluate import Question, answer
from headroom.evaluation import page
from headroom.evaluation.result import Evaluation
from inference.detect import Detector
from inference.evaluation.mot_truth import read_mot
from inference.evaluation.still_truth import read_stills
from inference.worker import make_detector
from training.command import told_in_a_line
from training.settings import CONFIGURATION, EvaluateSettings, TrainingSettings


async def evaluate_model(model: Path, to: Path, wanted: EvaluateSettings, settings: Settings) -> dict[str, Any]:
    """Evaluate a model on every set and clip, and write what was found.

    Args:
        model: the file.
        to: the folder; what it held is replaced.
        wanted: by what it is judged.
        settings: where assets are.

    Returns:
        The metrics, by set or clip.

    Raises:
        BadInput: ``HEADROOM_ASSETS`` is not set, something that it is judged by is not there, or the model is none.
    """
    if settings.assets is None:
        raise BadInput("HEADROOM_ASSETS is not set; it names the folder below which the sets to be judged by lie")
    detector = await asyncio.to_thread(make_detector, settings, str(model))
    found = {}
    for name, source, truth in _sets(wanted, settings.assets):
        with _limited(source, truth, wanted.limit) as (some, known):
            question = Question(str(some), known, model=str(model))
            found[name] = await answer(question, settings, lambda: detector)
    _write(found, model, to, detector)
    return {name: _metrics(told) for name, told in found.items()}


def _sets(wanted: EvaluateSettings, assets: Path) -> Iterator[tuple[str, Path, Path]]:
    for stills in wanted.stills:
        yield stills.name, assets / stills.pictures, assets / stills.truth
    for clip in wanted.clips:
        yield clip.name, assets / clip.video, assets / clip.truth


@contextmanager
def _limited(source: Path, truth: Path, limit: int | None) -> Iterator[tuple[Path, Path]]:
    """The first so many stills, or frames of truth; all where there is no limit."""
    if limit is None:
        yield source, truth
        return
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        if source.is_dir():
            kept = [path for path in sorted(source.iterdir()) if path.stem in read_stills(truth)][:limit]
            for path in kept:
                (folder / path.name).symlink_to(path.resolve())
            yield folder, truth
        else:
            last = min(limit, read_mot(truth).last_frame)
            lines = [line for line in truth.read_text().splitlines() if line and int(line.split(",", 1)[0]) <= last]
            (folder / truth.name).write_text("\n".join(lines) + "\n")
            yield source, folder / truth.name


def _metrics(found: Evaluation) -> dict[str, Any]:
    told = found.as_json()
    kept = ("count_mae", "count_rmse", "count_bias", "coverage_90", "hota", "idf1", "mota", "frames", "truth_mean")
    bands = {band["band"]: {"mae": band["mae"], "bias": band["bias"]} for band in told["bands"]}
    readings = {name: {"mae": each["mae"], "bias": each["bias"]} for name, each in told["readings"].items()}
    return {name: told[name] for name in kept if told[name] is not None} | {"bands": bands, "readings": readings}


def _write(found: dict[str, Evaluation], model: Path, to: Path, detector: Detector) -> None:
    draft = to.with_name(f"{to.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    for name, told in found.items():
        (draft / f"{name}.html").write_text(page.render(told, command=f"headroom evaluate --model {model}"), "utf-8")
    _dump(draft / "metrics.json", {name: _metrics(told) for name, told in found.items()})
    _dump(draft / "speed.json", {"model": detector.name, "fps": {name: told.fps for name, told in found.items()}})
    counts = {
        name: [
            {"picture": label, "truth": float(truth), "count": float(count)}
            for label, truth, count in zip(told.labels, told.counts.truth, told.counts.told, strict=True)
        ]
        for name, told in found.items()
    }
    _dump(draft / "counts.json", counts)
    shutil.rmtree(to, ignore_errors=True)
    draft.rename(to)


def _dump(path: Path, values: object) -> None:
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _run(
    model: Annotated[Path, typer.Argument(help="The model's file.")],
    to: Annotated[Path, typer.Argument(help="The folder that is written; what it held is replaced.")],
    config: Annotated[Path, typer.Option(help="Where the parameters are.")] = CONFIGURATION,
) -> None:
    """Evaluate a model on everything it is judged by."""
    with told_in_a_line():
        wanted = TrainingSettings.load(config).evaluate
        found = asyncio.run(evaluate_model(model, to, wanted, Settings.from_environment(os.environ)))
    for name, told in found.items():
        typer.echo(
            f"{name}: count MAE {told['count_mae']:.2f}, bias {told['count_bias']:+.2f}, {told['frames']} pictures"
        )


if __name__ == "__main__":
    typer.run(_run)
