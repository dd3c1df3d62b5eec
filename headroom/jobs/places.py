"""Where the files lie that jobs read and write: nothing outside of these folders can be named."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from api.jobs.service import FOLDER
from domain.errors import BadInput
from domain.settings import Settings
from inference.assets import resolve

RECORDINGS: Final = "recordings"
TRAINING: Final = "training"
ASSETS: Final = "assets"
VERSION, RUN, METRICS = "version", "run.json", "metrics.json"
"""Of a training's artefacts: the folder that is registered, the run in MLflow, what is known of the model."""
_TABLE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Places:
    """The folders of one venue's jobs.

    Attributes:
        settings: name the data folder and the folder of assets.
        venue_id: whose recordings they are; no venue sees another one's.
    """

    settings: Settings
    venue_id: str

    def file(self, text: str) -> Path:
        """The file or folder that a job names.

        Raises:
            BadInput: it names something outside of what it may, or what is not there.
            AssetUnavailable: no source has the asset.
        """
        if text.startswith("asset:"):
            return resolve(text.removeprefix("asset:"), self.settings)
        name, _, rest = text.partition("/")
        root = self._root(name, text)
        path = (root / rest).resolve()
        if not rest or not path.is_relative_to(root.resolve()):
            raise BadInput(f"{text} leads out of {name}/; expected a file in it")
        if not path.exists():
            raise BadInput(f"{text}: there is no such file or folder in {root}")
        return path

    def _root(self, name: str, text: str) -> Path:
        if name == RECORDINGS:
            return self.settings.data / RECORDINGS / self.venue_id
        if name == TRAINING:
            return self.settings.data / TRAINING
        if name == ASSETS:
            if self.settings.assets is None:
                raise BadInput(f"{text}: HEADROOM_ASSETS is not set for this worker")
            return self.settings.assets
        raise BadInput(f"{text}: expected asset:NAME, {RECORDINGS}/…, {TRAINING}/… or {ASSETS}/…")

    def model(self, text: str) -> str:
        """A model's name as it is, or the path of a file.

        Raises:
            BadInput: as :meth:`file`.
        """
        return text if _TABLE_NAME.fullmatch(text) else str(self.file(text))


def jobs_folder(settings: Settings) -> Path:
    """Where artefacts lie, each job in a folder of its own."""
    return settings.data / FOLDER
