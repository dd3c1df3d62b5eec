"""A picture that is made into another keeps its labels where they belong."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from training.augment import AugmentSettings, Labelled, VenueAugmentation, cell_counts

PLAIN = {name: 0.0 for name in AugmentSettings.model_fields if name not in ("crop", "scale")}
STILL = VenueAugmentation(AugmentSettings(crop=128, scale=(0.7, 1.4), **PLAIN))
TILTED = VenueAugmentation(AugmentSettings(crop=128, scale=(0.7, 1.4), **(PLAIN | {"tilt": 1.0})))
ALL = VenueAugmentation(AugmentSettings(crop=128, scale=(0.7, 1.4), **dict.fromkeys(PLAIN, 1.0)))
RED, GREY = (0, 0, 255), 90


@st.composite
def scenes(draw: st.DrawFn) -> Labelled:
    """A grey picture with one red rectangle, which is boxed, and whose middle is a point."""
    width, height = draw(st.integers(140, 260)), draw(st.integers(140, 260))
    left, top = draw(st.integers(0, width - 30)), draw(st.integers(0, height - 30))
    right, bottom = left + draw(st.integers(16, 30)), top + draw(st.integers(16, 30))
    picture = np.full((height, width, 3), GREY, np.uint8)
    picture[top:bottom, left:right] = RED
    box = np.array([[left, top, min(right, width), min(bottom, height)]], np.float64)
    return Labelled(picture, box, np.array([1]), (box[:, :2] + box[:, 2:]) / 2)


def red_box(picture: np.ndarray) -> np.ndarray | None:
    """The box around what is red."""
    red = picture[..., 2].astype(int) - picture[..., 0]
    if red.max() < 40:
        return None
    rows, columns = np.nonzero(red > red.max() / 2)  # colours are always varied a little
    return np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])


@settings(max_examples=60, deadline=None)
@given(scene=scenes(), seed=st.integers(0, 2**31 - 1))
def test_a_box_stays_around_its_object(scene: Labelled, seed: int) -> None:
    for augment, off_px in ((STILL, 2.0), (TILTED, 3.5)):
        made = augment(scene, seed)
        assert made.picture.shape == (128, 128, 3)
        seen = red_box(made.picture)
        if augment is TILTED and (seen is None or seen.min() < 2 or seen.max() > 126):
            continue  # the box of a tilted rectangle that is cut off is the cut box of the tilted corners
        for box, kind in zip(made.boxes, made.classes, strict=True):
            assert kind == 1
            assert (box >= 0).all()
            assert (box <= 128).all()
            assert seen is not None
            assert np.abs(box - seen).max() <= off_px


@settings(max_examples=60, deadline=None)
@given(scene=scenes(), seed=st.integers(0, 2**31 - 1))
def test_a_head_stays_on_its_object_and_is_kept_while_it_is_in_the_crop(scene: Labelled, seed: int) -> None:
    made = STILL(scene, seed)
    seen = red_box(made.picture)
    for x, y in made.points:
        assert seen is not None
        assert seen[0] - 1 <= x <= seen[2] + 1
        assert seen[1] - 1 <= y <= seen[3] + 1
    if seen is not None and seen.min() > 1 and seen.max() < 127:
        assert len(made.points) == 1, "an object that is whole in the crop has its head there"


@settings(max_examples=15, deadline=None)
@given(scene=scenes(), seed=st.integers(0, 2**31 - 1))
def test_the_same_seed_makes_the_same_picture_whatever_was_made_before(scene: Labelled, seed: int) -> None:
    first = ALL(scene, seed)
    ALL(scene, seed + 1)
    again = ALL(scene, seed)
    assert np.array_equal(first.picture, again.picture)
    assert np.array_equal(first.points, again.points)
    assert (first.boxes >= 0).all()
    assert (first.boxes <= 128).all()


@given(
    points=st.lists(st.tuples(st.floats(0, 127.99), st.floats(0, 63.99)), max_size=40).map(
        lambda rows: np.array(rows, np.float64).reshape(-1, 2)
    )
)
def test_no_head_is_lost_or_doubled_on_the_grid(points: np.ndarray) -> None:
    grid = cell_counts(points, 8, 16, 8)
    assert (grid >= 0).all()
    assert abs(float(grid.sum()) - len(points)) < 1e-3


def test_a_head_in_the_middle_of_a_cell_is_all_in_that_cell() -> None:
    grid = cell_counts(np.array([[20.0, 12.0]]), 4, 4, 8)
    assert grid[1, 2] == 1
    assert grid.sum() == 1
