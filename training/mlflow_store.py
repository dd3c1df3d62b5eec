"""Where MLflow keeps runs and models: a file and a folder in the data folder, or a server.

Nothing has to be installed or started for the first: MLflow's client writes to SQLite by itself.
"""

import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from domain.errors import Unavailable
from domain.settings import Settings

if TYPE_CHECKING:
    from mlflow import MlflowClient

_SILENT: Final = {
    # MLflow tells its makers of every use unless it is told not to; both names, as it asks for either.
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "true",
}
_LOGIN: Final = re.compile(r"://[^/@\s]*@")
"""The user and password of an address: MLflow's errors repeat it."""
_PATIENCE: Final = {
    # Its own choice is seven tries of two minutes each: a run would stand still for a quarter of an hour.
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}


def connect(settings: Settings) -> "MlflowClient":
    """A client of MLflow, which calls nobody but the server that was named.

    Raises:
        Unavailable: MLflow is not installed, or the server does not answer.
    """
    os.environ.update(_SILENT)
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    with explained(settings), _quiet():
        from mlflow import MlflowClient  # noqa: PLC0415  # 5 s, and an extra: imported where it is used

        for name in ("mlflow", "alembic"):  # it sets its own levels when it is imported
            logging.getLogger(name).setLevel(logging.WARNING)
        return MlflowClient(tracking_uri=_address(settings), registry_uri=_address(settings))


def experiment(client: "MlflowClient", settings: Settings, kind: str) -> str:
    """The id of the experiment that holds runs of a kind; made where there is none.

    Raises:
        Unavailable: the server does not answer.
    """
    name = f"headroom-{kind}"
    with explained(settings), _quiet():
        found = client.get_experiment_by_name(name)
        if found is not None:
            return str(found.experiment_id)
        folder = settings.data / "mlflow" / "artefacts"
        # A server has a place of its own for files.
        return str(client.create_experiment(name, artifact_location=None if settings.mlflow_url else folder.as_uri()))


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """What MLflow raises, as our own error.

    Raises:
        Unavailable: in place of any error of MLflow or of the way to it.
    """
    where = "HEADROOM_MLFLOW_URL" if settings.mlflow_url else f"the MLflow store in {settings.data / 'mlflow'}"
    try:
        yield
    except ModuleNotFoundError as error:
        raise Unavailable(f"{error.name} is not installed: make setup-all adds what training needs") from error
    except Exception as error:  # MLflow, SQLAlchemy and requests share no root; what is not theirs is raised again
        if type(error).__module__.split(".")[0] not in {"mlflow", "requests", "sqlalchemy"}:
            raise
        first = _LOGIN.sub("://", str(error).strip().partition("\n")[0])
        raise Unavailable(f"{where} cannot be used: {type(error).__name__}: {first}") from error


def _address(settings: Settings) -> str:
    if settings.mlflow_url is not None:
        return settings.mlflow_url.get_secret_value()
    folder = settings.data / "mlflow"
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}"


@contextmanager
def _quiet() -> Iterator[None]:
    """MLflow uses what SQLAlchemy has deprecated."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
