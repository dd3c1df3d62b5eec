"""A recording, looked at from its first frame to its last."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from typing import Final

from domain.errors import BadSource
from domain.settings import Settings
from domain.source import Source, SourceKind
from inference.assets import resolve
from inference.detect import Detections, Detector
from ingest.camera import Camera
from ingest.footage import check_file_source
from ingest.frame import Frame, Pixels
from ingest.limits import Pace

BATCH: Final = 16
"""Frames of a recording looked at side by side."""
Looked = list[tuple[Frame, Detections]]


def recording(text: str, settings: Settings) -> Source:
    """The footage that ``text`` names: a video, a folder of pictures, or ``asset:NAME``.

    Raises:
        BadSource: it is a live camera, which never ends and has no truth; or not the footage it claims to be.
        AssetUnavailable: no source has the asset.
    """
    source = Source.parse(text)
    if source.live:
        raise BadSource(f"{source.redacted} is live; expected a video, a folder of pictures or asset:NAME")
    if source.kind is SourceKind.ASSET:
        source = Source(SourceKind.FILE, str(resolve(source.address, settings)))
    check_file_source(source)
    return source


async def looked_at(camera: Camera, detector: Detector) -> AsyncGenerator[Looked]:
    """Every frame with what was found in it, in order, a batch at a time.

    The next batch is already being looked at while the reader handles this one.
    """
    ahead: asyncio.Future[Looked] | None = None
    loop = asyncio.get_running_loop()
    async for batch in _batches(camera):
        done = await ahead if ahead is not None else []  # a detector takes one batch at a time
        # At once: a task would begin only when the reader, who is busy with what is done, lets the event loop go on.
        ahead = loop.run_in_executor(None, _look, detector, batch)
        if done:
            yield done
    if ahead is not None:
        yield await ahead


def _look(detector: Detector, batch: list[Frame]) -> Looked:
    return list(zip(batch, detector.detect([frame.pixels for frame in batch]), strict=True))


async def _batches(camera: Camera) -> AsyncIterator[list[Frame]]:
    batch: list[Frame] = []
    async for frame in camera.frames():
        batch.append(frame)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def pictures_at(source: Source, wanted: Collection[int]) -> dict[int, Pixels]:
    """The frames with these sequence numbers, which count from 0; those beyond the end are left out.

    The recording is read again up to the last of them: keeping every frame on the way would fill the memory.
    """
    pictures: dict[int, Pixels] = {}
    if not wanted:
        return pictures
    async with Camera("again", source, pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            if frame.sequence in wanted:
                pictures[frame.sequence] = frame.pixels
            if len(pictures) == len(wanted):
                break
    return pictures
