"""Frames as a worker keeps them: files in the folder, and what is told of them."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import cv2
import numpy as np

from api.database.pool import Database
from domain.captures import CAPTURES_FOLDER, Capture, Sidecar
from domain.labels import BoxLabel, LabelClass, LabelSource
from tests.api import world

AT = datetime(2026, 5, 1, 18, 0, tzinfo=UTC)
SIZE = (320, 240)


def boxes() -> tuple[BoxLabel, ...]:
    return (
        BoxLabel(
            name=LabelClass.PERSON, left=10, top=20, right=50.5, bottom=120.25, score=0.9, source=LabelSource.MODEL
        ),
        BoxLabel(name=LabelClass.HEAD, left=200, top=30, right=215, bottom=48, score=0.4, source=LabelSource.MODEL),
    )


def kept(data: Path, seconds: float = 0, **changes: object) -> Capture:
    """A frame that was kept: its picture and what stands beside it are in the data folder."""
    identity, at = uuid4(), AT + timedelta(seconds=seconds)
    noise = np.random.default_rng(int(seconds) + 1_000).integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8)
    jpeg = cv2.imencode(".jpg", noise)[1].tobytes()
    values: dict[str, object] = {
        "venue_id": "town",
        "camera_id": "north",
        "captured_at": at,
        "state": "ok",
        "capture_id": identity,
        "sha256": hashlib.sha256(jpeg).hexdigest(),
        "width": SIZE[0],
        "height": SIZE[1],
        "size_bytes": len(jpeg),
        "policy": "blurred",
        "keep_until": at + timedelta(days=30),
        "model": "m1",
        "count": 1.5,
        "count_low": 1,
        "count_high": 3,
        "uncertainty": 0.5,
        "reasons": ("flicker",),
        "boxes": boxes(),
    }
    values |= changes
    values.setdefault("file", f"{values['venue_id']}/{values['camera_id']}/{at:%Y%m%d}/{identity.hex}.jpg")
    capture = Capture.model_validate(values)
    path = data / CAPTURES_FOLDER / capture.file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(jpeg)
    path.with_suffix(".json").write_text(Sidecar(capture=capture, likeness="0").model_dump_json())
    return capture


async def stored(world_url: str, *captures: Capture) -> None:
    """As the recorder does."""
    async with Database(world_url, size=1) as database:
        await world.keep(database, *captures)
