"""What is kept, what is dropped, and that nothing of it ever stands in the way of counting."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.captures import Capture, CaptureRequest, Reason, Sidecar
from domain.messages import State
from domain.topics import CAPTURE_REQUESTS, CAPTURES
from domain.venue import VenueConfig
from inference.camera_pipeline import CameraPipeline, Seen
from inference.detect import Detections
from inference.detect.base import HEAD
from inference.learning import files
from inference.learning import keeper as keeping_module
from inference.learning.files import CaptureFolder
from inference.learning.keeper import Keeper
from inference.learning.likeness import ALIKE_BITS, bits_apart, picture_hash
from inference.learning.requests import keeping
from inference.learning.shown import HEAD_BLOCKS, shown
from inference.publish import Publisher, connect
from ingest.frame import Frame
from tests.api import world

START = datetime(2026, 5, 1, 18, tzinfo=UTC)
LEARNING = {"capture": "blurred", "per_hour": 60, "per_day": 500, "spacing_s": 1.0}


def venue(**learning: object) -> VenueConfig:
    return world.venue("town", learning=LEARNING | learning)


def noise(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (60, 80, 3), np.uint8)
    return cv2.resize(coarse, (640, 480), interpolation=cv2.INTER_NEAREST)


class Camera:
    """Frames of one camera, every look as unsure as can be."""

    def __init__(self, keeper: Keeper, camera_id: str = "north") -> None:
        self.keeper, self.camera_id, self.sequence = keeper, camera_id, 0
        self.pipeline = CameraPipeline([], [], None)

    def look(self, seconds: float, seed: int = 0) -> Frame:
        frame = Frame(self.camera_id, self.sequence, START + timedelta(seconds=seconds), None, noise(seed))
        self.sequence += 1
        found = Detections(
            np.array([[100, 100, 180, 300], [300, 80, 380, 300], [320, 80, 350, 120]], np.float32),
            np.array([0.46, 0.45, 0.44], np.float32),
            np.array([0, 0, HEAD], np.uint8),
        )
        self.keeper.offer(frame, found, self.seen(found, seconds), "m1")
        return frame

    def seen(self, found: Detections, seconds: float) -> Seen:
        return self.pipeline.process(found, seconds, (640, 480))


@asynccontextmanager
async def at_work(
    root: Path, config: VenueConfig | None = None, now_s: float = 0.0
) -> AsyncIterator[tuple[Keeper, list[Capture]]]:
    told: list[Capture] = []
    async with Keeper(config or venue(), root, told.append, lambda: START + timedelta(seconds=now_s)) as keeper:
        yield keeper, told


async def settled(keeper: Keeper) -> None:
    async with asyncio.timeout(10):
        while keeper._waiting:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)
        await asyncio.sleep(0)


def test_a_hash_tells_another_picture_and_forgives_noise() -> None:
    first = noise(1)
    jpeg = cv2.imdecode(cv2.imencode(".jpg", first, [cv2.IMWRITE_JPEG_QUALITY, 70])[1], cv2.IMREAD_COLOR)
    assert bits_apart(picture_hash(first), picture_hash(np.asarray(jpeg, np.uint8))) <= ALIKE_BITS
    assert bits_apart(picture_hash(first), picture_hash(noise(2))) > 4 * ALIKE_BITS


async def test_a_frame_that_two_models_count_otherwise_is_kept_for_that(tmp_path: Path) -> None:
    sure = Detections(np.array([[100, 100, 180, 300]], np.float32), np.array([0.95], np.float32), np.zeros(1, np.uint8))
    async with at_work(tmp_path) as (keeper, told):
        camera = Camera(keeper)
        looks = []
        for second in range(140):
            frame = Frame("north", second, START + timedelta(seconds=second), None, noise(second // 20))
            looks.append(keeper.offer(frame, sure, camera.seen(sure, second), "m1"))
            if second == 70:
                await settled(keeper)
                assert told == [], "nothing in it is unsure"
                assert looks[69] is not None
                keeper.compared(looks[69], 1, 1)
                assert looks[70] is not None
                keeper.compared(looks[70], 1, 6)
        await settled(keeper)
        assert keeper.offer(Frame("nowhere", 0, START, None, noise(1)), sure, camera.seen(sure, 141), "m1") is None
    [capture] = told
    assert capture.captured_at == START + timedelta(seconds=70)
    assert Reason.DISAGREEMENT in capture.reasons


async def test_the_best_of_a_while_is_written_whole_and_told(tmp_path: Path) -> None:
    async with at_work(tmp_path) as (keeper, told):
        camera = Camera(keeper)
        for second in range(130):
            camera.look(second, seed=second // 20)
        await settled(keeper)
    assert 1 <= len(told) <= 3
    for capture in told:
        path = tmp_path / capture.file
        assert path.stat().st_size == capture.size_bytes
        picture = cv2.imread(str(path))
        assert picture.shape[:2] == (capture.height, capture.width)
        sidecar = Sidecar.model_validate_json(path.with_suffix(".json").read_bytes())
        assert sidecar.capture == capture
        assert (capture.policy, capture.model, capture.state) == ("blurred", "m1", State.OK)
        assert Reason.LOW_MARGIN in capture.reasons
        assert [(one.name, one.score) for one in capture.boxes] == [
            *(("person", 0.46), ("person", 0.45), ("head", 0.44)),
        ]
        assert capture.keep_until - capture.captured_at == timedelta(days=30)
        assert path.stat().st_mode & 0o007 == 0, "nobody else on the machine may read it"
    assert not list(tmp_path.rglob("*.part"))  # noqa: ASYNC240 - a small folder


async def test_cameras_that_are_not_named_are_not_kept(tmp_path: Path) -> None:
    async with at_work(tmp_path, venue(cameras=["south"])) as (keeper, told):
        for second in range(130):
            Camera(keeper).look(second, seed=second)
        await settled(keeper)
    assert (told, keeper.counts.looks) == ([], 0)


async def test_with_consent_the_picture_is_as_it_was(tmp_path: Path) -> None:
    config = venue(capture="consented", consent_reference="contract 12")
    async with at_work(tmp_path, config) as (keeper, told):
        camera = Camera(keeper)
        frame = camera.look(0)
        camera.look(61, seed=1)
        await settled(keeper)
    (capture,) = told
    assert capture.consent_reference == "contract 12"
    kept = cv2.imread(str(tmp_path / capture.file)).astype(int)
    assert np.abs(kept - frame.pixels).mean() < 12, "but for the compression"


def test_people_are_hidden_and_whoever_was_missed_is_too_small_to_be_recognised() -> None:
    picture = noise(3)
    body, head = np.array([[100.0, 100, 180, 320]]), np.array([[400.0, 100, 430, 140]])
    drawn = shown(picture, body, head, venue().learning.capture)
    assert drawn.scale == pytest.approx(106 / 300), "a head of 40 px belongs to somebody 300 px high"
    kept = cv2.imdecode(np.frombuffer(drawn.jpeg, np.uint8), cv2.IMREAD_COLOR).astype(float)
    assert kept.shape[:2] == (drawn.height, drawn.width)
    small = cv2.resize(picture, (drawn.width, drawn.height), interpolation=cv2.INTER_AREA).astype(float)

    def likeness(left: float, top: float, right: float, bottom: float) -> float:
        rows = slice(round(top * drawn.scale), round(bottom * drawn.scale))
        columns = slice(round(left * drawn.scale), round(right * drawn.scale))
        return float(np.corrcoef(kept[rows, columns].ravel(), small[rows, columns].ravel())[0, 1])

    assert likeness(105, 105, 175, 315) < 0.6
    assert likeness(200, 300, 400, 450) > 0.9
    rows, columns = (
        slice(round(low * drawn.scale), round(high * drawn.scale)) for low, high in ((102, 138), (402, 428))
    )
    cells = kept[rows, columns]
    assert np.unique(cells.mean(axis=2).round(-1)).size <= 6 * HEAD_BLOCKS


async def test_a_request_brings_the_frames_around_its_moment_once(tmp_path: Path) -> None:
    config = venue(spacing_s=3600, per_hour=5)  # so that nothing is kept of itself
    async with at_work(tmp_path, config, now_s=130) as (keeper, told):
        camera = Camera(keeper)
        for second in range(0, 120, 2):
            camera.look(second, seed=second)
            await settled(keeper)
        request = CaptureRequest(
            venue_id="town", camera_id="north", captured_at=START + timedelta(seconds=60), state=State.OK, around_s=10
        )
        assert keeper.ask(request) == 3
        assert keeper.ask(request) == 0, "they were given"
        assert keeper.ask(request.model_copy(update={"captured_at": START - timedelta(hours=1)})) == 0
        assert keeper.ask(request.model_copy(update={"camera_id": "roof"})) == 0
        assert keeper.ask(request.model_copy(update={"captured_at": START + timedelta(seconds=100)})) == 2, "the budget"
        await settled(keeper)
    assert len(told) == 5
    assert all(one.reasons[0] is Reason.ALERT_DISMISSED and one.uncertainty == 1 for one in told)
    apart = [abs((one.captured_at - request.captured_at).total_seconds()) for one in told[:3]]
    assert max(apart) <= 10
    assert min(apart) <= 3


@pytest.mark.parametrize("trouble", ["allowance", "disk", "unwritable", "a file in the way"])
async def test_trouble_with_the_folder_is_named_and_stops_nothing(
    tmp_path: Path, trouble: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "captures"
    words = {"allowance": "learning.storage_mb", "disk": "MB free"}.get(trouble, "cannot be written to")
    if trouble == "allowance":
        filled = root / "town/north/20260501"
        filled.mkdir(parents=True)
        with (filled / "old.jpg").open("wb") as file:
            file.truncate(500_000_000)
    if trouble == "disk":
        monkeypatch.setattr(files, "LEAST_FREE_MB", 10**9)
        monkeypatch.setattr(CaptureFolder.__init__, "__kwdefaults__", {"least_free_mb": 10**9})
    if trouble == "unwritable":

        def refuse(*_: object, **__: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)  # root may write anywhere, so a mode would not do
    if trouble == "a file in the way":
        root.write_text("")
    async with at_work(root) as (keeper, told):
        camera = Camera(keeper)
        for second in range(0, 200, 4):
            camera.look(second, seed=second // 20)
            await settled(keeper)
        monkeypatch.undo()
    assert (told, keeper.counts.looks) == ([], 50)
    assert keeper.counts.failed >= 2
    said = capsys.readouterr().out
    assert said.count("counting goes on") == 1
    assert words in said


async def test_a_slow_disk_makes_frames_drop_and_never_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping_module, "QUEUE", 2)
    write = CaptureFolder.write

    def slow(self: CaptureFolder, sidecar: Sidecar, jpeg: bytes) -> None:
        time.sleep(0.2)
        write(self, sidecar, jpeg)

    monkeypatch.setattr(CaptureFolder, "write", slow)
    async with at_work(tmp_path) as (keeper, told):
        camera, longest_s = Camera(keeper), 0.0
        for step in range(12):
            began = time.perf_counter()
            camera.look(61 * step, seed=step)
            longest_s = max(longest_s, time.perf_counter() - began)
        assert longest_s < 0.15
    assert keeper.counts.dropped >= 1
    assert len(told) == keeper.counts.kept >= 1


async def test_a_restart_tells_again_what_was_written_and_forgets_no_budget(tmp_path: Path) -> None:
    config = venue(per_hour=1, per_day=1)
    async with at_work(tmp_path, config) as (keeper, told):
        camera = Camera(keeper)
        camera.look(0)
        camera.look(3601, seed=1)
        await settled(keeper)
    (first,) = told
    (tmp_path / first.file).with_name("0" * 32 + ".json").write_text("cut sho")  # a sidecar without its picture
    async with at_work(tmp_path, config, now_s=3700) as (keeper, again):
        camera = Camera(keeper)
        camera.look(3700, seed=2)
        camera.look(3700 + 3601, seed=3)
        await settled(keeper)
    assert again == [first]


async def test_a_request_through_redis_is_heard_and_the_frame_goes_on_the_stream(
    tmp_path: Path, valkey_url: str
) -> None:
    redis = connect(valkey_url)
    publisher = Publisher(redis, "town")
    async with keeping(tmp_path, world.venue("town"), publisher, redis) as off:
        assert off is None
    async with keeping(tmp_path, venue(per_hour=5, spacing_s=3600), publisher, redis) as keeper:
        assert keeper is not None
        Camera(keeper).look(0)
        await settled(keeper)
        request = CaptureRequest(venue_id="town", camera_id="north", captured_at=START, state=State.OK)
        async with asyncio.timeout(10):
            await redis.publish(CAPTURE_REQUESTS.key("town"), "not a request")
            while not await redis.publish(  # noqa: ASYNC110 - until somebody listens
                CAPTURE_REQUESTS.key("town"), request.model_dump_json()
            ):
                await asyncio.sleep(0.02)
            while not keeper.counts.kept:  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
    await publisher.flush(2)
    entries = await redis.xrange(CAPTURES.key("town"))
    await redis.aclose()
    (capture,) = [Capture.model_validate_json(fields[b"m"]) for _, fields in entries]
    assert (tmp_path / "captures" / capture.file).is_file()
