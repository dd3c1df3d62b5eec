"""A training of one job's own: the stages of ``dvc.yaml``, with its parameters, in its folder, and what they came to.

    python -m headroom.jobs.train --out OUT --work WORK [--config FILE] [--dataset FOLDER] …

Nothing outside of both folders is written but the run in MLflow. ``OUT`` then holds

- ``version/``: the model as ``headroom model register`` takes it, with its card and its hashes;
- a folder or file for whatever else the stages that train and evaluate made: checkpoints, curves, pages, metrics;
- ``training.yaml``, all parameters; ``run.json``, the run in MLflow; ``metrics.json``, the numbers that it is known by.

A stage that an earlier attempt ended is not run again; one that was killed goes on where it was, if it can.
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
import yaml

from domain.errors import BadInput, BadSettings, HeadroomError
from domain.settings import Settings
from headroom.jobs import card
from headroom.jobs.parameters import Own, numbers_of, parameters_of, write_parameters
from headroom.jobs.places import METRICS, RUN, VERSION
from headroom.jobs.plan import ROOT
from training.command import told_in_a_line
from training.dataset.layout import Dataset
from training.registry.describe import describe_model
from training.settings import CONFIGURATION, TrainingSettings

PIPELINE: Final = ROOT / "dvc.yaml"
PREPARE, EXPORT, EVALUATE = "prepare", "export", "evaluate"
_NOT_HERE: Final = frozenset({"sources", "augment-preview"})
"""What decides whether a stage must run again, and a picture for people: a job's folder is new."""
_WEIGHT: Final = {"train": 12.0}
"""Of a stage in the progress, by how its name begins; 1 for the others."""
_HOLE: Final = re.compile(r"\$\{([\w.-]+)\}")


@dataclass(frozen=True)
class Stage:
    """One stage, ready to run.

    Attributes:
        commands: words of each.
        outs: what it makes.
    """

    name: str
    words: str
    commands: tuple[tuple[str, ...], ...]
    outs: tuple[Path, ...]

    @property
    def weight(self) -> float:
        """Its share of the whole, relative to the others."""
        return next((weight for start, weight in _WEIGHT.items() if self.name.startswith(start)), 1.0)


@dataclass(frozen=True)
class Training:
    """One job's training.

    Attributes:
        out: becomes the artefacts.
        work: as the attempt before left it.
        name: of the model.
        parameters: all of them; its ``folder`` is below ``work``.
    """

    out: Path
    work: Path
    name: str
    parameters: Path

    def run(self, stages: list[Stage]) -> None:
        """Run what is not done yet, then put together what came of it.

        Raises:
            StageFailed: a stage ended otherwise than well.
            BadInput: what was made is no model.
        """
        whole = sum(stage.weight for stage in stages)
        begun = 0.0
        for stage in stages:
            if not self._mark(stage).exists():
                self._run(stage, begun / whole, stage.weight / whole)
                self._mark(stage).parent.mkdir(exist_ok=True)
                self._mark(stage).touch()
            begun += stage.weight
        tell(0.99, "describing the model")
        self._gather(stages)

    def _mark(self, stage: Stage) -> Path:
        return self.work / "done" / stage.name

    def _run(self, stage: Stage, begin: float, share: float) -> None:
        tell(begin, stage.words)
        for number, words in enumerate(stage.commands):
            status, last = self._spoken(words, stage, begin + share * number / len(stage.commands), share)
            if status:
                raise StageFailed(f"stage {stage.name}: {last or f'exit status {status}'}")

    def _spoken(self, words: tuple[str, ...], stage: Stage, begin: float, share: float) -> tuple[int, str]:
        """Run a command, telling its progress as this job's; its status and its last words."""
        last, part = "", share / len(stage.commands)
        process = subprocess.Popen(  # noqa: S603 - the words of dvc.yaml
            words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        with process, _PassedOn(process):
            for line in process.stdout or ():
                told = _progress(line)
                if told is None:
                    sys.stderr.write(line)
                    last = line.strip() or last
                    continue
                self._note_run()
                tell(begin + part * float(told["progress"] or 0.0), str(told.get("words") or stage.words))
        return process.returncode, last.removeprefix("error: ")

    def _note_run(self) -> None:
        """A stage forgets its run in MLflow when it is done. The first one that trains is the detector's."""
        noted = self.work / RUN
        runs = json.loads(noted.read_text(encoding="utf-8"))["runs"] if noted.is_file() else []
        for note in (self.work / "made").glob(f"*/{RUN}"):
            run = json.loads(note.read_text(encoding="utf-8"))["run"]
            if run not in runs:
                runs.append(run)
                _dump(noted, {"run": runs[0], "runs": runs})

    def _gather(self, stages: list[Stage]) -> None:
        """What was made, moved to where artefacts are."""
        exported = [out for stage in stages if stage.name == EXPORT for out in stage.outs]
        told = self._told([stage for stage in stages if stage.name == EVALUATE])
        version = self.out / VERSION
        version.mkdir()
        for file in exported:
            shutil.copyfile(file, version / file.name)
        settings = TrainingSettings.load(self.parameters)
        page = card.render(self.name, settings, Dataset.open(settings.prepare.dataset), told)
        (version / "card.md").write_text(page, encoding="utf-8")
        describe_model(version, self.name, card="card.md")
        for stage in stages:
            if stage.name not in (PREPARE, EXPORT):
                self._take(stage.outs)
        shutil.copyfile(self.parameters, self.out / "training.yaml")
        _dump(self.out / METRICS, told)
        if (self.work / RUN).is_file():
            shutil.copyfile(self.work / RUN, self.out / RUN)

    def _take(self, made: tuple[Path, ...]) -> None:
        base = self.work / "made"
        for path in made:
            target = self.out / path.relative_to(base)
            target.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                shutil.copytree(path, target, dirs_exist_ok=True)
            elif path.is_file():
                shutil.copyfile(path, target)

    def _told(self, evaluated: list[Stage]) -> dict[str, float]:
        """The numbers of the evaluation, ``SET.NAME`` each; none where nothing was evaluated."""
        metrics = [out for stage in evaluated for out in stage.outs if out.name == METRICS]
        found = json.loads(metrics[0].read_text(encoding="utf-8")) if metrics else {}
        return {
            f"{name}.{key}": float(value)
            for name, numbers in found.items()
            for key, value in numbers.items()
            if isinstance(value, int | float) and not isinstance(value, bool)
        }


class StageFailed(HeadroomError):
    """A stage ended otherwise than well; the message has its last words."""


def stages_of(parameters: Path, *, dataset_given: bool, pipeline: Path = PIPELINE) -> list[Stage]:
    """The stages of ``dvc.yaml`` that a job runs, filled in.

    Args:
        parameters: the file of parameters, of the form of ``configs/training.yaml``.
        dataset_given: there is nothing to prepare.
        pipeline: ``dvc.yaml``.

    Raises:
        BadSettings: the pipeline cannot be read, or uses what the parameters have not.
    """
    values = parameters_of(parameters)
    left_out = set(_NOT_HERE) | ({PREPARE} if dataset_given else set())
    if not (values["evaluate"].get("stills") or values["evaluate"].get("clips")):
        left_out.add(EVALUATE)
    try:
        told = yaml.safe_load(pipeline.read_text(encoding="utf-8"))["stages"]
        return [_stage(name, one, values, parameters) for name, one in told.items() if name not in left_out]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise BadSettings(f"{pipeline} cannot be used: {error}") from None


def _stage(name: str, told: dict[str, Any], values: dict[str, Any], parameters: Path) -> Stage:
    lines = told["cmd"] if isinstance(told["cmd"], list) else [told["cmd"]]
    commands = tuple(_words(_filled(line, values), parameters) for line in lines)
    outs = [*told.get("outs", ()), *told.get("metrics", ())]
    paths = [next(iter(out)) if isinstance(out, dict) else out for out in outs]
    return Stage(name, str(told.get("desc", name)), commands, tuple(Path(_filled(path, values)) for path in paths))


def _words(line: str, parameters: Path) -> tuple[str, ...]:
    """``python`` means this one; every stage takes its parameters from a file."""
    first, *rest = shlex.split(line)
    python = (sys.executable, "-P") if first == "python" else (first,)
    return (*python, *rest, "--config", str(parameters))


def _filled(text: str, values: dict[str, Any]) -> str:
    def value(hole: re.Match[str]) -> str:
        found: Any = values
        for key in hole[1].split("."):
            found = found[key]
        return str(found)

    return _HOLE.sub(value, text)


def _progress(line: str) -> dict[str, Any] | None:
    try:
        told = json.loads(line) if line.startswith("{") else None
    except ValueError:
        return None
    return told if isinstance(told, dict) and "progress" in told else None


class _PassedOn:
    """While a stage runs, SIGTERM is its to obey, and this process waits for it.

    Whoever leads a group must not go before those that write in it: what it leaves behind is killed.
    """

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._before: Any = None
        self._stopped = False

    def __enter__(self) -> None:
        self._before = signal.signal(signal.SIGTERM, self._heard)

    def _heard(self, number: int, _: object) -> None:
        self._stopped = True
        self._process.send_signal(number)

    def __exit__(self, *_: object) -> None:
        self._process.wait()
        signal.signal(signal.SIGTERM, self._before)
        if self._stopped:
            sys.exit(128 + signal.SIGTERM)


def tell(progress: float, words: str) -> None:
    """How far it is, for whoever started this."""
    sys.stdout.write(json.dumps({"progress": round(progress, 4), "words": words[:500]}) + "\n")
    sys.stdout.flush()


def _dump(path: Path, values: object) -> None:
    path.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def refuse_missing(settings: TrainingSettings, assets: Path | None) -> None:
    """Find what it is judged by before anything is trained.

    Raises:
        BadInput: something is not there.
    """
    wanted = settings.evaluate
    named = [path for one in wanted.stills for path in (one.pictures, one.truth)]
    named += [path for one in wanted.clips for path in (one.video, one.truth)]
    if named and assets is None:
        raise BadInput("HEADROOM_ASSETS is not set; evaluate: names footage below it")
    missing = next((path for path in named if assets is not None and not (assets / path).exists()), None)
    if missing is not None:
        raise BadInput(f"evaluate: {missing} is not below {assets}; leave it out of the parameters, or put it there")


def _run(
    out: Annotated[Path, typer.Option(help="Becomes the artefacts.")],
    work: Annotated[Path, typer.Option(help="Where a training that is begun again goes on.")],
    config: Annotated[Path, typer.Option(help="The parameters.")] = CONFIGURATION,
    dataset: Annotated[Path | None, typer.Option(help="What is learned from; left out, it is prepared.")] = None,
    base: Annotated[Path | None, typer.Option(help="The detector it begins as.")] = None,
    numbers: Annotated[
        list[str] | None, typer.Option("--set", help="epochs, steps or seed, in place of the file's.", metavar="NAME=N")
    ] = None,
    name: Annotated[str, typer.Option(help="Of the model.")] = "crowd-n",
) -> None:
    """Train a model in a folder of its own, and describe it."""
    with told_in_a_line():
        parameters = work / "training.yaml"
        if not parameters.is_file():  # an attempt that goes on has those it began with
            own = Own(work / "made", dataset or work / "dataset", base, **numbers_of(numbers or ()))
            write_parameters(config, parameters, own)
        refuse_missing(TrainingSettings.load(parameters), Settings.from_environment(os.environ).assets)
        stages = stages_of(parameters, dataset_given=dataset is not None)
        Training(out.resolve(), work.resolve(), name, parameters).run(stages)
        tell(1.0, "trained")


if __name__ == "__main__":
    typer.run(_run)
