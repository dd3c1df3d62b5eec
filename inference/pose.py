"""Body landmarks on one person's crop, by MediaPipe on the processor. The only module that knows mediapipe.

It brings 30 MB of library and threads of its own: ``inference.posture.reader`` imports it where postures are watched.
Crops and landmarks stay in memory and go no further than the caller. Nothing is written and nothing is sent: this is
the last version of mediapipe that calls nobody (see pyproject.toml).
"""

import io
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Self

import flatbuffers
import numpy as np

from domain.errors import BadInput
from inference.detect.base import Picture
from inference.posture.crop import Crop
from inference.posture.landmarks import Joint, Landmarks

LEAST_FOUND: Final = 0.5
"""MediaPipe's own default for the confidence of its person finder."""
_BODY: Final = (
    Joint.LEFT_SHOULDER,
    Joint.RIGHT_SHOULDER,
    Joint.LEFT_HIP,
    Joint.RIGHT_HIP,
    Joint.LEFT_KNEE,
    Joint.RIGHT_KNEE,
    Joint.LEFT_ANKLE,
    Joint.RIGHT_ANKLE,
)


@contextmanager
def _standing_in(*names: str) -> Iterator[None]:
    """Let these modules be empty while something else is imported, unless they are there already."""
    missing = [name for name in names if name not in sys.modules]
    sys.modules.update({name: ModuleType(name) for name in missing})
    try:
        yield
    finally:
        for name in missing:
            del sys.modules[name]


# mediapipe imports drawing and recording with everything else: matplotlib writes a font cache into the home folder and
# takes longer than the rest, sounddevice opens the machine's audio. Nothing here draws or records.
with _standing_in("matplotlib", "matplotlib.pyplot", "sounddevice"):
    try:
        import mediapipe
        from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata
        from mediapipe.tasks.metadata import schema_py_generated as tflite
        from mediapipe.tasks.python import BaseOptions, vision
    except ModuleNotFoundError as error:
        raise BadInput(
            "postures are read by mediapipe, which is not installed (there is no build for Linux on ARM)"
        ) from error


class PoseReader:
    """Reads one body from a crop. Use it from one thread at a time, and close it before the interpreter ends.

    Args:
        model: the file of a pose landmarker bundle, or its bytes.

    Raises:
        BadInput: it is no such bundle.
    """

    def __init__(self, model: Path | bytes) -> None:
        base = (
            BaseOptions(model_asset_buffer=model)
            if isinstance(model, bytes)
            else BaseOptions(model_asset_path=str(model))
        )
        options = vision.PoseLandmarkerOptions(
            base_options=base,
            running_mode=vision.RunningMode.IMAGE,
            num_poses=1,
            min_pose_detection_confidence=LEAST_FOUND,
            min_pose_presence_confidence=LEAST_FOUND,
        )
        try:
            self._landmarker = vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, FileNotFoundError) as error:
            raise BadInput(f"the pose model cannot be used: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free the network; nothing can be read afterwards. Once more does nothing."""
        self._landmarker.close()

    def read(self, crop: Crop) -> Landmarks | None:
        """The person's landmarks in the crop; ``None`` where none are found.

        The person finder looks for upright people: a box that lies is read turned by a quarter to both sides too,
        and the reading that saw most is kept.
        """
        turns = (0, 1, 3) if crop.lying else (0,)
        readings = [self._read_turned(crop.pixels, quarters) for quarters in turns]
        best = max((body for body in readings if body is not None), key=_seen, default=None)
        return best.without_legs() if best is not None and crop.cut_off else best

    def _read_turned(self, pixels: Picture, quarters: int) -> Landmarks | None:
        turned = np.ascontiguousarray(np.rot90(pixels, quarters))
        found = self._landmarker.detect(mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=turned))
        if not found.pose_landmarks:
            return None
        points = np.array([(point.x, point.y, point.z) for point in found.pose_landmarks[0]], np.float64)
        visibility = np.array([point.visibility for point in found.pose_landmarks[0]], np.float64)
        return Landmarks(points, visibility).turned(-quarters)


def _seen(body: Landmarks) -> float:
    return float(body.visibility[list(_BODY)].mean())


def bundle(finder: bytes, landmarks: bytes) -> bytes:
    """A pose landmarker's bundle from the two networks that older versions of mediapipe carried.

    What they lack is told in a bundle: how pixels become numbers. The person finder wants -1..1, the landmarks 0..1.

    Args:
        finder: ``pose_detection.tflite``.
        landmarks: ``pose_landmark_full.tflite``.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("pose_detector.tflite", _with_pixel_range(finder, mean=127.5, spread=127.5))
        packed.writestr("pose_landmarks_detector.tflite", _with_pixel_range(landmarks, mean=0.0, spread=255.0))
    return file.getvalue()


def _with_pixel_range(network: bytes, *, mean: float, spread: float) -> bytes:
    """The network with metadata that say: take (pixel - mean) / spread."""
    model = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(network, 0))
    scaling = metadata.NormalizationOptionsT()
    scaling.mean, scaling.std = [mean], [spread]
    step = metadata.ProcessUnitT()
    step.optionsType, step.options = metadata.ProcessUnitOptions.NormalizationOptions, scaling
    taken = metadata.TensorMetadataT()
    taken.processUnits = [step]
    graph = metadata.SubGraphMetadataT()
    graph.inputTensorMetadata = [taken]
    graph.outputTensorMetadata = [metadata.TensorMetadataT() for _ in model.subgraphs[0].outputs]
    told = metadata.ModelMetadataT()
    told.subgraphMetadata, told.minParserVersion = [graph], "1.0.0"
    content, entry = tflite.BufferT(), tflite.MetadataT()
    content.data = np.frombuffer(_packed(told, b"M001"), np.uint8)
    entry.name, entry.buffer = b"TFLITE_METADATA", len(model.buffers)
    model.buffers.append(content)
    model.metadata = [*(other for other in model.metadata or [] if other.name != entry.name), entry]
    return _packed(model, b"TFL3")


def _packed(table: Any, kind: bytes) -> bytes:  # noqa: ANN401  # generated classes without types
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), kind)
    return bytes(builder.Output())
