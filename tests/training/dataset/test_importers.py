"""Each format is read, and each mistake in it is named with its place; then nothing is imported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from domain.errors import BadDataset
from training.dataset.adding import add_sets
from training.dataset.item import HEAD, PERSON, Item
from training.dataset.recipe import Recipe

Draw = Callable[..., Path]
Yolo = Callable[..., Path]
MakeRecipe = Callable[..., Recipe]


def imported(recipe: Recipe, to: Path) -> dict[str, Item]:
    return {item.image.name: item for item in add_sets([recipe], to).dataset.items}


def refused(recipe: Recipe, to: Path) -> str:
    with pytest.raises(BadDataset, match="nothing was imported") as caught:
        add_sets([recipe], to)
    assert not to.exists()
    assert not list(to.parent.glob(".*partial*"))
    return str(caught.value)


def mot(folder: Path, draw: Draw, rows: str, frames: int = 3) -> Path:
    for number in range(1, frames + 1):
        draw(folder / "img1" / f"{number:06d}.png", number)
    (folder / "gt").mkdir()
    (folder / "gt" / "gt.txt").write_text(rows)
    return folder


def coco(folder: Path, draw: Draw, **changes: object) -> Path:
    draw(folder / "images" / "a.png", 1)
    draw(folder / "images" / "b.png", 2)
    data = {
        "images": [{"id": 1, "file_name": "a.png", "width": 64, "height": 48}, {"id": 2, "file_name": "b.png"}],
        "categories": [{"id": 7, "name": "person"}, {"id": 9, "name": "dog"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 10, 20], "iscrowd": 0},
            {"id": 2, "image_id": 1, "category_id": 7, "bbox": [30, 0, 30, 40], "iscrowd": 1},
            {"id": 3, "image_id": 1, "category_id": 9, "bbox": [0, 0, 5, 5], "iscrowd": 0},
        ],
    }
    (folder / "labels.json").write_text(json.dumps(data | changes))
    return folder


def crowdhuman(folder: Path, draw: Draw, *people: dict[str, Any]) -> Path:
    draw(folder / "Images" / "273271,c9db.png", 1)
    (folder / "train.odgt").write_text(json.dumps({"ID": "273271,c9db", "gtboxes": people}) + "\n")
    return folder / "train.odgt"


def person(**changes: object) -> dict[str, Any]:
    boxes = {"fbox": [2, 2, 20, 60], "vbox": [2, 2, 20, 40], "hbox": [6, 2, 8, 8]}
    return {"tag": "person", **boxes, "head_attr": {"ignore": 0}, "extra": {"box_id": 0}} | changes


def test_yolo(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "0 0.5 0.5 0.25 0.5\n1 0.5 0.3 0.1 0.1 0.87\n", "b": ""})
    found = imported(recipe(folder), tmp_path / "to")
    assert found["a.png"].boxes[0].tolist() == [24, 12, 40, 36]
    assert found["a.png"].classes.tolist() == [PERSON, HEAD]
    assert len(found["b.png"].boxes) == 0
    assert found["b.png"].labelled == {"person", "head"}


def test_yolo_lists_give_the_splits_and_an_outline_its_box(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    outline = "0 0.25 0.25 0.5 0.25 0.5 0.75\n"
    folder = yolo(tmp_path / "from", {"a": outline, "b": "", "c": ""})
    (folder / "data.yaml").write_text("names: {0: person, 1: head}\ntrain: train.txt\nval: [val.txt]\n")
    (folder / "train.txt").write_text("./images/a.png\n")
    (folder / "val.txt").write_text("./images/b.png\n")
    added = add_sets([recipe(folder, split=None)], tmp_path / "to")
    assert {item.image.name: item.split for item in added.dataset.items} == {"a.png": "train", "b.png": "val"}
    assert added.dataset.items[0].boxes.tolist() == [[16, 12, 32, 36]]
    assert added.notes == ("square: 1 pictures are in no list and were left out: images/c.png",)


def test_yolo_folders_give_the_splits_as_roboflow_writes_them(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    yolo(tmp_path / "from" / "train", {"a": ""})
    yolo(tmp_path / "from" / "valid", {"b": "", "c": ""})
    (tmp_path / "from" / "train" / "images" / "a.png").unlink()
    (tmp_path / "from" / "valid" / "images" / "b.png").rename(tmp_path / "from" / "train" / "images" / "a.png")
    (tmp_path / "from" / "valid" / "labels" / "b.txt").unlink()
    (tmp_path / "from" / "data.yaml").write_text(
        "names: [person, head]\ntrain: ../train/images\nval: ../valid/images\n"
    )
    found = imported(recipe(tmp_path / "from", split=None), tmp_path / "to")
    assert {name: item.split for name, item in found.items()} == {"a.png": "train", "c.png": "val"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0 0.9 0.5 0.4 0.5", "box 44.8,12 to 70.4,36 sticks 6.4 pixels out of the picture, which is 64x48"),
        ("0 1.5 0.5 0.2 0.5", "is outside of the picture, which is 64x48"),
        ("0 0.5 0.5 0 0.5", "has no inside: it is 0 by 24 pixels"),
        ("0 0.5 0.5 0.1 -0.5", "has no inside"),
        ("2 0.5 0.5 0.1 0.1", "class 2 does not exist; the classes are 0 person, 1 head"),
        ("0.5 0.5 0.5 0.1 0.1", "class 0.5 does not exist"),
        ("0 0.5 x 0.1 0.1", "'x' is not a number"),
        ("0 0.5 nan 0.1 0.1", "'nan' is not a number"),
        ("0 0.5 0.5 0.1", "has 4 numbers; expected class, centre x"),
    ],
)
def test_a_bad_line_of_yolo_is_named(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe, line: str, said: str) -> None:
    folder = yolo(tmp_path / "from", {"a": f"1 0.5 0.5 0.1 0.1\n\n{line}\n"})
    text = refused(recipe(folder), tmp_path / "to")
    assert f"square: labels/a.txt line 3: {said}" in text or ("line 3: " in text and said in text)


def test_everything_wrong_is_listed_at_once(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe, draw: Draw) -> None:
    folder = yolo(tmp_path / "from", {"a": "5 0 0 1 1\n", "b": "0 9 9 1 1\n", "c": "", "d": ""})
    draw(folder / "images" / "alone.png", 9)
    (folder / "labels" / "orphan.txt").write_text("")
    whole = (folder / "images" / "c.png").read_bytes()
    (folder / "images" / "c.png").write_bytes(whole[: len(whole) // 2])
    (folder / "images" / "d.png").write_bytes(b"not a picture")
    text = refused(recipe(folder), tmp_path / "to")
    assert text.startswith("square has 6 problems; nothing was imported\n")
    for said in (
        "labels/a.txt line 1: class 5 does not exist",
        "labels/b.txt line 1: box",
        "images/c.png: is not a picture that can be decoded",
        "images/d.png: is not a picture that can be decoded",
        "images/alone.png: has no label file labels/alone.txt; an empty one says: nobody",
        "labels/orphan.txt: labels a picture that is not there",
    ):
        assert said in text


def test_a_long_list_ends_with_how_many_more(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "7 0.5 0.5 0.1 0.1\n" * 130})
    text = refused(recipe(folder), tmp_path / "to")
    assert text.count("does not exist") == 100
    assert text.endswith("and 30 more")


def test_a_cut_off_jpeg_is_named(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": ""})
    _, encoded = cv2.imencode(".jpg", np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8))
    (folder / "images" / "a.png").unlink()
    (folder / "images" / "a.jpg").write_bytes(encoded.tobytes()[: len(encoded) // 2])
    assert "images/a.jpg: is cut off: it has no end" in refused(recipe(folder), tmp_path / "to")


def test_a_little_may_be_clipped_and_is_told(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "0 0.96 0.5 0.1 0.5\n"})
    added = add_sets([recipe(folder, clip_px=2)], tmp_path / "to")
    assert added.dataset.items[0].boxes[0, 2] == 64
    assert added.notes == ("square: 1 label clipped to the picture, by at most 0.6 px: labels/a.txt line 1",)


def test_what_is_outside_altogether_may_be_dropped_and_is_told(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "0 1.5 0.5 0.1 0.5\n0 0.5 0.5 0.1 0.5\n"})
    added = add_sets([recipe(folder, drop_outside=True)], tmp_path / "to")
    assert len(added.dataset.items[0].boxes) == 1
    assert added.notes == ("square: 1 outside of the picture dropped: labels/a.txt line 1",)


def test_what_was_not_looked_for_cannot_be_there(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(tmp_path / "from", {"a": "0 0.5 0.5 0.1 0.1\n"})
    text = refused(recipe(folder, labelled=["head"]), tmp_path / "to")
    assert "labels/a.txt line 1: is a person, but the set is said to have labelled only: head" in text


def test_classes_are_mapped_by_name(tmp_path: Path, yolo: Yolo, recipe: MakeRecipe) -> None:
    folder = yolo(
        tmp_path / "from",
        {"a": "0 0.5 0.5 0.1 0.1\n1 0.5 0.5 0.2 0.2\n2 0.2 0.2 0.1 0.1\n"},
        names=("face", "crowd", "car"),
    )
    named = recipe(folder, labelled=["head"], classes={"head": ["face"], "ignored": ["crowd"]})
    added = add_sets([named], tmp_path / "to")
    (item,) = added.dataset.items
    assert item.classes.tolist() == [HEAD]
    assert len(item.ignored) == 1
    assert added.notes == ("square: 1 box of class car left out: neither person, head nor ignored",)
    wrong = recipe(folder, labelled=["head"], classes={"head": ["fase"]})
    assert "class 'fase' is not in the source, whose classes are face, crowd, car" in refused(wrong, tmp_path / "no")


def test_mot(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    rows = (
        "1,1,10,10,10,20,1,1,1.0\n"  # a person
        "1,2,30,10,10,20,0,1,1.0\n"  # not valid
        "1,3,40,10,10,20,1,1,0.05\n"  # hardly to be seen
        "1,4,20,10,10,20,1,7,1.0\n"  # sits
        "1,5,0,0,30,30,1,3,1.0\n"  # a car
        "3,1,12,10,10,20,1,1,0.9\n"
    )
    folder = mot(tmp_path / "MOT17-99", draw, rows)
    found = imported(recipe(folder, "mot", every=2, labelled=["person"]), tmp_path / "to")
    assert list(found) == ["000001.png", "000003.png"]
    assert found["000001.png"].boxes.tolist() == [[10, 10, 20, 30]]
    assert len(found["000001.png"].ignored) == 3
    assert {item.sequence for item in found.values()} == {"square/MOT17-99"}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,1,10,10,10,20", "has 6 numbers; expected frame,id,left"),
        ("0,1,10,10,10,20,1,1,1", "frame 0 and identity 1 must be whole, frames from 1"),
        ("1,1,10,10,10,20,0.7,1,1", "valid must be 0 or 1, got 0.7"),
        ("1,1,10,10,10,20,1,14,1", "class 14 does not exist; the classes are 1 to 13"),
        ("1,1,10,10,10,20,1,1,7", "visibility must be from 0 to 1, got 7"),
        ("1,9,10,10,10,20,1,1,1", "frame 1 has 9 already, in line 1"),
        ("4,1,10,10,10,20,1,1,1", "frame 4 is not there; the footage has 3"),
        ("1,1,10,10,0,20,1,1,1", "has no inside: it is 0 by 20 pixels"),
        ("1,1,60,10,10,20,1,1,1", "sticks 6 pixels out of the picture"),
        ("1,1,ten,10,10,20,1,1,1", "'ten' is not a number"),
    ],
)
def test_a_bad_row_of_mot_is_named(tmp_path: Path, draw: Draw, recipe: MakeRecipe, row: str, said: str) -> None:
    folder = mot(tmp_path / "from", draw, f"1,9,10,10,10,20,1,1,1\n{row}\n")
    assert f"gt/gt.txt line 2: {said}" in refused(recipe(folder, "mot", labelled=["person"]), tmp_path / "to").replace(
        "box 10,10 to 10,30 ", ""
    ).replace("box 60,10 to 70,30 ", "")


def test_mot_of_a_real_video(assets: Path, tmp_path: Path, recipe: MakeRecipe) -> None:
    named = recipe(
        assets / "datasets" / "pets09_s2l1",
        "mot",
        images=assets / "videos" / "vtest.avi",
        every=265,
        labelled=["person"],
    )
    found = imported(named, tmp_path / "to")
    assert list(found) == [f"pets09_s2l1-{number:06d}.jpg" for number in (1, 266, 531)]
    rows = (assets / "datasets" / "pets09_s2l1" / "gt" / "gt.txt").read_text().splitlines()
    seen = [line for line in rows if line.split(",")[0] == "1" and line.split(",")[6] == "1"]
    assert len(next(iter(found.values())).boxes) == len(seen)
    assert {(item.width, item.height) for item in found.values()} == {(768, 576)}


def test_coco(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    added = add_sets([recipe(coco(tmp_path / "from", draw), "coco", labelled=["person"])], tmp_path / "to")
    first, second = added.dataset.items
    assert first.boxes.tolist() == [[1, 2, 11, 22]]
    assert first.ignored.tolist() == [[30, 0, 60, 40]]
    assert len(second.boxes) == 0
    assert added.notes == ("square: 1 box of class dog left out: neither person, head nor ignored",)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"annotations": [{"image_id": 1, "category_id": 3, "bbox": [1, 1, 2, 2]}]}, "category 3 does not exist"),
        ({"annotations": [{"image_id": 5, "category_id": 7, "bbox": [1, 1, 2, 2]}]}, "image_id 5 is no picture's"),
        ({"annotations": [{"image_id": 1, "category_id": 7, "bbox": [1, 1, "2", 2]}]}, "bbox.2: Input should be"),
        ({"annotations": [{"image_id": 1, "category_id": 7, "bbox": [1, 1, 2]}]}, "bbox: List should have at least 4"),
        ({"annotations": [{"image_id": 1, "category_id": 7, "bbox": [1, 1, -2, 2]}]}, "has no inside"),
        ({"annotations": [{"image_id": 1, "category_id": 7, "bbox": [1, 1, float("nan"), 2]}]}, "nan"),
        ({"annotations": [{"image_id": 1, "category_id": 7}]}, "has no bbox"),
        ({"images": [{"id": 1, "file_name": "a.png", "width": 65}]}, "is said to be 65x48, the picture is 64x48"),
        ({"images": [{"id": 1, "file_name": "c.png"}]}, "there is no picture c.png"),
        ({"images": [{"id": 1, "file_name": "a.png"}]}, "images/b.png: is not in labels.json"),
        ({"categories": []}, "has no categories"),
    ],
)
def test_a_bad_part_of_coco_is_named(
    tmp_path: Path, draw: Draw, recipe: MakeRecipe, changes: dict[str, Any], said: str
) -> None:
    text = refused(recipe(coco(tmp_path / "from", draw, **changes), "coco"), tmp_path / "to")
    assert said in text
    if "annotations" in changes:
        assert "labels.json: annotations[0]: " in text


def test_broken_json_is_named_with_its_line(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    folder = coco(tmp_path / "from", draw)
    (folder / "labels.json").write_text('{"images": [\n{,}]}')
    assert "labels.json line 2: is not JSON" in refused(recipe(folder, "coco"), tmp_path / "to")


def test_crowdhuman(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    people = (
        person(),
        person(head_attr={"ignore": 1}, vbox=[30, 2, 10, 20]),
        person(extra={"ignore": 1}, vbox=[40, 2, 10, 20]),
        person(tag="mask", vbox=[50, 30, 40, 40]),
    )
    added = add_sets([recipe(crowdhuman(tmp_path / "from", draw, *people), "crowdhuman")], tmp_path / "to")
    (item,) = added.dataset.items
    assert item.boxes[item.classes == PERSON].tolist() == [[2, 2, 22, 42], [30, 2, 40, 22]]
    assert item.boxes[item.classes == HEAD].tolist() == [[6, 2, 14, 10]]
    assert item.ignored.tolist() == [[6, 2, 14, 10], [40, 2, 50, 22], [50, 30, 64, 48]]


def test_crowdhuman_full_bodies_instead(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    file = crowdhuman(tmp_path / "from", draw, person())
    full = recipe(file, "crowdhuman", classes={"person": ["fbox"]})
    assert "train.odgt line 1 gtboxes[0] fbox: box 2,2 to 22,62 sticks 14 pixels" in refused(full, tmp_path / "no")
    (item,) = add_sets([full.model_copy(update={"clip_px": 20})], tmp_path / "to").dataset.items
    assert item.boxes[item.classes == PERSON].tolist() == [[2, 2, 22, 48]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: is not JSON"),
        ('{"ID": "x", "gtboxes": []}', "line 2: there is no picture x"),
        ('{"ID": "273271,c9db", "gtboxes": []}', "line 2: picture 273271,c9db is at train.odgt line 1 already"),
        ('{"gtboxes": []}', "line 2: ID: Field required"),
        ('{"ID": "273271,c9db2", "gtboxes": [{"tag": "horse"}]}', "line 2 gtboxes[0]: tag: "),
        ('{"ID": "273271,c9db2", "gtboxes": [{"tag": "person", "vbox": [1, 2, 3]}]}', "line 2 gtboxes[0]: vbox: "),
        ('{"ID": "273271,c9db2", "gtboxes": [{"tag": "person", "vbox": [1, 2, 3, 4]}]}', "gtboxes[0]: has no fbox"),
    ],
)
def test_a_bad_line_of_crowdhuman_is_named(
    tmp_path: Path, draw: Draw, recipe: MakeRecipe, line: str, said: str
) -> None:
    file = crowdhuman(tmp_path / "from", draw, person())
    file.write_text(file.read_text() + line + "\n")
    assert said in refused(recipe(file, "crowdhuman"), tmp_path / "to")


def test_points(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    for seed, name in enumerate("ab"):
        draw(tmp_path / "from" / "images" / f"{name}.png", seed)
    (tmp_path / "from" / "points.json").write_text('{"a.png": [[1, 2], [30.5, 40]], "b.png": []}')
    found = imported(recipe(tmp_path / "from", "points"), tmp_path / "to")
    assert found["a.png"].points.tolist() == [[1, 2], [30.5, 40]]
    heads = found["b.png"].heads
    assert heads is not None
    assert len(heads) == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a.png": [[1, 2], [65, 40]]}', "points.json: a.png[1]: point 65,40 is outside of the picture"),
        ('{"a.png": [[1, 2, 3]]}', "points.json: a.png[0]: '[1, 2, 3]' is not a point"),
        ('{"a.png": [[1, "2"]]}', "points.json: a.png[0]: [1, '2'] has something that is not a number"),
        ('{"a.png": [[1, NaN]]}', "points.json: a.png[0]: point 1,nan has something that is not a number"),
        ('{"a.png": [], "z.png": []}', "points.json: z.png: labels picture z.png, which is not there"),
        ("{}", "images/a.png: has no labels"),
        ('{"a.png":\n[[1, }', "points.json line 2: is not JSON"),
    ],
)
def test_bad_points_are_named(tmp_path: Path, draw: Draw, recipe: MakeRecipe, text: str, said: str) -> None:
    draw(tmp_path / "from" / "images" / "a.png", 1)
    (tmp_path / "from" / "points.json").write_text(text)
    assert said in refused(recipe(tmp_path / "from", "points"), tmp_path / "to")


def test_shanghaitechs_own_files(assets: Path, tmp_path: Path, recipe: MakeRecipe) -> None:
    folder = assets / "datasets" / "shanghaitech_test" / "part_A"
    counts = json.loads((folder / "counts.json").read_text())
    found = imported(recipe(folder, "points", clip_px=3, drop_outside=True), tmp_path / "to")
    assert {name.removesuffix(".jpg") for name in found} == set(counts)
    for name, item in found.items():
        assert counts[name.removesuffix(".jpg")]["count"] - 3 <= len(item.points)
        assert len(item.points) <= counts[name.removesuffix(".jpg")]["count"]


def test_a_mat_of_another_shape_is_named(tmp_path: Path, draw: Draw, recipe: MakeRecipe) -> None:
    draw(tmp_path / "from" / "images" / "IMG_1.png", 1)
    (tmp_path / "from" / "ground_truth").mkdir()
    (tmp_path / "from" / "ground_truth" / "GT_IMG_1.mat").write_bytes(b"no matrix" * 30)
    text = refused(recipe(tmp_path / "from", "points"), tmp_path / "to")
    assert "ground_truth/GT_IMG_1.mat: is not ShanghaiTech's: expected image_info.location" in text
