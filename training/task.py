"""What is trained, from what, and what a killed run leaves for the next."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import torch

from domain.errors import BadInput
from domain.settings import Settings
from inference.assets import resolve
from training.dataset.layout import Dataset
from training.settings import TrainingSettings
from training.tracking import Run, open_run

_NOTE: Final = "run.json"

Flat = dict[str, str | int | float | bool | None]


@dataclass(frozen=True)
class Task:
    """One thing that is trained.

    Attributes:
        settings: the parameters.
        parts: of them, those that bear on the result.
        dataset: what is learned from.
        base: the detector it begins as.
        work: the folder in which it goes on.
        device: ``cpu``, ``0`` or, for several GPUs, ``0,1``.
    """

    settings: TrainingSettings
    parts: frozenset[str]
    dataset: Dataset
    base: Path
    work: Path
    device: str

    @classmethod
    def of(cls, settings: TrainingSettings, parts: set[str], work: str, device: str, app: Settings) -> "Task":
        """The task that parameters describe.

        Args:
            settings: the parameters.
            parts: of them, those that bear on the result.
            work: its folder below the one where stages put what they make.
            device: as torch names it; empty: the first GPU, or the processor where there is none.
            app: where assets are.

        Raises:
            BadInput: the base is no ``.pt`` file, or there is no dataset.
            AssetUnavailable: no source has the base.
        """
        name = settings.boxes.base
        base = Path(name) if Path(name).is_file() else resolve(name, app)
        if base.suffix != ".pt":
            raise BadInput(f"boxes.base: {name} must be a .pt checkpoint of a YOLOv8 detector")
        chosen = device or ("0" if torch.cuda.is_available() else "cpu")
        dataset = Dataset.open(settings.prepare.dataset)
        return cls(settings, frozenset(parts), dataset, base, settings.folder / work, chosen)

    @property
    def mark(self) -> str:
        """Hash of all that bears on the result but the machine."""
        base = hashlib.sha256(self.base.read_bytes()).hexdigest()
        text = json.dumps([self._told(), self.dataset.content_hash, base])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def _parameters(self) -> Flat:
        return _flat(self._told())

    @contextmanager
    def in_run(self, kind: str, app: Settings) -> Iterator[Run]:
        """A run in MLflow: the one that was killed, where it was of this; else a new one, and what is left is cleared.

        Args:
            kind: the experiment.
            app: where MLflow is.

        Raises:
            Unavailable: MLflow does not answer.
        """
        known = self._begun()
        with open_run(kind, self._parameters, self.dataset.content_hash, settings=app, resume_id=known) as run:
            self._remember(run.id)
            yield run

    def _begun(self) -> str | None:
        note = self.work / _NOTE
        if note.is_file():
            known = json.loads(note.read_text())
            if known["mark"] == self.mark:
                return str(known["run"])
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir(parents=True)
        return None

    def _remember(self, run_id: str) -> None:
        draft = self.work / f"{_NOTE}.new"
        draft.write_text(json.dumps({"mark": self.mark, "run": run_id}))
        draft.replace(self.work / _NOTE)

    def put(self, files: Mapping[str, Path], folder: str) -> list[Path]:
        """The result, beside what was there until all of it is; what the run left on the way is removed.

        Args:
            files: by the names they get.
            folder: that holds the result and nothing else, below the one where stages put what they make.

        Returns:
            The files.
        """
        target = self.settings.folder / folder
        draft = target.with_name(f"{target.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        for name, file in files.items():
            shutil.copyfile(file, draft / name)
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
        shutil.rmtree(self.work)
        return sorted(target.iterdir())

    def _told(self) -> dict[str, Any]:
        return self.settings.model_dump(mode="json", include=set(self.parts))


def _flat(values: Mapping[str, Any], before: str = "") -> Flat:
    flat: Flat = {}
    for name, value in values.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        else:
            flat[f"{before}{name}"] = value if isinstance(value, str | int | float | None) else json.dumps(value)
    return flat
