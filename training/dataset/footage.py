"""Frames of a video become pictures."""

import asyncio
from pathlib import Path
from typing import Final

import cv2

from domain.source import Source, SourceKind
from ingest.camera import Camera
from ingest.footage import check_file_source
from ingest.limits import Pace

JPEG_QUALITY: Final = 95
"""Little is lost that the video's own compression had kept."""


def frames_of(video: Path, every: int, to: Path, name: str) -> dict[int, Path]:
    """Write every so manieth frame of a video as a JPEG.

    Args:
        video: the file.
        every: 1 for all; the first is always among them.
        to: the folder they go to; it is made.
        name: with which the files' names begin.

    Returns:
        The path of each of the video's frames by its number from 1; only those asked for are there as files.

    Raises:
        BadSource: it is no video that can be read to its end.
    """
    source = Source(SourceKind.FILE, str(video))
    check_file_source(source)
    to.mkdir(parents=True, exist_ok=True)
    return asyncio.run(_write(source, every, to, name))


async def _write(source: Source, every: int, to: Path, name: str) -> dict[int, Path]:
    paths: dict[int, Path] = {}
    async with Camera("footage", source, pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            number = frame.sequence + 1
            paths[number] = to / f"{name}-{number:06d}.jpg"
            if frame.sequence % every == 0:
                cv2.imwrite(str(paths[number]), frame.pixels, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return paths
