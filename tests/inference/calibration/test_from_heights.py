"""Rough planes from people's heights, on synthetic crowds whose camera is known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from domain.calibration import HeightsCalibration
from domain.errors import BadCalibration
from domain.projection import projection_of
from inference.calibration import from_heights, ground_plane

SIZE = (768, 576)


def crowd(
    camera: HeightsCalibration, *, people: int = 40, looks: int = 12, near_m: float = 8, far_m: float = 35
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Boxes of people of all heights, measured with some noise."""
    chance = np.random.default_rng(11)
    view = projection_of(camera)
    tall = chance.normal(1.7, 0.09, people)
    boxes, who = [], []
    for person in range(people):
        places = np.column_stack([chance.uniform(-6, 6, looks), chance.uniform(near_m, far_m, looks)])
        feet, heads = view.to_picture(places), view.to_picture(places, float(tall[person]))
        assert feet is not None
        assert heads is not None
        size = feet[:, 1] - heads[:, 1]
        noise = chance.normal(0, 0.02, (2, looks)) * size
        boxes.append(
            np.column_stack(
                [feet[:, 0] - size / 5, heads[:, 1] + noise[0], feet[:, 0] + size / 5, feet[:, 1] + noise[1]]
            )
        )
        who += [person] * looks
    return np.concatenate(boxes), np.array(who)


def camera(**changes: float) -> HeightsCalibration:
    values = {"focal_px": 800.0, "tilt_deg": 18.0, "height_m": 6.0} | changes
    return HeightsCalibration.model_validate({"frame_size": SIZE, **values})


@pytest.mark.parametrize(
    "changes", [{}, {"tilt_deg": 30.0, "height_m": 9.0}, {"focal_px": 1000.0}, {"height_m": 4.0, "tilt_deg": 10.0}]
)
def test_distances_are_right_within_what_is_told(changes: dict[str, float]) -> None:
    truth = camera(**changes)
    boxes, who = crowd(truth)
    fit = from_heights(boxes, who, SIZE)
    feet = np.column_stack([boxes[:, [0, 2]].mean(axis=1), boxes[:, 3]])
    told, there = ground_plane(fit.calibration).feet_to_floor(feet), ground_plane(truth).feet_to_floor(feet)
    off = np.abs(np.log(np.hypot(*told.T) / np.hypot(*there.T)))
    assert np.median(off) < 2 * fit.calibration.deviation_share
    assert np.median(off) < 0.25
    assert fit.error_share < 0.08
    plane = ground_plane(fit.calibration)
    assert plane.rough
    assert (plane.deviation_m(feet, 0.0) > 0.3).any(), "and it says so of every place"


def test_everything_is_proportional_to_how_tall_people_are() -> None:
    boxes, who = crowd(camera())
    small, tall = (from_heights(boxes, who, SIZE, height_m).calibration for height_m in (1.6, 1.76))
    assert tall.height_m / small.height_m == pytest.approx(1.1, rel=0.01)
    assert tall.tilt_deg == pytest.approx(small.tilt_deg, abs=0.2)


def test_the_same_people_give_the_same_answer() -> None:
    boxes, who = crowd(camera())
    assert from_heights(boxes, who, SIZE) == from_heights(boxes, who, SIZE)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"people": 3}, "5 people and 30 boxes"),
        ({"looks": 1, "people": 6}, "5 people and 30 boxes"),
        ({"near_m": 20, "far_m": 21}, "of the picture's height"),
    ],
)
def test_people_who_tell_nothing_are_refused_in_words(changes: dict[str, float], complaint: str) -> None:
    boxes, who = crowd(camera(), **changes)  # type: ignore[arg-type]
    with pytest.raises(BadCalibration, match=complaint):
        from_heights(boxes, who, SIZE)


def test_people_who_grow_towards_the_top_are_refused() -> None:
    bottoms = np.linspace(300, 560, 60)
    tall = 150 - bottoms / 5
    boxes = np.column_stack([np.full(60, 300), bottoms - tall, 300 + tall / 3, bottoms])
    with pytest.raises(BadCalibration, match="not taller lower in the picture"):
        from_heights(boxes, np.arange(60), SIZE)


def test_boxes_at_the_border_are_left_out() -> None:
    boxes, who = crowd(camera())
    cut = boxes.copy()
    cut[:, 3] = SIZE[1]
    with pytest.raises(BadCalibration, match="0 people in 0 boxes"):
        from_heights(cut, who, SIZE)
