"""A box, or a point, is the same after it went through any of the formats."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadDataset
from training.dataset.adding import add_sets
from training.dataset.export import Labels, read_coco, read_yolo, write_coco, write_yolo
from training.dataset.item import CLASSES, Item
from training.dataset.layout import Dataset
from training.dataset.manifest import SetAbout, file_hash
from training.dataset.recipe import Recipe

WIDTH, HEIGHT = 64, 48
TINY = settings(max_examples=20, deadline=None)
SHARES = st.tuples(*[st.floats(0, 1)] * 4)


def _boxes(shares: list[tuple[float, float, float, float]]) -> np.ndarray:
    """Boxes of at least a pixel inside the picture."""
    made = []
    for one, two, three, four in shares:
        left, top = one * (WIDTH - 1), two * (HEIGHT - 1)
        made.append((left, top, left + 1 + three * (WIDTH - 1 - left), top + 1 + four * (HEIGHT - 1 - top)))
    return np.array(made, np.float64).reshape(-1, 4)


@st.composite
def items(draw: st.DrawFn, *, points: bool = False) -> Callable[[Path], Item]:
    """Labels for a picture, whatever they are."""
    boxes = _boxes(draw(st.lists(SHARES, max_size=6)))
    ignored = _boxes(draw(st.lists(SHARES, max_size=2)))
    kinds = draw(st.lists(st.sampled_from([0, 1]), min_size=len(boxes), max_size=len(boxes)))
    marks = draw(st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), max_size=5)) if points else []

    def make(picture: Path) -> Item:
        return Item(
            image=picture,
            sha256=file_hash(picture),
            width=WIDTH,
            height=HEIGHT,
            source="square",
            sequence="square/a",
            split="train",
            labelled=frozenset((*CLASSES, "points") if points else CLASSES),
            boxes=boxes,
            classes=np.array(kinds, np.intp),
            points=np.array(marks, np.float64).reshape(-1, 2),
            ignored=ignored,
        )

    return make


@pytest.fixture(scope="module")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("picture") / "a.png"
    cv2.imwrite(str(path), np.random.default_rng(1).integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8))
    return path


@contextmanager
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def ordered(boxes: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Boxes by class, as a reader gives them."""
    return np.concatenate([boxes[classes == kind] for kind in (0, 1)])


def agree(item: Item, found: Labels | Item, within_px: float) -> None:
    assert np.allclose(ordered(found.boxes, found.classes), ordered(item.boxes, item.classes), atol=within_px)
    assert sorted(found.classes) == sorted(item.classes)
    assert np.allclose(found.ignored, item.ignored, atol=within_px)
    assert np.allclose(found.points, item.points, atol=within_px)


@TINY
@given(make=items())
def test_yolo(picture: Path, make: Callable[[Path], Item]) -> None:
    with folder() as to:
        write_yolo([make(picture)], to / "out", ignored="class")
        agree(make(picture), read_yolo(to / "out")["a.png"], 1e-6)


@TINY
@given(make=items(points=True))
def test_coco(picture: Path, make: Callable[[Path], Item]) -> None:
    with folder() as to:
        write_coco([make(picture)], to / "labels.json")
        agree(make(picture), read_coco(to / "labels.json")["a.png"], 1e-9)


@TINY
@given(make=items(points=True))
def test_the_dataset_itself(picture: Path, make: Callable[[Path], Item]) -> None:
    about = SetAbout(
        name="square", source="us", licence="CC0", labelled=("person", "head", "points"), privacy="consented"
    )
    with folder() as to:
        Dataset.create(to / "set", name="test", sets=[about], items=[make(picture)])
        (found,) = Dataset.open(to / "set").items
        agree(make(picture), found, 0.0005001)
        again = Dataset.create(to / "again", name="test", sets=[about], items=[found])
        assert again.content_hash == Dataset.open(to / "set").content_hash


def _imported(path: Path, to: Path, form: str, images: Path, labelled: list[str]) -> Item:
    about = {"name": "square", "source": "us", "licence": "CC0", "labelled": labelled, "privacy": "consented"}
    recipe = Recipe.model_validate({"about": about, "format": form, "path": path, "images": images, "split": "train"})
    (item,) = add_sets([recipe], to).dataset.items
    return item


@TINY
@given(shares=st.lists(SHARES, max_size=6))
def test_mot(picture: Path, shares: list[tuple[float, float, float, float]]) -> None:
    boxes = _boxes(shares)
    with folder() as to:
        frames = to / "frames"
        frames.mkdir()
        (frames / "000001.png").write_bytes(picture.read_bytes())
        (to / "gt").mkdir()
        rows = (f"1,{i},{a:.6f},{b:.6f},{c - a:.6f},{d - b:.6f},1,1,1" for i, (a, b, c, d) in enumerate(boxes))
        (to / "gt" / "gt.txt").write_text("\n".join(rows))
        found = _imported(to / "gt" / "gt.txt", to / "set", "mot", frames, ["person"])
    assert np.allclose(found.boxes, boxes, atol=1e-5)


@TINY
@given(shares=st.lists(SHARES, max_size=6))
def test_crowdhuman(picture: Path, shares: list[tuple[float, float, float, float]]) -> None:
    boxes = _boxes(shares)
    with folder() as to:
        people = [
            {"tag": "person", "fbox": box, "vbox": box, "hbox": box}
            for box in np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1).tolist()
        ]
        (to / "a.odgt").write_text(json.dumps({"ID": "a", "gtboxes": people}))
        found = _imported(to / "a.odgt", to / "set", "crowdhuman", picture.parent, ["person", "head"])
    assert np.allclose(found.boxes, np.concatenate([boxes, boxes]), atol=1e-6)


@TINY
@given(points=st.lists(st.tuples(st.floats(0, WIDTH), st.floats(0, HEIGHT)), max_size=6))
def test_points(picture: Path, points: list[tuple[float, float]]) -> None:
    with folder() as to:
        (to / "points.json").write_text(json.dumps({"a.png": points}))
        found = _imported(to / "points.json", to / "set", "points", picture.parent, ["points"])
    assert np.allclose(found.points, np.reshape(points, (-1, 2)), atol=1e-9)


@TINY
@given(make=items(), seed=st.integers(0, 9))
def test_scores_are_written_and_do_no_harm(picture: Path, make: Callable[[Path], Item], seed: int) -> None:
    item = make(picture)
    scores = np.random.default_rng(seed).uniform(0.1, 1, len(item.boxes))
    with folder() as to:
        write_yolo([item], to / "yolo", scores=[scores], ignored="class")
        agree(item, read_yolo(to / "yolo")["a.png"], 1e-6)
        lines = (to / "yolo" / "labels" / "a.txt").read_text().splitlines()
        assert np.allclose([float(line.split()[5]) for line in lines[: len(scores)]], scores, atol=1e-5)
        write_coco([item], to / "coco.json", scores=[scores])
        told = [row["score"] for row in json.loads((to / "coco.json").read_text())["annotations"] if "score" in row]
        assert np.allclose(told, scores)


def test_splits_are_lists_and_names_that_clash_are_told_apart(tmp_path: Path, picture: Path) -> None:
    other = tmp_path / "other" / "a.png"
    other.parent.mkdir()
    other.write_bytes(picture.read_bytes() + b"\0")
    empty = {"boxes": np.empty((0, 4)), "classes": np.empty(0, np.intp), "points": np.empty((0, 2))}
    plain = {"width": WIDTH, "height": HEIGHT, "source": "square", "labelled": frozenset(CLASSES), **empty}
    made = [
        Item(image=path, sha256=file_hash(path), sequence=str(path), split=split, **plain)
        for path, split in ((picture, "train"), (other, "val"))
    ]
    write_yolo(made, tmp_path / "out")
    assert len(read_yolo(tmp_path / "out")) == 2
    assert (tmp_path / "out" / "val.txt").read_text().startswith("./images/square-")
    with pytest.raises(BadDataset, match="has something in it"):
        write_yolo(made, tmp_path / "out")


def test_what_is_not_to_be_judged_is_painted_over_for_training(tmp_path: Path, picture: Path) -> None:
    item = Item(
        image=picture,
        sha256=file_hash(picture),
        width=WIDTH,
        height=HEIGHT,
        source="square",
        sequence="a",
        split="train",
        labelled=frozenset(CLASSES),
        boxes=np.array([[0.0, 0, 10, 10]]),
        classes=np.array([0], np.intp),
        points=np.empty((0, 2)),
        ignored=np.array([[5.0, 5, 30, 30]]),
    )
    data = write_yolo([item], tmp_path / "yolo")
    before, after = cv2.imread(str(picture)), cv2.imread(str(tmp_path / "yolo" / "images" / "a.png"))
    assert (after[10:30, 5:30] == 114).all()
    assert (after[:10, :10] == before[:10, :10]).all()
    assert (after[30:] == before[30:]).all()
    assert "ignored" not in data.read_text()


def test_what_a_label_tool_broke_is_named(tmp_path: Path, picture: Path) -> None:
    about = frozenset(CLASSES)
    item = Item(
        image=picture,
        sha256=file_hash(picture),
        width=WIDTH,
        height=HEIGHT,
        source="square",
        sequence="a",
        split="train",
        labelled=about,
        boxes=np.array([[1.0, 1, 5, 5]]),
        classes=np.array([0], np.intp),
        points=np.empty((0, 2)),
    )
    write_yolo([item], tmp_path / "yolo")
    (tmp_path / "yolo" / "labels" / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n3 0.5 0.5 0.1 0.1\n")
    with pytest.raises(BadDataset, match=r"labels/a\.txt line 2: class 3 does not exist"):
        read_yolo(tmp_path / "yolo")
    with pytest.raises(BadDataset, match="there is no such file"):
        read_coco(tmp_path / "none.json")
