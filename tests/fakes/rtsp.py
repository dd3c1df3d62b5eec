"""A real RTSP server (aio-rtsp-toolkit) in a process of its own, which can be cut and served again; with a login if asked.

It serves every MP4 of a folder, each client from its start, round and round.
"""

import argparse
import asyncio
import base64
import concurrent.futures
import hashlib
import re
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

REALM, NONCE = "cameras", "5f1c"


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
        command = [sys.executable, __file__, str(self.folder), str(self.port), self._login, self._scheme]
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


def _digest_is_right(given: str, method: str, login: str) -> bool:
    fields = dict(re.findall(r'(\w+)="([^"]*)"', given))
    user, _, password = login.partition(":")

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    who, what = md5(f"{user}:{REALM}:{password}"), md5(f"{method}:{fields.get('uri', '')}")
    return fields.get("response") == md5(f"{who}:{NONCE}:{what}")


def _login_is_right(given: str, method: str, login: str, scheme: str) -> bool:
    if scheme == "Basic":
        return given == "Basic " + base64.b64encode(login.encode()).decode()
    return _digest_is_right(given, method, login)


async def _serve(folder: str, port: int, login: str, scheme: str) -> None:
    from aio_rtsp_toolkit import server as toolkit

    class Session(toolkit.RtspServerSession):
        async def _handle_describe(self, uri: str, req_headers: dict[str, str]) -> None:
            given = req_headers.get("authorization", "")
            if login and not _login_is_right(given, "DESCRIBE", login, scheme):
                extra = f', nonce="{NONCE}"' if scheme == "Digest" else ""
                challenge = {"WWW-Authenticate": f'{scheme} realm="{REALM}"{extra}'}
                await self._send_response(req_headers, 401, "Unauthorized", challenge)
                return
            await super()._handle_describe(uri, req_headers)

    class Server(toolkit.RtspServer):
        async def _handle_client(self, sock: object) -> None:
            await Session(self, sock).run()

    # Each client takes a thread; the default, CPU cores plus four, starves the fifth camera of a small machine.
    asyncio.get_running_loop().set_default_executor(concurrent.futures.ThreadPoolExecutor(64))
    toolkit.logger = _Silent()
    server = await Server(folder, "127.0.0.1", port).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


class _Silent:
    """The toolkit's logger; it writes to standard output otherwise."""

    def __getattr__(self, _: str) -> object:
        return lambda *_args, **_kwargs: None


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("port", type=int)
    parser.add_argument("login")
    parser.add_argument("scheme")
    asked = parser.parse_args()
    asyncio.run(_serve(asked.folder, asked.port, asked.login, asked.scheme))
