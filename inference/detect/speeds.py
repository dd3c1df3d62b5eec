"""Which arithmetic is quickest on this very processor: measured once, then remembered.

What a processor says it can do is no guide to how quickly: bf16 halves the time on one (AMD Zen 4) and adds a third on
another (Intel Sapphire Rapids without its matrix unit). So every way is timed, for a second in all, when a model is
first used on a machine.
"""

import json
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter
from typing import Final

import openvino as ov
import structlog

from inference.detect.choice import WAYS, Way
from inference.detect.quantised import sha256_of

log = structlog.get_logger()

_FILE: Final = "speeds.json"
PICTURES: Final = 4
"""Looked at in one go: two for each core of a small machine."""
_ROUNDS: Final = 3
_LEAST_S: Final = 0.15
"""Of each round of each way: some four pictures on two cores. The best round counts, and all take turns, so that
other work on the machine slows every way alike."""


def known_speeds(folder: Path | None, graph: Path | None, int8: Path | None = None) -> dict[Way, float]:
    """What was measured here before of these files; empty where nothing was.

    Args:
        folder: where measurements are kept; ``None``: nowhere.
        graph: the model in floats; ``None``: not on this machine yet.
        int8: the same in 8-bit integers; ``None``: there is none.
    """
    if folder is None or graph is None:
        return {}
    told = _told(folder).get(_key(graph, int8), {})
    return {way: float(told[way]) for way in WAYS if way in told}


def measure_speeds(ways: Mapping[Way, Callable[[], Callable[[], int]]]) -> dict[Way, float]:
    """Milliseconds a picture of each way, with the whole machine at work.

    Args:
        ways: each makes a network ready and gives a function that looks at some pictures and says how many.
    """
    ready = {way: make() for way, make in ways.items()}
    for look in ready.values():
        look()
    best = dict.fromkeys(ready, float("inf"))
    for _ in range(_ROUNDS):
        for way, look in ready.items():
            best[way] = min(best[way], _milliseconds(look))
    return best


def remember(folder: Path, graph: Path, int8: Path | None, speeds: Mapping[Way, float]) -> None:
    """Keep a measurement for the next start. Where that cannot be done, the next start measures again."""
    told = _told(folder) | {_key(graph, int8): {way: round(ms, 2) for way, ms in speeds.items()}}
    fresh = folder / f"{_FILE}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(told, indent=1))
        fresh.replace(folder / _FILE)
    except OSError as error:
        log.warning("how fast each arithmetic is could not be kept", folder=str(folder), reason=str(error))


def _told(folder: Path) -> dict[str, dict[str, float]]:
    """Everything measured here before; nothing where the file is not there or not what it should be."""
    try:
        told = json.loads((folder / _FILE).read_text())
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


def _key(graph: Path, int8: Path | None) -> str:
    """Another processor, runtime or model is another measurement."""
    processor = ov.Core().get_property("CPU", "FULL_DEVICE_NAME")
    return "|".join((processor, platform.machine(), ov.__version__, sha256_of(graph)[:12], _short(int8)))


def _short(int8: Path | None) -> str:
    return "none" if int8 is None else sha256_of(int8)[:12]


def _milliseconds(look: Callable[[], int]) -> float:
    pictures, start = 0, perf_counter()
    while (spent := perf_counter() - start) < _LEAST_S or not pictures:
        pictures += look()
    return spent / pictures * 1e3
