"""Live cameras through real capture processes and real servers."""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
import structlog

from domain.messages import CameraHealth, State
from domain.source import Source
from ingest.camera import Camera
from ingest.frame import Frame
from ingest.limits import CameraLimits
from tests.fakes.footage import HEIGHT, WIDTH, number_of, write_h264
from tests.fakes.mjpeg import MjpegCamera
from tests.fakes.processes import capture_processes
from tests.fakes.rtsp import RtspServer, free_port


def health_of(camera: Camera) -> CameraHealth:
    return camera.health("venue", datetime.now(UTC))


async def until(condition: Callable[[], bool], within_s: float) -> float:
    """Wait for something to become true; gives how long it took."""
    began_s = time.monotonic()
    while not condition():
        took_s = time.monotonic() - began_s
        assert took_s < within_s, f"not within {within_s} s"
        await asyncio.sleep(0.05)
    return time.monotonic() - began_s


class Reader:
    """Takes every frame it can get, in the background."""

    def __init__(self, camera: Camera) -> None:
        self.frames: list[Frame] = []
        self.arrived_s: list[float] = []
        self._task = asyncio.create_task(self._read(camera))

    async def _read(self, camera: Camera) -> None:
        async for frame in camera.frames():
            self.frames.append(frame)
            self.arrived_s.append(time.monotonic())

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def longest_gap_s(self) -> float:
        return max(later - earlier for earlier, later in itertools.pairwise(self.arrived_s))


@contextlib.asynccontextmanager
async def reading(url: str, limits: CameraLimits | None = None) -> AsyncIterator[tuple[Camera, Reader]]:
    async with Camera("door", Source.parse(url), limits=limits) as camera:
        reader = Reader(camera)
        try:
            yield camera, reader
        finally:
            await reader.stop()


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("footage")
    write_h264(folder / "door.mp4", 250)
    return folder


async def test_an_rtsp_camera_gives_whole_frames_at_its_rate(footage: Path) -> None:
    with RtspServer(footage) as server:
        async with reading(server.url("door.mp4")) as (camera, reader):
            # What came while the stream was examined comes in one bunch at first.
            await until(lambda: len(reader.frames) > 50 and health_of(camera).fps == pytest.approx(25, abs=3), 15)
            health = health_of(camera)
    assert health.state is State.OK
    assert (health.frame_width, health.frame_height) == (WIDTH, HEIGHT)
    numbers = [number_of(frame.pixels) for frame in reader.frames]
    sequences = [frame.sequence for frame in reader.frames]
    assert numbers == [sequence % 250 for sequence in sequences]
    assert sequences == sorted(set(sequences))
    assert {frame.media_time_s for frame in reader.frames} == {None}


async def test_a_slow_reader_of_a_live_camera_gets_the_newest_and_the_rest_is_counted() -> None:
    async with MjpegCamera() as server, Camera("door", Source.parse(server.url())) as camera:
        frames: list[Frame] = []
        ages_s: list[float] = []
        async for frame in camera.frames():
            frames.append(frame)
            ages_s.append((datetime.now(UTC) - frame.captured_at).total_seconds())
            await asyncio.sleep(0.3)
            if len(frames) == 8:
                break
        health = health_of(camera)
    gaps = [later.sequence - earlier.sequence for earlier, later in itertools.pairwise(frames)]
    assert min(gaps) >= 1
    assert max(gaps) > 3
    assert max(ages_s) < 0.2
    assert [number_of(frame.pixels) for frame in frames] == [frame.sequence for frame in frames]
    # Each frame was handed out, or dropped, or is the one that waits to be looked at.
    assert health.frames_captured - health.frames_dropped - len(frames) in (0, 1)
    assert health.frames_dropped > 20


async def test_frames_looked_at_too_late_are_counted() -> None:
    strict = CameraLimits(latency_bound_s=0.0)
    async with MjpegCamera(fps=5) as server, reading(server.url(), strict) as (camera, reader):
        await until(lambda: len(reader.frames) >= 3, 8)
        assert health_of(camera).frames_late >= 3


async def test_cut_for_fifteen_seconds_and_back_by_itself_while_another_is_never_slowed(footage: Path) -> None:
    with RtspServer(footage) as cut, RtspServer(footage) as steady:
        async with (
            reading(cut.url("door.mp4")) as (camera, reader),
            reading(steady.url("door.mp4")) as (other, other_reader),
        ):
            await until(lambda: bool(reader.frames and other_reader.frames), 12)
            cut.cut()
            seen: list[tuple[State, str | None]] = []
            others: set[State] = set()
            ends_s = time.monotonic() + 15
            while time.monotonic() < ends_s:
                health = health_of(camera)
                if not seen or seen[-1][0] != health.state:
                    seen.append((health.state, health.reason))
                others.add(health_of(other).state)
                await asyncio.sleep(0.1)
            last_before = reader.frames[-1].sequence
            assert [state for state, _ in seen] == [State.OK, State.STALE, State.BLIND]
            assert seen[2][1] is not None
            assert "connection refused" in seen[2][1]
            cut.serve()
            await until(lambda: health_of(camera).state is State.OK, 9)
            await until(lambda: reader.frames[-1].sequence > last_before + 10, 3)
            health = health_of(camera)
            assert (health.reason, health.restarts > 0) == (None, True)
            assert others == {State.OK}
            assert other_reader.longest_gap_s < 1
            assert health_of(other).restarts == 0


async def test_a_killed_capture_is_back_within_seconds_and_its_sequence_goes_on() -> None:
    async with MjpegCamera() as server, reading(server.url()) as (camera, reader):
        await until(lambda: len(reader.frames) > 5, 8)
        capture_processes()[0].kill()
        before = len(reader.frames)
        await until(lambda: len(reader.frames) > before + 5, 5)
        sequences = [frame.sequence for frame in reader.frames]
        assert sequences == sorted(set(sequences))
        assert health_of(camera).restarts == 1


async def test_a_capture_that_hangs_is_killed_and_back_within_ten_seconds() -> None:
    async with MjpegCamera() as server, reading(server.url()) as (camera, reader):
        await until(lambda: len(reader.frames) > 5, 8)
        hung = capture_processes()[0]
        os.kill(hung.pid, signal.SIGSTOP)  # as native code that never returns: it answers to nothing but SIGKILL
        hung_at_s = time.monotonic()
        before = len(reader.frames)
        await asyncio.sleep(1)
        await until(lambda: len(reader.frames) > before + 1, 10)
        assert time.monotonic() - hung_at_s < 10
        assert not psutil.pid_exists(hung.pid)
        assert health_of(camera).restarts == 1


async def test_a_camera_that_accepts_a_call_and_says_nothing_is_called_again_and_slows_nobody() -> None:
    async with MjpegCamera() as mute, MjpegCamera() as fine:
        mute.silent = True
        # The open timeout is out of reach: the open itself hangs.
        limits = CameraLimits(open_timeout_s=60, hang_after_s=2)
        async with reading(mute.url(), limits) as (camera, _), reading(fine.url()) as (_, reader):
            await until(lambda: mute.calls >= 3, 12)
            health = health_of(camera)
            assert (health.state, health.restarts >= 2) == (State.BLIND, True)
            assert health.reason == "its capture did not answer for 2 s"
            assert reader.longest_gap_s < 1
            mute.silent = False
            await until(lambda: health_of(camera).state is State.OK, 10)


async def test_an_event_loop_held_up_by_something_else_is_not_taken_for_a_camera_that_hangs() -> None:
    async with MjpegCamera() as server, reading(server.url(), CameraLimits(hang_after_s=1)) as (camera, reader):
        await until(lambda: len(reader.frames) > 5, 8)
        time.sleep(2)  # noqa: ASYNC251 - the very thing that is tested
        before = len(reader.frames)
        await until(lambda: len(reader.frames) > before + 5, 3)
        assert health_of(camera).restarts == 0


async def test_a_usb_camera_that_is_not_there_says_so() -> None:
    async with Camera("door", Source.parse("usb:63")) as camera:
        await until(lambda: "USB" in (health_of(camera).reason or ""), 8)


async def test_a_camera_switched_off_at_any_moment_of_its_start_leaves_no_process() -> None:
    async with MjpegCamera() as server:
        for tenths in range(8):
            async with Camera("door", Source.parse(server.url())):
                await asyncio.sleep(tenths / 20)
            assert not capture_processes()


async def test_a_reader_left_behind_finds_the_end_when_its_camera_is_switched_off() -> None:
    async with MjpegCamera() as server:
        async with Camera("door", Source.parse(server.url())) as camera:
            frames = camera.frames()
            await anext(frames)
            await asyncio.sleep(0.2)
        assert [frame async for frame in frames] == []


async def test_an_open_timeout_says_that_the_camera_does_not_answer() -> None:
    async with MjpegCamera() as mute:
        mute.silent = True
        async with reading(mute.url(), CameraLimits(open_timeout_s=1)) as (camera, _):
            await until(lambda: health_of(camera).reason == "the camera does not answer", 6)


async def test_a_live_picture_that_freezes_is_blind_until_it_moves() -> None:
    async with MjpegCamera() as server, reading(server.url(), CameraLimits(frozen_after_s=1.5)) as (camera, reader):
        await until(lambda: health_of(camera).state is State.OK, 8)
        server.frozen = True
        await until(lambda: health_of(camera).reason == "picture is frozen", 5)
        assert health_of(camera).state is State.BLIND
        server.frozen = False
        await until(lambda: health_of(camera).state is State.OK, 3)
        assert reader.longest_gap_s < 1


@pytest.mark.parametrize("scheme", ["Basic", "Digest"])
async def test_a_password_opens_and_a_wrong_one_is_named_but_never_shown(footage: Path, scheme: str) -> None:
    with RtspServer(footage, login="ann:s3cret", scheme=scheme) as server, structlog.testing.capture_logs() as logs:
        async with (
            reading(server.url("door.mp4", "ann:s3cret")) as (right, _),
            reading(server.url("door.mp4", "ann:wr0ng")) as (wrong, _),
        ):
            await until(lambda: health_of(wrong).reason == "wrong password", 8)
            await until(lambda: health_of(right).state is State.OK, 8)
            for process in capture_processes():
                shown = " ".join(process.cmdline()) + repr(process.environ())
                assert "s3cret" not in shown
                assert "wr0ng" not in shown
            assert health_of(wrong).state is State.BLIND
            assert "wr0ng" not in health_of(wrong).model_dump_json()
    assert any(log["event"] == "capture_says" and "401" in log["line"] for log in logs)
    assert "s3cret" not in repr(logs)
    assert "wr0ng" not in repr(logs)


async def test_a_wrong_password_is_not_tried_again_soon_since_cameras_lock_the_account() -> None:
    hasty = CameraLimits(backoff_base_s=0.05, backoff_cap_s=0.05)
    async with (
        MjpegCamera(login="ann:s3cret") as server,
        reading(server.url("ann:wr0ng"), hasty) as (camera, _),
        reading(server.url("ann:s3cret")) as (right, _),
    ):
        await until(lambda: health_of(camera).reason == "wrong password", 8)
        await until(lambda: health_of(right).state is State.OK, 8)
        calls = server.calls
        await asyncio.sleep(2)
        assert server.calls == calls


async def test_a_stream_that_is_not_there_and_a_refused_call_say_so(footage: Path) -> None:
    with RtspServer(footage) as server:
        nobody = f"rtsp://127.0.0.1:{free_port()}/x"
        async with reading(server.url("window.mp4")) as (missing, _), reading(nobody) as (refused, _):
            await until(lambda: "404" in (health_of(missing).reason or ""), 8)
            await until(lambda: health_of(refused).reason == "connection refused", 8)


PARENT = """
import asyncio, sys
from domain.source import Source
from ingest.camera import Camera
async def main():
    async with Camera("door", Source.parse(sys.argv[1])), Camera("gate", Source.parse(sys.argv[2])):
        await asyncio.sleep(60)
asyncio.run(main())
"""


async def test_when_the_parent_is_killed_no_capture_process_remains_not_even_a_hung_one() -> None:
    async with MjpegCamera() as fine, MjpegCamera() as mute:
        mute.silent = True
        parent = await asyncio.create_subprocess_exec(sys.executable, "-c", PARENT, fine.url(), mute.url())
        await until(lambda: bool(fine.calls and mute.calls), 10)
        captures = capture_processes(parent.pid)
        assert len(captures) == 2
        parent.kill()
        await parent.wait()
        await until(lambda: not any(process.is_running() for process in captures), 2)
