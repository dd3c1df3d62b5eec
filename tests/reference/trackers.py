"""Our tracker beside ultralytics' ByteTrack, on the same detections of a video whose truth is known.

    python tests/reference/trackers.py VIDEO GT [--frames N]

Prints one line of JSON for each: HOTA, IDF1, MOTA and identity switches by TrackEval, and the count's mean absolute
error with boxes that are not to be judged forgiven (by the same code for both) and not forgiven. ByteTrack has its own
defaults (``bytetrack.yaml``); the detector is the product's.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from domain.settings import Settings
from inference.detect import Detections, Detector
from inference.evaluation.matching import FrameTracks, without_ignored
from inference.evaluation.mot_truth import MotTruth, read_mot
from inference.evaluation.tracking import score_tracks
from inference.track import Tracker
from inference.worker import make_detector

BATCH = 8
Size = tuple[int, int]


def detect(video: Path, detector: Detector, frames: int | None = None) -> tuple[list[Detections], float, Size]:
    """Every frame's detections, frames a second, width and height."""
    footage = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    fps, found, batch = footage.get(cv2.CAP_PROP_FPS), [], []
    size = (int(footage.get(cv2.CAP_PROP_FRAME_WIDTH)), int(footage.get(cv2.CAP_PROP_FRAME_HEIGHT)))
    while frames is None or len(found) + len(batch) < frames:
        good, picture = footage.read()
        if not good:
            break
        batch.append(np.asarray(picture, np.uint8))
        if len(batch) == BATCH:
            found += detector.detect(batch)
            batch = []
    footage.release()
    return found + detector.detect(batch), fps, size


def by_ours(found: Sequence[Detections], fps: float, size: Size) -> list[FrameTracks]:
    tracker = Tracker()
    tracks = (tracker.update(frame, index / fps, size) for index, frame in enumerate(found))
    return [FrameTracks(seen.ids, seen.boxes, seen.seen) for seen in tracks]


def by_bytetrack(found: Sequence[Detections], size: Size) -> list[FrameTracks]:
    os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="headroom-peer-"))
    os.environ |= {"YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}
    from ultralytics.engine.results import Boxes  # noqa: PLC0415 - slow, and not to call home: see above
    from ultralytics.trackers.byte_tracker import BYTETracker  # noqa: PLC0415
    from ultralytics.utils import YAML, IterableSimpleNamespace  # noqa: PLC0415
    from ultralytics.utils.checks import check_yaml  # noqa: PLC0415

    tracker = BYTETracker(IterableSimpleNamespace(**YAML.load(check_yaml("bytetrack.yaml"))))
    told = []
    for frame in found:
        rows = np.column_stack([frame.boxes, frame.scores, frame.classes]).astype(np.float32)
        tracks = np.asarray(tracker.update(Boxes(rows, size[::-1])), np.float64).reshape(-1, 8)
        told.append(FrameTracks(tracks[:, 4].astype(np.int64), tracks[:, :4], np.ones(len(tracks), np.bool_)))
    return told


def judge(truth: MotTruth, told: Sequence[FrameTracks]) -> dict[str, Any]:
    """Both measures of a tracker; TrackEval's, and the count's with and without forgiveness."""
    frames = [truth[number] for number in range(1, len(told) + 1)]
    pairs = [without_ignored(*pair) for pair in zip(frames, told, strict=True)]
    tracks = score_tracks([there for there, _ in pairs], [seen for _, seen in pairs])
    assert tracks is not None
    people = np.array([frame.people for frame in frames])
    forgiven = np.abs(np.array([len(seen) for _, seen in pairs]) - people).mean()
    plain = np.abs(np.array([len(seen) for seen in told]) - people).mean()
    return {
        "hota": round(tracks.hota, 4),
        "idf1": round(tracks.idf1, 4),
        "mota": round(tracks.mota, 4),
        "identity_switches": tracks.identity_switches,
        "count_mae": round(float(forgiven), 4),
        "count_mae_with_ignored": round(float(plain), 4),
        "frames": len(told),
    }


def compare(video: Path, truth: Path, detector: Detector, frames: int | None = None) -> dict[str, dict[str, Any]]:
    """Each tracker's measures, by name."""
    found, fps, size = detect(video, detector, frames)
    told = {"headroom": by_ours(found, fps, size), "ultralytics bytetrack": by_bytetrack(found, size)}
    known = read_mot(truth)
    return {name: judge(known, tracks) for name, tracks in told.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("video", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--frames", type=int)
    given = parser.parse_args()
    product = make_detector(Settings.from_environment(os.environ), None)
    for who, measures in compare(given.video, given.truth, product, given.frames).items():
        sys.stdout.write(json.dumps({"tracker": who} | measures) + "\n")
