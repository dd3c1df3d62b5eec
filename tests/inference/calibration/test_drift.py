"""A camera that was moved is noticed; people, light, wind and darkness are not taken for it."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from domain.errors import BadCalibration
from inference.calibration.drift import DriftWatch, Moved, Reference
from inference.detect.base import Picture

SIZE = (768, 576)
NOBODY = np.empty((0, 4))
Change = Callable[[Picture, int], Picture]


def scene(seed: int = 1) -> Picture:
    """A background of edges and corners, as buildings have, larger than the picture."""
    chance = np.random.default_rng(seed)
    picture = np.full((776, 968, 3), 110, np.uint8)
    for _ in range(220):
        x, y = chance.integers(0, 968), chance.integers(0, 776)
        corner = (int(x + chance.integers(10, 90)), int(y + chance.integers(10, 90)))
        colour = tuple(int(value) for value in chance.integers(20, 235, 3))
        cv2.rectangle(picture, (int(x), int(y)), corner, colour, int(chance.choice([-1, 2])))
    return picture


WORLD = scene()


def at(x: float = 0, y: float = 0, *, world: Picture = WORLD, turn_deg: float = 0) -> Picture:
    """What the camera sees when it looks x and y pixels beside where it was calibrated."""
    view = cv2.getRotationMatrix2D((484, 388), turn_deg, 1)
    view[:, 2] -= (100 + x, 100 + y)
    return np.asarray(cv2.warpAffine(world, view, SIZE), np.uint8)


def watched(
    pictures: list[Picture], boxes: list[NDArray[np.float64]] | None = None, watch: DriftWatch | None = None
) -> list[Moved | None]:
    """One look a second."""
    watch = watch or DriftWatch()
    shown = boxes or [NOBODY] * len(pictures)
    return [watch.look(picture, float(at_s), shown[at_s]) for at_s, picture in enumerate(pictures)]


def test_a_camera_that_stays_is_never_told_to_have_moved() -> None:
    chance = np.random.default_rng(0)
    noisy = [np.clip(at() + chance.normal(0, 6, (576, 768, 3)), 0, 255).astype(np.uint8) for _ in range(25)]
    assert watched(noisy) == [None] * 25


@settings(max_examples=10)
@given(st.floats(12, 80), st.floats(-60, 60), st.floats(-3, 3))
def test_a_move_is_told_after_ten_seconds_with_its_size(x: float, y: float, turn_deg: float) -> None:
    told = watched([at()] * 8 + [at(x, y, turn_deg=turn_deg)] * 18)
    assert told[:16] == [None] * 16
    moved = told[-1]
    assert moved is not None
    assert 8 <= moved.since_s <= 10
    assert moved.shift is not None
    if turn_deg == 0:
        assert moved.shift == pytest.approx(np.hypot(x, y) / np.hypot(*SIZE), rel=0.05)
    assert "moved" in moved.reason


def test_a_camera_that_is_put_back_is_believed_again() -> None:
    told = watched([at()] * 5 + [at(30)] * 15 + [at()] * 16)
    assert told[19] is not None
    assert told[-1] is None


def test_a_knock_that_is_over_in_seconds_is_none() -> None:
    assert watched([at()] * 6 + [at(25)] * 6 + [at()] * 12) == [None] * 24


def test_wind_is_none() -> None:
    sway = [at(8 * np.sin(2.1 * second), 3 * np.cos(1.3 * second)) for second in range(60)]
    assert watched(sway) == [None] * 60


def test_a_slow_sinking_is_noticed_though_every_look_is_like_the_last() -> None:
    told = watched([at(0, 0.4 * second) for second in range(50)])
    assert told[-1] is not None


@pytest.mark.parametrize("darkest", [0.3, 0.15])
def test_dusk_is_none(darkest: float) -> None:
    dusk = [(at() * (1 - (1 - darkest) * second / 59)).astype(np.uint8) for second in range(60)]
    assert watched(dusk) == [None] * 60


def test_night_and_fog_tell_nothing() -> None:
    black, grey = np.zeros((576, 768, 3), np.uint8), np.full((576, 768, 3), 128, np.uint8)
    assert watched([at()] * 5 + [black] * 50 + [grey] * 50) == [None] * 105


def test_a_camera_turned_away_is_told_later_because_light_may_look_like_it() -> None:
    elsewhere = at(world=scene(seed=9))
    told = watched([at()] * 5 + [elsewhere] * 45)
    assert told[25] is None
    moved = told[-1]
    assert moved is not None
    assert moved.shift is None
    assert "turned away" in moved.reason


def test_a_crowd_that_walks_is_none_and_one_that_fills_the_picture_tells_nothing() -> None:
    chance = np.random.default_rng(4)
    pictures, boxes = [], []
    for second in range(30):
        picture, people = at(), []
        for person in range(40):
            left, top = (person * 83 + second * 17) % 700, (person * 47) % 420
            picture[top : top + 130, left : left + 45] = chance.integers(0, 255, (130, min(45, 768 - left), 3))
            people.append([left, top, left + 45, top + 130])
        pictures.append(picture)
        boxes.append(np.array(people, np.float64))
    assert watched(pictures, boxes) == [None] * 30
    full = np.array([[0.0, 0, 768, 576]])
    assert watched([at()] * 3 + [at(50)] * 30, [NOBODY] * 3 + [full] * 30) == [None] * 33


def test_a_kept_reference_tells_of_a_move_while_nobody_watched() -> None:
    before = DriftWatch()
    watched([at()] * 4, watch=before)
    assert before.reference is not None
    kept = before.reference.to_bytes()
    told = watched([at(20)] * 16, watch=DriftWatch(Reference.from_bytes(kept)))
    assert told[-1] is not None
    assert watched([at()] * 16, watch=DriftWatch(Reference.from_bytes(kept)))[-1] is None
    assert len(kept) < 40_000, "marks, not a picture"


@pytest.mark.parametrize("kept", [b"", b"no archive", b"PK\x03\x04 cut"])
def test_a_reference_that_cannot_be_read_is_refused(kept: bytes) -> None:
    with pytest.raises(BadCalibration, match="calibrate the camera again"):
        Reference.from_bytes(kept)


def test_a_picture_of_another_size_is_scaled() -> None:
    large = [np.asarray(cv2.resize(at(), (1152, 864)), np.uint8)] * 12
    assert watched([at()] * 5 + large)[-1] is None
