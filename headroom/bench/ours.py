"""Headroom as a contender: ``python -m headroom.bench.ours CLIP MODEL WARM_UP [--budgeted]``, one line of JSON.

The way of ``headroom count --every-frame``: capture in a process of its own, detector, tracker, counts as JSON lines.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

from domain.errors import BadSource
from domain.settings import Settings
from domain.source import Source, SourceKind
from headroom import count
from inference.detect import Detector
from inference.detect.letterbox import Letterbox
from inference.models import ModelTable, choose
from inference.worker import make_detector
from ingest.camera import Camera
from ingest.limits import Pace


def main() -> None:
    """Run the clip once and say what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("clip", type=Path)
    parser.add_argument("model")
    parser.add_argument("warm_up", type=int)
    parser.add_argument("--budgeted", action="store_true")
    asked = parser.parse_args()
    told = asyncio.run(_run(asked.clip, asked.model, asked.warm_up, budgeted=asked.budgeted))
    sys.stdout.write(json.dumps(told) + "\n")


async def _run(clip: Path, model: str, warm_up: int, *, budgeted: bool) -> dict[str, Any]:
    settings = Settings.from_environment(os.environ)
    detector = make_detector(settings, model)
    height, width = await _warm_up(clip, detector, warm_up)
    lines: list[str] = []
    began_s = perf_counter()
    await count.run(
        source=str(clip),
        settings=settings,
        model=detector,
        every_frame=True,
        budgeted=budgeted,
        as_json=True,
        write=lines.append,
    )
    seconds = perf_counter() - began_s
    _, spec = choose(model, ModelTable.load())
    fit = Letterbox.fit(height, width, longest=spec.longest)
    return {
        "counts": [json.loads(line)["count"] for line in lines],
        "seconds": seconds,
        "name": detector.name,
        "input": (fit.height, fit.width),
    }


async def _warm_up(clip: Path, detector: Detector, frames: int) -> tuple[int, int]:
    """Look at the first frames; returns the height and width of one.

    Raises:
        BadSource: the clip has no frames.
    """
    pictures = []
    async with Camera("warm-up", Source(SourceKind.FILE, str(clip)), pace=Pace.FLAT_OUT) as camera:
        async for frame in camera.frames():
            pictures.append(frame.pixels)
            if len(pictures) >= frames:
                break
    if not pictures:
        raise BadSource(f"{clip.name} has no frames")
    detector.detect(pictures)
    return pictures[0].shape[0], pictures[0].shape[1]


if __name__ == "__main__":
    main()
