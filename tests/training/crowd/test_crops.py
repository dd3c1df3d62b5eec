"""What is drawn to learn from: by number, from the sets that are asked for."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadInput
from training.augment import AugmentSettings
from training.crowd.crops import Crops, as_seen, together
from training.dataset.item import Item

PLAIN = AugmentSettings(
    crop=128,
    scale=(1.0, 1.0),
    tilt=0,
    dark=0,
    stage_light=0,
    haze=0,
    grey=0,
    blur=0,
    noise=0,
    compression=0,
    occlusion=0,
)


def item(folder: Path, source: str, heads: int, size: tuple[int, int] = (128, 128)) -> Item:
    path = folder / f"{source}-{heads}.png"
    picture = np.full((size[1], size[0], 3), 90, np.uint8)
    points = np.random.default_rng(heads).uniform(0, size, (heads, 2))
    cv2.imwrite(str(path), picture)
    return Item(
        path,
        "0" * 64,
        *size,
        source,
        path.stem,
        "train",
        frozenset({"points"}),
        np.empty((0, 4)),
        np.empty(0, np.intp),
        points,
    )


def crops(items: list[Item], shares: dict[str, float], count: int = 40) -> Crops:
    return Crops(items, shares=shares, stretch={"square": 1.5}, augment=PLAIN, seed=3, count=count)


def test_a_crop_is_the_same_whoever_asks_and_holds_every_head(tmp_path: Path) -> None:
    items = [item(tmp_path, "hall", heads) for heads in (0, 3, 40)]
    one, other = crops(items, {"hall": 1}), crops(items, {"hall": 1})
    assert len(one) == 40
    for index in (7, 0, 31):
        assert np.array_equal(one[index].picture, other[index].picture)
        assert np.array_equal(one[index].heads, other[index].heads)
        assert round(float(one[index].heads.sum())) in (0, 3, 40)
    pictures, heads = together([one[0], one[1]])
    assert pictures.shape == (2, 3, 128, 128)
    assert heads.shape == (2, 1, 16, 16)


def test_sets_are_drawn_by_their_shares(tmp_path: Path) -> None:
    drawn = crops([item(tmp_path, "hall", 1), item(tmp_path, "gate", 2)], {"hall": 3, "gate": 1}, count=400).sources()
    assert 250 < drawn.count("hall") < 350
    assert set(drawn) == {"hall", "gate"}


def test_a_squeezed_picture_is_made_wider_with_its_heads(tmp_path: Path) -> None:
    whole = as_seen(item(tmp_path, "square", 20), 1.5)
    assert whole.picture.shape[:2] == (128, 192)
    assert len(whole.points) == 20
    assert whole.points[:, 0].max() > 128


def test_a_large_picture_is_shrunk_to_what_the_network_sees(tmp_path: Path) -> None:
    whole = as_seen(item(tmp_path, "wide", 5, size=(2048, 512)))
    assert whole.picture.shape[:2] == (256, 1024)
    assert len(whole.points) == 5


@pytest.mark.parametrize(
    ("shares", "complaint"),
    [
        ({"wembley": 1.0}, r"density\.shares: wembley has no pictures whose heads are labelled"),
        ({"hall": 0.0}, r"density\.shares: no source has a share above 0"),
    ],
)
def test_a_share_that_cannot_be_drawn_is_named(tmp_path: Path, shares: dict[str, float], complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        crops([item(tmp_path, "hall", 1)], shares)


def test_a_picture_that_is_gone_is_named(tmp_path: Path) -> None:
    lost = item(tmp_path, "hall", 1)
    lost.image.unlink()
    with pytest.raises(BadInput, match=r"hall-1\.png: cannot be read; run headroom dataset check"):
        as_seen(lost)
