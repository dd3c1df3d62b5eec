from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import AssetUnavailable, BadInput
from domain.settings import Settings
from inference.crowd import Crossover, StillCounter, fuse
from inference.crowd.cells import counted, grid_of
from inference.crowd.density import DensityMap, McnnDensity
from inference.crowd.fusion import interval
from inference.crowd.load import make_still_counter, open_density
from inference.crowd.tiles import Tile, detect_in_tiles, tiles_of
from inference.crowd.yolo_density import YoloDensity
from inference.detect import Detections
from inference.detect.base import Picture

CROSSOVER = Crossover.load("crowd-n")
OWN = Path(__file__).parents[3] / "inference" / "models" / "crowd-n.onnx"
SIZE = (768, 1024)


def boxes_at(points: np.ndarray) -> Detections:
    """A person 60 pixels high whose head is at each point."""
    corners = [(x - 10, y - 6, x + 10, y + 54) for x, y in points]
    return Detections(np.array(corners, np.float32).reshape(-1, 4), np.full(len(points), 0.8, np.float32))


def density_at(points: np.ndarray) -> DensityMap:
    heads = np.zeros((SIZE[0] // 4, SIZE[1] // 4), np.float32)
    np.add.at(heads, (points[:, 1].astype(int) // 4, points[:, 0].astype(int) // 4), 1)
    return DensityMap(heads, 4.0)


def crowd(people: int, width: float, height: float) -> np.ndarray:
    return np.random.default_rng(7).uniform((5, 5), (width, height), (people, 2))


def test_where_people_stand_apart_boxes_count() -> None:
    alone = np.array([(100.0, 100), (500, 300), (900, 600)])
    found = fuse(boxes_at(alone), density_at(np.empty((0, 2))), CROSSOVER)
    assert found.method == "boxes"
    assert found.count == pytest.approx(3 * CROSSOVER.boxes_gain, rel=0.01)


def test_where_people_merge_the_density_map_counts() -> None:
    packed = crowd(600, 200, 200)
    found = fuse(boxes_at(packed[:5]), density_at(packed), CROSSOVER)
    assert found.method == "density"
    assert found.count == pytest.approx(600 * CROSSOVER.density_gain, rel=0.05)
    assert (found.boxes, found.density) == (5, pytest.approx(600))


@pytest.mark.parametrize("seen", [1.0, 0.6, 0.2])
def test_as_a_crowd_grows_one_by_one_the_count_makes_no_jump(seen: float) -> None:
    """From one person to 400 packed; a share of them is seen as boxes, fewer the denser it gets.

    One more person may change the count by about one; from 20 people on that is less than a tenth of them.
    """
    people = crowd(400, 320, 320)
    counts = []
    for size in range(1, 401):
        visible = people[: int(size * seen / (1 + size / 200))]
        counts.append(fuse(boxes_at(visible), density_at(people[:size]), CROSSOVER).count)
    steps = np.abs(np.diff(counts))
    assert steps.max() <= 2.0
    assert (steps[19:] / np.arange(20, 400)).max() <= 0.10
    assert counts[-1] > 300


@settings(max_examples=50, deadline=None)
@given(count=st.floats(0, 5000))
def test_an_interval_holds_its_count_and_is_never_below_nobody(count: float) -> None:
    low, high = interval(count, CROSSOVER)
    assert 0 <= low <= count <= high


def test_cells_lose_nobody() -> None:
    density = DensityMap(np.random.default_rng(1).random((37, 51)).astype(np.float32), 4.0)
    grid = grid_of(density)
    assert grid.sum() == pytest.approx(float(density.heads.sum()), rel=1e-5)
    points = np.array([(-5.0, -5), (1e6, 1e6), (10, 10)])
    assert counted(points, 32, grid.shape).sum() == 3


@given(height=st.integers(16, 3000), width=st.integers(16, 3000), smallest=st.floats(4, 400))
def test_tiles_cover_the_picture(height: int, width: int, smallest: float) -> None:
    tiles = tiles_of(height, width, smallest)
    for length, starts in (
        (width, sorted({tile.left for tile in tiles})),
        (height, sorted({tile.top for tile in tiles})),
    ):
        side = tiles[0].side
        assert starts[0] == 0
        assert starts[-1] + side >= length
        assert all(after <= before + side for before, after in pairwise(starts))


class OneInTheMiddle:
    """Finds one person in the middle of whatever it is shown."""

    name = "one"

    def detect(self, batch: list[Picture]) -> list[Detections]:
        found = []
        for picture in batch:
            y, x = picture.shape[0] / 2, picture.shape[1] / 2
            box = np.array([[x - 20, y - 40, x + 20, y + 40]], np.float32)
            found.append(Detections(box, np.array([0.9], np.float32)))
        return found


def test_what_a_tile_holds_is_put_back_where_it_was() -> None:
    found = detect_in_tiles(OneInTheMiddle(), np.zeros((640, 640, 3), np.uint8), [Tile(0, 0, 320), Tile(320, 320, 320)])
    centres = (found.boxes[:, :2] + found.boxes[:, 2:]) / 2
    assert sorted(map(tuple, centres.tolist())) == [(160, 160), (480, 480)]
    assert np.allclose(found.boxes[:, 2] - found.boxes[:, 0], 20)


def test_a_density_model_needs_its_crossover() -> None:
    with pytest.raises(ValueError, match="together"):
        StillCounter(OneInTheMiddle(), None, CROSSOVER)


def test_an_unknown_crossover_names_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"no crossover for 'csrnet'; it has .*mcnn-b"):
        Crossover.load("csrnet")


def test_boxes_count_alone_where_that_is_asked_for(tmp_path: Path) -> None:
    counter = make_still_counter(OneInTheMiddle(), "none", Settings(data=tmp_path))
    counted_alone = counter.count(np.zeros((480, 640, 3), np.uint8))
    assert (counted_alone.count, counted_alone.method, counted_alone.density) == (1, "boxes", None)
    assert counted_alone.low is None


def test_our_own_density_map_is_always_at_hand(tmp_path: Path) -> None:
    counter = make_still_counter(OneInTheMiddle(), None, Settings(data=tmp_path))
    blank = counter.count(np.zeros((480, 640, 3), np.uint8))
    assert blank.density == 0
    assert blank.count < blank.boxes / 2, "boxes where nothing is to be seen are doubted"


def test_each_make_of_density_model_is_told_from_the_other(assets: Path) -> None:
    """Both networks call their output ``density``."""
    picture = np.full((120, 200, 3), 128, np.uint8)
    for path, make in ((assets / "models/mcnn_shtechB.onnx", McnnDensity), (OWN, YoloDensity)):
        model = open_density(path, name="x")
        assert type(model) is make
        assert model.read(picture).heads.ndim == 2


def test_another_model_without_its_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(AssetUnavailable, match=r"mcnn_shtechB\.onnx"):
        make_still_counter(OneInTheMiddle(), "mcnn-b", Settings(data=tmp_path))


def test_a_real_density_map_counts_a_real_crowd(assets: Path) -> None:
    import cv2  # noqa: PLC0415

    part = assets / "datasets/shanghaitech_test/part_B"
    picture = np.asarray(cv2.imread(str(part / "images/IMG_20.jpg")), np.uint8)
    model = McnnDensity(assets / "models/mcnn_shtechB.onnx", name="mcnn-b")
    whole = model.read(picture)
    assert float(whole.heads.sum()) == pytest.approx(15, abs=12)
    odd = model.read(picture[:701, :1003])
    assert odd.heads.shape == (176, 251)
    small = model.read(np.repeat(np.repeat(picture, 2, axis=0), 2, axis=1))
    assert small.step == pytest.approx(8.0)
    assert float(small.heads.sum()) == pytest.approx(float(whole.heads.sum()), rel=0.3)


def test_a_file_that_is_no_density_model_is_named(assets: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"yolov8n_rebuilt\.onnx takes .*expected one grey picture"):
        McnnDensity(assets / "models/yolov8n_rebuilt.onnx", name="x")
    text = tmp_path / "text.onnx"
    text.write_text("no")
    with pytest.raises(BadInput, match=r"text\.onnx cannot be read"):
        McnnDensity(text, name="x")
