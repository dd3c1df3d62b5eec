"""Recordings through a real capture process: every frame, in order, whole."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadSource
from domain.messages import State
from domain.source import Source
from ingest.camera import Camera
from ingest.frame import Frame
from ingest.limits import CameraLimits, Pace
from tests.fakes.footage import HEIGHT, WIDTH, number_of, numbered_frame, write_h264, write_stills, write_video
from tests.fakes.processes import capture_processes


async def collect(path: Path, **options: object) -> list[Frame]:
    async with Camera("hall", Source.parse(str(path)), **options) as camera:  # type: ignore[arg-type]
        return [frame async for frame in camera.frames()]


@pytest.mark.parametrize("name", ["hall.avi", "hall.mp4", "h264.mp4"])
async def test_flat_out_gives_every_frame_in_order_with_its_time(name: str, tmp_path: Path) -> None:
    write = write_h264 if name == "h264.mp4" else write_video
    frames = await collect(write(tmp_path / name, 60), pace=Pace.FLAT_OUT)
    assert [number_of(frame.pixels) for frame in frames] == list(range(60))
    assert [frame.sequence for frame in frames] == list(range(60))
    assert [frame.media_time_s for frame in frames] == pytest.approx([number / 25 for number in range(60)])
    assert frames[0].pixels.shape == (HEIGHT, WIDTH, 3)
    assert frames[0].camera_id == "hall"


async def test_a_slow_reader_gets_every_frame_of_a_recording(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 40)
    numbers = []
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            numbers.append(number_of(frame.pixels))
            await asyncio.sleep(0.02)
        health = camera.health("venue", datetime.now(UTC))
    assert numbers == list(range(40))
    assert (health.frames_captured, health.frames_dropped) == (40, 0)


async def test_in_real_time_frames_come_by_the_recordings_own_clock(tmp_path: Path) -> None:
    frames = await collect(write_video(tmp_path / "hall.avi", 30, fps=20))
    took = frames[-1].captured_at - frames[0].captured_at
    assert 29 / 20 - 0.1 < took / timedelta(seconds=1) < 3 * 29 / 20, "no faster; a busy machine may be slower"
    assert abs(datetime.now(UTC) - frames[-1].captured_at) < timedelta(seconds=1)


async def test_an_absurd_rate_in_the_header_falls_back_to_25(tmp_path: Path) -> None:
    frames = await collect(write_video(tmp_path / "hall.avi", 30, fps=1000))
    took = frames[-1].captured_at - frames[0].captured_at
    assert 29 / 25 - 0.1 < took / timedelta(seconds=1) < 3 * 29 / 25, "no faster; a busy machine may be slower"


async def test_a_loop_starts_again_and_its_sequence_goes_on(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 10)
    frames: list[Frame] = []
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT, loop=True) as camera:
        async for frame in camera.frames():
            frames.append(frame)
            if len(frames) == 35:
                break
    assert [number_of(frame.pixels) for frame in frames] == [number % 10 for number in range(35)]
    assert [frame.sequence for frame in frames] == list(range(35))
    assert frames[10].media_time_s == 0


async def test_a_loop_goes_on_for_ever_and_not_for_as_many_rounds_as_there_is_room(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 3)
    seen = 0
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT, loop=True) as camera, asyncio.timeout(30):
        async for _ in camera.frames():
            seen += 1
            if seen == 300:
                break


async def test_a_folder_of_pictures_is_a_recording_of_any_sizes(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        picture = numbered_frame(number)
        cv2.imwrite(str(tmp_path / f"{number}.png"), cv2.resize(picture, None, fx=number, fy=number))
    frames = await collect(tmp_path, pace=Pace.FLAT_OUT)
    assert [frame.pixels.shape[:2] for frame in frames] == [(HEIGHT * n, WIDTH * n) for n in (1, 2, 10)]
    assert frames[2].media_time_s == pytest.approx(2 / 25)


async def test_a_single_picture_is_a_recording_of_one_frame(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "still.png"), numbered_frame(5))
    (frame,) = await collect(tmp_path / "still.png")
    assert number_of(frame.pixels) == 5


async def test_a_killed_capture_goes_on_where_it_was_and_misses_nothing(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 60)
    numbers, sequences = [], []
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            numbers.append(number_of(frame.pixels))
            sequences.append(frame.sequence)
            if len(numbers) in (10, 30):
                capture_processes()[0].kill()
        health = camera.health("venue", datetime.now(UTC))
    assert numbers == sequences == list(range(60))
    assert health.restarts == 2


async def test_a_recording_that_hangs_its_decoder_again_and_again_is_bad(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 10)
    limits = CameraLimits(hang_after_s=1.0, backoff_base_s=0.01)

    async def stop_every_capture() -> None:
        while True:
            for process in capture_processes():
                os.kill(process.pid, signal.SIGSTOP)
            await asyncio.sleep(0.005)

    async with Camera("hall", Source.parse(str(path)), limits=limits) as camera:
        stopper = asyncio.create_task(stop_every_capture())
        with pytest.raises(BadSource, match=r"hall\.avi cannot be decoded beyond frame \d"):
            async for _ in camera.frames():
                pass
        stopper.cancel()
    assert not capture_processes()


async def test_a_recording_that_waits_for_its_reader_is_neither_stale_nor_killed(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 40)
    async with Camera(
        "hall", Source.parse(str(path)), pace=Pace.FLAT_OUT, limits=CameraLimits(hang_after_s=2)
    ) as camera:
        frames = camera.frames()
        await anext(frames)
        await asyncio.sleep(4.5)
        health = camera.health("venue", datetime.now(UTC))
        assert (health.state, health.restarts) == (State.OK, 0)
        assert number_of((await anext(frames)).pixels) == 1


async def test_after_its_end_a_recording_turns_stale_with_the_reason(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 3)
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for _ in camera.frames():
            pass
        health = camera.health("venue", datetime.now(UTC) + timedelta(seconds=6))
    assert health.state is State.STALE
    assert health.reason is not None
    assert health.reason.endswith("the recording has ended")


async def test_a_frozen_recording_is_blind_by_its_own_time_however_fast_it_is_read(tmp_path: Path) -> None:
    path = write_stills(tmp_path / "hall.avi", (numbered_frame(min(number, 20)) for number in range(100)), fps=5)
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for _ in camera.frames():
            pass
        health = camera.health("venue", datetime.now(UTC))
    assert (health.state, health.reason) == (State.BLIND, "picture is frozen")


async def test_a_black_recording_is_blind(tmp_path: Path) -> None:
    path = write_stills(tmp_path / "hall.avi", (np.zeros((90, 160, 3), np.uint8) for _ in range(25)), fps=5)
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for _ in camera.frames():
            pass
        health = camera.health("venue", datetime.now(UTC))
    assert (health.state, health.reason) == (State.BLIND, "picture is black")


async def test_in_a_venue_a_bad_file_is_blind_and_is_read_once_it_is_mended(tmp_path: Path) -> None:
    path = tmp_path / "hall.avi"
    path.write_text("the film is in the post")
    limits = CameraLimits(mend_retry_s=0.3)
    async with Camera("hall", Source.parse(str(path)), loop=True, limits=limits) as camera:
        first = asyncio.ensure_future(anext(camera.frames()))
        await asyncio.sleep(1.5)
        health = camera.health("venue", datetime.now(UTC))
        assert health.state is State.BLIND
        assert health.reason is not None
        assert "hall.avi is a text file" in health.reason
        write_video(tmp_path / "new.avi", 10).rename(path)
        assert number_of((await asyncio.wait_for(first, 10)).pixels) == 0
        assert camera.health("venue", datetime.now(UTC)).state is State.OK


async def test_leaving_a_camera_early_leaves_no_process(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 200)
    async with Camera("hall", Source.parse(str(path))) as camera:
        await anext(camera.frames())
        assert len(capture_processes()) == 1
    assert not capture_processes()


async def test_frames_outside_the_context_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await anext(Camera("hall", Source.parse(str(tmp_path))).frames())


async def test_a_header_that_claims_twice_the_frames_is_read_to_the_last_of_them(assets: Path) -> None:
    path = assets / "videos" / "people-walking_1280x720_badheader.avi"
    count, media_time_s, began_s = 0, 0.0, time.monotonic()
    async with Camera("hall", Source.parse(str(path)), pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            count += 1
            media_time_s = frame.media_time_s or 0.0
    assert count == 341
    assert media_time_s == pytest.approx(13.6, abs=0.1)
    assert time.monotonic() - began_s < 13.6
