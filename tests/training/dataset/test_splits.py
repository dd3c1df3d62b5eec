"""Splits are drawn by scene, the same each time, and copies are never on both sides of one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadDataset
from training.dataset.adding import add_sets, limited
from training.dataset.duplicates import NEAR_BITS, exact_copies, near_pairs, scenes
from training.dataset.layout import Dataset
from training.dataset.pictures import Look, look_at
from training.dataset.placing import Candidate
from training.dataset.recipe import Recipe, SequenceRule
from training.dataset.splits import Scene, draw, spread_over

Draw = Callable[..., Path]
Yolo = Callable[..., Path]
MakeRecipe = Callable[..., Recipe]
SCENES = st.lists(st.tuples(st.integers(1, 9), st.floats(0, 500)), min_size=1, max_size=60).map(
    lambda rows: [Scene(f"s{index}", pictures, people) for index, (pictures, people) in enumerate(rows)]
)


@given(found=SCENES, seed=st.integers(0, 5), share=st.sampled_from([0.1, 0.2, 0.5]))
def test_a_drawing_is_about_its_share_and_of_any_order(found: list[Scene], seed: int, share: float) -> None:
    drawn = draw(found, {"val": share}, seed)
    assert drawn == draw(found[::-1], {"val": share}, seed)
    total = sum(scene.pictures for scene in found)
    taken = sum(scene.pictures for scene in found if drawn[scene.key] == "val")
    assert abs(taken - share * total) <= max(scene.pictures for scene in found)


def test_a_drawing_has_few_people_and_many() -> None:
    found = [Scene(f"s{index}", 1, float(index)) for index in range(100)]
    drawn = draw(found, {"val": 0.1}, 8)
    people = [scene.people for scene in found if drawn[scene.key] == "val"]
    assert len(people) == 10
    assert [int(value // 10) for value in people] == list(range(10))
    assert drawn != draw(found, {"val": 0.1}, 9)


def test_one_long_scene_is_not_all_of_the_validation() -> None:
    assert draw([Scene("a", 60, 1), Scene("b", 40, 1)], {"val": 0.1}, 8) == {"a": "train", "b": "train"}


@given(people=st.lists(st.floats(0, 100), min_size=1, max_size=40), limit=st.integers(1, 45))
def test_a_few_of_many_reach_from_the_fewest_to_the_most(people: list[float], limit: int) -> None:
    chosen = spread_over(people, limit)
    assert len(chosen) == min(limit, len(people)) == len(set(chosen))
    if limit > 1:
        assert {min(people), max(people)} <= {people[index] for index in chosen}


def look(path: Path, picture: np.ndarray, *how: int) -> Look:
    cv2.imwrite(str(path), picture, list(how))
    return look_at(path)


def test_a_picture_changed_is_nearly_the_same_and_another_is_not(tmp_path: Path, draw: Draw) -> None:
    picture = cv2.imread(str(draw(tmp_path / "a.png", 1, (320, 240))))
    other = cv2.imread(str(draw(tmp_path / "b.png", 2, (320, 240))))
    changed = [
        look(tmp_path / "again.jpg", picture, cv2.IMWRITE_JPEG_QUALITY, 30),
        look(tmp_path / "half.png", cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)),
        look(tmp_path / "dark.png", picture // 2),
        look(tmp_path / "mirror.png", np.ascontiguousarray(picture[:, ::-1])),
    ]
    pairs = list(near_pairs([look_at(tmp_path / "a.png"), *changed, look(tmp_path / "c.png", other)]))
    assert {pair.other for pair in pairs if pair.one == 0} == {1, 2, 3, 4}
    assert [pair.mirrored for pair in pairs if pair.one == 0] == [False, False, False, True]
    assert all(pair.bits <= NEAR_BITS for pair in pairs)
    assert not any(pair.other == 5 for pair in pairs)
    assert list(near_pairs([])) == []


def test_copies_and_scenes() -> None:
    assert exact_copies(["a", "b", "a", "a"]) == [(0, 2), (0, 3)]
    groups = scenes(["x", "y", "x", "z"], [])
    assert groups[0] == groups[2]
    assert len(set(groups.tolist())) == 3


@pytest.mark.parametrize(
    ("rule", "sequence"),
    [
        (SequenceRule(match=r"(\d)-(\d{8})"), "brt/1-20170419"),
        (SequenceRule(match=r"images/\d"), "brt/images/1"),
        (SequenceRule(match=r"(\d)-", name=r"platform-\1"), "platform-1"),
        (SequenceRule(match="nothing"), None),
    ],
)
def test_a_scene_is_told_from_a_name(rule: SequenceRule, sequence: str | None) -> None:
    assert rule.sequence("images/1-20170419101138.jpg", "brt") == sequence


def test_scenes_are_drawn_whole(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    labels = {f"cam{camera}-{frame}": "0 0.5 0.5 0.1 0.1\n" * camera for camera in range(10) for frame in range(3)}
    folder = yolo(tmp_path / "from", labels)
    named = recipe(folder, split="drawn", sequences=[{"match": r"cam(\d)"}], val_share=0.2, test_share=0.1)
    made = add_sets([named], tmp_path / "to").dataset
    splits = {item.sequence: item.split for item in made.items}
    assert sorted(splits.values()) == ["test"] + ["train"] * 7 + ["val"] * 2
    assert add_sets([named], tmp_path / "again").dataset.content_hash == made.content_hash
    other = add_sets([named.model_copy(update={"seed": 9})], tmp_path / "other").dataset
    assert other.content_hash != made.content_hash
    with pytest.raises(BadDataset, match="no picture is matched by the sequence pattern 'dome'"):
        add_sets([recipe(folder, sequences=[{"match": "dome"}])], tmp_path / "no")


def two_splits(folder: Path) -> None:
    (folder / "data.yaml").write_text("names: [person, head]\ntrain: train.txt\nval: val.txt\n")
    (folder / "train.txt").write_text("images/a.png\nimages/b.png\nimages/d.png\n")
    (folder / "val.txt").write_text("images/c.png\n")


def test_a_sequence_in_two_splits_is_named(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "", "b": "", "c": "", "d": ""})
    two_splits(folder)
    with pytest.raises(BadDataset) as caught:
        add_sets([recipe(folder, split=None, sequences=[{"match": "[ac]", "name": "hall"}])], tmp_path / "to")
    said = "images/c.png: is in split val, and images/a.png in train: they are of one sequence, hall"
    assert said in str(caught.value)
    (folder / "val.txt").write_text("images/c.png\nimages/a.png\n")
    with pytest.raises(BadDataset, match=r"val\.txt line 2: a\.png is in split train already, and here in val"):
        add_sets([recipe(folder, split=None)], tmp_path / "to")


def test_near_copies_across_splits_are_named_or_kept_together_or_dropped(
    tmp_path: Path, yolo: Yolo, recipe: MakeRecipe
) -> None:
    folder = yolo(tmp_path / "from", {"a": "", "b": "", "c": "", "d": ""})
    two_splits(folder)
    first = cv2.imread(str(folder / "images" / "a.png"))
    cv2.imwrite(str(folder / "images" / "c.png"), np.clip(first.astype(int) + 3, 0, 255).astype(np.uint8))
    with pytest.raises(
        BadDataset, match=r"images/c\.png: is in split val and nearly the same picture as images/a\.png"
    ):
        add_sets([recipe(folder, split=None)], tmp_path / "to")
    together = add_sets([recipe(folder, split=None, duplicates="together")], tmp_path / "together")
    assert {item.split for item in together.dataset.items} == {"train"}
    assert "1 kept in one split: nearly the same picture: images/c.png ~ images/a.png" in together.notes[0]
    dropped = add_sets([recipe(folder, split=None, duplicates="drop")], tmp_path / "drop")
    assert {item.image.name: item.split for item in dropped.dataset.items} == {
        "b.png": "train",
        "c.png": "val",  # the rarer one stays
        "d.png": "train",
    }
    assert "left out: nearly the same picture" in dropped.notes[0]


def test_the_same_file_twice(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "0 0.5 0.5 0.1 0.1\n", "b": "0 0.5 0.5 0.1 0.1\n"})
    (folder / "images" / "b.png").write_bytes((folder / "images" / "a.png").read_bytes())
    with pytest.raises(BadDataset, match=r"images/b\.png: is the same picture as images/a\.png"):
        add_sets([recipe(folder)], tmp_path / "to")
    kept = add_sets([recipe(folder, duplicates="together")], tmp_path / "together")
    assert len(kept.dataset.items) == 1
    assert "1 left out: the same picture: images/b.png as images/a.png" in kept.notes[0]
    (folder / "labels" / "b.txt").write_text("")
    with pytest.raises(BadDataset, match=r"is the same picture as images/a\.png, with other labels"):
        add_sets([recipe(folder, duplicates="together")], tmp_path / "to")
    assert len(add_sets([recipe(folder, duplicates="drop")], tmp_path / "drop").dataset.items) == 1


def only(folder: Path, name: str) -> Path:
    """Keep one picture, drawn unlike those of a shorter list."""
    for path in [*folder.glob("images/*"), *folder.glob("labels/*")]:
        if path.stem != name:
            path.unlink()
    return folder


def test_new_pictures_follow_the_scenes_that_are_there(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    first = yolo(tmp_path / "first", {"a": "", "b": ""})
    rule = {"sequences": [{"match": "a", "name": "hall"}]}
    add_sets([recipe(first, split="val", **rule)], tmp_path / "to")
    second = only(yolo(tmp_path / "second", {"x": "", "y": "", "a": ""}), "a")
    added = add_sets([recipe(second, name="more", split="drawn", val_share=0, **rule)], tmp_path / "to")
    assert [item.split for item in added.items["more"]] == ["val"]
    third = only(yolo(tmp_path / "third", {"x": "", "y": "", "z": "", "a": ""}), "a")
    with pytest.raises(BadDataset, match="they are of one sequence, hall"):
        add_sets([recipe(third, name="third", split="train", **rule)], tmp_path / "to")
    with pytest.raises(BadDataset, match="no picture of it is new"):
        add_sets([recipe(second, name="fourth", duplicates="together", **rule)], tmp_path / "to")
    assert len(Dataset.open(tmp_path / "to").sets) == 2


def test_a_limit_keeps_every_split(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {f"p{index}": "0 0.5 0.5 0.1 0.1\n" * index for index in range(20)})
    named = recipe(folder, split="drawn", val_share=0.2)
    made = add_sets([named], tmp_path / "to", limit=5).dataset
    assert [item.split for item in made.items].count("val") == 1
    assert len(made.items) == 5
    assert add_sets([named], tmp_path / "again", limit=5).dataset.content_hash == made.content_hash
    whole = add_sets([named], tmp_path / "whole").dataset
    trained = [[len(item.boxes) for item in found.items if item.split == "train"] for found in (made, whole)]
    assert (min(trained[0]), max(trained[0])) == (min(trained[1]), max(trained[1]))
    one = Candidate(made.items[0], look_at(made.items[0].image), "p")
    assert limited([one, replace(one)], 1) == [one]
