"""A dataset on disk: written whole or not at all, and read as it was written."""

import hashlib
import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from domain.errors import AlreadyRunning, BadDataset
from training.dataset import layout
from training.dataset.item import HEAD, PERSON, Item
from training.dataset.layout import Dataset
from training.dataset.manifest import SetAbout


def about(name: str = "square", **changes: object) -> SetAbout:
    given = {
        "name": name,
        "source": "our own",
        "licence": "CC0-1.0",
        "labelled": ["person", "head"],
        "privacy": "consented",
    }
    return SetAbout.model_validate(given | changes)


def picture(folder: Path, name: str, seed: int = 1) -> Item:
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (48, 64, 3), np.uint8)
    cv2.imwrite(str(folder / name), pixels)
    return Item(
        image=folder / name,
        sha256=hashlib.sha256((folder / name).read_bytes()).hexdigest(),
        width=64,
        height=48,
        source="square",
        sequence=f"square/{name}",
        split="train",
        labelled=frozenset({"person", "head"}),
        boxes=np.array([[1.0, 2.0, 20.5, 40.25], [5.0, 2.0, 10.0, 8.0]]),
        classes=np.array([PERSON, HEAD], np.intp),
        points=np.empty((0, 2)),
        ignored=np.array([[30.0, 0.0, 64.0, 48.0]]),
    )


def same(one: Item, other: Item) -> bool:
    plain = ("sha256", "width", "height", "source", "sequence", "split", "labelled")
    arrays = ("boxes", "classes", "points", "ignored")
    return all(getattr(one, name) == getattr(other, name) for name in plain) and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in arrays
    )


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    given = [picture(tmp_path / "from", f"{index}.png", index) for index in range(3)]
    written = Dataset.create(tmp_path / "set", name="test", sets=[about()], items=reversed(given))
    read = Dataset.open(tmp_path / "set")
    assert read.content_hash == written.content_hash
    assert [item.image for item in read.items] == [item.image for item in written.items]
    assert all(same(one, other) for one, other in zip(given, read.items, strict=True))
    assert all(item.image.read_bytes() == (tmp_path / "from" / item.image.name).read_bytes() for item in read.items)
    assert read.sets[0].pictures == 3


def test_the_hash_is_of_what_bears_on_training(tmp_path: Path) -> None:
    item = picture(tmp_path / "from", "a.png")
    first = Dataset.create(tmp_path / "one", name="one", sets=[about()], items=[item])
    again = Dataset.create(tmp_path / "two", name="two", sets=[about(licence="MIT")], items=[item])
    moved = replace(item, boxes=item.boxes + 0.01)
    other = Dataset.create(tmp_path / "three", name="one", sets=[about()], items=[moved])
    assert first.content_hash == again.content_hash != other.content_hash


def test_more_sets_join_without_touching_those_there(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    Dataset.create(folder, name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    more = replace(picture(tmp_path / "from", "b.png", 2), source="hall")
    grown = Dataset.extend(folder, sets=[about("hall")], items=[more])
    assert [record.name for record in grown.sets] == ["hall", "square"]
    assert [item.image.name for item in Dataset.open(folder).items] == ["b.png", "a.png"]
    with pytest.raises(BadDataset, match="has set hall already"):
        Dataset.extend(folder, sets=[about("hall")], items=[more])
    instead = replace(picture(tmp_path / "from", "c.png", 3), source="hall")
    Dataset.extend(folder, sets=[about("hall")], items=[instead], replacing=True)
    assert sorted(path.name for path in folder.glob("images/*/*")) == ["a.png", "c.png"]


def test_two_pictures_of_one_name_are_both_kept(tmp_path: Path) -> None:
    items = [picture(tmp_path / part, "a.png", seed) for seed, part in enumerate(("x", "y"))]
    items[1] = replace(items[1], sequence="square/other")
    made = Dataset.create(tmp_path / "set", name="test", sets=[about()], items=items)
    assert {item.sha256 for item in made.items} == {item.sha256 for item in items}
    assert len({item.image for item in made.items}) == 2


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    kept = Dataset.create(folder, name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    good = replace(picture(tmp_path / "from", "b.png", 2), source="hall")
    bad = replace(good, image=tmp_path / "from" / "gone.png")
    with pytest.raises(BadDataset, match=r"gone\.png: cannot be read"):
        Dataset.extend(folder, sets=[about("hall")], items=[good, bad])
    changed = replace(good, sha256="0" * 64)
    with pytest.raises(BadDataset, match="changed while it was imported"):
        Dataset.extend(folder, sets=[about("hall")], items=[changed])
    assert Dataset.open(folder).content_hash == kept.content_hash
    assert not list(tmp_path.glob(".set.partial*"))


def test_a_write_killed_between_its_renames_is_undone(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    made = Dataset.create(folder, name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    folder.rename(tmp_path / ".set.before")
    assert Dataset.open(folder).content_hash == made.content_hash


def test_a_killed_write_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    item = picture(tmp_path / "from", "a.png")
    Dataset.create(tmp_path / "set", name="test", sets=[about()], items=[item])
    (tmp_path / ".set.partial-1").mkdir()
    (tmp_path / ".set.partial-1" / "items.jsonl").write_text("half a line")
    more = replace(picture(tmp_path / "from", "b.png", 2), source="hall")
    Dataset.extend(tmp_path / "set", sets=[about("hall")], items=[more])
    assert sorted(path.name for path in tmp_path.iterdir()) == [".set.lock", "from", "set"]


_READER = """
import sys
from pathlib import Path
from training.dataset.layout import Dataset
print(len(Dataset.open(Path(sys.argv[1])).items), "torch" in sys.modules, "ultralytics" in sys.modules)
"""


def test_who_reads_waits_for_who_is_between_two_renames_and_needs_no_torch(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    Dataset.create(folder, name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    with layout._alone(folder):
        folder.rename(tmp_path / ".set.before")
        reader = subprocess.Popen(
            [sys.executable, "-c", _READER, str(folder)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        with pytest.raises(subprocess.TimeoutExpired):
            reader.wait(2)
        shutil.copytree(tmp_path / ".set.before", folder)
    said, _ = reader.communicate(timeout=60)
    assert said == "1 False False\n"


def test_two_cannot_write_at_once(tmp_path: Path) -> None:
    item = picture(tmp_path / "from", "a.png")
    with layout._alone(tmp_path / "set"), pytest.raises(AlreadyRunning, match="someone else writes"):
        Dataset.create(tmp_path / "set", name="test", sets=[about()], items=[item])


@pytest.mark.parametrize(
    ("items", "sets", "said"),
    [
        ([{"source": "hall"}], ["square"], "set hall: nothing is said of it"),
        ([{}], ["square", "hall"], "set hall: has no picture"),
        ([{}], ["square", "square"], "set square: is named twice"),
        ([{"sequence": "s"}, {"sequence": "s", "split": "val"}], ["square"], "sequence s: is in splits train and val"),
    ],
)
def test_what_no_dataset_may_be(tmp_path: Path, items: list[dict[str, str]], sets: list[str], said: str) -> None:
    made = [replace(picture(tmp_path / "from", f"{i}.png", i), **change) for i, change in enumerate(items)]
    with pytest.raises(BadDataset, match=said):
        Dataset.create(tmp_path / "set", name="test", sets=[about(name) for name in sets], items=made)
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"privacy": "none"}, "privacy"),
        ({"licence": ""}, "licence"),
        ({"labelled": []}, "labelled"),
        ({"name": "A B"}, "name"),
    ],
)
def test_a_set_without_what_must_be_said_is_refused(missing: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        about(**missing)


def test_labels_changed_by_hand_are_noticed(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    Dataset.create(folder, name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    lines = folder / "items.jsonl"
    lines.write_text(lines.read_text().replace("20.5", "21.5"))
    with pytest.raises(BadDataset, match=r"items\.jsonl: is not what manifest\.yaml has the hash of"):
        Dataset.open(folder)


@pytest.mark.parametrize("broken", ["", "version: 2", "version: [", "- a"])
def test_a_folder_that_is_no_dataset_says_so(tmp_path: Path, broken: str) -> None:
    with pytest.raises(BadDataset, match=r"manifest\.yaml: cannot be read: No such file"):
        Dataset.open(tmp_path)
    (tmp_path / "manifest.yaml").write_text(broken)
    with pytest.raises(BadDataset, match=r"manifest\.yaml: "):
        Dataset.open(tmp_path)


def test_the_files_are_plain(tmp_path: Path) -> None:
    Dataset.create(tmp_path / "set", name="test", sets=[about()], items=[picture(tmp_path / "from", "a.png")])
    line = json.loads((tmp_path / "set" / "items.jsonl").read_text())
    assert line["image"] == "images/square/a.png"
    assert line["boxes"][0] == ["person", 1.0, 2.0, 20.5, 40.25]
    manifest = yaml.safe_load((tmp_path / "set" / "manifest.yaml").read_text())
    assert manifest["sets"][0]["licence"] == "CC0-1.0"
