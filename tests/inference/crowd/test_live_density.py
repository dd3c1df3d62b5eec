"""The density map in the live path: frames, time and readings as a camera has them."""

import asyncio

import numpy as np
import pytest

from domain.geometry import Polygon
from inference.camera_pipeline import CameraPipeline
from inference.crowd.density import DensityMap
from inference.crowd.field import Heights
from inference.crowd.fusion import Crossover
from inference.crowd.watch import DensityWatch, LiveDensity
from inference.detect import Detections
from inference.detect.base import Picture

LIVE = Crossover.load("crowd-n-live")
SIZE = (1024, 768)
FPS = 5.0
WHOLE = Polygon([(0, 0), (1024, 0), (1024, 768), (0, 768)])


def boxes_at(points: np.ndarray) -> Detections:
    """A person 60 pixels high whose head is at each point."""
    corners = [(x - 10, y - 6, x + 10, y + 54) for x, y in points]
    return Detections(np.array(corners, np.float32).reshape(-1, 4), np.full(len(points), 0.8, np.float32))


def density_at(points: np.ndarray) -> DensityMap:
    heads = np.zeros((SIZE[1] // 4, SIZE[0] // 4), np.float32)
    np.add.at(heads, (points[:, 1].astype(int) // 4, points[:, 0].astype(int) // 4), 1)
    return DensityMap(heads, 4.0)


def crowd(people: int, width: float = 320, height: float = 320) -> np.ndarray:
    return np.random.default_rng(7).uniform((25, 25), (width, height), (people, 2))


def test_as_a_live_crowd_grows_one_by_one_the_count_makes_no_jump() -> None:
    """One person more in each frame; of a dense crowd, boxes show ever fewer, and the density map all."""
    people, counts, methods, asked = crowd(400), [], set(), []
    pipeline = CameraPipeline([WHOLE], [], SIZE, crossover=LIVE)
    for size in range(1, 401):
        visible = people[: int(size / (1 + size / 200))]
        at_s = size / FPS
        seen = pipeline.process(boxes_at(visible), at_s, SIZE)
        counts.append(seen.zones.counts[0])
        methods.add(seen.zones.method(0))
        assert seen.zones.low[0] <= counts[-1] <= seen.zones.high[0]
        if seen.density_due:
            asked.append(at_s)
            pipeline.density_asked(at_s)
            pipeline.densely(density_at(people[:size]), at_s, SIZE)
    steps = np.abs(np.diff(counts))
    assert (steps[19:] / np.arange(20, 400)).max() <= 0.10
    assert steps.max() <= 8
    assert "boxes" in methods
    assert methods & {"fused", "density"}
    assert counts[-1] > 300, "boxes alone show 133"
    assert asked
    assert np.diff(asked).min() >= 1.0 - 1e-6, "at most one reading a second"


def test_readings_that_stop_coming_let_go_of_the_count_slowly() -> None:
    people, counts = crowd(300), []
    pipeline = CameraPipeline([WHOLE], [], SIZE, crossover=LIVE)
    for index in range(250):
        at_s = index / FPS
        seen = pipeline.process(boxes_at(people[:40]), at_s, SIZE)
        counts.append(seen.zones.counts[0])
        if seen.density_due and at_s < 20:
            pipeline.density_asked(at_s)
            pipeline.densely(density_at(people), at_s, SIZE)
    assert counts[95] > 250
    assert counts[-1] == 40
    assert np.abs(np.diff(counts)).max() <= 0.10 * max(counts)


def test_a_thin_crowd_asks_for_no_density() -> None:
    apart = np.array([(x, y) for x in range(50, 1000, 150) for y in range(50, 700, 150)], float)
    pipeline = CameraPipeline([WHOLE], [], SIZE, crossover=LIVE)
    seen = [pipeline.process(boxes_at(apart), index / FPS, SIZE) for index in range(20)]
    assert not any(frame.density_due for frame in seen)
    assert {frame.zones.method(0) for frame in seen} == {"boxes"}


def test_heads_count_where_their_feet_are() -> None:
    people = crowd(300, 320, 100)
    above = Polygon([(0, 0), (1024, 0), (1024, 70), (0, 70)])
    below = Polygon([(0, 70), (1024, 70), (1024, 400), (0, 400)])
    pipeline = CameraPipeline([above, below], [], SIZE, crossover=LIVE)
    for index in range(100):
        seen = pipeline.process(boxes_at(people[:40]), index / FPS, SIZE)
        if seen.density_due:
            pipeline.densely(density_at(people), index / FPS, SIZE)
    assert seen.zones.counts[0] < 0.1 * seen.zones.counts[1]
    assert seen.zones.counts.sum() == pytest.approx(seen.whole.counts[0], rel=0.01)


def test_heights_are_learnt_by_row() -> None:
    heights = Heights()
    assert heights.at(np.array([300.0]), 600.0)[0] == pytest.approx(90, rel=0.05), "before anyone was seen"
    for row in (100.0, 300.0, 500.0):
        tall = 20 + row / 5
        for _ in range(30):
            heights.learn(np.array([[10, row - 0.1 * tall, 30, row + 0.9 * tall]]))
    assert heights.at(np.array([200.0, 400.0]), 600.0) == pytest.approx([60, 100], rel=0.1)


class Counting:
    name = "counting"

    def __init__(self) -> None:
        self.calls = 0

    def read(self, picture: Picture) -> DensityMap:
        self.calls += 1
        if self.calls == 2:
            raise RuntimeError("out of memory")
        return DensityMap(np.zeros((picture.shape[0] // 4, picture.shape[1] // 4), np.float32), 4.0)


async def test_the_watch_reads_one_at_a_time_and_survives_a_failure() -> None:
    taken: list[DensityMap] = []
    model, picture = Counting(), np.zeros((64, 64, 3), np.uint8)
    async with DensityWatch(LiveDensity(model, LIVE)) as watch:
        assert watch.offer(picture, taken.append)
        assert not watch.offer(picture, taken.append), "busy"
        for wanted in (1, 2, 3):
            async with asyncio.timeout(5):
                while model.calls < wanted:
                    watch.offer(picture, taken.append)
                    await asyncio.sleep(0.005)
        async with asyncio.timeout(5):
            while len(taken) < 2:  # noqa: ASYNC110  # the watch has no event to wait for
                await asyncio.sleep(0.005)
    assert len(taken) == watch.readings
