"""Starts the whole of Headroom for a test."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from headroom.ports import free_port
from tests.system.house import LIVE_LIMIT_S, House

Start = Callable[..., House]


@pytest.fixture(scope="module")
def start_house() -> Iterator[Start]:
    """Start ``headroom`` with some words; ended with the module's tests."""
    houses: list[House] = []

    def start(*words: str, data: Path, wait: bool = True, **environment: str) -> House:
        port = int(environment.get("HEADROOM_PORT", free_port()))
        kept = {key: value for key, value in os.environ.items() if not key.startswith("HEADROOM_") or "ASSETS" in key}
        told = {"HEADROOM_DATA": str(data), "HEADROOM_PORT": str(port), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "headroom", *words],
            env=kept | told | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        house = House(process, port)
        houses.append(house)
        threading.Thread(target=_read, args=(house,), daemon=True).start()
        if wait:
            assert house.live.wait(LIVE_LIMIT_S), house.told
            time.sleep(0.5)  # the sign-in is told in the lines after
        return house

    yield start
    for house in houses:
        if house.process.poll() is None:
            house.interrupt()


def _read(house: House) -> None:
    assert house.process.stdout is not None
    with house.process.stdout as told:
        for line in told:
            house.lines.append(line)
            if "Headroom is live at" in line:
                house.live.set()
