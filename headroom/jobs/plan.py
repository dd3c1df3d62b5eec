"""What each kind of job runs, in order. The only place that knows."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.jobs.leases import Lease
from api.jobs.schemas import Analyse, Evaluate, Export, Kind, Train
from domain.errors import BadInput, BadSettings
from domain.problems import first_problem
from domain.settings import PREFIX, Settings
from headroom.jobs.places import METRICS, RUN, VERSION, Places
from inference.rollout.folder import MANIFEST

ROOT: Final = Path(__file__).resolve().parents[2]
CONFIGURATION: Final = ROOT / "configs" / "jobs.yaml"
_PYTHON: Final = (sys.executable, "-P", "-m")
_NEEDS: Final = frozenset({"assets", "data", "log_level"})
_TRAINING_NEEDS: Final = _NEEDS | {"mlflow_url"}
"""A process that looks at footage has no business with the database."""
_TRAINING_FILES: Final = frozenset({"config", "dataset", "base"})
"""Parameters of a training that name files."""
_REGISTERING_NEEDS: Final = _TRAINING_NEEDS | {"database_url", "redis_url"}


@dataclass(frozen=True)
class Step:
    """One command of a job.

    Attributes:
        words: what it does, for people.
        stdout_to: an artefact that its standard output becomes, less the lines that tell how far it is.
        makes: artefacts without which it did not do its work.
        share: of the whole job's progress.
        needs: what it is told of the settings.
    """

    words: str
    argv: tuple[str, ...]
    stdout_to: str | None = None
    makes: tuple[str, ...] = ()
    share: float = 1.0
    needs: frozenset[str] = _NEEDS


@dataclass(frozen=True)
class Folders:
    """Where a job's commands may write.

    Attributes:
        out: becomes the artefacts.
        work: as the attempt before left it.
    """

    out: Path
    work: Path


class _Stage(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    command: tuple[str, ...] = Field(min_length=1)
    options: dict[str, tuple[str, ...]] = {}
    makes: tuple[str, ...] = ()


class JobCommands(BaseModel):
    """``configs/jobs.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1]
    train: dict[str, _Stage]

    @classmethod
    def load(cls, path: Path = CONFIGURATION) -> "JobCommands":
        """Read the file.

        Raises:
            BadSettings: it cannot be read or is not what it should be; the message names the first wrong key.
        """
        try:
            return cls.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (OSError, yaml.YAMLError) as error:
            raise BadSettings(f"{path} cannot be read: {error}") from None
        except ValidationError as error:
            raise BadSettings(f"{path}: {first_problem(error, 'the file')}") from None


def steps_of(lease: Lease, settings: Settings, folders: Folders, commands: Path = CONFIGURATION) -> list[Step]:
    """What is to be run for a job.

    Raises:
        BadInput: it names a file that is not there, or a stage that there is not.
        AssetUnavailable: it names an asset that no source has.
        BadSettings: this worker lacks what the job needs, or ``configs/jobs.yaml`` cannot be read.
    """
    places = Places(settings, lease.venue_id)
    plans: Mapping[Kind, Callable[[dict[str, Any]], list[Step]]] = {
        Kind.ANALYSE: lambda told: _analyse(Analyse.model_validate(told), places, folders),
        Kind.EVALUATE: lambda told: _evaluate(Evaluate.model_validate(told), places, folders),
        Kind.EXPORT: lambda told: _export(Export.model_validate(told), places, folders, lease),
        Kind.TRAIN: lambda told: _train(Train.model_validate(told), JobCommands.load(commands), places, folders, lease),
    }
    try:
        return plans[lease.kind](lease.parameters)
    except ValidationError as error:  # asked for when other parameters were right
        raise BadInput(f"parameters: {first_problem(error)}") from None


def environment_of(step: Step, settings: Settings) -> dict[str, str]:
    """The machine's environment, and of the settings what such a step needs."""
    machine = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
    known = {PREFIX + name.upper() for name in step.needs}
    told = {key: value for key, value in settings.environment().items() if key in known}
    # The stages of dvc.yaml say "python", and mean this one.
    path = os.pathsep.join((str(Path(sys.executable).parent), machine.get("PATH", os.defpath)))
    return {**machine, **told, "PATH": path, "PYTHONUNBUFFERED": "1"}


def zones_file(folders: Folders) -> Path:
    """Where the zones to count in are kept for :mod:`headroom.jobs.analyse`; absent: the whole picture."""
    return folders.work / "zones.yaml"


def _analyse(told: Analyse, places: Places, folders: Folders) -> list[Step]:
    argv = [*_PYTHON, "headroom.jobs.analyse", str(places.file(told.source)), "--out", str(folders.out)]
    argv += ["--name", told.source]
    argv += ["--zones", str(zones_file(folders))] if told.camera_id else []
    argv += ["--model", places.model(told.model)] if told.model else []
    argv += ["--density", told.density] if told.density else []
    argv += ["--budgeted"] if told.budgeted else []
    return [Step("counting people", tuple(argv), makes=("counts.jsonl", "result.json", "page.html"))]


def _evaluate(told: Evaluate, places: Places, folders: Folders) -> list[Step]:
    argv = [*_PYTHON, "headroom", "evaluate", str(places.file(told.source)), "--truth", str(places.file(told.truth))]
    argv += ["--model", places.model(told.model)] if told.model else []
    argv += ["--density", told.density] if told.density else []
    argv += ["--region", told.region] if told.region else []
    argv += ["--json", "--report", str(folders.out / "report.html")]
    return [Step("comparing with the truth", tuple(argv), stdout_to="result.json", makes=("report.html",))]


def _export(told: Export, places: Places, folders: Folders, lease: Lease) -> list[Step]:
    _refuse_without("torch", "nncf", *(("mlflow",) if told.register_as else ()))
    onnx = folders.out / "detector.onnx"
    exporting = [*_PYTHON, "training.export", str(places.file(told.weights)), str(onnx)]
    exporting += ["--density", str(places.file(told.density))] if told.density else []
    steps = [Step("exporting to ONNX", tuple(exporting), makes=(onnx.name, "detector.json"))]
    if told.quantise and told.footage and told.truth:
        argv = [*_PYTHON, "training.quantise", str(onnx), str(folders.out / "detector-int8.xml")]
        argv += ["--footage", str(places.file(told.footage)), "--truth", str(places.file(told.truth))]
        for clip in told.calibrate or (told.footage,):
            argv += ["--calibrate", str(places.file(clip))]
        made = tuple(f"detector-int8{suffix}" for suffix in (".xml", ".bin", ".json"))
        steps.append(Step("making 8-bit integers", tuple(argv), makes=made, share=9.0))
    if told.register_as is not None:
        describing = (*_PYTHON, "headroom", "model", "describe", str(folders.out), "--name", told.register_as)
        steps.append(Step("describing the model", describing, makes=(MANIFEST,), share=0.1))
        steps.append(_register(folders.out, folders, lease))
    return steps


def _train(told: Train, commands: JobCommands, places: Places, folders: Folders, lease: Lease) -> list[Step]:
    stage = commands.train.get(told.stage)
    if stage is None:
        raise BadInput(f"parameters.stage: there is no stage {told.stage!r}; there are {', '.join(commands.train)}")
    words: dict[str, object] = {"python": sys.executable, "out": folders.out, "work": folders.work, "root": ROOT}
    argv = [*stage.command]
    for name, value in told.model_dump(exclude={"stage", "register_as"}, exclude_none=True).items():
        if name not in stage.options:
            raise BadInput(f"parameters.{name}: stage {told.stage!r} does not take it")
        words[name] = places.file(value) if name in _TRAINING_FILES else value
        argv += stage.options[name]
    _refuse_without("torch")
    if told.register_as is None:
        return [Step(f"training ({told.stage})", _filled(argv, words), makes=stage.makes, needs=_TRAINING_NEEDS)]
    if f"{VERSION}/{MANIFEST}" not in stage.makes:
        raise BadInput(f"parameters.register_as: stage {told.stage!r} makes no version that could be registered")
    _refuse_without("mlflow")
    words["name"] = told.register_as
    argv += stage.options.get("name", ())
    training = Step(f"training ({told.stage})", _filled(argv, words), makes=stage.makes, needs=_TRAINING_NEEDS)
    return [replace(training, share=20.0), _register(folders.out / VERSION, folders, lease)]


def _register(version: Path, folders: Folders, lease: Lease) -> Step:
    argv = [*_PYTHON, "headroom.jobs.register", str(version), "--venue", lease.venue_id, "--job", str(lease.job_id)]
    argv += ["--metrics", str(folders.out / METRICS), "--run", str(folders.out / RUN)]
    return Step("registering the model", tuple(argv), needs=_REGISTERING_NEEDS)


def _filled(argv: list[str], words: Mapping[str, object]) -> tuple[str, ...]:
    try:
        return tuple(word.format_map(words) for word in argv)
    except KeyError as error:
        raise BadSettings(f"{CONFIGURATION}: {error} is nothing that a command may use") from None


def _refuse_without(*packages: str) -> None:
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        raise BadSettings(f"this worker lacks {', '.join(missing)}: it needs the training extra (make setup-all)")
