"""Which queues a worker of this machine listens to."""

import shutil
import subprocess
from collections.abc import Sequence
from typing import Final

from api.jobs.schemas import Queue
from domain.errors import BadInput

_ASK_LIMIT_S: Final = 10.0


def queues_of(names: Sequence[str] | None) -> list[Queue]:
    """The queues that were named; where none was, what this machine has.

    Raises:
        BadInput: there is no such queue.
    """
    if not names:
        return [Queue.CPU, Queue.GPU] if has_gpu() else [Queue.CPU]
    known = {queue.value for queue in Queue}
    for name in names:
        if name not in known:
            raise BadInput(f"--queue {name!r}: expected {' or '.join(sorted(known))}")
    return [Queue(name) for name in dict.fromkeys(names)]


def has_gpu() -> bool:
    """Whether the driver knows a GPU. Asked of the driver, as the libraries that could say it are slow to load."""
    ask = shutil.which("nvidia-smi")
    if ask is None:
        return False
    try:
        said = subprocess.run((ask, "-L"), capture_output=True, text=True, check=True, timeout=_ASK_LIMIT_S)  # noqa: S603 - the driver's own tool
    except (OSError, subprocess.SubprocessError):
        return False
    return "GPU" in said.stdout
