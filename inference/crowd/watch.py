"""Reading density maps of crowded cameras beside the detector, without starving it."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import monotonic
from typing import Final, Self

import structlog

from inference.crowd.density import DensityMap, DensityModel
from inference.crowd.fusion import Crossover
from inference.detect.base import Picture

log = structlog.get_logger()
SHARE: Final = 0.25
"""Most of one core's time that density maps may take, all cameras together."""

Take = Callable[[DensityMap], object]


@dataclass(frozen=True)
class LiveDensity:
    """A density model for live pictures.

    Attributes:
        model: reads the maps; should keep to one core.
        crossover: fitted for it and for boxes from a single look.
    """

    model: DensityModel
    crossover: Crossover


class DensityWatch:
    """Reads one density map at a time, in a thread of its own; what comes while it is busy is let go.

    A camera asks again with its next frame, so nothing waits and nothing is old when it is read. After each reading the
    thread rests, so that its share of a core stays below :data:`SHARE`.
    """

    def __init__(self, live: LiveDensity) -> None:
        self._live = live
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="density")
        self._reading: asyncio.Task[None] | None = None
        self._rests_until = 0.0
        self.readings = 0

    @property
    def crossover(self) -> Crossover:
        """How readings are fused with boxes."""
        return self._live.crossover

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        self._thread.shutdown(wait=True)

    def offer(self, picture: Picture, take: Take) -> bool:
        """Have a picture read, if nothing is being read now; ``take`` is given its map in the event loop.

        Returns:
            Whether it will be read.
        """
        busy = self._reading is not None and not self._reading.done()
        if busy or monotonic() < self._rests_until:
            return False
        self._reading = asyncio.get_running_loop().create_task(self._read(picture, take), name="density")
        return True

    async def _read(self, picture: Picture, take: Take) -> None:
        began = monotonic()
        try:
            density = await asyncio.get_running_loop().run_in_executor(self._thread, self._live.model.read, picture)
        except Exception:  # a picture that cannot be read leaves boxes counting alone
            log.exception("density map could not be read")
            return
        finally:
            self._rests_until = monotonic() + (monotonic() - began) * (1 / SHARE - 1)
        self.readings += 1
        take(density)
