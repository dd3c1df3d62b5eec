"""The pose reader with its model, whichever way that can be had."""

import structlog

from domain.errors import AssetUnavailable
from domain.settings import Settings
from inference.assets import resolve
from inference.posture.watch import Reader

log = structlog.get_logger()

BUNDLE = "pose_landmarker_lite.task"
PARTS = ("pose_detection.tflite", "pose_landmark_full.tflite")


def open_reader(settings: Settings) -> Reader:
    """A pose reader, ready to read. Blocks: it may download, and imports mediapipe.

    Where the official bundle cannot be had, one is put together from the networks of an older wheel of mediapipe.

    Raises:
        AssetUnavailable: no source has either; the message says what was tried for both.
        BadInput: mediapipe is not installed.
    """
    from inference.pose import PoseReader, bundle  # noqa: PLC0415  # mediapipe is for those who watch postures

    try:
        return PoseReader(resolve(BUNDLE, settings))
    except AssetUnavailable as missing:
        log.info("the pose model is put together from its parts", reason=str(missing).splitlines()[0])
        try:
            finder, landmarks = (resolve(part, settings).read_bytes() for part in PARTS)
        except AssetUnavailable as also_missing:
            raise AssetUnavailable(f"{missing}\n{also_missing}") from also_missing
        return PoseReader(bundle(finder, landmarks))
