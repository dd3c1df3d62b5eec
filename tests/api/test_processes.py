"""The API and the recorder as processes: they end promptly, and say nothing that they should not."""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from redis.asyncio import Redis
from websockets.asyncio.client import connect

from domain.settings import Settings
from headroom.ports import free_port
from tests.api import world
from tests.api.world import eventually, fetch, publish, reading, settings_for

ROOT = Path(__file__).resolve().parents[2]
API = (
    "import os; from domain.settings import Settings; from api.server import run;"
    "run(Settings.from_environment(os.environ))"
)
RECORDER = (
    "import asyncio, os; from domain.settings import Settings; from api.recorder import run;"
    "asyncio.run(run(Settings.from_environment(os.environ)))"
)


@contextmanager
def process(code: str, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-W", "error", "-c", code]
    with subprocess.Popen(
        command, env=settings.environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            yield running
        finally:
            running.kill()


async def test_the_api_ends_promptly_with_open_feeds_and_logs_no_token(world_url: str, valkey_url: str) -> None:
    port = free_port()
    settings = settings_for(world_url, valkey_url, port=port, log_level="debug")
    token = world.token(await world.user_id(world_url, "viewer@town"))
    with process(API, settings) as api:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:

            async def alive() -> bool:
                try:
                    return (await client.get("/healthz")).status_code == 200
                except httpx.TransportError:
                    return False

            assert await eventually(alive, within_s=20)
            await client.get("/api/v1/venues", headers=world.bearer(token))
        async with connect(f"ws://127.0.0.1:{port}/live/town", subprotocols=["headroom.v1", f"bearer.{token}"]) as feed:
            await feed.recv()
            started = time.monotonic()
            api.send_signal(signal.SIGTERM)
            output, _ = await asyncio.to_thread(api.communicate, timeout=10)
            assert time.monotonic() - started < 6
        assert token not in output
        assert world.SECRET not in output
        assert "Traceback" not in output


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_the_recorder_finishes_and_ends_promptly(
    world_url: str, valkey_url: str, redis: Redis, how: signal.Signals
) -> None:
    await publish(redis, *(reading("floor", datetime.now(UTC)) for _ in range(10)))
    with process(RECORDER, settings_for(world_url, valkey_url)) as recorder:

        async def stored() -> bool:
            return len(await fetch(world_url, "select 1 from zone_readings")) == 10

        assert await eventually(stored, within_s=20)
        started = time.monotonic()
        recorder.send_signal(how)
        output, _ = await asyncio.to_thread(recorder.communicate, timeout=10)
        assert time.monotonic() - started < 4
        assert recorder.returncode == 0
        assert "Traceback" not in output
