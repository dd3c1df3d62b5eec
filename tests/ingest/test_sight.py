import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.limits import CameraLimits
from ingest.sight import Watch
from ingest.wire import Sight

LIMITS = CameraLimits(frozen_after_s=10, black_after_s=3)


def noisy(seed: int, mean: int = 120, spread: int = 3) -> NDArray[np.uint8]:
    """An empty hall: nothing moves but the sensor's noise."""
    noise = np.random.default_rng(seed).normal(mean, spread, (120, 160, 3))
    return np.clip(noise, 0, 255).astype(np.uint8)


def watch(pictures: list[NDArray[np.uint8]], fps: float = 5) -> list[Sight]:
    watcher = Watch(LIMITS)
    return [watcher.look(picture, number / fps) for number, picture in enumerate(pictures)]


def test_an_empty_hall_with_a_sensors_noise_is_seen_clearly() -> None:
    assert set(watch([noisy(seed) for seed in range(100)])) == {Sight.CLEAR}


def test_a_picture_that_stands_still_is_frozen_after_ten_seconds_not_before() -> None:
    seen = watch([noisy(1)] * 60)
    assert seen[49] is Sight.CLEAR
    assert seen[51] is Sight.FROZEN


def test_one_changed_pixel_row_is_movement() -> None:
    still, moved = noisy(1), noisy(1)
    moved[60, 40] += 9
    assert set(watch(([still] * 20 + [moved] * 20) * 2)) == {Sight.CLEAR}


def test_a_frozen_picture_that_moves_again_is_clear_at_once() -> None:
    assert watch([noisy(1)] * 60 + [noisy(2)])[-1] is Sight.CLEAR


def test_a_covered_lens_is_black_after_three_seconds_though_its_noise_moves() -> None:
    seen = watch([noisy(seed, mean=4) for seed in range(20)])
    assert seen[13] is Sight.CLEAR
    assert seen[16] is Sight.BLACK


def test_a_dark_place_with_a_lamp_is_not_black() -> None:
    dark = [noisy(seed, mean=4) for seed in range(30)]
    for picture in dark:
        picture[10:30, 10:40] = 200
    assert set(watch(dark)) == {Sight.CLEAR}


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_stage_light_of_one_colour_is_not_black(channel: int) -> None:
    pictures = [np.zeros((120, 160, 3), np.uint8) for _ in range(30)]
    for seed, picture in enumerate(pictures):
        picture[..., channel] = noisy(seed, mean=200)[..., 0]
    assert set(watch(pictures)) == {Sight.CLEAR}


def test_a_black_picture_that_stands_still_is_called_black() -> None:
    assert watch([np.zeros((120, 160, 3), np.uint8)] * 100)[-1] is Sight.BLACK


def test_a_picture_that_changes_its_size_has_moved() -> None:
    small = np.full((60, 80, 3), 120, np.uint8)
    large = np.full((120, 160, 3), 120, np.uint8)
    assert set(watch(([small] * 20 + [large] * 20) * 2)) == {Sight.CLEAR}
