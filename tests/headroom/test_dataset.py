"""``headroom dataset`` as a person types it: what came in is told, what is wrong is listed, the page shows it."""

import json
import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from domain.errors import BadDataset, BadInput
from headroom.dataset import dataset_app

ABOUT = ("--origin", "our own cameras", "--licence", "CC0-1.0", "--privacy", "blurred")
BOTH = ("--labelled", "person", "--labelled", "head")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "from"
    for seed, name in enumerate(("cam1-1", "cam1-2", "cam2-1", "cam2-2")):
        (folder / "images").mkdir(parents=True, exist_ok=True)
        (folder / "labels").mkdir(exist_ok=True)
        pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), np.uint8)
        cv2.imwrite(str(folder / "images" / f"{name}.png"), pixels)
        (folder / "labels" / f"{name}.txt").write_text("0 0.5 0.5 0.25 0.5\n1 0.5 0.3 0.1 0.1\n" * seed)
    return folder


def run(*words: object) -> str:
    done = CliRunner().invoke(dataset_app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def add(source: Path, *words: object) -> str:
    return run("add", "yolo", source, "--set", "square", "--names", "person,head", *ABOUT, *words)


def test_added_checked_and_counted(tmp_path: Path, source: Path) -> None:
    to = tmp_path / "to"
    said = add(source, *BOTH, "--to", to, "--sequences", r"(cam\d)", "--split", "drawn", "--val-share", "0.5")
    assert "square: 4 pictures (2 train, 2 val)" in said
    assert re.search("content hash: [0-9a-f]{64}", said)
    assert run("check", to) == f"{to}: 4 pictures of 1 set, nothing wrong\n"
    counted = json.loads(run("stats", to, "--json"))
    assert counted["all"]["people"] == counted["all"]["heads"] == 6
    assert counted["all"]["points"] is None
    assert counted["sets"]["square"]["licence"] == "CC0-1.0"
    table = run("stats", to)
    assert re.search(r"square +train +2 +1 +\d +\d +- +0", table)
    assert "licence  CC0-1.0" in table


def test_the_page_shows_pictures_and_asks_for_nothing_from_elsewhere(tmp_path: Path, source: Path) -> None:
    add(source, *BOTH, "--to", tmp_path / "to", "--split", "train")
    run("stats", tmp_path / "to", "--page", tmp_path / "new" / "page.html", "--pictures", "3")
    page = (tmp_path / "new" / "page.html").read_text()
    assert page.count('<figure class="scene"') == 3
    assert page.count("data:image/jpeg;base64,") == 3
    assert "://" not in page
    assert "2 people, 2 heads" in page or "3 people, 3 heads" in page
    with pytest.raises(BadInput, match=r"page .* cannot be written"):
        run("stats", tmp_path / "to", "--page", tmp_path)


def test_a_replaced_set_is_the_new_one(tmp_path: Path, source: Path) -> None:
    add(source, *BOTH, "--to", tmp_path / "to", "--split", "train")
    with pytest.raises(BadDataset, match="has set square already; give it another name, or replace it"):
        add(source, *BOTH, "--to", tmp_path / "to", "--split", "train")
    assert "square: 2 pictures" in add(
        source, *BOTH, "--to", tmp_path / "to", "--split", "train", "--replace", "--limit", "2"
    )


def test_what_is_wrong_is_listed_and_nothing_comes_in(tmp_path: Path, source: Path) -> None:
    with pytest.raises(BadDataset) as caught:
        add(source, "--labelled", "head", "--to", tmp_path / "to")
    assert str(caught.value).startswith(
        "square has 6 problems; nothing was imported\n  square: labels/cam1-2.txt line 1:"
    )
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("add",), "--to DIR is missing"),
        (("add", "yolo", ".", "--to", "x", "--set", "a", "--licence", "b"), "--origin: is missing"),
        (
            ("add", "yolo", ".", "--to", "x", "--set", "a", "--licence", "b", "--origin", "c", *BOTH),
            "--privacy: is missing",
        ),
        (("add", "zip", ".", "--to", "x", "--set", "a", *ABOUT, *BOTH), "FORMAT: Input should be 'mot', 'yolo'"),
        (("add", "yolo", "/none", "--to", "x", "--set", "a", *ABOUT, *BOTH), "SOURCE /none: there is no such"),
        (("add", "yolo", ".", "--to", "x", "--set", "A", *ABOUT, *BOTH), "--set: String should match"),
        (("add", "yolo", ".", "--to", "x", "--set", "a", *ABOUT, *BOTH, "--list", "a.txt"), "expected SPLIT=FILE"),
        (("add", "yolo", ".", "--to", "x", "--set", "a", *ABOUT, *BOTH, "--sequences", "("), "is not a regular"),
        (("add", "--preset", "none", "--to", "x"), "preset 'none' is not in configs/datasets.yaml"),
        (("add", "--preset", "shared-train", "--to", "x", "--licence", "MIT"), "--licence cannot be given beside"),
        (("check", "/none"), "/none: there is no such folder"),
        (("stats", "/none"), "manifest.yaml: cannot be read"),
    ],
)
def test_wrong_words_are_one_line(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput) as caught:
        run(*words)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
