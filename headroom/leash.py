"""How a child notices that its supervisor is gone, however it went: the pipe it was given as standard input ends."""

import os
import signal
import sys
import threading
import time

_GRACE_S = 4.0  # the last messages of a worker are sent within 2 s


def hold() -> None:
    """End this process and all it started soon after standard input ends.

    First as a person would ask (SIGTERM); what is still there after four seconds is killed, with the whole process
    group, which is ours alone: the supervisor starts each child in a session of its own.
    """
    threading.Thread(target=_wait_for_the_end, name="leash", daemon=True).start()


def _wait_for_the_end() -> None:
    descriptor = sys.stdin.fileno()
    while os.read(descriptor, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_S)
    if os.getpgrp() == os.getpid():
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os._exit(1)
