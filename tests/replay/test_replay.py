"""A recorded run says today what it said when it was recorded, however fast it is replayed.

Where a change is meant: ``python -m tests.replay.make``, and look at what changed in ``surge.golden.jsonl``.
"""

import json
from itertools import islice
from pathlib import Path

import pytest

from domain.errors import BadInput
from domain.messages import State
from headroom.replay import Replay, run
from headroom.runlog import RunLog, RunLogWriter, writing
from tests.fakes.hall import at, crossing, hall
from tests.replay.make import GOLDEN, RUN, venue


async def replayed(path: Path = RUN, speed: float = 0.0) -> list[str]:
    lines: list[str] = []
    await run(path, None, speed=speed, as_json=True, write=lines.append)
    return lines


async def test_the_golden_run_says_what_it_said() -> None:
    said, golden = await replayed(), GOLDEN.read_text().splitlines()
    changed = [(before, now) for before, now in zip(golden, said, strict=False) if before != now]
    assert not changed, f"{len(changed)} lines changed; the first:\n- {changed[0][0]}\n+ {changed[0][1]}"
    assert len(said) == len(golden)


def test_the_golden_run_holds_what_it_was_made_for() -> None:
    told = [json.loads(line) for line in GOLDEN.read_text().splitlines()]
    alerts = [one for one in told if one["kind"] == "alert"]
    dense = [one for one in alerts if one.get("zone_id") == "pit" and one["measure"] == "density"]
    assert [one["change"] for one in dense][:1] == ["raised"]
    assert any(one["measure"] == "sight" and one.get("camera_id") == "west" for one in alerts)
    unknown = [one for one in told if one["kind"] == "zone_reading" and one["state"] != "ok"]
    assert unknown
    assert all("count" not in one and "floor" not in one for one in unknown), "unknown is never zero"


async def test_speed_changes_nothing(tmp_path: Path) -> None:
    short = tmp_path / "short.jsonl"
    with writing(short) as file:
        log = RunLogWriter(file)
        log.venue(venue(), RunLog.open(RUN).footprints)  # type: ignore[arg-type]
        for heard in islice(RunLog.open(RUN).messages(), 60):
            log.message(heard.topic, heard.message.model_dump_json())
    at_once = await replayed(short)
    assert at_once
    assert await replayed(short, speed=10.0) == at_once


async def test_what_the_floor_said_then_is_worked_out_anew(tmp_path: Path) -> None:
    """A file that holds the floor's own readings and alerts too gives them once, not twice."""
    whole = tmp_path / "whole.jsonl"
    with writing(whole) as file:
        log, topics = RunLogWriter(file), {"zone_reading": "readings", "occupancy": "occupancy", "alert": "alerts"}
        log.venue(venue(), RunLog.open(RUN).footprints)  # type: ignore[arg-type]
        said = iter(list(Replay(RunLog.open(RUN)).run()))
        for index, heard in enumerate(RunLog.open(RUN).messages()):
            log.message(heard.topic, heard.message.model_dump_json())
            if index % 5 == 4 and (told := next(said, None)) is not None:
                kind = getattr(told.message, "kind", "")
                file.write(f'{{"topic":"{topics[kind]}","message":{told.message.model_dump_json()}}}\n')
    assert await replayed(whole) == GOLDEN.read_text().splitlines()


def test_a_camera_address_never_reaches_the_file(tmp_path: Path) -> None:
    camera = {"id": "west", "name": "W", "source": "rtsp://user:secret@host/a", "frame_size": [640, 480]}
    other = {"id": "east", "name": "E", "source": "usb:1", "frame_size": [640, 480]}
    path = tmp_path / "run.jsonl"
    with writing(path) as file:
        RunLogWriter(file).venue(hall(cameras=[camera, other]))
    assert "secret" not in path.read_text()
    assert "rtsp" not in path.read_text()
    assert RunLog.open(path).venue is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not json\n", "line 1: is no JSON object"),
        ("", "line 1: is no JSON object"),
        ('{"venue": {"id": "Hall"}}\n', "line 1: no venue"),
        ('{"topic": "weather", "message": {}}\n', "topic 'weather' is none of"),
        ('{"topic": "sightings", "message": {"venue_id": "hall"}}\n', "line 1: captured_at: Field required"),
        ('{"topic": "sightings"}\n', "line 1: message: Field required"),
    ],
)
def test_a_file_that_is_no_run_is_told_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        list(Replay(RunLog.open(path), hall()).run())


async def test_a_run_without_a_venue_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_text(f'{{"topic":"crossings","message":{crossing(1).model_dump_json()}}}\n')
    with pytest.raises(BadInput, match="--venue"):
        await replayed(path)
    told = list(Replay(RunLog.open(path), hall(floor=None)).run())
    assert told
    assert all(one.message.state is State.OK and one.message.captured_at >= at(0) for one in told)


async def test_a_missing_file_and_a_wrong_speed_are_told_in_a_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read: No such file"):
        await replayed(tmp_path / "nowhere.jsonl")
    with pytest.raises(BadInput, match="--speed -1"):
        await replayed(speed=-1)
    broken = tmp_path / "broken.jsonl.gz"
    broken.write_bytes(RUN.read_bytes()[:2000])
    with pytest.raises(BadInput, match="cannot be read"):
        await replayed(broken)
