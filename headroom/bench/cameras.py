"""How many live cameras at five frames a second this machine holds.

A trial is the real worker, in a process of its own, on that many RTSP cameras: H.264 over TCP, every frame decoded and
looked at, counts published to a Valkey of the bench's own. Everything runs on this machine, also the cameras' server.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
import psutil
from pydantic import BaseModel, ConfigDict, ValidationError
from redis.asyncio import Redis

from domain.errors import Unavailable
from domain.messages import CameraHealth
from domain.topics import CAMERAS
from headroom.bench.contenders import BUDGETS, MODEL
from headroom.bench.lap import NotRunError, module, process, script
from headroom.bench.result import Cameras
from headroom.bench.trial import HOP_VENUE
from headroom.embedded.valkey import Valkey
from headroom.ports import free_port
from headroom.processes import tree_of

FPS: Final = 5
"""Frames a second that each camera sends."""
LATENCY_MS: Final = 400.0
"""The 95th percentile that a number of cameras must stay under to count as held."""
KEPT: Final = 0.95
"""Share of its frames that the slowest camera must have had counted: dropping frames would keep any latency low."""
TRIAL_S: Final = 20.0
FIRST: Final = 4
"""Cameras in the first trial of an open search; then twice as many each time, until they are too many."""
LIMIT: Final = 64
_START_S: Final = 60.0
"""The cameras are encoded and the server is ready within this; a small machine takes 20 s."""
_PASSWORD: Final = "bench"  # noqa: S105  # of a server that lives for minutes, on loopback, and holds nothing


class Watched(BaseModel):
    """What a trial's process says.

    Attributes:
        latencies_ms: of each camera, of each frame: from its capture to its counts being with the publisher.
        seconds: for how long.
        cpu_s: processor seconds of the worker and its captures in that time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    latencies_ms: dict[str, tuple[float, ...]]
    seconds: float
    cpu_s: float


@dataclass(frozen=True)
class Trial:
    """What was measured of some number of cameras.

    Attributes:
        cameras: how many.
        counted_p95_ms: 95th percentile over all frames, from capture to the counts being with the publisher.
        hop_p95_ms: the same of a message from the publisher's hands to a subscriber in another process.
        p50_ms: median of the first.
        worst_camera_p95_ms: the first, of the camera where it is largest.
        slowest_fps: frames counted a second by the slowest camera.
        cpu_share: share of the machine's processors that the worker and its captures used.
        server_cpu_share: the same of the cameras' own server.
    """

    cameras: int
    counted_p95_ms: float
    hop_p95_ms: float
    p50_ms: float
    worst_camera_p95_ms: float
    slowest_fps: float
    cpu_share: float
    server_cpu_share: float

    @property
    def p95_ms(self) -> float:
        """From capture to a subscriber. The sum of two 95th percentiles is on the safe side of that of the sum."""
        return self.counted_p95_ms + self.hop_p95_ms

    @property
    def held(self) -> bool:
        """Whether that many cameras are held."""
        return self.p95_ms < LATENCY_MS and self.slowest_fps >= KEPT * FPS

    def as_json(self) -> dict[str, Any]:
        """The numbers by name."""
        numbers = {name: round(value, 3) for name, value in asdict(self).items()}
        return numbers | {"p95_ms": round(self.p95_ms, 1), "held": self.held}


def judged(watched: Watched, hops_ms: Sequence[float], *, server_cores: float, cores: int) -> Trial:
    """What a trial showed. A camera that gave no frame at all makes it fail, it is not left out.

    Args:
        watched: what the worker's process said.
        hops_ms: how long each message was on its way.
        server_cores: processors that the cameras' server kept busy.
        cores: the machine's.

    Raises:
        NotRunError: no message, or no frame of any camera, arrived.
    """
    every = [latency for latencies in watched.latencies_ms.values() for latency in latencies]
    if not every or not hops_ms:
        raise NotRunError("no frame was counted, or no message arrived, during a trial")
    seen = [latencies for latencies in watched.latencies_ms.values() if latencies]
    return Trial(
        cameras=len(watched.latencies_ms),
        counted_p95_ms=float(np.percentile(every, 95)),
        hop_p95_ms=float(np.percentile(hops_ms, 95)),
        p50_ms=float(np.median(every)),
        worst_camera_p95_ms=max(float(np.percentile(latencies, 95)) for latencies in seen),
        slowest_fps=min(len(latencies) for latencies in watched.latencies_ms.values()) / watched.seconds,
        cpu_share=watched.cpu_s / watched.seconds / cores,
        server_cpu_share=server_cores / cores,
    )


async def most_held(holds: Callable[[int], Awaitable[bool]], *, limit: int, first: int | None) -> int:
    """The largest number that holds, if every number below one that holds does too.

    Args:
        holds: tries a number.
        limit: the largest that is tried.
        first: where an open search begins, doubling; ``None``: with ``limit`` itself.
    """
    low, high = 0, limit + 1
    trying = limit if first is None else min(first, limit)
    while high - low > 1:
        if await holds(trying):
            low = trying
        else:
            high = trying
        trying = min(low * 2, limit) if high > limit and low else (low + high) // 2
    return low


async def live_cameras(
    clip: Path, wanted: int | None, tell: Callable[[str], object], seconds: float = TRIAL_S
) -> Cameras:
    """Find how many cameras are held.

    Args:
        clip: what they show, each another stretch of it.
        wanted: the most that is asked about; ``None``: as many as there may be.
        tell: told of each trial.
        seconds: how long a trial measures.

    Raises:
        NotRunError: there is no server for the cameras, or a trial failed.
    """
    done: list[Trial] = []
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(_served(clip))
        redis_url = await stack.enter_async_context(_valkey())

        async def holds(cameras: int) -> bool:
            tell(f"{cameras} live cameras")
            done.append(await _trial(server, redis_url, cameras, seconds))
            return done[-1].held

        first = FIRST if wanted is None else None
        held = await most_held(holds, limit=LIMIT if wanted is None else wanted, first=first)
    return Cameras(held, tuple(trial.as_json() for trial in done))


@dataclass(frozen=True)
class _Server:
    """The running cameras.

    Attributes:
        pid: of their server.
        urls: of its streams; there may be more cameras than streams, then several show the same.
        size: width and height of the pictures.
    """

    pid: int
    urls: tuple[str, ...]
    size: tuple[int, int]

    @property
    def cpu_s(self) -> float:
        """Processor seconds it has used."""
        times = [one.cpu_times() for one in tree_of(self.pid)]
        return sum(time.user + time.system for time in times)


@asynccontextmanager
async def _served(clip: Path) -> AsyncIterator[_Server]:
    with tempfile.TemporaryDirectory(prefix="headroom-cameras-") as folder, tempfile.TemporaryFile() as words:
        command = script(BUDGETS / "cameras.py", clip, folder, FPS)
        async with process(command, words) as child:
            assert child.stdout is not None  # noqa: S101  # asked for as a pipe
            try:
                async with asyncio.timeout(_START_S):
                    line = await child.stdout.readline()
                told = json.loads(line)
            except (TimeoutError, ValueError):
                words.seek(0)
                last = words.read().decode(errors="replace").strip().splitlines()[-1:]
                raise NotRunError(f"the cameras' server did not start: {' '.join(last)}") from None
            yield _Server(child.pid, tuple(told["urls"]), (told["width"], told["height"]))


@asynccontextmanager
async def _valkey() -> AsyncIterator[str]:
    with tempfile.TemporaryDirectory(prefix="headroom-bench-") as folder, tempfile.TemporaryFile() as words:
        server = Valkey(Path(folder), free_port(), _PASSWORD)
        server.prepare()
        async with process(server.command.argv, words):
            async with asyncio.timeout(_START_S):
                while True:
                    with contextlib.suppress(Unavailable):
                        await server.probe()
                        break
                    await asyncio.sleep(0.05)
            yield server.url


async def _trial(server: _Server, redis_url: str, cameras: int, seconds: float) -> Trial:
    urls = [server.urls[index % len(server.urls)] for index in range(cameras)]
    orders = json.dumps({"urls": urls, "size": server.size, "seconds": seconds, "model": MODEL})
    hops: list[float] = []
    with tempfile.TemporaryFile() as words:
        command = module("headroom.bench.trial")
        async with process(command, words, {"HEADROOM_REDIS_URL": redis_url}) as child:
            listening = asyncio.create_task(_listen(redis_url, hops))
            began_s, before_s = monotonic(), server.cpu_s
            try:
                output, _ = await child.communicate(orders.encode())
            finally:
                listening.cancel()
                await asyncio.gather(listening, return_exceptions=True)
            server_cores = (server.cpu_s - before_s) / (monotonic() - began_s)
        try:
            watched = Watched.model_validate_json((output.splitlines() or [b""])[-1])
        except ValidationError:
            words.seek(0)
            last = words.read().decode(errors="replace").strip().splitlines()[-1:]
            raise NotRunError(f"a trial of {cameras} cameras gave no result: {' '.join(last)}") from None
    return judged(watched, hops, server_cores=server_cores, cores=psutil.cpu_count() or 1)


async def _listen(redis_url: str, hops_ms: list[float]) -> None:
    """Take the trial's own messages, as a screen would, and note how long each was on its way."""
    async with Redis.from_url(redis_url) as redis, redis.pubsub() as channel:
        await channel.subscribe(CAMERAS.key(HOP_VENUE))
        async for message in channel.listen():
            if message["type"] == "message":
                sent_at = CameraHealth.model_validate_json(message["data"]).captured_at
                hops_ms.append((datetime.now(UTC) - sent_at).total_seconds() * 1e3)
