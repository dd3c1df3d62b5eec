"""``headroom model``: from a folder of files to what workers are told, on real servers and a real MLflow store."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from pydantic import SecretStr
from redis.asyncio import Redis

from api.errors import Conflicts
from domain.errors import BadInput, BadSettings
from domain.rollout import MODELS_FOLDER, ModelAliases
from domain.settings import Settings
from domain.topics import MODELS
from headroom import addresses
from headroom.evaluate import Question
from headroom.models import console, work
from headroom.models.evaluation import evaluate_version
from inference.detect.spec import ModelSpec
from tests.api import world
from training.registry.describe import describe
from training.registry.versions import bring, compare, registered

WHY = "counted better on our own cameras"


@pytest.fixture
def database(databases: world.Databases) -> Iterator[str]:
    url = databases.create()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(world.build(url))).result()
    yield url
    databases.drop(url)


@pytest.fixture
def settings(assets: Path, tmp_path: Path, database: str, valkey_url: str) -> Settings:
    data = tmp_path / "data"
    return Settings(assets=assets, data=data, database_url=SecretStr(database), redis_url=SecretStr(valkey_url))


def exported(assets: Path, folder: Path, **spec: object) -> Path:
    """What an export leaves: an ONNX, a card, and the manifest."""
    folder.mkdir()
    shutil.copy(assets / "models/yolov8n_rebuilt.onnx", folder / "model.onnx")
    (folder / "card.md").write_text(f"# {folder.name}\n")
    row = {"title": "Crowd", "licence": "AGPL-3.0", "asset": "model.onnx", "precision": "f32"}
    describe(folder, "crowd-n", ModelSpec.model_validate(row | spec), card="card.md")
    return folder


def labelled(folder: Path) -> Question:
    """Two pictures of nobody, and what is said of them."""
    folder.mkdir()
    for name in ("a.png", "b.png"):
        noise = np.random.default_rng(8).integers(100, 110, (96, 160, 3), np.uint8)
        cv2.imwrite(str(folder / name), noise)
    truth = folder.with_suffix(".json")
    truth.write_text(json.dumps({"a": {"count": 0}, "b": {"count": 2}}))
    return Question(str(folder), truth, None, "none")


async def test_a_folder_becomes_a_version_is_judged_and_promoted(
    settings: Settings, assets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = tmp_path / "metrics.json"
    numbers.write_text('{"map50": 0.5, "count_mae": 9}')
    first, second = exported(assets, tmp_path / "first"), exported(assets, tmp_path / "second", min_score=0.2)
    for folder in (first, second):
        await work.register_folder(settings, folder, "town", work.Origin(metrics=numbers))
    with pytest.raises(BadInput, match="is crowd-n@1 already"):
        await work.register_folder(settings, first, "town", work.Origin())
    assert (settings.data / MODELS_FOLDER / "crowd-n/1/model.onnx").is_file()
    assert compare(settings, ("crowd-n", 1), ("crowd-n", 2)) == {"map50": (0.5, 0.5), "count_mae": (9, 9)}

    question = labelled(tmp_path / "pictures")
    await evaluate_version(settings, question, None, "town")
    await evaluate_version(settings, question, "crowd-n@1", "town")
    with pytest.raises(Conflicts, match=r"count MAE is 1.000, the champion's 1.000, on 2 labelled"):
        await work.promote_version(settings, "crowd-n@1", "town", WHY, force=False, allowed_disagreement=0.5)
    await work.promote_version(settings, "crowd-n@1", "town", WHY, force=True, allowed_disagreement=0.5)
    await work.challenge(settings, "crowd-n@2", "town", 0.2, WHY)
    async with Redis.from_url(str(settings.redis_url and settings.redis_url.get_secret_value())) as redis:
        told = ModelAliases.model_validate_json(await redis.get(MODELS.key("town")))
    assert (told.champion and told.champion.label, told.challenger and told.challenger.label) == (
        "crowd-n@1",
        "crowd-n@2",
    )
    assert {one.ref.label: one.aliases for one in registered(settings)} == {
        "crowd-n@1": ("champion",),
        "crowd-n@2": ("challenger",),
    }
    shutil.rmtree(settings.data / MODELS_FOLDER)
    assert bring("crowd-n", 1, settings) == told.champion, "another machine has the same files from MLflow"

    await work.roll_back(settings, "town", WHY)
    assert {alias for one in registered(settings) for alias in one.aliases} == {"challenger"}
    capsys.readouterr()
    await console.show_status(settings, "town", as_json=False)
    assert "champion: the built-in model" in capsys.readouterr().out
    await console.show_status(settings, "town", as_json=True)
    changes = json.loads(capsys.readouterr().out)["changes"]
    assert [change["change"] for change in changes] == ["rollback", "challenge", "promote"]
    assert "it must be lower" in changes[-1]["despite"]
    assert changes[-1]["reason"] == WHY
    await console.show_models(settings, "town", as_json=True)
    assert json.loads(capsys.readouterr().out)["challenger"] == {"name": "crowd-n", "version": 2}


async def test_what_cannot_be_a_version_is_refused_and_leaves_nothing(
    settings: Settings, assets: Path, tmp_path: Path
) -> None:
    changed = exported(assets, tmp_path / "changed")
    (changed / "card.md").write_text("another card")
    other = exported(assets, tmp_path / "other")
    graph = onnx.load(str(other / "model.onnx"))
    del graph.graph.node[-30:]
    onnx.save(graph, str(other / "model.onnx"))
    describe(other, "crowd-n", ModelSpec(title="x", licence="x", asset="model.onnx"))
    unlisted = exported(assets, tmp_path / "unlisted")
    (unlisted / "model.yaml").write_text("version: 1\nname: crowd-n\n")
    for folder, said in ((changed, "card.md has SHA-256"), (other, "model.onnx"), (unlisted, "spec: Field required")):
        with pytest.raises(BadInput, match=said):
            await work.register_folder(settings, folder, "town", work.Origin())
    with pytest.raises(BadInput, match="expected the folder of a model's version"):
        await work.register_folder(settings, tmp_path / "nowhere", "town", work.Origin())
    assert not (settings.data / MODELS_FOLDER).exists()


async def test_what_is_typed_wrong_is_named(settings: Settings, tmp_path: Path) -> None:
    for label in ("crowd-n", "crowd-n@", "@3", "crowd-n@0", "crowd-n@x"):
        with pytest.raises(BadInput, match="expected NAME@VERSION"):
            await work.promote_version(settings, label, "town", WHY, force=False, allowed_disagreement=0.5)
    with pytest.raises(BadInput, match="crowd-n@7 is no version of venue town"):
        await work.promote_version(settings, "crowd-n@7", "town", WHY, force=False, allowed_disagreement=0.5)
    with pytest.raises(BadInput, match="reason"):
        await work.roll_back(settings, "town", " ")
    with pytest.raises(BadInput, match="no venue is named; expected --venue with one of rival, town"):
        await work.roll_back(settings, None, WHY)
    with pytest.raises(BadSettings, match="or a Headroom that runs on the data folder"):
        await work.roll_back(Settings(data=tmp_path), "town", WHY)


def test_a_running_house_tells_its_owner_where_it_is(tmp_path: Path) -> None:
    urls = {"database_url": SecretStr("postgresql://x"), "redis_url": SecretStr("redis://y")}
    with addresses.told(Settings(data=tmp_path, **urls)):
        path = tmp_path / "run/addresses.json"
        assert path.stat().st_mode & 0o777 == 0o600
        found = addresses.with_addresses(Settings(data=tmp_path))
        assert found.database_url == urls["database_url"]
    assert not path.exists()
