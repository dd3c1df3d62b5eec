"""What a camera gives: one picture, and when it was captured."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Shape (height, width, 3): blue, green, red."""


@dataclass(frozen=True, eq=False, slots=True)
class Frame:
    """One picture of one camera. It belongs to whoever received it: nothing else writes to its pixels.

    Attributes:
        camera_id: the camera that saw it.
        sequence: 0, 1, 2… over the whole life of the :class:`ingest.camera.Camera`, however often it reconnects. A gap
            is a frame that was captured and dropped.
        captured_at: UTC. Of a live source: when its picture was received and decoded. Of a paced file: when its turn
            came. Of a file read flat out: when it was decoded.
        media_time_s: seconds from the first frame of the recording, starting again with each loop; ``None`` for live
            sources. The pictures of a folder follow each other 1/25 s apart.
        pixels: the picture.
    """

    camera_id: str
    sequence: int
    captured_at: datetime
    media_time_s: float | None
    pixels: Pixels
