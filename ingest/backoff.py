"""How long to wait before a lost camera is tried again: exponential, with full jitter."""


class Backoff:
    """Waits that grow while a camera stays away. It reads no clock and rolls no dice: both are arguments.

    A wait is counted from the start of the attempt that failed: an attempt that hung for seconds has waited already.
    Full jitter (a wait anywhere between nothing and the limit) keeps fifty cameras behind one switch from coming back
    in step; see Marc Brooker, "Exponential Backoff and Jitter", 2015.

    Args:
        base_s: the limit of the first wait, doubled with each failure in a row.
        cap_s: the limit of any wait, and how long a connection must have lasted to clear the failures before it.
    """

    def __init__(self, *, base_s: float, cap_s: float) -> None:
        self._base_s = base_s
        self._cap_s = cap_s
        self._failures = 0

    def wait_s(self, *, lasted_s: float, gave_frames: bool, chance: float) -> float:
        """Seconds to wait from now, after an attempt that lasted ``lasted_s``.

        Args:
            lasted_s: from the attempt's start to its failure.
            gave_frames: whether it gave any. Only then may it clear the failures before it.
            chance: a random number from 0 up to 1.
        """
        if gave_frames and lasted_s >= self._cap_s:
            self._failures = 0
        # The exponent is bounded: a camera that is away for a year must not overflow a float.
        limit_s = min(self._cap_s, self._base_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        return max(0.0, chance * limit_s - lasted_s)
