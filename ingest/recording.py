"""A recording on disk, read frame by frame: a video file, or pictures one after the other."""

from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from domain.errors import BadSource
from ingest.footage import is_pictures, picture_is_whole, pictures_of
from ingest.frame import Pixels
from ingest.media_clock import FALLBACK_FPS, MediaClock
from ingest.video import Video, open_file, put


class Recording(Protocol):
    """Frames in order, once through."""

    @property
    def time_s(self) -> float:
        """Media time of the newest frame."""

    @property
    def end_s(self) -> float:
        """Media time at which a frame after the newest would come."""

    def skip(self) -> None:
        """Pass over the next frame."""

    def next(self, room: Pixels) -> tuple[int, int] | None:
        """Put the next frame into ``room`` and give its height and width; ``None`` at the end."""

    def close(self) -> None:
        """Let go of the file."""


def open_recording(path: Path) -> Recording:
    """Open what lies at ``path``.

    Raises:
        BadSource: it is no recording.
    """
    return PictureRecording(pictures_of(path)) if is_pictures(path) else VideoRecording(open_file(path))


class VideoRecording:
    """The frames of a video file."""

    def __init__(self, video: Video) -> None:
        self._video = video
        self._clock = MediaClock(video.fps)

    @property
    def time_s(self) -> float:
        """Media time of the newest frame."""
        return self._clock.time_s

    @property
    def end_s(self) -> float:
        """Media time at which a frame after the newest would come."""
        return self._clock.end_s

    def skip(self) -> None:
        """Pass over the next frame."""
        self._advance()

    def next(self, room: Pixels) -> tuple[int, int] | None:
        """Decode the next frame into ``room``."""
        return self._video.retrieve(room) if self._advance() else None

    def close(self) -> None:
        """Let go of the file."""
        self._video.close()

    def _advance(self) -> bool:
        grabbed = self._video.grab()
        if grabbed:
            self._clock.advance(self._video.stamp_s)
        return grabbed


class PictureRecording:
    """Pictures as the frames of a recording, which need not be of one size."""

    def __init__(self, pictures: list[Path]) -> None:
        self._pictures = pictures
        self._next = 0

    @property
    def time_s(self) -> float:
        """Media time of the newest frame."""
        return max(0, self._next - 1) / FALLBACK_FPS

    @property
    def end_s(self) -> float:
        """Media time at which a frame after the newest would come."""
        return self._next / FALLBACK_FPS

    def skip(self) -> None:
        """Pass over the next picture."""
        self._next += 1

    def next(self, room: Pixels) -> tuple[int, int] | None:
        """Decode the next picture into ``room``.

        Raises:
            BadSource: it cannot be decoded, or is cut off.
        """
        if self._next >= len(self._pictures):
            return None
        path = self._pictures[self._next]
        self._next += 1
        height, width, _ = put(_decoded(path), room)
        return height, width

    def close(self) -> None:
        """Nothing is kept open between pictures."""


def _decoded(path: Path) -> Pixels:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadSource(f"{path.name}: cannot be read: {error.strerror or error}") from error
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if pixels is None or not picture_is_whole(data):
        raise BadSource(f"{path.name} is a broken picture or is cut off; mend it or take it out of the folder")
    return np.asarray(pixels, np.uint8)
