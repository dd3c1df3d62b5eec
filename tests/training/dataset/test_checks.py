"""A dataset that is not what it was is found out, and what it has is counted."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from domain.errors import BadDataset, BadInput
from training.dataset.adding import add_sets
from training.dataset.checks import check_dataset, raise_if_wrong
from training.dataset.layout import Dataset
from training.dataset.manifest import hash_of
from training.dataset.presets import Presets, import_preset
from training.dataset.recipe import Recipe
from training.dataset.statistics import Spread, Statistics

Yolo = Callable[..., Path]
MakeRecipe = Callable[..., Recipe]


@pytest.fixture
def folder(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> Path:
    labels = {"a": "0 0.5 0.5 0.5 0.5\n1 0.5 0.4 0.25 0.25\n", "b": "1 0.5 0.5 0.5 0.5\n", "c": ""}
    add_sets([recipe(yolo(tmp_path / "from", labels), split="train")], tmp_path / "set")
    return tmp_path / "set"


def rewrite(folder: Path, number: int, **changes: object) -> None:
    """Change a line by hand, and the manifest with it, as one does who knows how."""
    path = folder / "items.jsonl"
    lines = path.read_text().splitlines()
    lines[number] = json.dumps(json.loads(lines[number]) | changes, separators=(",", ":"))
    path.write_text("\n".join(lines) + "\n")
    manifest = yaml.safe_load((folder / "manifest.yaml").read_text())
    manifest["content_hash"] = manifest["sets"][0]["hash"] = hash_of(lines)
    (folder / "manifest.yaml").write_text(yaml.safe_dump(manifest))


def problems(folder: Path) -> list[str]:
    return check_dataset(folder).listed()


def test_nothing_is_wrong_with_what_was_just_made(folder: Path) -> None:
    assert problems(folder) == []
    raise_if_wrong(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"boxes": [["person", 0, 0, 70, 20]]}, "items.jsonl line 2 boxes[0]: box 0,0 to 70,20 sticks 6 pixels"),
        ({"boxes": [["person", 5, 5, 5, 20]]}, "items.jsonl line 2 boxes[0]: box 5,5 to 5,20 has no inside"),
        ({"boxes": [["horse", 5, 5, 6, 20]]}, "items.jsonl line 2: boxes.0.0: "),
        ({"points": [[5, 5]]}, "items.jsonl line 2 points: are there, and were not looked for"),
        ({"ignored": [[90, 5, 95, 20]]}, "items.jsonl line 2 ignored[0]: box 90,5 to 95,20 is outside"),
        ({"labelled": ["head"]}, "items.jsonl line 2: has labelled head; set square has head, person"),
        ({"sequence": "square/a", "split": "val"}, "line 2: sequence square/a is in split val here, and in train at"),
        ({"image": "images/square/a.png"}, "items.jsonl line 2: images/square/a.png is at items.jsonl line 1 already"),
        ({"image": "images/../a.png"}, "items.jsonl line 2: image: must stay inside images/"),
        ({"width": 65}, "items.jsonl line 2: images/square/b.png is 64x48, its line says 65x48"),
        ({"sha256": "0" * 64}, "items.jsonl line 2: images/square/b.png is not the picture that was imported"),
        ({"set": "hall"}, "items.jsonl line 2: set hall is not in manifest.yaml"),
    ],
)
def test_a_line_that_cannot_be_is_named(folder: Path, changes: dict[str, object], said: str) -> None:
    rewrite(folder, 1, **changes)
    assert any(said in line for line in problems(folder)), problems(folder)


def test_a_label_changed_by_hand_is_noticed(folder: Path) -> None:
    path = folder / "items.jsonl"
    path.write_text(path.read_text().replace('"person",16.0', '"person",17.0'))
    assert problems(folder) == [
        "items.jsonl: is not what manifest.yaml has the hash of: it was changed after it was written",
        "manifest.yaml: set square: its lines in items.jsonl are not those it has the hash of",
    ]


def test_pictures_that_are_gone_broken_or_strange_are_named(folder: Path) -> None:
    (folder / "images" / "square" / "a.png").unlink()
    (folder / "images" / "square" / "b.png").write_bytes(b"\x89PNG\r\n")
    (folder / "images" / "square" / "d.png").write_bytes(b"")
    assert problems(folder) == [
        "items.jsonl line 1: images/square/a.png cannot be read: No such file or directory",
        "items.jsonl line 2: images/square/b.png is not a picture that can be decoded",
        "images/square/d.png: no line of items.jsonl is about it",
    ]
    with pytest.raises(BadDataset, match="has 3 problems; do not train on it"):
        raise_if_wrong(folder)


def test_near_copies_in_two_splits_are_named(folder: Path) -> None:
    first = cv2.imread(str(folder / "images" / "square" / "a.png"))
    path = folder / "images" / "square" / "b.png"
    cv2.imwrite(str(path), np.ascontiguousarray(first[:, ::-1]))
    digest = __import__("hashlib").sha256(path.read_bytes()).hexdigest()
    rewrite(folder, 1, sha256=digest, split="val")
    (line,) = problems(folder)
    assert line.startswith("items.jsonl line 2: is in split val and nearly the same picture as items.jsonl line 1")


def test_a_folder_that_is_none_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadDataset, match="there is no such folder"):
        raise_if_wrong(tmp_path / "none")


def test_what_there_is_is_counted(folder: Path) -> None:
    found = Statistics.of(Dataset.open(folder))
    assert (found.whole.pictures, found.whole.people, found.whole.heads, found.whole.points) == (3, 1, 2, None)
    assert found.whole.heads_each.tolist() == [1, 1, 0]
    assert found.whole.head_px.round(2).tolist() == [13.86, 27.71]
    assert list(found.splits) == ["train"]
    assert found.sets[0].record.licence == "CC0-1.0"
    assert Spread.of([]) is None
    assert Spread.of([0, 10, 20]) == Spread(1.0, 10.0, 19.0, 10.0, 20.0)


def test_a_preset_imports_all_of_its_sets_or_none(tmp_path: Path, yolo: Yolo) -> None:
    yolo(tmp_path / "root" / "one", {"a": "1 0.5 0.5 0.1 0.1\n"})
    about = {"source": "us", "licence": "CC0", "labelled": ["head"], "privacy": "blurred"}
    row = {"format": "yolo", "split": "train"}
    sets = [
        {"about": about | {"name": "one"}, "path": "one", **row},
        {"about": about | {"name": "two"}, "path": "two", **row},
    ]
    table = tmp_path / "datasets.yaml"
    table.write_text(yaml.safe_dump({"version": 1, "presets": {"both": {"title": "t", "folder": "f", "sets": sets}}}))
    with pytest.raises(BadDataset, match=r"preset both: there is no .*two"):
        import_preset("both", tmp_path / "root", tmp_path / "to", table=table)
    yolo(tmp_path / "root" / "two", {"x": "", "y": "0 0.5 0.5 0.1 0.1\n"})
    with pytest.raises(BadDataset, match=r"two: labels/y\.txt line 1: is a person"):
        import_preset("both", tmp_path / "root", tmp_path / "to", table=table)
    assert not (tmp_path / "to").exists()
    (tmp_path / "root" / "two" / "labels" / "y.txt").write_text("")
    (tmp_path / "root" / "two" / "images" / "x.png").unlink()
    (tmp_path / "root" / "two" / "labels" / "x.txt").unlink()
    made = import_preset("both", tmp_path / "root", tmp_path / "to", table=table).dataset
    assert (made.name, [record.name for record in made.sets]) == ("both", ["one", "two"])
    with pytest.raises(BadInput, match="did you mean 'both'"):
        Presets.load(table).find("bath")


def test_the_shared_training_sets(assets: Path, tmp_path: Path) -> None:
    made = import_preset("shared-train", assets / "datasets" / "train", tmp_path / "to", limit=2).dataset
    assert {record.name: record.labelled for record in made.sets} == {
        "beijing_brt": ("points",),
        "crowd_faces_w3o7w": ("head",),
        "negatives": ("head", "person"),
        "scut_head_a": ("head",),
        "scut_head_b": ("head",),
        "shtech_a_train": ("points",),
        "shtech_b_train": ("points",),
    }
    assert len(made.items) == 14
    assert {item.source for item in made.items if item.split == "val"} >= {"scut_head_b", "shtech_b_train"}
    rooms = {item.sequence for item in made.items if item.source == "scut_head_a"}
    assert rooms == {"scut_lecture_rooms"}
    assert all(len(item.boxes) == 0 for item in made.items if item.source == "negatives")
