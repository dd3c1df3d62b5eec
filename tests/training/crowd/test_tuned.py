"""A trunk that learns along: what moves, what stays, and a run that was killed."""

import inference.detect.ultralytics_quiet  # noqa: F401  # before torch, which reads what it sets

# isort: split

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from domain.errors import BadInput
from training.checkpoint import open_detector
from training.crowd.density import MapRun, open_crowd
from training.crowd.tuned import WEIGHTS, TunedTraining, spread
from training.dataset.item import Item
from training.settings import TrainingSettings

CALM = dict.fromkeys(("tilt", "dark", "stage_light", "haze", "grey", "blur", "noise", "compression", "occlusion"), 0)


@pytest.fixture(scope="module")
def detector(assets: Path) -> Path:
    return assets / "models" / "yolov8n_rebuilt.pt"


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """Bright dots on noise, each a head."""
    folder, draw = tmp_path_factory.mktemp("dots"), np.random.default_rng(3)
    made = []
    for place in range(6):
        picture = draw.integers(0, 90, (128, 128, 3), np.uint8)
        heads = draw.uniform(8, 120, (4 + 3 * place, 2))
        for x, y in heads:
            cv2.circle(picture, (int(x), int(y)), 3, (230, 230, 230), -1)
        path = folder / f"{place}.png"
        cv2.imwrite(str(path), picture)
        made.append(
            Item(
                path,
                "0" * 64,
                128,
                128,
                "dots",
                path.stem,
                "val" if place > 3 else "train",
                frozenset({"points"}),
                np.empty((0, 4)),
                np.empty(0, np.intp),
                heads,
            )
        )
    return made


@pytest.fixture(scope="module")
def settings() -> TrainingSettings:
    """Four steps of the product's."""
    whole = TrainingSettings.load()
    short = {"steps": 4, "batch": 2, "check_every": 2, "workers": 0}
    learn = whole.tuned.learn.model_copy(update=short)
    few = {"crop": 128, "scale": (1.0, 1.0), "shares": {"dots": 1.0}, "width": 8, "early": 4, "learn": learn}
    tuned = whole.tuned.model_copy(update=few)
    return whole.model_copy(update={"tuned": tuned, "augment": whole.augment.model_copy(update=CALM)})


class KilledError(Exception):
    """In place of a signal."""


def train(items: list[Item], detector: Path, settings: TrainingSettings, folder: Path, stop_at: int = 99) -> list[int]:
    told: list[int] = []

    def tell(share: float, words: str, metrics: dict[str, float], step: int) -> None:
        assert 0 < share <= 1
        assert "count MAE dots" in words
        assert metrics["loss"] > 0
        told.append(step)
        if step == stop_at:
            raise KilledError

    TunedTraining(MapRun(items, detector, folder, "cpu", "mark", tell), settings).run()
    return told


def test_the_trunk_learns_and_its_statistics_stay(
    items: list[Item], detector: Path, settings: TrainingSettings, tmp_path: Path
) -> None:
    assert train(items, detector, settings, tmp_path / "whole") == [2, 4]
    network, alone = open_crowd(tmp_path / "whole" / WEIGHTS, open_detector(detector))
    assert alone
    began = open_detector(detector).state_dict()
    found = network.detector.state_dict()
    moved = {name for name, value in found.items() if not torch.equal(value, began[name])}
    assert any(name.startswith("model.0.") for name in moved), "down to the first layer"
    assert not any("running" in name for name in moved)
    assert not any(name.startswith("model.22.") for name in moved), "boxes are not read from it"
    checks = json.loads((tmp_path / "whole" / "curves.json").read_text())
    assert [check["step"] for check in checks] == [2, 4]

    with pytest.raises(KilledError):
        train(items, detector, settings, tmp_path / "cut", stop_at=2)
    assert train(items, detector, settings, tmp_path / "cut") == [4]
    again, _ = open_crowd(tmp_path / "cut" / WEIGHTS, open_detector(detector))
    for name, value in again.detector.state_dict().items():
        torch.testing.assert_close(value, found[name], rtol=1e-3, atol=1e-4)


def test_a_set_without_pictures_is_named(
    items: list[Item], detector: Path, settings: TrainingSettings, tmp_path: Path
) -> None:
    tuned = settings.tuned.model_copy(update={"shares": {"dots": 1.0, "elsewhere": 1.0}})
    with pytest.raises(BadInput, match="elsewhere has no pictures"):
        train(items, detector, settings.model_copy(update={"tuned": tuned}), tmp_path)


def test_judged_pictures_span_the_counts(items: list[Item]) -> None:
    heads = [len(item.points) for item in spread(items, most=3)]
    assert heads[0] == 4
    assert heads[-1] == 19
    assert len(heads) == 3
    assert len(spread(items)) == len(items)
    assert spread([]) == []
