"""A detector becomes 8-bit integers, and is kept only if it counts as well.

    python -m training.quantise IN.onnx OUT.xml --footage CLIP --truth gt.txt --calibrate CLIP --calibrate CLIP

Ranges are measured on real frames (NNCF's post-training quantisation). The heads stay in floats: their logits decide
who is counted, and they are 3 % of the work. Then both precisions count the check footage, through the product's own
tracker. ``OUT.xml``, ``OUT.bin`` and the paper ``OUT.json`` are written only where the count's mean absolute error is
within 3 % of full precision's; the paper is what lets a worker use them.
"""

import logging
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import cv2
import nncf
import numpy as np
import openvino as ov
import typer
from numpy.typing import NDArray

from domain.errors import BadInput, ModelDiffers
from domain.settings import Settings
from inference.assets import resolve
from inference.camera_pipeline import CameraPipeline
from inference.detect import Detector
from inference.detect.base import Picture
from inference.detect.letterbox import Letterbox
from inference.detect.openvino import OpenVinoDetector, raw_heads
from inference.detect.quantised import CountCheck, Paper, sha256_of
from inference.evaluation.mot_truth import read_mot
from training.command import told_in_a_line

FRAMES_A_CLIP: Final = 60
"""Calibration frames of each clip, spread over its length. Beyond some 300 in all, NNCF's own advice, ranges stay."""
LONGEST: Final = 640
_HEAD: Final = r".*model\.22.*"
"""Every operation of YOLOv8's head, its layer 22."""
_AT_ONCE: Final = 8
_VIDEOS: Final = frozenset({".avi", ".mp4", ".mkv", ".mov"})
_PICTURES: Final = frozenset({".jpg", ".jpeg", ".png"})
Item = TypeVar("Item")


def quantise(
    source: Path,
    target: Path,
    *,
    calibrate: Sequence[Path],
    footage: Path,
    truth: Path,
    frames_a_clip: int = FRAMES_A_CLIP,
) -> CountCheck:
    """Write ``target``, its ``.bin`` and its ``.json``.

    Args:
        source: an ONNX export of a YOLOv8 detector.
        target: an ``.xml``.
        calibrate: videos or folders of pictures whose frames show what the network will meet.
        footage: a video to count people in.
        truth: who is in it, a MOTChallenge ``gt.txt``.
        frames_a_clip: calibration frames of each video or folder.

    Returns:
        How well both precisions count.

    Raises:
        BadInput: a file cannot be read, or is not what it should be.
        ModelDiffers: 8-bit integers count too badly; nothing is written.
    """
    if target.suffix != ".xml":
        raise BadInput(f"target {target} must end in .xml")
    read_mot(truth)  # what cannot be read is told before the minutes of work
    _opened(footage).release()
    shown = {clip.name: list(frames_of(clip, frames_a_clip)) for clip in calibrate}
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / target.name
        ov.save_model(_in_integers(source, [frame for frames in shown.values() for frame in frames]), draft)
        check = compare(source, draft, footage, truth)
        if not check.passes:
            raise ModelDiffers(f"{target.name} is not written: {check.words}")
        paper = Paper(
            source=source.name,
            source_sha256=sha256_of(source),
            xml_sha256=sha256_of(draft),
            bin_sha256=sha256_of(draft.with_suffix(".bin")),
            calibrated_on={name: len(frames) for name, frames in shown.items()},
            check=check,
            made_with={name: version(name) for name in ("nncf", "openvino")},
        )
        draft.with_suffix(".json").write_text(paper.model_dump_json(indent=2) + "\n")
        _place(target, draft)
    return check


def compare(source: Path, draft: Path, footage: Path, truth: Path) -> CountCheck:
    """Count the people in the footage in full precision and in 8-bit integers.

    Raises:
        BadInput: footage or truth cannot be read.
    """
    people = read_mot(truth)
    errors = []
    for model in (source, draft):
        detector = OpenVinoDetector(model, name=model.stem, longest=LONGEST, precision="f32")
        told = counts(detector, footage)
        true = [people[number].people for number in range(1, len(told) + 1)]
        errors.append(float(np.abs(np.subtract(told, true)).mean()))
    return CountCheck(footage=footage.name, frames=len(told), full_mae=errors[0], int8_mae=errors[1])


def counts(detector: Detector, footage: Path) -> list[int]:
    """How many people the tracker believes to be in each frame of a video.

    Raises:
        BadInput: it cannot be read.
    """
    video = _opened(footage)
    rate = video.get(cv2.CAP_PROP_FPS) or 25.0
    pipeline = CameraPipeline([], [], None)
    told: list[int] = []
    while frames := [frame for frame in (_next(video) for _ in range(_AT_ONCE)) if frame is not None]:
        for frame, found in zip(frames, detector.detect(frames), strict=True):
            seen = pipeline.process(found, len(told) / rate, (frame.shape[1], frame.shape[0]))
            told.append(len(seen.tracks))
    if not told:
        raise BadInput(f"footage {footage.name} holds no frames")
    return told


def frames_of(clip: Path, most: int) -> Iterator[Picture]:
    """At most so many frames of a video, or pictures of a folder, spread evenly.

    Raises:
        BadInput: it cannot be read, or holds no picture.
    """
    if clip.is_dir():
        pictures = sorted(path for path in clip.rglob("*") if path.suffix.lower() in _PICTURES)
        if not pictures:
            raise BadInput(f"folder {clip} holds no .jpg or .png")
        yield from _readable(cv2.imread(str(path)) for path in _spread(pictures, most))
        return
    video = _opened(clip)
    total = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    wanted = set(_spread(range(total), most))
    for index in range(total):
        # Read through, because seeking is not exact; some headers promise more frames than there are.
        frame = _next(video)
        if frame is not None and index in wanted:
            yield frame


def _in_integers(source: Path, frames: Sequence[Picture]) -> Any:  # noqa: ANN401  # openvino publishes no types
    nncf.set_log_level(logging.ERROR)
    heads = raw_heads(ov.Core(), source, classes=None)
    heads.reshape([1, 3, -1, -1])
    return nncf.quantize(
        heads,
        nncf.Dataset(frames, _as_network_input),
        # Symmetric throughout. With asymmetric activations (MIXED) the count's error on PETS was 5 to 60 % larger.
        preset=nncf.QuantizationPreset.PERFORMANCE,
        subset_size=len(frames),
        ignored_scope=nncf.IgnoredScope(patterns=[_HEAD]),
    )


def _as_network_input(picture: Picture) -> NDArray[np.float32]:
    """RGB in 0..1, shape (1, 3, height, width), letterboxed as the detector does."""
    fit = Letterbox.fit(*picture.shape[:2], longest=LONGEST)
    bytes_ = fit.blank()
    fit.apply(picture, bytes_[0])
    return np.ascontiguousarray(bytes_[..., ::-1].transpose(0, 3, 1, 2), np.float32) / np.float32(255)


def _spread(items: Sequence[Item], most: int) -> list[Item]:
    places = np.linspace(0, len(items) - 1, min(most, len(items))).round().astype(int)
    return [items[place] for place in places]


def _opened(video: Path) -> cv2.VideoCapture:
    opened = cv2.VideoCapture(str(video), cv2.CAP_FFMPEG)
    if not opened.isOpened():
        raise BadInput(f"footage {video} cannot be read; expected a video, or a folder of pictures to calibrate on")
    return opened


def _next(video: cv2.VideoCapture) -> Picture | None:
    there, frame = video.read()
    return np.asarray(frame, np.uint8) if there else None


def _readable(frames: Iterable[object]) -> Iterator[Picture]:
    return (np.asarray(frame, np.uint8) for frame in frames if frame is not None)


def _place(target: Path, draft: Path) -> None:
    """The paper goes last: a worker that looks in between finds a model whose paper is missing or of other bytes."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for suffix in (".bin", ".xml", ".json"):
            beside = target.with_suffix(f"{suffix}.new")
            beside.write_bytes(draft.with_suffix(suffix).read_bytes())
            beside.replace(target.with_suffix(suffix))
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}") from error


def _clips_at_hand(settings: Settings, footage: Path) -> list[Path]:
    """The local videos, less the one that the count is checked on; that one alone where there are no others."""
    folder = settings.assets / "videos" if settings.assets else Path()
    clips = sorted(path for path in folder.glob("*") if path.suffix in _VIDEOS and path.name != footage.name)
    return clips or [footage]


def _run(
    source: Annotated[Path, typer.Argument(metavar="IN.onnx", help="An ONNX export of a YOLOv8 detector.")],
    target: Annotated[Path, typer.Argument(metavar="OUT.xml", help="The file to write; .bin and .json go beside it.")],
    truth: Annotated[Path, typer.Option(help="Who is in the footage: a MOTChallenge gt.txt.")],
    footage: Annotated[Path | None, typer.Option(help="A video to count in; left out, the asset vtest.avi.")] = None,
    calibrate: Annotated[
        list[Path] | None,
        typer.Option(
            help="A video or folder of pictures to measure ranges on; left out, all of HEADROOM_ASSETS/videos."
        ),
    ] = None,
) -> None:
    """Turn a detector into 8-bit integers, if it still counts as well."""
    with told_in_a_line():
        settings = Settings.from_environment(os.environ)
        clip = footage or resolve("vtest.avi", settings)
        shown = calibrate or _clips_at_hand(settings, clip)
        check = quantise(source, target, calibrate=shown, footage=clip, truth=truth)
    typer.echo(f"{target}: {check.words}")


if __name__ == "__main__":
    typer.run(_run)
