"""The worker on real footage and a real Valkey: what it publishes, and that a bad camera harms no other."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
from pydantic import SecretStr
from redis.asyncio import Redis

from domain.messages import CameraHealth, State, ZoneReading
from domain.settings import Settings
from domain.topics import CAMERAS, FRAME, READINGS, camera_owner
from domain.venue import VenueConfig
from inference import worker
from inference.batching import Batcher
from inference.camera_worker import CameraWorker, Desk, utc_now
from inference.detect import Detections
from inference.detect.base import Picture
from inference.publish import Publisher, connect

RUN_S = 9.0
LONGEST_S = 90.0


def venue(assets: Path, broken: Path) -> VenueConfig:
    frame = [[0, 0], [768, 0], [768, 576], [0, 576]]
    return VenueConfig.model_validate(
        {
            "version": 1,
            "id": "hall",
            "name": "Hall",
            "capacity": 20,
            "cameras": [
                {
                    "id": "good",
                    "name": "Good",
                    "source": str(assets / "videos/vtest.avi"),
                    "frame_size": [768, 576],
                    "loop": True,
                },
                {"id": "bad", "name": "Bad", "source": str(broken), "frame_size": [768, 576], "loop": True},
            ],
            "zones": [
                {"id": "seen", "name": "Seen", "camera_id": "good", "polygon": frame},
                {"id": "unseen", "name": "Unseen", "camera_id": "bad", "polygon": frame},
            ],
        }
    )


class Slow:
    """A detector that needs longer than a frame lasts."""

    name = "slow"

    def detect(self, batch: Sequence[Picture]) -> list[Detections]:
        time.sleep(0.15 * len(batch))
        box = np.array([[300, 200, 340, 300]], np.float32)
        return [Detections(box, np.array([0.9], np.float32)) for _ in batch]


async def test_a_detector_that_is_too_slow_sheds_load_and_says_so(tmp_path: Path, valkey_url: str) -> None:
    footage = tmp_path / "still.avi"
    writer = cv2.VideoWriter(str(footage), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for seed in range(60):
        writer.write(np.random.default_rng(seed).integers(90, 110, (480, 640, 3), np.uint8))
    writer.release()
    plan = VenueConfig.model_validate(
        {
            "version": 1,
            "id": "hall",
            "name": "Hall",
            "capacity": 20,
            "cameras": [{"id": "door", "name": "Door", "source": str(footage), "frame_size": [640, 480], "loop": True}],
            "zones": [
                {
                    "id": "floor",
                    "name": "Floor",
                    "camera_id": "door",
                    "polygon": [[0, 0], [640, 0], [640, 480], [0, 480]],
                }
            ],
        }
    )
    redis = connect(valkey_url)
    publisher = Publisher(redis, "hall")
    async with Batcher(Slow()) as batcher:
        camera = CameraWorker(plan.cameras[0], Desk(plan, batcher, publisher, lambda _: "slow"))
        task = asyncio.create_task(camera.run())
        await asyncio.sleep(6)
        camera.tell(utc_now())
        camera.tell_health(utc_now())
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    await publisher.flush(2)
    health = CameraHealth.model_validate_json(await redis.get(CAMERAS.key(camera_owner("hall", "door"))))
    readings = [ZoneReading.model_validate_json(f[b"m"]) for _, f in await redis.xrange(READINGS.key("hall"))]
    await redis.aclose()
    assert health.frames_predicted > 5
    assert [reading.count for reading in readings if reading.state is State.OK][-1] == 1.0


async def test_a_good_camera_counts_while_a_bad_one_is_unknown(assets: Path, valkey_url: str, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_text("this is no video")
    settings = Settings(assets=assets, data=tmp_path, redis_url=SecretStr(valkey_url))
    task = asyncio.create_task(worker.run(settings, venue(assets, broken)))
    async with Redis.from_url(valkey_url) as redis, asyncio.timeout(LONGEST_S):
        while await redis.xlen(READINGS.key("hall")) < 4 * RUN_S:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    async with Redis.from_url(valkey_url) as redis:
        entries = await redis.xrange(READINGS.key("hall"))
        by_zone: dict[str, list[ZoneReading]] = defaultdict(list)
        for _, fields in entries:
            reading = ZoneReading.model_validate_json(fields[b"m"])
            by_zone[reading.zone_id].append(reading)
        health = {
            camera: CameraHealth.model_validate_json(await redis.get(CAMERAS.key(camera_owner("hall", camera))))
            for camera in ("good", "bad")
        }
        picture = await redis.hgetall(FRAME.key(camera_owner("hall", "good")))

    counts = [reading.count for reading in by_zone["seen"] if reading.state is State.OK]
    assert len(counts) >= 4
    assert all(count is not None and 1 <= count <= 9 for count in counts[1:]), counts
    assert {reading.state for reading in by_zone["unseen"]} == {State.BLIND}
    assert {reading.count for reading in by_zone["unseen"]} == {None}
    assert "broken.mp4" in str(by_zone["unseen"][-1].reason)
    for readings in by_zone.values():
        seconds = [reading.captured_at for reading in readings]
        assert seconds == [seconds[0] + timedelta(seconds=index) for index in range(len(seconds))], "one a second"
    assert health["good"].state is State.OK
    assert health["bad"].state is State.BLIND
    assert picture[b"jpeg"].startswith(b"\xff\xd8")
