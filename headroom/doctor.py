"""``headroom doctor``: what this machine has, what is missing, and what would be used."""

import asyncio
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.table import Column, Table

from domain.errors import AlreadyRunning, HeadroomError
from domain.settings import Settings
from headroom.embedded import postgres, valkey
from headroom.jobs.places import RECORDINGS
from headroom.jobs.queues import queues_of
from headroom.lock import data_folder_lock
from headroom.ports import refuse_busy_port
from inference.assets import Catalogue, Found, locate
from inference.crowd.fusion import Crossover
from inference.crowd.load import LIVE
from inference.detect.box import this_onnx_runtime
from inference.models import ModelTable, choose, choose_here

_NEEDED: Final = ("numpy", "opencv-contrib-python-headless", "openvino", "fastapi", "redis", "asyncpg")
_OPTIONAL: Final = ("torch", "ultralytics")
_FOR_TRAINING: Final = ("torch", "ultralytics", "nncf", "dvc", "mlflow")
_CPU_FEATURES: Final = ("avx2", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16")
_ASK_LIMIT_S: Final = 3.0
_OLDEST_PYTHON: Final = (3, 11)
_DIST: Final = Path(__file__).resolve().parent.parent / "dashboard" / "dist"


class Verdict(Enum):
    """What a finding means."""

    FINE = "ok"
    NOTE = "-"
    MISSING = "missing"


@dataclass(frozen=True)
class Finding:
    """One line of the table."""

    what: str
    verdict: Verdict
    detail: str


def examine(settings: Settings) -> bool:
    """Print the table. Returns whether Headroom can run here."""
    findings = list(_findings(settings))
    table = Table("", "", Column(overflow="fold"), box=None, show_header=False, pad_edge=False)
    for finding in findings:
        table.add_row(finding.verdict.value, finding.what, finding.detail)
    Console(highlight=False, markup=False).print(table)
    return all(finding.verdict is not Verdict.MISSING for finding in findings)


def _findings(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield _cpu()
    yield from (_package(name, needed=True) for name in _NEEDED)
    yield Finding("onnxruntime", Verdict.FINE, this_onnx_runtime())
    yield from (_package(name, needed=False) for name in _OPTIONAL)
    yield from _model(settings)
    yield _density(settings)
    folder = str(settings.assets) if settings.assets else "not set: assets are fetched"
    yield Finding("HEADROOM_ASSETS", Verdict.NOTE, folder)
    yield from _footage(settings)
    yield from _places(settings)
    yield _checked("database", lambda: asyncio.run(_database(settings)))
    yield _checked("Redis", lambda: asyncio.run(_redis(settings)))
    yield _jobs(settings)
    yield _dashboard()


def _checked(what: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(what, Verdict.FINE, look())
    except HeadroomError as error:
        return Finding(what, Verdict.MISSING, str(error))


def _places(settings: Settings) -> Iterator[Finding]:
    """The data folder and the port; where Headroom runs already, both are rightly in use."""
    try:
        yield Finding("data folder", Verdict.FINE, _data_folder(settings))
    except AlreadyRunning as running:
        yield Finding("data folder", Verdict.NOTE, str(running))
        return
    except HeadroomError as error:
        yield Finding("data folder", Verdict.MISSING, str(error))
    yield _checked("port", lambda: _port(settings))


def _python() -> Finding:
    verdict = Verdict.FINE if sys.version_info >= _OLDEST_PYTHON else Verdict.MISSING
    return Finding("Python", verdict, f"{platform.python_version()} on {platform.system()} {platform.machine()}")


def _cpu() -> Finding:
    has = [feature for feature in _CPU_FEATURES if feature in _cpu_flags()]
    return Finding("processor", Verdict.FINE, f"{os.cpu_count()} threads; {', '.join(has) or 'no known extensions'}")


def _cpu_flags() -> set[str]:
    """The processor's extensions by Linux's names; empty where nobody says (macOS)."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return set()
    found = next((line for line in lines if line.lower().startswith(("flags", "features"))), "")
    return set(found.partition(":")[2].split())


def _package(name: str, *, needed: bool) -> Finding:
    try:
        return Finding(name, Verdict.FINE, version(name))
    except PackageNotFoundError:
        how = "run: make setup" if needed else "not installed (make setup-all adds it)"
        return Finding(name, Verdict.MISSING if needed else Verdict.NOTE, how)


def _model(settings: Settings) -> Iterator[Finding]:
    """The detector that would run, on what and why, and where its file is."""
    try:
        name, spec = choose(None, ModelTable.load())
        graph = locate(spec.asset, settings)
        made, cache = settings.data / "models", settings.data / "cache" / "openvino"
        choice = choose_here(spec, made=made, graph=graph.path if graph else None, cache=cache)
        made_here = Path(choice.asset).is_absolute()
        found = Found(Path(choice.asset), "made here") if made_here else locate(choice.asset, settings)
    except HeadroomError as error:
        yield Finding("detector", Verdict.MISSING, str(error))
        return
    if found is None and not Catalogue.load().find(choice.asset).fetchable:
        yield Finding("detector", Verdict.MISSING, f"{name}: {choice.asset} is only found in HEADROOM_ASSETS")
        return
    where = f"{found.origin}, {found.path}" if found else f"{choice.asset} will be fetched"
    yield Finding("detector", Verdict.FINE, f"{name} by {choice.words}: {choice.reason}; {where}")
    if choice.passed_over:
        yield Finding("", Verdict.NOTE, f"faster, but not here: {'; '.join(choice.passed_over)}")


def _density(settings: Settings) -> Finding:
    """The density model for crowds that boxes cannot tell apart."""
    asset = Crossover.load(LIVE).asset
    found = locate(asset, settings)
    if found is None:
        return Finding("density map", Verdict.NOTE, f"{asset} is not at hand: dense crowds are counted by boxes alone")
    return Finding("density map", Verdict.FINE, f"{LIVE}, {found.origin}, {found.path}")


def _footage(settings: Settings) -> Iterator[Finding]:
    found = locate("vtest.avi", settings)
    yield Finding("demo footage", Verdict.NOTE, f"{found.origin}, {found.path}" if found else "will be fetched")


def _data_folder(settings: Settings) -> str:
    if not settings.data.exists():
        return f"{settings.data} will be made"
    with data_folder_lock(settings.data):
        free_gb = shutil.disk_usage(settings.data).free / 1e9
    return f"{settings.data}, {free_gb:.1f} GB free"


def _port(settings: Settings) -> str:
    refuse_busy_port(settings.host, settings.port)
    return f"{settings.port} on {settings.host} is free"


async def _database(settings: Settings) -> str:
    if settings.database_url is None:
        return f"embedded PostgreSQL, {postgres.binaries()}"
    try:
        connection = await asyncpg.connect(settings.database_url.get_secret_value(), timeout=_ASK_LIMIT_S)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise HeadroomError(f"HEADROOM_DATABASE_URL does not answer: {type(error).__name__}") from error
    try:
        return f"HEADROOM_DATABASE_URL answers, PostgreSQL {await connection.fetchval('show server_version')}"
    finally:
        await connection.close(timeout=_ASK_LIMIT_S)


async def _redis(settings: Settings) -> str:
    if settings.redis_url is None:
        return f"embedded Valkey, {valkey.binary()}"
    url = settings.redis_url.get_secret_value()
    try:
        async with Redis.from_url(url, socket_timeout=_ASK_LIMIT_S, socket_connect_timeout=_ASK_LIMIT_S) as client:
            await client.ping()
    except (OSError, ValueError, RedisError) as error:
        raise HeadroomError(f"HEADROOM_REDIS_URL does not answer: {type(error).__name__}") from error
    return "HEADROOM_REDIS_URL answers"


def _jobs(settings: Settings) -> Finding:
    """Which finite jobs could be done here, and which could not."""
    queues = " and ".join(queue.value for queue in queues_of(None))
    missing = [name for name in _FOR_TRAINING if find_spec(name) is None]
    if missing:
        lacks = f"export and train need {', '.join(missing)} (make setup-all adds them)"
        return Finding("jobs", Verdict.NOTE, f"analyse and evaluate, on {queues}; {lacks}")
    does = f"analyse, evaluate, export and train, on {queues}"
    return Finding("jobs", Verdict.FINE, f"{does}; recordings in {settings.data / RECORDINGS}/VENUE")


def _dashboard() -> Finding:
    """Whether the page is built; node is only needed to build it."""
    if (_DIST / "index.html").is_file():
        return Finding("page", Verdict.FINE, f"built, {_DIST}")
    node = shutil.which("node")
    said = subprocess.run((node, "--version"), capture_output=True, text=True, check=False) if node else None  # noqa: S603
    return Finding(
        "page", Verdict.NOTE, f"not built (make run builds it); node {said.stdout.strip() if said else 'none'}"
    )
