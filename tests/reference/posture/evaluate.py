"""How often postures are told, and how often rightly, on the shared footage: precision and recall with their counts.

    HEADROOM_ASSETS=FOLDER python -m tests.reference.posture.evaluate [stills] [turned] [clips] [sizes] [--json]

stills   everybody the detector finds in the labelled stills, one look each
turned   the people of the clips turned by a quarter to both sides: nobody falls in the footage, so this is made up;
         it tells whether a lying body is read, not whether falls look like that
clips    the clips through the tracker and the watch's budget, at 5 frames a second: events raised
sizes    how the reading changes as people become smaller, against the same people at full size

The labels, and whom they leave out, are in truth.yaml. Thresholds were set looking at the same stills.
"""

import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import yaml
from numpy.typing import NDArray

from domain.messages import Posture, PostureEvent
from domain.settings import Settings
from inference.camera_pipeline import CameraPipeline
from inference.detect import Detector
from inference.detect.base import Picture
from inference.pose import PoseReader
from inference.posture.camera import WatchedCamera
from inference.posture.classify import Judgement, judge
from inference.posture.crop import crop_person
from inference.posture.landmarks import Joint
from inference.posture.watch import READINGS_PER_S
from inference.worker import make_detector

TRUTH: Final = Path(__file__).with_name("truth.yaml")
FOUND: Final = 0.4
"""Confidence of the boxes that are looked at: the tracker's own for starting a track."""
NEAR: Final = 0.2
"""A labelled head belongs to the box whose top is nearest, within this share of its longer side."""
FPS: Final = 5.0


@dataclass(frozen=True)
class Label:
    """A person labelled by eye; ``posture`` may be ``unsure``."""

    head: tuple[float, float]
    posture: str


def label_of(box: NDArray[np.floating], labels: list[Label], boxes: NDArray[np.floating]) -> Label | None:
    """The label whose nearest box is this one."""
    tops = np.column_stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 1]])
    for label in labels:
        far = np.linalg.norm(tops - label.head, axis=1)
        nearest = int(far.argmin())
        length = max(boxes[nearest, 2] - boxes[nearest, 0], boxes[nearest, 3] - boxes[nearest, 1])
        if far[nearest] <= NEAR * length and np.array_equal(boxes[nearest], box):
            return label
    return None


class Tally:
    """Counts of one posture each: rightly told, wrongly told, missed, and of the missed those that were unknown."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()

    def add(self, truth: str, judgement: Judgement) -> None:
        self.counts["looks", judgement.name] += 1
        for posture in Posture:
            told = judgement.scores.get(posture, 0.0) >= 0.5
            meant = truth == posture.value
            if told or meant:
                kind = "right" if told and meant else "wrong" if told else "missed"
                self.counts[posture.value, kind] += 1
            if meant and posture not in judgement.scores:
                self.counts[posture.value, "unknown"] += 1

    def miss(self, truth: str) -> None:
        """A labelled person whom the detector does not find."""
        if truth != "unsure":
            self.counts[truth, "missed"] += 1
            self.counts[truth, "not_found"] += 1

    def table(self) -> dict[str, Any]:
        rows: dict[str, Any] = {
            "looks": {name: n for (kind, name), n in sorted(self.counts.items()) if kind == "looks"}
        }
        for posture in Posture:
            right, wrong, missed, unknown, not_found = (
                self.counts[posture.value, kind] for kind in ("right", "wrong", "missed", "unknown", "not_found")
            )
            rows[posture.value] = {
                "precision": round(right / (right + wrong), 3) if right + wrong else None,
                "recall": round(right / (right + missed), 3) if right + missed else None,
                "right": right,
                "wrong": wrong,
                "missed": missed,
                "of_these_unknown": unknown,
                "of_these_not_found": not_found,
            }
        return rows


def look(picture: Picture, box: NDArray[np.floating], reader: PoseReader) -> Judgement:
    """One look at one person, as the watch takes it."""
    crop = crop_person(picture, box)
    return Judgement() if crop is None else judge(reader.read(crop), crop.shape)


def on_stills(truth: dict[str, Any], assets: Path, detector: Detector, reader: PoseReader) -> dict[str, Any]:
    """Everybody in every still of the labelled folders."""
    labels: dict[str, list[Label]] = {}
    for one in truth["people"]:
        labels.setdefault(one["picture"], []).append(Label(tuple(one["head"]), one["posture"]))
    tally = Tally()
    for folder in truth["folders"]:
        for path in sorted((assets / folder).rglob("*.jpg")):
            own = labels.pop(str(path.relative_to(assets)), [])
            picture = np.asarray(cv2.imread(str(path)), np.uint8)
            found = detector.detect([picture])[0]
            boxes = found.boxes[found.scores >= FOUND]
            seen: list[Label] = []
            for box in boxes:
                label = label_of(box, own, boxes)
                seen += [label] if label else []
                if label is None or label.posture != "unsure":
                    tally.add(label.posture if label else "none", look(picture, box, reader))
            for label in own:
                if label not in seen:
                    tally.miss(label.posture)
    if labels:
        sys.exit(f"labelled pictures that are not there: {sorted(labels)}")
    return tally.table()


def frames(path: Path, fps: float) -> Iterator[tuple[int, float, Picture]]:
    """Number, seconds and pixels of frames at most ``fps`` a second."""
    video = cv2.VideoCapture(str(path))
    rate, number, due = video.get(cv2.CAP_PROP_FPS), 0, 0.0
    while True:
        there, picture = video.read()
        if not there:
            return
        if number / rate >= due:
            due += 1 / fps
            yield number, number / rate, np.asarray(picture, np.uint8)
        number += 1


def on_turned(clips: list[Path], detector: Detector, reader: PoseReader) -> dict[str, Any]:
    """People of the clips, a frame every two seconds, upright and turned to both sides."""
    tally, found_lying = Tally(), Counter[str]()
    for clip in clips:
        for _, _, picture in frames(clip, 0.5):
            found = detector.detect([picture])[0]
            boxes = found.boxes[found.scores >= FOUND]
            for quarters in (0, 1, 3):
                turned = np.ascontiguousarray(np.rot90(picture, quarters))
                again = detector.detect([turned])[0]
                for box in boxes:
                    own = turned_box(box, quarters, (picture.shape[1], picture.shape[0]))
                    tally.add("fallen" if quarters else "none", look(turned, own, reader))
                    if quarters:
                        lying = again.boxes[again.scores >= FOUND]
                        found_lying["found" if overlaps(own, lying) else "not_found"] += 1
    return tally.table() | {"detector_on_turned_people": dict(found_lying)}


def turned_box(box: NDArray[np.floating], quarters: int, size: tuple[int, int]) -> NDArray[np.float64]:
    """Where a box goes when ``np.rot90`` turns the picture."""
    (left, top, right, bottom), (width, height) = box.astype(float).tolist(), size
    for _ in range(quarters):
        left, top, right, bottom = top, width - right, bottom, width - left
        width, height = height, width
    return np.array([left, top, right, bottom])


def overlaps(box: NDArray[np.floating], others: NDArray[np.floating]) -> bool:
    """Whether one of the others shares half of its union with the box."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    shared = np.prod(np.clip(high - low, 0, None), axis=1)
    union = np.prod(box[2:] - box[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - shared
    return bool((shared / union >= 0.5).any())


def on_clips(
    truth: list[dict[str, Any]], clips: list[tuple[str, Path]], detector: Detector, reader: PoseReader
) -> list[dict[str, Any]]:
    """Events of each clip, with what the labels say."""
    told: list[dict[str, Any]] = []
    for name, clip in clips:
        events, seconds = events_of(clip, detector, reader)
        told.append(
            {
                "clip": name,
                "seconds": round(seconds, 1),
                "labelled": [
                    f"{one['posture']} frames {one['frames'][0]}-{one['frames'][1]}"
                    for one in truth
                    if one["video"] == name and one["posture"] != "unsure"
                ],
                "events": [
                    f"{event.posture.value} {event.phase} at {event.captured_at.timestamp():.1f} s, "
                    f"since {event.since.timestamp():.1f} s, confidence {event.confidence}, {event.end_reason}"
                    for event in events
                ],
            }
        )
    return told


def events_of(clip: Path, detector: Detector, reader: PoseReader) -> tuple[list[PostureEvent], float]:
    """What the watch would raise, its budget spent on the most urgent of each frame."""
    pipeline, watched, budget, at_s = CameraPipeline([], [], None), None, 0.0, 0.0
    events: list[PostureEvent] = []
    for _, at_s, picture in frames(clip, FPS):
        height, width = picture.shape[:2]
        watched = watched or WatchedCamera("clip", "clip", (width, height), [])
        tracks = pipeline.process(detector.detect([picture])[0], at_s, (width, height)).tracks
        events += watched.present(tracks, (width, height), at_s)
        budget = min(budget + READINGS_PER_S / FPS, READINGS_PER_S / 2)
        for one in watched.looks(picture, tracks, at_s):
            cost = 3 if one.crop.lying else 1
            if cost <= budget:
                budget -= cost
                watched.looked(one)
                events += watched.take(one, judge(reader.read(one.crop), one.crop.shape))
    return events + (watched.end() if watched else []), at_s


def on_sizes(clip: Path, detector: Detector, reader: PoseReader) -> list[dict[str, Any]]:
    """People made smaller: share still found, and how far their joints wander, in trunks (median, 95th percentile)."""
    rows: list[dict[str, Any]] = []
    for length in (128, 96, 80, 64, 48, 32):
        tried, wandered = 0, []
        for _, _, picture in frames(clip, 0.2):
            found = detector.detect([picture])[0]
            for box in found.boxes[(found.scores >= FOUND) & (found.boxes[:, 3] - found.boxes[:, 1] >= 256)]:
                tried += 1
                whole, small = (crop_person(one, box) for one in (picture, smaller(picture, box, length)))
                first, second = (reader.read(crop) if crop else None for crop in (whole, small))
                if first and second:
                    sure = [joint for joint in Joint if first.visibility[joint] >= 0.5]
                    trunk = np.linalg.norm(first.points[[11, 12], :2].mean(0) - first.points[[23, 24], :2].mean(0))
                    wandered += (np.linalg.norm((first.points - second.points)[sure, :2], axis=1) / trunk).tolist()
                elif first is None:
                    tried -= 1
        rows.append(
            {
                "length_px": length,
                "people": tried,
                "median": round(float(np.median(wandered)), 3) if wandered else None,
                "p95": round(float(np.percentile(wandered, 95)), 3) if wandered else None,
            }
        )
    return rows


def smaller(picture: Picture, box: NDArray[np.floating], length: int) -> Picture:
    """The picture as a camera would see it that shows this person ``length`` pixels long, enlarged again."""
    scale = length / float(max(box[2] - box[0], box[3] - box[1]))
    size = (picture.shape[1], picture.shape[0])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def main(words: list[str]) -> None:
    """Print the parts named, or all, as JSON; on one line with ``--json``."""
    assets = Path(os.environ.get("HEADROOM_ASSETS", "")).resolve()
    truth = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    clips = [(name, assets / name) for name in truth["clips"]]
    with (
        tempfile.TemporaryDirectory() as data,
        PoseReader(assets / "models" / "pose_landmarker_lite.task") as reader,
    ):
        detector = make_detector(Settings(assets=assets, data=Path(data)), None)
        parts: dict[str, Callable[[], object]] = {
            "clips": lambda: on_clips(truth["videos"], clips, detector, reader),
            "turned": lambda: on_turned([path for _, path in clips], detector, reader),
            "sizes": lambda: on_sizes(clips[0][1], detector, reader),
            "stills": lambda: on_stills(truth["stills"], assets, detector, reader),
        }
        wanted = [word for word in words if word != "--json"] or list(parts)
        told = {name: parts[name]() for name in wanted}
    sys.stdout.write(json.dumps(told, indent=None if "--json" in words else 1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
