import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from inference.batching import LARGEST_BATCH, Batcher
from inference.detect import Detections
from inference.detect.base import Picture


class Counting:
    """A detector that finds as many people as the picture's first pixel says, and waits to be let go."""

    name = "counting"

    def __init__(self) -> None:
        self.batches: list[int] = []
        self.go = threading.Event()

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        self.go.wait(5)
        self.batches.append(len(batch))
        counts = [int(picture[0, 0, 0]) for picture in batch]
        if 99 in counts:
            raise RuntimeError("out of memory")
        return [Detections(np.zeros((count, 4), np.float32), np.ones(count, np.float32)) for count in counts]


def picture(count: int) -> Picture:
    return np.full((2, 2, 3), count, np.uint8)


async def test_what_comes_while_a_batch_runs_makes_the_next() -> None:
    detector = Counting()
    async with Batcher(detector) as batcher:
        tasks = [asyncio.create_task(batcher.detect(picture(0)))]
        await asyncio.sleep(0.05)
        tasks += [asyncio.create_task(batcher.detect(picture(count))) for count in range(1, 2 * LARGEST_BATCH)]
        await asyncio.sleep(0.05)
        detector.go.set()
        found = await asyncio.gather(*tasks)
    assert [len(detections) for detections in found] == list(range(2 * LARGEST_BATCH))
    assert detector.batches == [1, LARGEST_BATCH, LARGEST_BATCH - 1]


async def test_a_failed_batch_is_told_to_its_own_and_the_next_goes_on() -> None:
    detector = Counting()
    detector.go.set()
    async with Batcher(detector) as batcher:
        with pytest.raises(RuntimeError, match="out of memory"):
            await batcher.detect(picture(99))
        assert len(await batcher.detect(picture(3))) == 3


async def test_its_load_is_the_share_of_time_it_ran() -> None:
    detector = Counting()
    async with Batcher(detector) as batcher:
        assert batcher.load == 0
        task = asyncio.create_task(batcher.detect(picture(1)))
        await asyncio.sleep(0.5)
        detector.go.set()
        await task
        assert 0.2 < batcher.load < 0.6
