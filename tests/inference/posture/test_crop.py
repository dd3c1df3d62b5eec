"""Cutting one person out: alone, in the middle, at one size; or not at all."""

import numpy as np
import pytest

from inference.posture.crop import LEAST_LENGTH_PX, SIDE, crop_person

GREEN = (0, 255, 0)


def picture_with(box: tuple[int, int, int, int], *, width: int = 640, height: int = 480) -> np.ndarray:
    """A red picture with one green person."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[:, :] = (0, 0, 255)
    left, top, right, bottom = (max(side, 0) for side in box)
    picture[top:bottom, left:right] = GREEN
    return picture


@pytest.mark.parametrize("box", [(300, 100, 340, 200), (100, 20, 300, 460), (200, 300, 400, 380)])
def test_the_person_is_in_the_middle_and_as_large_as_every_other(box: tuple[int, int, int, int]) -> None:
    crop = crop_person(picture_with(box), np.array(box, float))
    assert crop is not None
    assert crop.pixels.shape == (SIDE, SIDE, 3)
    rows, columns = np.nonzero(crop.pixels[..., 1] > 128)
    assert (rows.mean(), columns.mean()) == pytest.approx((SIDE / 2, SIDE / 2), abs=2)
    assert max(np.ptp(rows), np.ptp(columns)) == pytest.approx(SIDE / 1.5, abs=4)


def test_colours_are_red_green_blue() -> None:
    picture = np.zeros((200, 200, 3), np.uint8)
    picture[:, :] = (10, 20, 30)
    crop = crop_person(picture, np.array([50, 20, 100, 180]))
    assert crop is not None
    assert crop.pixels[SIDE // 2, SIDE // 2].tolist() == [30, 20, 10]


def test_neighbours_are_black() -> None:
    box = (300, 100, 340, 300)
    crop = crop_person(picture_with(box), np.array(box, float))
    assert crop is not None
    assert crop.pixels[:, : SIDE // 4].max() == 0
    assert crop.pixels[:, -SIDE // 4 :].max() == 0


def test_someone_too_small_is_refused() -> None:
    long, short = LEAST_LENGTH_PX, LEAST_LENGTH_PX - 1
    assert crop_person(picture_with((0, 0, 1, 1)), np.array([100, 100, 130, 100 + short])) is None
    assert crop_person(picture_with((0, 0, 1, 1)), np.array([100, 100, 130, 100 + long])) is not None


def test_someone_lying_is_measured_by_their_length() -> None:
    crop = crop_person(picture_with((0, 0, 1, 1)), np.array([100, 100, 100 + LEAST_LENGTH_PX, 130]))
    assert crop is not None
    assert crop.lying
    assert crop.shape == pytest.approx(LEAST_LENGTH_PX / 30)


@pytest.mark.parametrize("box", [(-50, 100, 40, 300), (600, 400, 700, 520), (-80, -40, 30, 200)])
def test_a_box_may_reach_beyond_the_picture(box: tuple[int, int, int, int]) -> None:
    assert crop_person(picture_with(box), np.array(box, float)) is not None


def test_a_box_wholly_beyond_the_picture_is_nobody() -> None:
    assert crop_person(picture_with((0, 0, 1, 1)), np.array([900, 100, 1000, 300])) is None


@pytest.mark.parametrize(("bottom", "cut_off"), [(470, False), (479, True), (500, True)])
def test_a_box_at_the_lower_border_may_have_its_legs_beyond_it(bottom: int, *, cut_off: bool) -> None:
    crop = crop_person(picture_with((0, 0, 1, 1)), np.array([100, 200, 200, bottom]))
    assert crop is not None
    assert crop.cut_off is cut_off


def test_the_crop_is_a_copy() -> None:
    picture = picture_with((100, 100, 200, 300))
    crop = crop_person(picture, np.array([100, 100, 200, 300]))
    assert crop is not None
    before = crop.pixels.copy()
    picture[:] = 0
    assert np.array_equal(crop.pixels, before)
