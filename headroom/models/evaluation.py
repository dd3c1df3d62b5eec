"""How well a version counts, measured as ``headroom evaluate`` does and kept for its promotion."""

import asyncio
import hashlib
from pathlib import Path

import typer

from api.models import repository
from api.models.repository import NewEvaluation
from domain.errors import BadInput
from domain.settings import Settings
from headroom.evaluate import Question, answer
from headroom.models.house import actor, opened
from inference.assets import resolve
from inference.detect.quantised import sha256_of
from inference.models import ModelTable
from inference.rollout.folder import load_version
from inference.worker import make_detector

_ASSET = "asset:"


async def evaluate_version(settings: Settings, question: Question, label: str | None, venue: str | None) -> None:
    """See ``headroom model evaluate``.

    Raises:
        BadInput: footage, truth or version cannot be what they should be.
        Unavailable: the database does not answer.
    """
    async with opened(settings, venue) as models:
        if label is None:
            name, number = ModelTable.load().default, 0
            found = await answer(question, models.settings, lambda: make_detector(models.settings, None))
        else:
            version = await models.version(label)
            name, number = version.name, version.version
            data = models.settings.data
            found = await answer(question, models.settings, lambda: load_version(version.ref, data))
        told = found.as_json()
        new = NewEvaluation(
            name=name,
            version=number,
            truth=f"{found.source} by {found.truth}"[:300],
            truth_sha256=await asyncio.to_thread(hash_of, question, models.settings),
            frames=len(found.counts),
            count_mae=found.score.mae,
            metrics={key: told[key] for key in ("count_mae", "count_rmse", "count_bias", "coverage_90", "hota", "fps")},
        )
        async with models.database.as_service() as connection:
            await repository.add_evaluation(connection, models.venue_id, new, actor())
    what = label or f"the built-in model ({name})"
    typer.echo(f"{what}: count MAE {new.count_mae:.3f} over {new.frames} labelled pictures; kept for {models.venue_id}")


def hash_of(question: Question, settings: Settings) -> str:
    """One hash of all that two models must have been asked alike: footage, truth, region, density, correction."""
    asked = hashlib.sha256()
    name = question.source.removeprefix(_ASSET)
    footage = resolve(name, settings) if question.source.startswith(_ASSET) else Path(question.source)
    for path in (footage, question.truth, question.correction):
        for file in _files(path):
            asked.update(f"{file.name}\0{sha256_of(file)}\0".encode())
    asked.update(f"{question.region}\0{question.density}".encode())
    return asked.hexdigest()


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    found = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
    if not found or not all(one.is_file() for one in found):
        raise BadInput(f"{path} holds no files; a version is evaluated on footage that can be hashed")
    return found
