"""The process of :mod:`tests.fakes.rtsp`: aio-rtsp-toolkit's server, which knows no logins, taught to ask for one."""

import argparse
import asyncio
import base64
import concurrent.futures
import hashlib
import re
import sys

from aio_rtsp_toolkit import server as toolkit

REALM, NONCE = "cameras", "5f1c"


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
