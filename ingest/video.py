"""The one place where OpenCV's capture is opened and read."""

import math
import os
import sys
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from domain.errors import BadSource, CameraLost
from domain.source import Source, SourceKind
from ingest.frame import Pixels
from ingest.limits import CameraLimits
from ingest.ring import MAX_PICTURE_BYTES

_OPTIONS_KEY: Final = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_LIVE_OPTIONS: Final = "rtsp_transport;tcp"
"""Over UDP a lost packet smears the picture for seconds. FFmpeg's ``nobuffer`` is left out on purpose: it throws away
what came while the stream was examined, and the first picture waits for the next key frame (3.3 s instead of 1.1)."""
_FILE_OPTIONS: Final = "protocol_whitelist;file"
"""A playlist dressed up as a video must not make us call the network."""


def quiet_native_logs() -> None:
    """Have FFmpeg name what it could not do (a refused password is only a warning to it); the parent reads it."""
    os.environ["OPENCV_FFMPEG_LOGLEVEL"] = "24"  # AV_LOG_WARNING
    cv2.setNumThreads(1)  # cameras run side by side already


class Video:
    """An open video: pictures are decoded straight into the memory they are wanted in."""

    def __init__(self, capture: cv2.VideoCapture) -> None:
        self._capture = capture
        self._shape = (
            int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT)),
            int(capture.get(cv2.CAP_PROP_FRAME_WIDTH)),
            3,
        )

    @property
    def fps(self) -> float:
        """What the header claims: anything, including nan."""
        return self._capture.get(cv2.CAP_PROP_FPS)

    @property
    def stamp_s(self) -> float:
        """Time stamp of the frame grabbed last; 0 where it has none."""
        return self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000

    def grab(self) -> bool:
        """Move to the next frame. False at the end, or when it has not come within the read timeout."""
        return self._capture.grab()

    def retrieve(self, room: Pixels) -> tuple[int, int]:
        """Put the grabbed frame into ``room`` (flat bytes) and say its height and width.

        Raises:
            CameraLost: the frame could not be converted.
            BadSource: it is too big for shared memory.
        """
        wanted = room[: math.prod(self._shape)].reshape(self._shape)
        got, pixels = self._capture.retrieve(wanted)
        if not got:
            raise CameraLost("a frame could not be decoded")
        if pixels.ctypes.data != room.ctypes.data:  # OpenCV took memory of its own: the picture's size has changed
            self._shape = put(np.asarray(pixels, np.uint8), room)
        return self._shape[:2]

    def close(self) -> None:
        """Let go of the source."""
        self._capture.release()


def put(pixels: Pixels, room: Pixels) -> tuple[int, int, int]:
    """Copy a picture into flat bytes and give its shape.

    Raises:
        BadSource: too big for shared memory.
    """
    if pixels.nbytes > MAX_PICTURE_BYTES:
        size = f"{pixels.shape[1]}x{pixels.shape[0]}"
        raise BadSource(
            f"its pictures of {size} pixels are too big; expected at most {MAX_PICTURE_BYTES // 3:,} pixels"
        )
    room[: pixels.nbytes] = pixels.reshape(-1)
    height, width, channels = pixels.shape
    return height, width, channels


def open_file(path: Path) -> Video:
    """Open a video file.

    Raises:
        BadSource: there is no video in it that FFmpeg knows.
    """
    os.environ[_OPTIONS_KEY] = _FILE_OPTIONS
    # An absolute path, since FFmpeg would take "a:b.mp4" for a protocol.
    capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise BadSource(
            f"{path.name} is not a video that can be read; expected MP4, AVI, MKV or another that FFmpeg knows"
        )
    return Video(capture)


def open_live(source: Source, limits: CameraLimits) -> Video:
    """Open a live source. It may hang for ever in native code: call it only in a process that can be killed.

    Raises:
        CameraLost: refused, unreachable, or silent for longer than the open timeout.
    """
    began_s = time.monotonic()
    capture = _open_usb(int(source.address)) if source.kind is SourceKind.USB else _open_url(source.address, limits)
    if not capture.isOpened():
        silent = time.monotonic() - began_s >= limits.open_timeout_s * 0.9
        raise CameraLost("the camera does not answer" if silent else "the camera could not be opened")
    return Video(capture)


def _open_usb(index: int) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(index, cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _open_url(url: str, limits: CameraLimits) -> cv2.VideoCapture:
    os.environ[_OPTIONS_KEY] = _LIVE_OPTIONS
    # The timeouts work only with the backend named.
    timeouts = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(limits.open_timeout_s * 1000),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(limits.read_timeout_s * 1000),
        # Decoding one stream with several threads delays each frame by as many frames.
        cv2.CAP_PROP_N_THREADS,
        1,
    ]
    return cv2.VideoCapture(url, cv2.CAP_FFMPEG, timeouts)
