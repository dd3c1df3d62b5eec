"""``headroom count`` on footage of squares."""

import json
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from domain.settings import Settings
from headroom import count
from tests.fakes.footage import write_stills
from tests.fakes.squares import SquareDetector, picture_of


class AnHourLater(datetime):
    """The clock of a machine that was long over the last frames."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> "AnHourLater":
        return super().now(tz) + timedelta(hours=1)


@pytest.mark.parametrize("budgeted", [False, True])
async def test_a_machine_that_is_slow_over_the_last_frames_has_not_gone_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, budgeted: bool
) -> None:
    pictures = (picture_of([(40 + 2 * index, 100)]) for index in range(30))
    video = write_stills(tmp_path / "squares.avi", pictures, fps=10)
    monkeypatch.setattr(count, "datetime", AnHourLater)
    lines: list[str] = []
    await count.run(
        source=str(video),
        settings=Settings(data=tmp_path),
        model=SquareDetector(),
        density="none",
        budgeted=budgeted,
        as_json=True,
        write=lines.append,
    )
    seconds = [json.loads(line) for line in lines]
    assert [(second["state"], second["count"] is not None) for second in seconds] == [("ok", True)] * 3
