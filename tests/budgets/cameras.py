"""Live cameras for ``headroom bench --cameras``: ``python cameras.py CLIP FOLDER FPS``.

Eight stretches of a clip, each encoded as H.264 with a key frame every two seconds, as a camera sends it, and served by
RTSP over TCP, round and round, until it is killed. Once it listens it says so by one line of JSON.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from tests.fakes.rtsp import RtspServer

STREAMS = 8
SECONDS = 24
"""Of each stretch; then it comes again."""
BIT_RATE = 1_000_000
"""What makers of cameras advise for a picture of this size at 5 frames a second, generously."""
Pictures = Sequence[NDArray[np.uint8]]


def pictures(clip: Path, fps: int) -> Pictures:
    """The clip's frames, thinned to ``fps`` a second."""
    video = cv2.VideoCapture(str(clip), cv2.CAP_FFMPEG)
    step = max(round(video.get(cv2.CAP_PROP_FPS) / fps), 1)
    kept = []
    while video.grab():
        if int(video.get(cv2.CAP_PROP_POS_FRAMES)) % step == 0:
            kept.append(np.asarray(video.retrieve()[1], np.uint8))
    if not kept:
        raise SystemExit(f"{clip.name} has no frames")
    return kept


def encode(path: Path, stretch: Pictures, fps: int) -> None:
    """Write one camera's stream."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.height, stream.width = stretch[0].shape[:2]
        stream.pix_fmt, stream.bit_rate = "yuv420p", BIT_RATE
        stream.options = {"g": str(2 * fps), "preset": "veryfast", "tune": "zerolatency"}
        for picture in stretch:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode())


def main() -> None:
    clip, folder, fps = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    every = pictures(clip, fps)
    length = min(SECONDS * fps, len(every))
    for number in range(STREAMS):
        first = number * len(every) // STREAMS
        stretch = [every[(first + index) % len(every)] for index in range(length)]
        encode(folder / f"camera-{number}.mp4", stretch, fps)
    height, width = every[0].shape[:2]
    every = []
    with RtspServer(folder) as server:
        urls = [server.url(f"camera-{number}.mp4") for number in range(STREAMS)]
        sys.stdout.write(json.dumps({"urls": urls, "width": width, "height": height}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()  # until whoever asked is gone


if __name__ == "__main__":
    main()
