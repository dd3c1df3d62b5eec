"""Labelled pictures as ultralytics' trainer reads them, with a teacher's persons where none were looked for."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import yaml

from inference.detect.base import Detections
from inference.detect.torch import TorchDetector
from training.crowd.boxes import LookedFor, looked_for
from training.crowd.device import first_of
from training.dataset.export import file_names, write_yolo
from training.dataset.item import HEAD, PERSON, Item
from training.dataset.pictures import picture_of
from training.settings import BoxesSettings


def yolo_of(
    items: Sequence[Item], teacher: Path, settings: BoxesSettings, folder: Path, device: str
) -> tuple[Path, LookedFor]:
    """Write the pictures that have boxes for ultralytics.

    Where persons were not looked for, the teacher's sure ones stand in: by them a detector that learns heads keeps its
    boxes of people where they were. How sure it is of one is learned from the teacher at every place
    (:mod:`training.crowd.boxes`).

    Args:
        items: all pictures; those with points alone or with too many boxes are left out.
        teacher: the ``.pt`` the detector begins as.
        settings: how sure the teacher must be.
        folder: where; what is there is replaced.
        device: where the teacher runs.

    Returns:
        The ``data.yaml``, and what people looked for in each picture.
    """
    boxed = [
        item
        for item in items
        if "points" not in item.labelled and item.split != "test" and len(item.boxes) <= settings.most
    ]
    known = TorchDetector(teacher, name="teacher", min_score=settings.teacher_score, device=first_of(device))
    taught = [item if "person" in item.labelled else _with_persons(item, known) for item in boxed]
    shutil.rmtree(folder, ignore_errors=True)
    data = write_yolo(taught, folder)
    _at(data, folder)
    return data, looked_for(boxed, file_names(boxed))


def _at(data: Path, folder: Path) -> None:
    """Say where the pictures are: ultralytics takes ``.`` for the folder it was started in."""
    said = yaml.safe_load(data.read_text(encoding="utf-8"))
    data.write_text(yaml.safe_dump({**said, "path": str(folder.resolve())}, sort_keys=False), encoding="utf-8")


def _with_persons(item: Item, teacher: TorchDetector) -> Item:
    (found,) = teacher.detect([picture_of(item)])
    return replace(
        item,
        labelled=item.labelled | {"person"},
        boxes=np.concatenate([item.boxes[item.classes == HEAD], _boxes(found)]),
        classes=np.concatenate([item.classes[item.classes == HEAD], np.full(len(found), PERSON, np.intp)]),
    )


def _boxes(found: Detections) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return found.boxes.astype(np.float64).reshape(-1, 4)
