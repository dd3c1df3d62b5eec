"""The real network on real people: someone who stands, the same someone laid down by turning the picture, and up again.

Nobody falls in the footage, so a fall is made: the person's picture turned by a quarter.
"""

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadInput
from domain.messages import Posture, PostureEvent
from domain.settings import Settings
from inference.pose import PoseReader, bundle
from inference.posture.camera import WatchedCamera
from inference.posture.classify import judge
from inference.posture.crop import Crop, crop_person
from inference.posture.reader import open_reader
from inference.track import Tracks

STANDS = (300, 10, 440, 395)
"""Someone at a table, seen from behind, in a frame of the clip below."""


@pytest.fixture(scope="module")
def model(assets: Path) -> Path:
    return assets / "models" / "pose_landmarker_lite.task"


@pytest.fixture(scope="module")
def reader(model: Path) -> Iterator[PoseReader]:
    with PoseReader(model) as reader:
        yield reader


@pytest.fixture(scope="module")
def person(assets: Path) -> np.ndarray:
    """A frame of 768 x 432 with one person standing."""
    video = cv2.VideoCapture(str(assets / "videos" / "one-by-one-person-detection.mp4"))
    video.set(cv2.CAP_PROP_POS_FRAMES, 87)
    there, picture = video.read()
    assert there
    return picture


def crop(picture: np.ndarray, box: tuple[int, int, int, int]) -> Crop:
    found = crop_person(picture, np.array(box, float))
    assert found is not None
    return found


def laid_down(picture: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    left, top, right, bottom = STANDS
    width = picture.shape[1]
    return np.ascontiguousarray(np.rot90(picture)), (top, width - right, bottom, width - left)


def test_someone_who_stands_is_read_whole_and_has_not_fallen(reader: PoseReader, person: np.ndarray) -> None:
    one = crop(person, STANDS)
    found = reader.read(one)
    assert found is not None
    shoulders, hips, ankles = (found.points[[joint, joint + 1], 1].mean() for joint in (11, 23, 27))
    assert 0.1 < shoulders < hips < ankles < 0.9
    scores = judge(found, one.shape).scores  # the hands are before the body, out of sight
    assert scores[Posture.FALLEN] < 0.1
    assert scores[Posture.CROUCHING] < 0.1


def test_someone_laid_down_is_read_turned_and_has_fallen(reader: PoseReader, person: np.ndarray) -> None:
    one = crop(*laid_down(person))
    assert one.lying
    found = reader.read(one)
    assert found is not None
    assert abs(found.points[11, 1] - found.points[23, 1]) < abs(found.points[11, 0] - found.points[23, 0])
    assert judge(found, one.shape).name == "fallen"


def test_nobody_is_nothing(reader: PoseReader) -> None:
    assert reader.read(crop(np.full((400, 400, 3), 127, np.uint8), (100, 50, 200, 350))) is None


def test_a_fall_is_an_event_that_ends_when_the_person_stands_up_again(reader: PoseReader, person: np.ndarray) -> None:
    watched, events = WatchedCamera("hall", "north", (768, 768), []), list[PostureEvent]()
    stands, lies = (person, STANDS), laid_down(person)
    for step in range(40):
        at_s = 1000 + step * 0.25
        picture, box = lies if 8 <= step < 28 else stands
        tracks = Tracks(np.array([1]), np.array([box], float), np.array([True]))
        events += watched.present(tracks, (picture.shape[1], picture.shape[0]), at_s)
        for look in watched.looks(picture, tracks, at_s):
            watched.looked(look)
            events += watched.take(look, judge(reader.read(look.crop), look.crop.shape))
    assert [(event.posture, event.phase, event.end_reason) for event in events] == [
        (Posture.FALLEN, "started", None),
        (Posture.FALLEN, "ended", "recovered"),
    ]
    assert events[0].since.timestamp() == 1002
    assert events[0].captured_at.timestamp() == 1004
    assert 4.5 <= events[1].duration_s <= 5


def test_a_bundle_put_together_from_its_parts_reads_the_same(
    reader: PoseReader, person: np.ndarray, model: Path
) -> None:
    with zipfile.ZipFile(model) as packed:
        finder, landmarks = (packed.read(name) for name in ("pose_detector.tflite", "pose_landmarks_detector.tflite"))
    one = crop(person, STANDS)
    with PoseReader(bundle(finder, landmarks)) as other:
        first, second = reader.read(one), other.read(one)
    assert first is not None
    assert second is not None
    assert second.points == pytest.approx(first.points, abs=1e-4)


def test_something_else_is_refused_as_a_model(tmp_path: Path) -> None:
    (tmp_path / "no.task").write_bytes(b"not a bundle")
    with pytest.raises(BadInput, match="pose model"):
        PoseReader(tmp_path / "no.task")
    with pytest.raises(BadInput, match="pose model"):
        PoseReader(tmp_path / "absent.task")


def test_the_reader_of_the_settings_reads(assets: Path, tmp_path: Path, person: np.ndarray) -> None:
    reader = open_reader(Settings(assets=assets, data=tmp_path))
    try:
        assert reader.read(crop(person, STANDS)) is not None
    finally:
        reader.close()


SCRIPT = """
import sys
from pathlib import Path
from inference.pose import PoseReader
reader = PoseReader(Path(sys.argv[1]))
reader.close()
reader.close()
print(sorted({"matplotlib", "sounddevice", "matplotlib.pyplot"} & set(sys.modules)))
"""


def test_it_leaves_no_file_and_no_complaint_and_opens_no_sound(model: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "MPL"))}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(model)],
        env=environment | {"HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[3])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "[]"
    assert "Exception ignored" not in done.stderr
    assert list(home.rglob("*")) == []


def test_the_installed_library_has_no_address_to_call() -> None:
    import mediapipe  # noqa: PLC0415

    libraries = list(Path(mediapipe.__file__).parent.rglob("libmediapipe*"))
    assert libraries
    for library in libraries:
        assert b"play.googleapis.com" not in library.read_bytes()
