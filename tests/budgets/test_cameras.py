"""How many live cameras fit: the search, what a trial means, and one trial on real streams. No latency is judged."""

from pathlib import Path

import pytest

from domain.venue import VenueConfig
from headroom.bench.cameras import Watched, judged, live_cameras, most_held
from headroom.bench.lap import NotRunError
from headroom.bench.trial import venue


@pytest.mark.parametrize("capacity", [0, 1, 2, 3, 4, 5, 7, 8, 9, 63, 64, 100])
@pytest.mark.parametrize("first", [None, 1, 4])
async def test_the_search_finds_the_most_that_holds_and_tries_nothing_twice(capacity: int, first: int | None) -> None:
    tried: list[int] = []

    async def holds(cameras: int) -> bool:
        tried.append(cameras)
        return cameras <= capacity

    assert await most_held(holds, limit=64, first=first) == min(capacity, 64)
    assert len(set(tried)) == len(tried)
    assert all(1 <= cameras <= 64 for cameras in tried)


async def test_an_open_search_begins_small_and_a_wanted_number_is_tried_first() -> None:
    tried: list[int] = []

    async def holds(cameras: int) -> bool:
        tried.append(cameras)
        return cameras <= 10

    assert await most_held(holds, limit=64, first=4) == 10
    assert tried[:3] == [4, 8, 16]
    tried.clear()
    assert await most_held(holds, limit=8, first=None) == 8
    assert tried == [8]


def watched(*cameras: tuple[float, ...], seconds: float = 10.0) -> Watched:
    latencies = {f"camera-{number}": one for number, one in enumerate(cameras)}
    return Watched(latencies_ms=latencies, seconds=seconds, cpu_s=5.0)


def test_cameras_are_held_where_every_frame_is_counted_in_time() -> None:
    trial = judged(watched((100.0,) * 50, (200.0,) * 50), [10.0] * 20, server_cores=0.1, cores=2)
    assert trial.held
    assert trial.p95_ms == pytest.approx(210)
    assert trial.worst_camera_p95_ms == pytest.approx(200)
    assert trial.slowest_fps == pytest.approx(5)
    assert trial.cpu_share == pytest.approx(0.25)
    assert trial.server_cpu_share == pytest.approx(0.05)


def test_the_publish_hop_counts() -> None:
    assert not judged(watched((390.0,) * 50), [15.0] * 20, server_cores=0.0, cores=2).held


def test_a_camera_whose_frames_are_dropped_is_not_held_however_quick_the_rest_are() -> None:
    assert not judged(watched((50.0,) * 50, (50.0,) * 40), [1.0], server_cores=0.0, cores=2).held
    assert not judged(watched((50.0,) * 50, ()), [1.0], server_cores=0.0, cores=2).held


@pytest.mark.parametrize(("latencies", "hops"), [((), [1.0]), ((50.0,), [])])
def test_a_trial_without_frames_or_messages_is_not_run(latencies: tuple[float, ...], hops: list[float]) -> None:
    with pytest.raises(NotRunError, match="during a trial"):
        judged(watched(latencies), hops, server_cores=0.0, cores=2)


def test_each_camera_of_a_trial_has_its_zone_and_its_line() -> None:
    config = venue(["rtsp://127.0.0.1:1/a.mp4", "rtsp://127.0.0.1:1/a.mp4"], (640, 480))
    assert isinstance(config, VenueConfig)
    assert [zone.camera_id for zone in config.zones] == [camera.id for camera in config.cameras]
    assert [line.camera_id for line in config.lines] == [camera.id for camera in config.cameras]


@pytest.mark.timeout(600)  # eight streams are encoded, and where two cameras are too many, one is tried as well
async def test_two_real_streams_are_decoded_counted_and_published(
    assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEADROOM_ASSETS", str(assets))
    monkeypatch.setenv("HEADROOM_DATA", str(tmp_path))
    found = await live_cameras(assets / "videos" / "vtest.avi", 2, lambda _: None, seconds=2.0)
    trial = next(one for one in found.trials if one["cameras"] == 2)
    assert trial["slowest_fps"] > 0
    assert trial["p95_ms"] > trial["hop_p95_ms"] > 0
    assert 0 < trial["cpu_share"] <= 1.05
