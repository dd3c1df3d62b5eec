"""Small videos whose frames carry their number, so that a test knows which frames it got, and that they are whole."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

BITS = 12
"""Enough for 4096 frames."""
WIDTH, HEIGHT = 24 * BITS, 192


def numbered_frame(number: int) -> NDArray[np.uint8]:
    """A noisy gray picture with ``number`` in black and white blocks, once along the top and once along the bottom."""
    noise = np.random.default_rng(number).integers(96, 160, (HEIGHT, WIDTH, 3), np.uint8)
    bits = [255 * (number >> bit & 1) for bit in range(BITS)]
    strip = np.repeat(np.array(bits, np.uint8), WIDTH // BITS)[None, :, None]
    noise[:48] = strip
    noise[-48:] = strip
    return noise


def number_of(pixels: NDArray[np.uint8]) -> int:
    """The number a frame carries.

    Raises:
        ValueError: its top and bottom disagree: it was put together from two frames.
    """
    columns = np.arange(BITS) * WIDTH // BITS + WIDTH // BITS // 2
    top, bottom = (sum(1 << bit for bit, x in enumerate(columns) if pixels[y, x, 1] > 127) for y in (24, -24))
    if top != bottom:
        raise ValueError(f"torn: {top} above, {bottom} below")
    return top


def write_video(path: Path, frames: int, fps: float = 25.0) -> Path:
    """A video of numbered frames, in the codec its suffix goes with here (AVI: Motion JPEG, MP4: MPEG-4)."""
    codec = cv2.VideoWriter.fourcc(*("MJPG" if path.suffix == ".avi" else "mp4v"))
    writer = cv2.VideoWriter(str(path), codec, fps, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(numbered_frame(number))
    writer.release()
    return path


def write_stills(path: Path, pictures: Iterator[NDArray[np.uint8]], fps: float = 25.0) -> Path:
    """A lossless AVI of the pictures given."""
    writer: cv2.VideoWriter | None = None
    for picture in pictures:
        height, width = picture.shape[:2]
        writer = writer or cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"FFV1"), fps, (width, height))
        writer.write(picture)
    assert writer is not None
    writer.release()
    return path


def write_h264(path: Path, frames: int, fps: int = 25) -> Path:
    """A video of numbered frames in H.264 with a key frame a second, as a camera sends it."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"g": str(fps), "preset": "ultrafast", "tune": "zerolatency", "crf": "23"}
        for number in range(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(numbered_frame(number), format="bgr24")))
        container.mux(stream.encode())
    return path
