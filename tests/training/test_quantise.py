"""8-bit integers: made from real frames, checked by counting, refused where they count worse."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadInput, ModelDiffers
from inference.detect.openvino import OpenVinoDetector
from inference.detect.quantised import Paper, int8_at_hand
from inference.models import ModelSpec, load_detector
from training.quantise import counts, frames_of, quantise

FRAMES = 24


@pytest.fixture(scope="module")
def source(assets: Path) -> Path:
    return assets / "models/yolov8n_rebuilt.onnx"


@pytest.fixture(scope="module")
def clip(assets: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first frames of a real clip, as pictures that lost nothing on the way."""
    path = tmp_path_factory.mktemp("clip") / "start.avi"
    video = cv2.VideoCapture(str(assets / "videos/vtest.avi"))
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10, (768, 576))
    for _ in range(FRAMES):
        writer.write(video.read()[1])
    writer.release()
    return path


@pytest.fixture(scope="module")
def truth(clip: Path, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A truth that full precision misses by one person a frame: then 8 bits have something to be as wrong as."""
    told = counts(OpenVinoDetector(source, name="full", precision="f32"), clip)
    path = tmp_path_factory.mktemp("truth") / "gt.txt"
    rows = [f"{frame},{person},0,0,9,9,1" for frame, people in enumerate(told, 1) for person in range(1, people + 2)]
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def made(source: Path, clip: Path, truth: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("made") / "n-int8.xml"
    check = quantise(source, target, calibrate=[clip], footage=clip, truth=truth, frames_a_clip=6)
    assert check.frames == FRAMES
    assert check.full_mae == pytest.approx(1.0)
    return target


def test_what_counts_as_well_is_kept_with_its_paper(made: Path, source: Path) -> None:
    assert sorted(path.suffix for path in made.parent.iterdir()) == [".bin", ".json", ".xml"]
    paper = Paper.beside(made)
    assert paper.check.passes
    assert paper.calibrated_on == {"start.avi": 6}
    assert int8_at_hand(made, source).path == str(made)
    assert made.with_suffix(".bin").stat().st_size < source.stat().st_size / 2


def test_it_runs_as_eight_bits(made: Path, clip: Path) -> None:
    detector = OpenVinoDetector(made, name="n")
    assert detector.quantised
    assert detector.name == "n/openvino-int8"
    assert len(detector.detect(list(frames_of(clip, 1)))[0]) >= 2


def test_a_worker_uses_it_only_with_a_paper_that_passes(made: Path, tmp_path: Path) -> None:
    spec = ModelSpec(title="n", licence="x", asset=str(made))
    assert load_detector("n", spec, Path).name == "n/openvino-int8"
    copy = tmp_path / made.name
    for suffix in (".xml", ".bin"):
        copy.with_suffix(suffix).write_bytes(made.with_suffix(suffix).read_bytes())
    unpapered = spec.model_copy(update={"asset": str(copy)})
    with pytest.raises(BadInput, match=r"no n-int8\.json beside it says how well it counts"):
        load_detector("n", unpapered, Path)
    worse = json.loads(made.with_suffix(".json").read_text())
    worse["check"]["int8_mae"] = 2.0
    copy.with_suffix(".json").write_text(json.dumps(worse))
    with pytest.raises(BadInput, match=r"counts too badly in 8-bit integers to be used: count MAE 2\.000"):
        load_detector("n", unpapered, Path)


def test_what_counts_worse_is_refused_with_the_numbers(source: Path, clip: Path, truth: Path, tmp_path: Path) -> None:
    """Ranges measured in the dark make every picture dark: nobody is found."""
    dark = tmp_path / "dark"
    dark.mkdir()
    cv2.imwrite(str(dark / "black.png"), np.zeros((480, 640, 3), np.uint8))
    target = tmp_path / "out" / "n-int8.xml"
    with pytest.raises(ModelDiffers, match=r"not written: count MAE .* in int8, 1\.000 in f32, over 24 frames"):
        quantise(source, target, calibrate=[dark], footage=clip, truth=truth)
    assert not target.parent.exists()


@pytest.mark.parametrize("wrong", ["target", "calibrate", "empty", "footage"])
def test_what_cannot_be_read_is_named(wrong: str, source: Path, clip: Path, truth: Path, tmp_path: Path) -> None:
    given = {"target": tmp_path / "m.xml", "calibrate": clip, "footage": clip}
    given |= {
        "target": {"target": tmp_path / "m.onnx"},
        "calibrate": {"calibrate": tmp_path / "none.mp4"},
        "empty": {"calibrate": tmp_path},
        "footage": {"footage": tmp_path / "none.mp4"},
    }[wrong]
    with pytest.raises(
        BadInput, match={"target": r"must end in \.xml", "empty": "holds no"}.get(wrong, "cannot be read")
    ):
        quantise(
            source,
            given["target"],
            calibrate=[given["calibrate"]],
            footage=given["footage"],
            truth=truth,
            frames_a_clip=1,
        )


def test_frames_are_spread_over_a_clip(clip: Path, assets: Path) -> None:
    few = list(frames_of(clip, 3))
    every = list(frames_of(clip, 1000))
    assert (len(few), len(every)) == (3, FRAMES)
    assert all(np.array_equal(one, other) for one, other in zip(few, (every[0], every[12], every[-1]), strict=True))
    assert len(list(frames_of(assets / "videos", 5))) == 1, "a folder's pictures, not its videos"
