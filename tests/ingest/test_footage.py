"""Recordings that cannot be read: what is said about them, before and after a capture process looks."""

import os
import struct
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from domain.errors import BadSource
from domain.source import Source
from ingest.camera import Camera
from ingest.footage import check_file_source, pictures_of
from ingest.limits import Pace
from tests.fakes.footage import numbered_frame, write_h264, write_video


def source(path: Path) -> Source:
    return Source.parse(str(path))


def write_picture(path: Path, number: int = 0) -> Path:
    assert cv2.imwrite(str(path), numbered_frame(number))
    return path


def cut(path: Path, share: float) -> Path:
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def missing(folder: Path) -> Path:
    return folder / "hall.mp4"


def empty(folder: Path) -> Path:
    (folder / "hall.mp4").touch()
    return folder / "hall.mp4"


def text(folder: Path) -> Path:
    (folder / "hall.mp4").write_text("Dear sirs,\nthe film is in the post, yours…\n" * 40, encoding="utf-8")
    return folder / "hall.mp4"


def cut_avi(folder: Path) -> Path:
    return cut(write_video(folder / "hall.avi", 50), 0.7)


def cut_mp4_at_the_end(folder: Path) -> Path:
    return cut(write_video(folder / "hall.mp4", 50), 0.99)


def cut_mp4_in_the_middle(folder: Path) -> Path:
    return cut(write_video(folder / "hall.mp4", 50), 0.5)


def cut_mkv(folder: Path) -> Path:
    return cut(write_h264(folder / "hall.mkv", 50), 0.8)


def unfinished_mp4(folder: Path) -> Path:
    (folder / "hall.mp4").write_bytes(
        struct.pack(">I4s8s", 16, b"ftyp", b"isom\0\0\2\0") + struct.pack(">I4s", 8, b"mdat")
    )
    return folder / "hall.mp4"


def empty_folder(folder: Path) -> Path:
    (folder / "hall").mkdir()
    return folder / "hall"


def folder_without_pictures(folder: Path) -> Path:
    (folder / "hall").mkdir()
    (folder / "hall" / "notes.txt").write_text("none here")
    return folder / "hall"


def folder_with_an_empty_picture(folder: Path) -> Path:
    (folder / "hall").mkdir()
    write_picture(folder / "hall" / "1.png")
    (folder / "hall" / "2.png").touch()
    return folder / "hall"


def folder_with_text_as_a_picture(folder: Path) -> Path:
    (folder / "hall").mkdir()
    (folder / "hall" / "1.jpg").write_text("not at all")
    return folder / "hall"


BAD: list[tuple[Callable[[Path], Path], str, str]] = [
    (missing, "hall.mp4", "no such file"),
    (empty, "hall.mp4", "is empty"),
    (text, "hall.mp4", "is a text file"),
    (cut_avi, "hall.avi", "is cut off"),
    (cut_mp4_at_the_end, "hall.mp4", "is cut off"),
    (cut_mp4_in_the_middle, "hall.mp4", "is cut off"),
    (cut_mkv, "hall.mkv", "is cut off"),
    (unfinished_mp4, "hall.mp4", "has no index"),
    (empty_folder, "hall", "is empty"),
    (folder_without_pictures, "hall", "no picture"),
    (folder_with_an_empty_picture, "2.png", "is empty"),
    (folder_with_text_as_a_picture, "1.jpg", "is not a picture"),
]


@pytest.mark.parametrize(("make", "name", "what"), BAD, ids=[make.__name__ for make, _, _ in BAD])
def test_a_bad_recording_is_refused_in_one_line_that_names_it(
    make: Callable[[Path], Path], name: str, what: str, tmp_path: Path
) -> None:
    with pytest.raises(BadSource) as refusal:
        check_file_source(source(make(tmp_path)))
    message = str(refusal.value)
    assert name in message
    assert what in message
    assert "\n" not in message
    assert str(tmp_path) not in message


async def frames_of(path: Path) -> int:
    count = 0
    async with Camera("hall", source(path), pace=Pace.FLAT_OUT) as camera:
        async for _ in camera.frames():
            count += 1
    return count


async def test_frames_raise_what_the_check_would_have(tmp_path: Path) -> None:
    path = cut_avi(tmp_path)
    with pytest.raises(BadSource, match=r"hall\.avi is cut off"):
        await frames_of(path)


async def test_bytes_that_are_no_video_are_refused_by_the_decoder(tmp_path: Path) -> None:
    path = tmp_path / "hall.mkv"
    path.write_bytes(os.urandom(50_000))
    check_file_source(source(path))
    with pytest.raises(BadSource, match=r"hall\.mkv is not a video that can be read"):
        await frames_of(path)


async def test_a_broken_picture_in_a_folder_stops_it_there_and_is_named(tmp_path: Path) -> None:
    for number in range(3):
        write_picture(tmp_path / f"{number}.jpg", number)
    cut(tmp_path / "1.jpg", 0.5)
    async with Camera("hall", source(tmp_path), pace=Pace.FLAT_OUT) as camera:
        frames = camera.frames()
        assert (await anext(frames)).sequence == 0
        with pytest.raises(BadSource, match=r"1\.jpg is a broken picture"):
            await anext(frames)


async def test_a_playlist_dressed_up_as_a_video_does_not_call_the_network(tmp_path: Path) -> None:
    path = tmp_path / "hall.bin"
    path.write_bytes(b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n\0")
    with pytest.raises(BadSource, match=r"hall\.bin is not a video"):
        await frames_of(path)


def test_whole_recordings_and_live_sources_pass(tmp_path: Path) -> None:
    check_file_source(source(write_video(tmp_path / "whole.avi", 5)))
    check_file_source(source(write_video(tmp_path / "whole.mp4", 5)))
    check_file_source(source(write_h264(tmp_path / "whole.mkv", 5)))
    check_file_source(source(write_picture(tmp_path / "one.jpg")))
    check_file_source(Source.parse("rtsp://127.0.0.1:1/nobody"))


def test_a_recorder_that_never_mended_its_riff_size_is_read(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.avi", 5)
    data = bytearray(path.read_bytes())
    data[4:8] = bytes(4)
    path.write_bytes(data)
    check_file_source(source(path))


def test_bytes_after_the_last_box_of_an_mp4_are_no_fault(tmp_path: Path) -> None:
    path = write_video(tmp_path / "hall.mp4", 5)
    path.write_bytes(path.read_bytes() + bytes(100))
    check_file_source(source(path))


def test_pictures_come_in_the_order_people_number_them(tmp_path: Path) -> None:
    for name in ("frame10.png", "frame2.png", "frame1.PNG", ".frame0.png", "notes.txt"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n")
    assert [path.name for path in pictures_of(tmp_path)] == ["frame1.PNG", "frame2.png", "frame10.png"]


def test_an_asset_has_to_be_resolved_first() -> None:
    asset = Source.parse("asset:vtest")
    with pytest.raises(BadSource, match="resolved"):
        check_file_source(asset)
    with pytest.raises(BadSource, match="resolved"):
        Camera("hall", asset)


def test_a_jpeg_with_bytes_after_its_end_is_whole(tmp_path: Path) -> None:
    path = write_picture(tmp_path / "phone.jpg")
    path.write_bytes(path.read_bytes() + np.random.default_rng(1).bytes(5000))
    check_file_source(source(path))
