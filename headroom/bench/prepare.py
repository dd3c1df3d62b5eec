"""Before the contest: the model in 8-bit integers, made once, if it counts as well and what makes it is installed."""

import asyncio
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from domain.errors import HeadroomError
from domain.settings import Settings
from headroom.bench.contenders import MODEL
from headroom.bench.lap import module
from inference.assets import resolve
from inference.models import ModelTable, choose

LIMIT_S: Final = 1200.0
"""It takes two minutes on two cores."""


async def make_int8(truth: Path | None, settings: Settings, tell: Callable[[str], object]) -> str | None:
    """Have the 8-bit model made where it is not there.

    Args:
        truth: who is in each frame of ``vtest.avi``, which its counts are checked on; ``None``: not at hand.
        settings: for the data folder, where it goes, and for the assets.
        tell: told that it takes a while.

    Returns:
        Why there is none; ``None``: it is there.
    """
    _, spec = choose(MODEL, ModelTable.load())
    if spec.int8 is None:
        return "the model's row names no 8-bit file"
    target = settings.data / "models" / spec.int8
    if target.is_file():
        return None
    if find_spec("nncf") is None:
        return "not made: nncf is not installed (make setup-all adds it)"
    if truth is None:
        return (
            "not made: its counts are checked on vtest.avi first, which is not the clip, or whose truth is not at hand"
        )
    try:
        graph = resolve(spec.asset, settings)
    except HeadroomError as error:
        return f"not made: {error}"
    tell("making the model in 8-bit integers, once; about two minutes")
    return await _made(module("training.quantise", graph, target, "--truth", truth))


async def _made(command: tuple[str, ...]) -> str | None:
    child = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(LIMIT_S):
            _, words = await child.communicate()
    except TimeoutError:
        return f"not made: it took more than {LIMIT_S:.0f} s"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == 0:
        return None
    lines = words.decode(errors="replace").strip().splitlines()
    return f"not made: {lines[-1].removeprefix('error: ') if lines else f'status {child.returncode}'}"
