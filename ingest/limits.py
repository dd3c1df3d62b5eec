"""How long a camera may take, and when its picture is not worth believing."""

from dataclasses import dataclass
from enum import StrEnum


class Pace(StrEnum):
    """How fast a recording is read. A live source has its own pace, whatever is asked."""

    REAL_TIME = "real-time"
    """By its own clock, as if it happened now."""
    FLAT_OUT = "flat-out"
    """As fast as it can be decoded and taken."""


@dataclass(frozen=True)
class CameraLimits:
    """The limits of one camera; each has the reason for its value.

    Attributes:
        open_timeout_s: for a live source to give its first picture. Most answer within 2 s; one that waits for a
            key frame may take a few seconds more.
        read_timeout_s: between two frames of a live source before the connection is given up. Shorter than
            ``hang_after_s``, so that a silent camera is usually reported by its own process, with a reason.
        hang_after_s: without any sign from the capture process before it is killed: 8 s, and 2 s to start again, keep
            a hung camera's outage within ten seconds, when its numbers turn unknown anyway.
        backoff_base_s: the longest wait before the first reconnection; it doubles with each failure.
        backoff_cap_s: the longest wait before any: a camera that returns is seen within seconds.
        mend_retry_s: between attempts when a person has to mend something: a bad file, a wrong password. Cameras lock
            an account out after five to seven wrong passwords in a short time.
        latency_bound_s: a frame looked at later than this after its capture is counted as late.
        fps_window_s: the last seconds over which frames a second are measured.
        frozen_after_s: of pictures identical in every sample before the picture is called frozen. A live sensor never
            gives two identical pictures, but an encoder may skip a scene without movement; it must not skip beyond
            its next key frame, and cameras send one every 1 to 4 s.
        black_after_s: of black pictures before the picture is called black: a camera that switches its infrared filter
            is dark for about a second.
        black_below: brightness, 0 to 255, that 99 in 100 samples of a black picture stay under. A covered lens gives 0
            to 10 with noise; a venue in the dark still has exit signs and lamps in more than one sample of a hundred.
    """

    open_timeout_s: float = 6.0
    read_timeout_s: float = 5.0
    hang_after_s: float = 8.0
    backoff_base_s: float = 0.5
    backoff_cap_s: float = 5.0
    mend_retry_s: float = 30.0
    latency_bound_s: float = 1.0
    fps_window_s: float = 5.0
    frozen_after_s: float = 10.0
    black_after_s: float = 3.0
    black_below: float = 16.0
