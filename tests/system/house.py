"""The whole of Headroom as a person starts it, and what may be done to it."""

import asyncio
import json
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect

LIVE_LIMIT_S = 90.0
CHILDREN = {
    "postgres": "bin/postgres",
    "valkey": "valkey-server",
    "api": " api",
    "recorder": " recorder",
    "alerts": " alerts",
    "floor": " floor",
    "worker": "headroom worker",
    "jobs": "headroom jobs worker",
    "capture": "ingest.capture",
}


@dataclass
class House:
    """A running ``headroom demo`` or ``headroom up``."""

    process: subprocess.Popen[str]
    port: int
    lines: list[str] = field(default_factory=list)
    live: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def told(self) -> str:
        return "".join(self.lines)

    @property
    def sign_in(self) -> dict[str, str]:
        """What the terminal says to sign in with."""
        email = re.search(r"\S+@\S+", self.told)
        password = re.search(r"[Pp]assword:?\s+(\S+)", self.told)
        assert email, self.told
        assert password, self.told
        return {"email": email[0], "password": password[1]}

    def child(self, name: str) -> psutil.Process:
        """The one descendant that is ``name``; the topmost, where a server has helpers of its own."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            try:
                if CHILDREN[name] in " ".join(process.cmdline()):
                    return process
            except psutil.Error:
                continue
        pytest.fail(f"no child {name}: {self.told}")

    def child_or_none(self, name: str) -> psutil.Process | None:
        try:
            return self.child(name)
        except (pytest.fail.Exception, psutil.Error):
            return None

    @property
    def database_url(self) -> str:
        return self.child("recorder").environ()["HEADROOM_DATABASE_URL"]

    async def token(self) -> str:
        async with httpx.AsyncClient(base_url=self.url) as client:
            answer = await client.post("/auth/v1/token?grant_type=password", json=self.sign_in)
            assert answer.status_code == 200, answer.text
            return str(answer.json()["access_token"])

    async def feed(self, venue: str) -> ClientConnection:
        """A live feed, its first message not read yet."""
        protocols = ["headroom.v1", f"bearer.{await self.token()}"]
        return await connect(f"ws://127.0.0.1:{self.port}/live/{venue}", subprotocols=protocols)  # type: ignore[arg-type]

    async def rows(self, venue: str) -> dict[str, list[tuple[datetime, str, float | None]]]:
        """What is stored, by zone and in order."""
        connection = await asyncpg.connect(self.database_url)
        try:
            found = await connection.fetch(
                "select zone_id, captured_at, state, count from zone_readings where venue_id = $1 order by captured_at",
                venue,
            )
        finally:
            await connection.close()
        by_zone: dict[str, list[tuple[datetime, str, float | None]]] = {}
        for zone, at, state, count in found:
            by_zone.setdefault(zone, []).append((at, state, count))
        return by_zone

    def interrupt(self, limit_s: float = 20) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(limit_s)


async def heard(
    feed: ClientConnection, wanted: Callable[[dict[str, object]], bool], limit_s: float
) -> dict[str, object]:
    """The first live message of that kind."""
    async with asyncio.timeout(limit_s):
        while True:
            message: dict[str, object] = json.loads(await feed.recv())
            if wanted(message):
                return message
