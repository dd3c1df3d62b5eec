"""One detector shared by many cameras."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from time import monotonic
from typing import Final, Self, TypeVar

from inference.detect import Detections, Detector
from inference.detect.base import Picture

LARGEST_BATCH: Final = 16
"""Pictures a call: beyond this a CPU gains nothing, and the first picture waits for the last."""

WINDOW_S: Final = 2.0
"""Over how long the detector's load is judged: long enough to see every camera, short enough to follow a crowd."""

_FOLLOW: Final = 0.2
"""How quickly the time a picture takes follows the newest batch: five batches, a quarter of a second."""

Answer = TypeVar("Answer")
_Job = tuple[Picture, "asyncio.Future[Detections]"]


class Batcher:
    """Runs the detector in its own thread on whatever pictures wait, so that nobody waits for a slower camera.

    While one batch runs the next one gathers by itself; there is no collection window to tune.
    """

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._waiting: asyncio.Queue[_Job] = asyncio.Queue()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="detector")
        self._task: asyncio.Task[None] | None = None
        self._runs: deque[tuple[float, float]] = deque()
        self._in_hand = 0
        self._picture_s = 0.0
        self._spare: asyncio.Future[object] | None = None

    @property
    def wait_s(self) -> float:
        """How long a picture that came now would wait for its answer, by how long the last ones took."""
        return (self._waiting.qsize() + self._in_hand + 1) * self._picture_s

    @property
    def load(self) -> float:
        """Share of the last two seconds in which the detector ran, 0..1; at 1 it is the bottleneck."""
        since = monotonic() - WINDOW_S
        while self._runs and self._runs[0][1] < since:
            self._runs.popleft()
        return min(1.0, sum(end - max(start, since) for start, end in self._runs) / WINDOW_S)

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run(), name="batcher")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._thread.shutdown(wait=True)

    async def detect(self, picture: Picture) -> Detections:
        """The people in one picture. An error of the detector is raised to everyone in that batch."""
        answer: asyncio.Future[Detections] = asyncio.get_running_loop().create_future()
        self._waiting.put_nowait((picture, answer))
        return await answer

    def spare(self, work: Callable[[], Answer], *, urgent: bool = False) -> "asyncio.Future[Answer] | None":
        """Have something else done in the detector's thread, where it is alone with the processor.

        Args:
            work: must be short: pictures that come meanwhile wait for it.
            urgent: also where pictures wait; else only where none does.

        Returns:
            Its answer to come; ``None``: there is no time.
        """
        if self._spare is not None and not self._spare.done():
            return None
        if not urgent and (self._in_hand or not self._waiting.empty()):
            return None
        answer = asyncio.get_running_loop().run_in_executor(self._thread, work)
        self._spare = answer  # type: ignore[assignment]  # a Future is invariant; only whether it is done is asked
        return answer

    async def _run(self) -> None:
        while True:
            batch = [await self._waiting.get()]
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            await self._answer(batch)

    async def _answer(self, batch: Sequence[_Job]) -> None:
        wanted = [(picture, answer) for picture, answer in batch if not answer.done()]
        loop, started = asyncio.get_running_loop(), monotonic()
        self._in_hand = len(wanted)
        try:
            found = await loop.run_in_executor(self._thread, self._detector.detect, [picture for picture, _ in wanted])
        except Exception as error:  # noqa: BLE001  # whoever asked must hear of any failure, or they wait for ever
            for _, answer in wanted:
                if not answer.done():
                    answer.set_exception(error)
            return
        finally:
            self._in_hand = 0
            self._runs.append((started, monotonic()))
            took_s = (monotonic() - started) / max(len(wanted), 1)
            self._picture_s += _FOLLOW * (took_s - self._picture_s)
        for (_, answer), detections in zip(wanted, found, strict=True):
            if not answer.done():
                answer.set_result(detections)
