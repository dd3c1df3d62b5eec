"""Small pictures and the labels around them, as each format has them."""

from collections.abc import Callable, Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest

from training.dataset.recipe import Recipe

WIDTH, HEIGHT = 64, 48


def draw(path: Path, seed: int, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Path:
    """A picture that is like no other of another seed: smooth, so that it survives being encoded again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    coarse = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), np.uint8)
    cv2.imwrite(str(path), cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))
    return path


def yolo(folder: Path, labels: dict[str, str], names: Iterable[str] = ("person", "head")) -> Path:
    """A YOLO folder: the label file of each picture, by its name."""
    for seed, (name, text) in enumerate(labels.items()):
        draw(folder / "images" / f"{name}.png", seed)
        path = folder / "labels" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "data.yaml").write_text(f"names: [{', '.join(names)}]\n")
    return folder


def recipe(path: Path, form: str = "yolo", **changes: object) -> Recipe:
    """How a set is read; ``labelled``, ``name`` and the like go to what is said of it."""
    about = {
        "name": "square",
        "source": "our own",
        "licence": "CC0-1.0",
        "labelled": ["points"] if form == "points" else ["person", "head"],
        "privacy": "consented",
    }
    about |= {key: changes.pop(key) for key in list(changes) if key in about}
    return Recipe.model_validate({"about": about, "format": form, "path": path, "split": "train"} | changes)


@pytest.fixture(name="draw")
def _draw() -> Callable[..., Path]:
    return draw


@pytest.fixture(name="yolo")
def _yolo() -> Callable[..., Path]:
    return yolo


@pytest.fixture(name="recipe")
def _recipe() -> Callable[..., Recipe]:
    return recipe
