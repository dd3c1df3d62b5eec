"""Items become a YOLO folder or a COCO file, which label tools read; and what comes back is read again."""

import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from domain.errors import BadDataset
from training.dataset.draft import Draft
from training.dataset.footage import JPEG_QUALITY
from training.dataset.importers import READERS, Desk
from training.dataset.item import CLASSES, Item, Labelled
from training.dataset.judging import Judge
from training.dataset.manifest import SetAbout
from training.dataset.recipe import Format, Recipe

IGNORED: Final = "ignored"
GREY: Final = 114
"""What ultralytics fills the edges of a picture with."""
_POINT: Final = "head point"
Scores = NDArray[np.floating]


@dataclass(frozen=True)
class Labels:
    """What a label tool says of one picture.

    Attributes:
        image: the file.
        boxes: left, top, right, bottom in pixels, shape (n, 4).
        classes: index into :data:`~training.dataset.item.CLASSES` of each box, shape (n,).
        points: x, y of heads in pixels, shape (m, 2).
        ignored: left, top, right, bottom of regions not to be judged, shape (k, 4).
    """

    image: Path
    boxes: NDArray[np.float64]
    classes: NDArray[np.intp]
    points: NDArray[np.float64]
    ignored: NDArray[np.float64]


def write_yolo(
    items: Sequence[Item],
    folder: Path,
    *,
    scores: Sequence[Scores] | None = None,
    ignored: Literal["paint", "class"] = "paint",
) -> Path:
    """Write pictures and labels as YOLO's tools and ultralytics read them.

    Args:
        items: the pictures; those of points alone cannot be written, as YOLO has no points.
        folder: where; it must be new or empty.
        scores: how sure a model was of each box, one array an item, as the sixth number of a line.
        ignored: YOLO has no regions that are not to be judged: they are painted grey, but for what a box shows, so
            that training finds no evidence in them; or, for a person who corrects labels, they are a third class.

    Returns:
        The ``data.yaml``.

    Raises:
        BadDataset: the folder has something in it, or an item has points.
    """
    _make_room(folder)
    names = file_names(items)
    for item, name in zip(items, names, strict=True):
        if "points" in item.labelled:
            raise BadDataset(f"{item.image.name}: has points, which YOLO has not; write COCO instead")
        _copy(item, folder / "images" / name, painted=ignored == "paint")
        label = (folder / "labels" / name).with_suffix(".txt")
        label.parent.mkdir(parents=True, exist_ok=True)
    for index, (item, name) in enumerate(zip(items, names, strict=True)):
        lines = _yolo_lines(item, None if scores is None else scores[index], regions=ignored == "class")
        (folder / "labels" / name).with_suffix(".txt").write_text("".join(lines), encoding="utf-8")
    return _yolo_data(items, names, folder, regions=ignored == "class")


def _yolo_lines(item: Item, scores: Scores | None, *, regions: bool) -> Iterator[str]:
    known = [] if scores is None else [f" {score:.6g}" for score in scores]
    ends = known or [""] * len(item.boxes)
    for kind, box, end in zip(item.classes, item.boxes, ends, strict=True):
        yield f"{kind} {_shares(box, item)}{end}\n"
    for box in item.ignored if regions else ():
        yield f"{len(CLASSES)} {_shares(box, item)}{' 1' if known else ''}\n"


def _shares(box: NDArray[np.float64], item: Item) -> str:
    left, top, right, bottom = box.tolist()
    values = ((left + right) / 2 / item.width, (top + bottom) / 2 / item.height)
    sizes = ((right - left) / item.width, (bottom - top) / item.height)
    return " ".join(f"{value:.8f}" for value in (*values, *sizes))


def _yolo_data(items: Sequence[Item], names: Sequence[str], folder: Path, *, regions: bool) -> Path:
    classes = [*CLASSES, IGNORED] if regions and any(len(item.ignored) for item in items) else list(CLASSES)
    data: dict[str, Any] = {"path": ".", "names": dict(enumerate(classes))}
    for split in ("train", "val", "test"):
        those = [f"./images/{name}\n" for item, name in zip(items, names, strict=True) if item.split == split]
        if those:
            (folder / f"{split}.txt").write_text("".join(those), encoding="utf-8")
            data[split] = f"{split}.txt"
    path = folder / "data.yaml"
    path.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return path


def write_coco(items: Sequence[Item], file: Path, *, scores: Sequence[Scores] | None = None) -> Path:
    """Write labels as a COCO file, the pictures in ``images`` beside it.

    A region not to be judged is an annotation with ``iscrowd`` 1, a point on a head one with a single keypoint.

    Args:
        items: the pictures.
        file: the JSON file; an ``images`` folder beside it must be new or empty.
        scores: how sure a model was of each box, one array an item.

    Returns:
        The file.

    Raises:
        BadDataset: there are pictures beside it already.
    """
    folder = file.parent / "images"
    _make_room(folder)
    names = file_names(items)
    rows: list[dict[str, Any]] = []
    for index, (item, name) in enumerate(zip(items, names, strict=True), start=1):
        _copy(item, folder / name)
        rows += _coco_rows(item, index, None if scores is None else scores[index - 1])
    images = [
        {"id": index, "file_name": name, "width": item.width, "height": item.height}
        for index, (item, name) in enumerate(zip(items, names, strict=True), start=1)
    ]
    annotations = [{"id": number, **row} for number, row in enumerate(rows, start=1)]
    categories: list[dict[str, Any]] = [{"id": number, "name": name} for number, name in enumerate(CLASSES, start=1)]
    if any("points" in item.labelled for item in items):
        categories.append({"id": len(CLASSES) + 1, "name": _POINT, "keypoints": ["head"], "skeleton": []})
    whole = {"images": images, "annotations": annotations, "categories": categories}
    file.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    return file


def _coco_rows(item: Item, image_id: int, scores: Scores | None) -> Iterator[dict[str, Any]]:
    for index, (kind, box) in enumerate(zip(item.classes.tolist(), item.boxes, strict=True)):
        sure = {} if scores is None else {"score": float(scores[index])}
        yield _coco_box(box, image_id, kind + 1) | sure
    for box in item.ignored:
        yield _coco_box(box, image_id, 1) | {"iscrowd": 1}
    for x, y in item.points.tolist():
        yield {
            "image_id": image_id,
            "category_id": len(CLASSES) + 1,
            "iscrowd": 0,
            "bbox": [x, y, 0.0, 0.0],
            "area": 0.0,
            "keypoints": [x, y, 2],
            "num_keypoints": 1,
        }


def _coco_box(box: NDArray[np.float64], image_id: int, category: int) -> dict[str, Any]:
    left, top, right, bottom = box.tolist()
    return {
        "image_id": image_id,
        "category_id": category,
        "iscrowd": 0,
        "bbox": [left, top, right - left, bottom - top],
        "area": (right - left) * (bottom - top),
        "segmentation": [[left, top, right, top, right, bottom, left, bottom]],
    }


def read_yolo(folder: Path) -> dict[str, Labels]:
    """Labels by the pictures' file names, as a label tool gave them back in YOLO's form.

    Raises:
        BadDataset: something in them is wrong; a line for each problem, with file and line.
    """
    return _read("yolo", folder)


def read_coco(file: Path) -> dict[str, Labels]:
    """Labels by the pictures' file names, as a label tool gave them back in COCO's form.

    Raises:
        BadDataset: something in them is wrong; a line for each problem, with its index in the file.
    """
    return _read("coco", file)


def _read(form: Format, path: Path) -> dict[str, Labels]:
    if not path.exists():
        raise BadDataset(f"{path}: there is no such file or folder")
    labelled: tuple[Labelled, ...] = (*CLASSES, "points")
    about = SetAbout(name="labels", source=str(path), licence="-", labelled=labelled, privacy="blurred")
    with TemporaryDirectory(prefix="headroom-labels-") as scratch:
        desk = Desk(Recipe(about=about, format=form, path=path), Path(scratch))
        reading = READERS[form](desk)
        judge = Judge.of(desk.recipe, reading, desk.problems)
        found = {draft.image.name: _labels(judge, draft) for draft in reading.drafts}
        desk.problems.raise_if_any(str(path), "nothing of it was taken")
    return found


def _labels(judge: Judge, draft: Draft) -> Labels:
    item = judge.item(draft, "-", "train")
    return Labels(draft.image, item.boxes, item.classes, item.points, item.ignored)


def _make_room(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()):
        raise BadDataset(f"{folder}: has something in it; expected a new or an empty folder")
    folder.mkdir(parents=True, exist_ok=True)


def file_names(items: Sequence[Item]) -> list[str]:
    """A name for each picture's file; where two have the same, it begins with the set's and the hash."""
    plain = [item.image.name for item in items]
    times = Counter(plain)
    return [
        name if times[name] == 1 else f"{item.source}-{item.sha256[:12]}-{name}"
        for item, name in zip(items, plain, strict=True)
    ]


def _copy(item: Item, to: Path, *, painted: bool = False) -> None:
    """Have the picture at ``to``, its regions not to be judged painted over if that is wanted."""
    to.parent.mkdir(parents=True, exist_ok=True)
    if not painted or not len(item.ignored):
        shutil.copyfile(item.image, to)
        return
    picture = cv2.imdecode(np.fromfile(item.image, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise BadDataset(f"{item.image}: is not a picture that can be decoded; headroom dataset check says more")
    without = picture.copy()
    for box in item.ignored:
        without[_inside(box)] = GREY
    for box in item.boxes:
        without[_inside(box)] = picture[_inside(box)]
    cv2.imwrite(str(to), without, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])


def _inside(box: NDArray[np.float64]) -> tuple[slice, slice]:
    """The pixels a box is on, those it only touches too."""
    left, top = np.floor(box[:2]).astype(int).tolist()
    right, bottom = np.ceil(box[2:]).astype(int).tolist()
    return slice(max(top, 0), bottom), slice(max(left, 0), right)
