"""A network camera that sends Motion JPEG over HTTP, as many do; and one that accepts a call and then says nothing."""

import asyncio
import base64
from types import TracebackType
from typing import Self

import cv2

from tests.fakes.footage import numbered_frame

_HEADER = b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=f\r\n\r\n"
_REFUSAL = b'HTTP/1.0 401 Unauthorized\r\nWWW-Authenticate: Basic realm="camera"\r\nContent-Length: 0\r\n\r\n'


class MjpegCamera:
    """Inside ``async with`` it is switched on. Its pictures are numbered from the moment it is.

    Args:
        fps: pictures a second.
        login: ``user:password`` that clients must give.

    Attributes:
        frozen: it sends the same picture over and over.
        silent: it accepts calls and says nothing.
        calls: how many clients have called.
    """

    def __init__(self, fps: float = 25, login: str = "") -> None:
        self.fps = fps
        self.frozen = False
        self.silent = False
        self.calls = 0
        self._login = base64.b64encode(login.encode())
        self._talks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, login: str = "") -> str:
        return f"http://{login}{'@' if login else ''}127.0.0.1:{self.port}/live.mjpg"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._answer, "127.0.0.1")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        assert talk is not None
        self._talks.add(talk)
        self.calls += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, or the camera is switched off
        finally:
            self._talks.discard(talk)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        if self._login not in request:
            writer.write(_REFUSAL)
            return
        if self.silent:
            await asyncio.Event().wait()
        writer.write(_HEADER)
        number = 0
        while True:
            jpeg = cv2.imencode(".jpg", numbered_frame(number))[1].tobytes()
            writer.write(b"--f\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(jpeg), jpeg))
            await writer.drain()
            await asyncio.sleep(1 / self.fps)
            number += not self.frozen
