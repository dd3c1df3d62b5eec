"""A real RTSP server in a process of its own, which can be cut and served again; with a login if asked.

It serves every MP4 of a folder, each client from its start, round and round.
"""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

_SERVER = Path(__file__).with_name("rtsp_process.py")


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RtspServer:
    """The server as a test sees it: inside ``with`` it is served.

    Args:
        folder: where the MP4 files are.
        port: 0 takes a free one. It stays the same when served again.
        login: ``user:password`` that clients must give.
        scheme: how they must give it: ``Basic`` or ``Digest``.
    """

    def __init__(self, folder: Path, *, port: int = 0, login: str = "", scheme: str = "Digest") -> None:
        self.folder = folder
        self.port = port or free_port()
        self._login = login
        self._scheme = scheme
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, name: str, login: str = "") -> str:
        """The address of a file, looped."""
        return f"rtsp://{login}{'@' if login else ''}127.0.0.1:{self.port}/{name}?play_count=0"

    def serve(self) -> None:
        """Start, and return once it listens."""
        command = [sys.executable, str(_SERVER), str(self.folder), str(self.port), self._login, self._scheme]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def cut(self) -> None:
        """Kill it: clients see their connections end and new ones refused."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def __enter__(self) -> Self:
        self.serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()
