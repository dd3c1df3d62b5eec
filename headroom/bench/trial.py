"""The real worker on some live cameras, watched: ``python -m headroom.bench.trial`` with its orders on standard input.

It ends with one line of JSON: how long each frame took from its capture to its counts being with the publisher.
"""

import asyncio
import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final

import psutil
from pydantic import BaseModel, ConfigDict

from domain.errors import Unavailable
from domain.messages import CameraHealth, State
from domain.settings import Settings
from domain.topics import CAMERAS
from domain.venue import VenueConfig
from headroom.logs import configure_logging
from inference import worker
from inference.publish import Publisher, connect

HOP_VENUE: Final = "bench-hop"
"""Messages of this venue only measure how long a message travels."""
_HOP_EVERY_S: Final = 0.1
_CONNECTED_S: Final = 60.0
"""Every camera has given a frame within this; capture processes start one after the other on a small machine."""
_SETTLE_S: Final = 5.0
_END_S: Final = 10.0
"""For the worker to end; what was measured is told even if it does not."""


class Orders(BaseModel):
    """What to watch.

    Attributes:
        urls: one a camera.
        size: width and height of their pictures, pixels.
        seconds: how long to measure, once every camera gives frames and things have settled.
        model: the model's name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: tuple[str, ...]
    size: tuple[int, int]
    seconds: float
    model: str


def venue(urls: Sequence[str], size: tuple[int, int]) -> VenueConfig:
    """A venue of these cameras, each with one zone, which is the whole picture, and a line across it."""
    width, height = size
    cameras, zones, lines = [], [], []
    for number, url in enumerate(urls):
        camera = f"camera-{number}"
        cameras.append({"id": camera, "name": camera, "source": url, "frame_size": size})
        everywhere = [(0, 0), (width, 0), size, (0, height)]
        zones.append({"id": f"zone-{number}", "name": camera, "camera_id": camera, "polygon": everywhere})
        across = {"start": (width / 2, 0), "end": (width / 2, height)}
        lines.append({"id": f"line-{number}", "name": camera, "camera_id": camera, **across})
    whole = {"version": 1, "id": "bench", "name": "Bench", "capacity": 100}
    return VenueConfig.model_validate(whole | {"cameras": cameras, "zones": zones, "lines": lines})


async def watch(orders: Orders, settings: Settings) -> dict[str, Any]:
    """Run the worker and note when each frame was done.

    Raises:
        Unavailable: a camera gave no frame, or no Redis is named.
    """
    if settings.redis_url is None:
        raise Unavailable("a trial needs HEADROOM_REDIS_URL")
    config = venue(orders.urls, orders.size)
    latencies: dict[str, list[float]] = defaultdict(list)

    def observe(camera_id: str, captured_at: datetime, done_at: datetime) -> None:
        latencies[camera_id].append((done_at - captured_at).total_seconds() * 1e3)

    working = asyncio.create_task(worker.run(settings, config, model=orders.model, observe=observe))
    hops = asyncio.create_task(_send_hops(settings.redis_url.get_secret_value()))
    try:
        await _all_connected(working, latencies, len(config.cameras))
        await asyncio.sleep(_SETTLE_S)
        latencies.clear()
        began_s, cpu_s = monotonic(), _cpu_s()
        await asyncio.sleep(orders.seconds)
        seconds, cpu_s = monotonic() - began_s, _cpu_s() - cpu_s
        told = {camera.id: latencies[camera.id].copy() for camera in config.cameras}
    finally:
        for task in (working, hops):
            task.cancel()
        await asyncio.wait({working, hops}, timeout=_END_S)
    return {"latencies_ms": told, "seconds": seconds, "cpu_s": cpu_s}


async def _all_connected(working: "asyncio.Task[None]", latencies: dict[str, list[float]], cameras: int) -> None:
    until = monotonic() + _CONNECTED_S
    while len(latencies) < cameras:
        if working.done():
            working.result()
        if monotonic() > until:
            raise Unavailable(f"of {cameras} cameras {len(latencies)} gave frames within {_CONNECTED_S:.0f} s")
        await asyncio.sleep(0.1)


async def _send_hops(redis_url: str) -> None:
    """Through a publisher like the worker's, in the same event loop: it waits for its turn as the worker's does."""
    redis = connect(redis_url)
    publisher = Publisher(redis, HOP_VENUE)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(publisher.run())
            while True:
                now = datetime.now(UTC)
                message = CameraHealth(venue_id=HOP_VENUE, camera_id="hop", captured_at=now, state=State.OK)
                publisher.put_newest(CAMERAS, HOP_VENUE, message)
                await asyncio.sleep(_HOP_EVERY_S)
    finally:
        await redis.aclose()


def _cpu_s() -> float:
    """Processor seconds of this process and its captures so far."""
    here = psutil.Process()
    times = [one.cpu_times() for one in (here, *here.children(recursive=True))]
    return float(sum(time.user + time.system for time in times))


def main() -> None:
    """Watch, and say what was seen."""
    settings = Settings.from_environment(os.environ)
    configure_logging("error")
    orders = Orders.model_validate_json(sys.stdin.read())
    sys.stdout.write(json.dumps(asyncio.run(watch(orders, settings))) + "\n")


if __name__ == "__main__":
    main()
