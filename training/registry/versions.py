"""Registering versions in MLflow, and which of them is champion and which challenger there.

What workers run is decided in the database and told through Redis; MLflow is where engineers look, and follows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import structlog

from domain.errors import BadInput
from domain.rollout import MODELS_FOLDER, ModelRef, ShadowReport, label_of
from domain.settings import Settings
from inference.detect.quantised import int8_at_hand, sha256_of
from inference.rollout.check import SIZES, warm_up
from inference.rollout.folder import MANIFEST, Manifest, load_folder
from training.mlflow_store import connect, explained
from training.registry.store import place
from training.tracking import open_run

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities.model_registry import ModelVersion

log = structlog.get_logger()

ALIASES: Final = ("champion", "challenger")
_SHA256, _FOLDER, _METRIC = "sha256", "folder", "metric."


@dataclass(frozen=True)
class Registered:
    """A version as MLflow has it.

    Attributes:
        ref: which, and where its files are for workers.
        run_id: the run that made it.
        metrics: as they were given when it was registered.
        aliases: ``champion``, ``challenger``, or neither.
    """

    ref: ModelRef
    run_id: str
    metrics: dict[str, float] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()


def register(
    folder: Path,
    metrics: Mapping[str, float],
    run_id: str | None = None,
    *,
    settings: Settings,
    note: str = "",
    known: bool = False,
) -> Registered:
    """Make a folder of files a version: tried, kept with its run, and placed where workers look.

    Args:
        folder: as :func:`training.registry.describe.describe` leaves it.
        metrics: what is known of it, for comparing.
        run_id: the run that made it; ``None``: a run of its own is made, for a model from elsewhere.
        settings: where MLflow and the data folder are.
        note: who registers it and why, for those who read MLflow.
        known: files that are a version already are that version; else they are refused.

    Raises:
        BadInput: the files differ from their hashes, are no model that can be loaded, give another output than a
            detector must, are in 8-bit integers that count too badly, or are a version already.
        Unavailable: MLflow is not installed or does not answer.
    """
    manifest = Manifest.read(folder)
    _refuse_unusable(folder, manifest)
    sha256 = sha256_of(folder / MANIFEST)
    client = connect(settings)
    with explained(settings):
        again = next((one for one in _versions(client, manifest.name) if one.tags.get(_SHA256) == sha256), None)
    if again is not None and known:
        return _registered(again, place(folder, settings.data, int(again.version)))
    if again is not None:
        raise BadInput(f"{folder} is {label_of(manifest.name, int(again.version))} already: its files are the same")
    if run_id is None:
        parameters = {"title": manifest.spec.title, "asset": manifest.spec.asset}
        with open_run("register", parameters, sha256, settings=settings, name=manifest.name) as run:
            run.metrics(0, metrics)
            run_id = run.id
    with explained(settings):
        made = _make(client, folder, manifest, sha256, metrics, run_id, note)
    return _registered(made, place(folder, settings.data, int(made.version)))


def _refuse_unusable(folder: Path, manifest: Manifest) -> None:
    label = f"{manifest.name} in {folder}"
    warm_up(load_folder(folder, label), SIZES)
    spec = manifest.spec
    if spec.int8 is not None:
        found = int8_at_hand(folder / spec.int8, folder / spec.asset)
        if found.path is None:
            raise BadInput(f"{label}: its 8-bit form cannot be used: {found.said}")


def _make(
    client: "MlflowClient",
    folder: Path,
    manifest: Manifest,
    sha256: str,
    metrics: Mapping[str, float],
    run_id: str,
    note: str,
) -> "ModelVersion":
    from mlflow.exceptions import MlflowException  # noqa: PLC0415  # an extra, and slow

    try:
        client.create_registered_model(manifest.name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
    place_ = f"model-{sha256[:12]}"
    with TemporaryDirectory() as clean:  # what the manifest does not name stays behind
        for name in (MANIFEST, *manifest.files):
            (Path(clean) / name).write_bytes((folder / name).read_bytes())
        client.log_artifacts(run_id, clean, place_)
    source = f"{client.get_run(run_id).info.artifact_uri}/{place_}"
    tags = {_SHA256: sha256, _FOLDER: place_} | {f"{_METRIC}{name}": repr(value) for name, value in metrics.items()}
    return client.create_model_version(manifest.name, source, run_id, tags=tags, description=note)


def bring(name: str, version: int, settings: Settings) -> ModelRef:
    """Have a version's files where workers look, from MLflow where they are not there yet.

    Raises:
        BadInput: there is no such version, or its files are not what they were.
        Unavailable: MLflow is not installed or does not answer.
    """
    with explained(settings):
        client = connect(settings)
        found = next((one for one in _versions(client, name) if int(one.version) == version), None)
        if found is None:
            raise BadInput(f"{label_of(name, version)} is not registered in MLflow")
        target = settings.data / MODELS_FOLDER / name / str(version)
        with TemporaryDirectory() as folder:
            at = (
                target
                if target.is_dir()
                else Path(client.download_artifacts(str(found.run_id), found.tags[_FOLDER], folder))
            )
            ref = place(at, settings.data, version)
    if ref.sha256 != found.tags[_SHA256]:
        raise BadInput(f"{target} is not the {ref.label} that was registered")
    return ref


def registered(settings: Settings, name: str | None = None) -> list[Registered]:
    """The versions of one model, or of all, the newest first.

    Raises:
        Unavailable: MLflow is not installed or does not answer.
    """
    with explained(settings):
        client = connect(settings)
        names = [name] if name is not None else [model.name for model in client.search_registered_models()]
        found = [one for each in names for one in _versions(client, each)]
    return [_registered(one, _ref(one)) for one in found]


def set_aliases(settings: Settings, champion: ModelRef | None, challenger: ModelRef | None) -> list[str]:
    """Have MLflow's aliases say what was decided.

    Returns:
        What was changed, in words.

    Raises:
        Unavailable: MLflow is not installed or does not answer.
    """
    changed = []
    wanted = dict(zip(ALIASES, (champion, challenger), strict=True))
    for one in registered(settings):
        for alias, ref in wanted.items():
            is_it = ref is not None and (ref.name, ref.version) == (one.ref.name, one.ref.version)
            if is_it == (alias in one.aliases):
                continue
            with explained(settings):
                client = connect(settings)
                if is_it:
                    client.set_registered_model_alias(one.ref.name, alias, str(one.ref.version))
                elif ref is None or ref.name != one.ref.name:  # else it moves when the other is set
                    client.delete_registered_model_alias(one.ref.name, alias)
            changed.append(f"{one.ref.label} is {alias}" if is_it else f"{one.ref.label} is {alias} no more")
    return changed


def compare(settings: Settings, first: tuple[str, int], second: tuple[str, int]) -> dict[str, tuple[float, float]]:
    """The metrics that two versions share, of the first and of the second, by name.

    Raises:
        BadInput: one of them is not registered.
        Unavailable: MLflow is not installed or does not answer.
    """
    found = {(one.ref.name, one.ref.version): one.metrics for one in registered(settings)}
    for name, version in (first, second):
        if (name, version) not in found:
            raise BadInput(f"{label_of(name, version)} is not registered in MLflow")
    one, other = found[first], found[second]
    return {name: (one[name], other[name]) for name in sorted(one.keys() & other.keys())}


def keep_shadow(settings: Settings, report: ShadowReport) -> bool:
    """Put how a challenger compared on live frames beside the run that made it, as of the report's moment.

    Returns:
        Whether MLflow knows the version.

    Raises:
        Unavailable: MLflow is not installed or does not answer.
    """
    ref = report.challenger_version
    if ref is None:
        return False
    with explained(settings):
        client = connect(settings)
        found = next((one for one in _versions(client, ref.name) if int(one.version) == ref.version), None)
        if found is None:
            return False
        step = int((report.captured_at - report.since).total_seconds())
        at = int(report.captured_at.timestamp() * 1000)
        for name, value in _shadow_metrics(report).items():
            client.log_metric(str(found.run_id), name, value, at, step)
    return True


def _shadow_metrics(report: ShadowReport) -> dict[str, float]:
    told = {"shadow_p95_ms": report.challenger_p95_ms, "shadow_champion_p95_ms": report.champion_p95_ms}
    known = {name: value for name, value in told.items() if value is not None}
    for camera in report.cameras:
        known |= {
            f"shadow_bias.{camera.camera_id}": camera.bias,
            f"shadow_mae.{camera.camera_id}": camera.mae,
            f"shadow_overlap.{camera.camera_id}": camera.interval_overlap,
            f"shadow_frames.{camera.camera_id}": float(camera.frames),
        }
    return known


def _versions(client: "MlflowClient", name: str) -> list["ModelVersion"]:
    found = client.search_model_versions(f"name = '{name}'")
    # A search leaves the aliases out.
    return sorted((client.get_model_version(name, one.version) for one in found), key=lambda one: -int(one.version))


def _ref(made: "ModelVersion") -> ModelRef:
    where = f"{made.name}/{made.version}"
    return ModelRef(name=made.name, version=int(made.version), sha256=made.tags[_SHA256], where=where)


def _registered(made: "ModelVersion", ref: ModelRef) -> Registered:
    metrics = {key.removeprefix(_METRIC): float(value) for key, value in made.tags.items() if key.startswith(_METRIC)}
    return Registered(ref, str(made.run_id), metrics, tuple(made.aliases))
