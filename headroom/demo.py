"""The venue of ``headroom demo``: the town square, or one camera of a person's own."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from domain.errors import BadSource
from domain.settings import Settings
from domain.source import Source, SourceKind
from headroom.venue_file import write_venue
from inference.assets import Progress, quiet, resolve

DEMO_VENUE: Final = Path(__file__).resolve().parent.parent / "configs" / "venues" / "demo.yaml"
_FIRST_FRAME_LIMIT_S: Final = 15.0  # an RTSP camera took 1.9 s; one that wakes up first takes longer
_PLACEHOLDER_CAPACITY: Final = 50


def own_source(text: str) -> Source:
    """The source that a person named, a recording looked at: a mistake in it is told before anything is started.

    Raises:
        BadSource: it cannot be understood, or it is not the recording it claims to be.
    """
    from ingest.footage import check_file_source  # noqa: PLC0415 - OpenCV is slow to import

    source = Source.parse(text)
    if source.kind is SourceKind.FILE:
        source = Source(SourceKind.FILE, str(Path(source.address).expanduser().resolve()))
        check_file_source(source)
    return source


def own_venue(
    source: Source, settings: Settings, path: Path, progress: Progress = quiet, *, limit_s: float = _FIRST_FRAME_LIMIT_S
) -> None:
    """Write a venue file for one camera, with one zone over its whole picture. Blocks until it gave a frame.

    Args:
        source: the camera's, as :func:`own_source` understood it.
        settings: for assets.
        path: the file to write.
        progress: hears about downloads.
        limit_s: how long the camera may take to give its first frame.

    Raises:
        BadSource: it is not what it claims to be, or shows nothing.
    """
    if source.kind is SourceKind.ASSET:
        source = Source(SourceKind.FILE, str(resolve(source.address, settings, progress)))
    width, height = asyncio.run(_frame_size(source, limit_s))
    write_venue(path, _venue(source, width, height))


def _venue(source: Source, width: int, height: int) -> dict[str, object]:
    prefix = "usb:" if source.kind is SourceKind.USB else ""
    camera = {
        "id": "camera",
        "name": "Camera",
        "source": prefix + source.address,
        "loop": not source.live,
        "frame_size": [width, height],
    }
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    zone = {"id": "picture", "name": "Whole picture", "camera_id": "camera", "polygon": corners}
    return {
        "version": 1,
        "id": "my-venue",
        "name": "My venue",
        "capacity": _PLACEHOLDER_CAPACITY,
        "cameras": [camera],
        "zones": [zone],
    }


async def _frame_size(source: Source, limit_s: float) -> tuple[int, int]:
    """Width and height, pixels, of the first frame."""
    from ingest.camera import Camera  # noqa: PLC0415 - OpenCV is slow to import
    from ingest.footage import check_file_source  # noqa: PLC0415
    from ingest.limits import Pace  # noqa: PLC0415

    check_file_source(source)
    camera = Camera("probe", source, pace=Pace.REAL_TIME)
    try:
        async with asyncio.timeout(limit_s), camera:
            async for frame in camera.frames():
                return frame.pixels.shape[1], frame.pixels.shape[0]
    except TimeoutError:
        pass
    reason = camera.health("demo", datetime.now(UTC)).reason or "it gave no picture"
    raise BadSource(f"no picture from {source.redacted}: {reason}")
