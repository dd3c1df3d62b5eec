"""From a camera's frames to labels and back, and the command for it.

Frames are kept by the worker with people hidden, stored, labelled, exported, imported and purged.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import httpx
import numpy as np
import pytest

from api.database.pool import Database
from api.recorder.service import Recorder
from domain.captures import CAPTURES_FOLDER
from domain.errors import BadInput
from domain.settings import Settings
from domain.venue import VenueConfig
from headroom.labels.console import export_to, import_from, purge_some, show_stats
from inference.batching import Batcher
from inference.camera_pipeline import CameraPipeline
from inference.camera_worker import CameraWorker, Desk
from inference.detect.base import Detections, Picture
from inference.detect.openvino import OpenVinoDetector
from inference.learning.requests import keeping
from inference.learning.shown import TALLEST_PX
from inference.publish import Publisher, connect
from inference.track.tracker import iou
from ingest.frame import Frame
from tests.api import world

START = datetime(2026, 5, 1, 18, tzinfo=UTC)
EVERY = 20
"""Of vtest.avi's frames one in so many is looked at: two seconds apart."""
SIZE = (768, 576)
URL = "/api/v1/venues/town"


@pytest.fixture(scope="session")
def _prepared(databases: world.Databases) -> str:
    url = databases.create()
    _run_apart(lambda: world.build(url))
    return url


def _run_apart(work: Callable[[], object]) -> None:
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work())).result()  # type: ignore[arg-type]


@pytest.fixture
async def settings(
    databases: world.Databases, _prepared: str, valkey_url: str, tmp_path: Path
) -> AsyncIterator[Settings]:
    url = databases.create(template=_prepared)
    yield world.settings_for(url, valkey_url, data=tmp_path / "data")
    databases.drop(url)


def venue(source: Path) -> VenueConfig:
    config = world.venue("town").model_dump(mode="json")
    camera = {"id": "north", "name": "North", "source": str(source), "frame_size": SIZE}
    zone = {"id": "floor", "name": "Floor", "camera_id": "north", "polygon": [[0, 0], [768, 0], [768, 576], [0, 576]]}
    learning = {"capture": "blurred", "per_hour": 60, "per_day": 60, "spacing_s": 1, "retention_days": 365}
    return VenueConfig.model_validate(
        config | {"cameras": [camera], "zones": [zone], "lines": [], "learning": learning}
    )


def footage(path: Path) -> list[Picture]:
    video, pictures = cv2.VideoCapture(str(path)), []
    while True:
        there, picture = video.read()
        if not there:
            return pictures[::EVERY]
        pictures.append(np.asarray(picture, np.uint8))


async def watched(config: VenueConfig, settings: Settings, pictures: list[Picture], detector: OpenVinoDetector) -> None:
    """The worker's own way from a frame to what is told, without waiting for the clock."""
    assert settings.redis_url is not None
    redis = connect(settings.redis_url.get_secret_value())
    publisher = Publisher(redis, config.id)
    async with Batcher(detector) as batcher, keeping(settings.data, config, publisher, redis) as keeper:
        camera = CameraWorker(config.cameras[0], Desk(config, batcher, publisher, lambda _: "n/one", keeper=keeper))
        pipeline = CameraPipeline([zone.polygon for zone in config.zones], [], SIZE)
        for place, picture in enumerate(pictures):
            frame = Frame("north", place, START + timedelta(seconds=2 * place), None, picture)
            found: Detections = await batcher.detect(picture)
            camera._take(pipeline, frame, found)
    await publisher.flush(5)
    await redis.aclose()


@asynccontextmanager
async def recorded(settings: Settings) -> AsyncIterator[None]:
    assert settings.redis_url is not None
    assert settings.database_url is not None
    redis, stop = connect(settings.redis_url.get_secret_value()), asyncio.Event()
    async with Database(settings.database_url.get_secret_value(), size=2) as database:
        recorder = Recorder(redis, database, consumer="one", retention_days=30)
        task = asyncio.create_task(recorder.run(stop))
        try:
            yield
        finally:
            stop.set()
            await task
            await redis.aclose()


def truth_of(assets: Path, frame: int) -> np.ndarray:
    rows = np.loadtxt(assets / "datasets/pets09_s2l1/gt/gt.txt", delimiter=",")
    mine = rows[(rows[:, 0] == frame + 1) & (rows[:, 6] != 0)]
    return np.column_stack([mine[:, 2:4], mine[:, 2:4] + mine[:, 4:6]])


def detail(picture: np.ndarray, box: np.ndarray) -> np.ndarray:
    """What is finer than a tenth of the picture's width of a person, in a box; as one row of numbers."""
    left, top, right, bottom = np.clip(np.round(box), 0, None).astype(int)
    region = picture[top:bottom, left:right].astype(float)
    return (region - cv2.GaussianBlur(region, (0, 0), 2)).ravel()


def assert_people_are_hidden(kept: np.ndarray, frame: Picture, people: np.ndarray, found: np.ndarray) -> None:
    """Of the people of the truth whom a box was found for nothing fine is left; the others are small."""
    scale = kept.shape[1] / frame.shape[1]
    plain = cv2.resize(frame, (kept.shape[1], kept.shape[0]), interpolation=cv2.INTER_AREA)
    people = people * scale
    matched = iou(people, found).max(axis=1, initial=0) > 0.4
    assert matched.mean() >= 0.7, "most are found, or this would show nothing"
    for box in people[matched]:
        head = box.copy()
        head[3] = box[1] + 0.25 * (box[3] - box[1])
        for part in (box, head):
            assert np.corrcoef(detail(kept, part), detail(plain, part))[0, 1] < 0.4, part
    assert (people[:, 3] - people[:, 1]).max() <= TALLEST_PX + 1
    corner = np.array([0, kept.shape[0] * 0.85, kept.shape[1] * 0.15, kept.shape[0]])
    if iou(corner[None], found).max(initial=0) == 0:
        assert np.corrcoef(detail(kept, corner), detail(plain, corner))[0, 1] > 0.6, "the rest is as it was"


async def test_from_the_camera_to_labels_and_back(assets: Path, settings: Settings, tmp_path: Path) -> None:
    config, pictures = venue(assets / "videos/vtest.avi"), footage(assets / "videos/vtest.avi")
    await world.prepare(settings, venue=config, admin=None)
    assert settings.database_url is not None
    database = settings.database_url.get_secret_value()
    detector = OpenVinoDetector(assets / "models/yolov8n_rebuilt.onnx", name="n", precision="f32")
    await watched(config, settings, pictures, detector)
    headers = world.bearer(world.token(await world.user_id(database, "admin@town"), email="admin@town"))
    async with (
        recorded(settings),
        world.serving(settings) as url,
        httpx.AsyncClient(base_url=url, headers=headers) as client,
    ):

        async def stored() -> list[dict[str, object]]:
            return (await client.get(f"{URL}/captures")).json()["captures"]

        captures = await world.eventually(stored)
        assert isinstance(captures, list)
        assert captures
        for one in captures:
            picture = (await client.get(f"{URL}/captures/{one['capture_id']}/picture")).content
            kept = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR)
            story = (await client.get(f"{URL}/captures/{one['capture_id']}")).json()
            found = np.array([[box[side] for side in ("left", "top", "right", "bottom")] for box in story["labels"]])
            place = round((datetime.fromisoformat(one["captured_at"]) - START).total_seconds() / 2)
            assert_people_are_hidden(kept, pictures[place], truth_of(assets, place * EVERY), found)
            assert (one["state"], one["policy"], one["model"]) == ("prelabelled", "blurred", "n/one")
            head = {"shape": "point", "x": 12.34, "y": 56.78}
            body = {"revision": 1, "labels": [*story["labels"][1:], head]}
            assert (await client.put(f"{URL}/captures/{one['capture_id']}/labels", json=body)).status_code == 200
            answer = await client.post(f"{URL}/captures/{one['capture_id']}/accept", json={"revision": 2})
            assert answer.status_code == 200
        await _out_and_in(client, settings, captures, tmp_path)
        await purge_some(
            settings, "town", "admin@town", "the test is over", None, None, START, START + timedelta(days=1)
        )
        ledger = (await client.get(f"{URL}/purge-ledger")).json()["entries"]
    assert not list((settings.data / CAPTURES_FOLDER).rglob("*.jpg"))
    assert {(one["event"], one["why"]) for one in ledger} == {("kept", None), ("purged", "request")}
    assert len(ledger) == 2 * len(captures)


async def _out_and_in(
    client: httpx.AsyncClient, settings: Settings, captures: list[dict[str, object]], tmp_path: Path
) -> None:
    """Exported by the command, spoilt, imported again: the labels are what they were."""

    async def labels() -> list[object]:
        stories = [(await client.get(f"{URL}/captures/{one['capture_id']}")).json() for one in captures]
        return [sorted(story["labels"], key=json.dumps) for story in stories]

    before = await labels()
    for name in ("out.zip", "out.json"):
        await export_to(settings, tmp_path / name, "town", "admin@town", [], None, None, None)
        await import_from(settings, tmp_path / name, "town", "admin@town", accept=True)
        assert await labels() == before
        with pytest.raises(BadInput, match="cannot be written: File exists"):
            await export_to(settings, tmp_path / name, "town", "admin@town", [], None, None, None)
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


async def test_the_command_says_how_far_it_is_and_refuses_in_words(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await show_stats(settings, "town", "admin@town", as_json=True)
    assert json.loads(capsys.readouterr().out)["states"]["accepted"] == 0
    await show_stats(settings, "town", "admin@town", as_json=False)
    assert "off, for 30 days" in capsys.readouterr().out
    for work, words in (
        (show_stats(settings, "town", "nobody@town", as_json=False), "nobody has that address"),
        (show_stats(settings, "town", None, as_json=False), "--as EMAIL: name an engineer"),
        (import_from(settings, tmp_path / "a.xml", "town", None, accept=False), "ends in .zip"),
        (import_from(settings, tmp_path / "a.zip", "town", "admin@town", accept=False), "No such file"),
        (export_to(settings, tmp_path / "a.zip", "town", "admin@town", ["good"], None, None, None), "--state good"),
        (export_to(settings, tmp_path / "a.zip", "town", "admin@town", [], None, None, None), "0 captures match"),
        (purge_some(settings, "town", "admin@town", "because", None, None, None, None), "name capture_ids, or since"),
    ):
        with pytest.raises(BadInput, match=words):
            await work
