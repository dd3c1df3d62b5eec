"""What the bench makes of runs, and that what was not run is never taken for a pass. No speed is judged here."""

import json
import sys
from pathlib import Path

import pytest
from rich.console import Console

from domain.errors import BadInput
from domain.settings import Settings
from headroom.bench import run as bench
from headroom.bench import table
from headroom.bench.contenders import (
    BUDGETED,
    FLOATS,
    HEADROOM,
    MODEL,
    REGION_COUNTER,
    SUPERVISION,
    ULTRALYTICS_TRACK,
    Contender,
    contenders,
)
from headroom.bench.contest import contest
from headroom.bench.lap import Lap, NotRunError, Told, run_lap, script
from headroom.bench.prepare import make_int8
from headroom.bench.result import Bench, Cameras, Standing, count_mae, standing
from inference.evaluation.mot_truth import MotTruth, read_mot
from inference.models import ModelTable, choose
from tests.fakes.footage import write_video

FRAMES = 10


def lap(
    fps: float, *, counts: tuple[int, ...] = (1,) * FRAMES, size: tuple[int, int] = (480, 640), mb: float = 100
) -> Lap:
    return Lap(Told(counts=counts, seconds=len(counts) / fps, name="some/one-f32", input=size), mb)


@pytest.fixture
def truth(tmp_path: Path) -> MotTruth:
    """Two people in frame 1, one in frame 2, nobody in frame 3."""
    path = tmp_path / "gt.txt"
    path.write_text("1,1,10,10,20,40,1\n1,2,50,10,20,40,1\n2,1,11,10,20,40,1\n")
    return read_mot(path)


def found(*standings: Standing, cameras: Cameras | None = None, **not_run: str) -> Bench:
    keys = [one.key for one in standings]
    rest = [HEADROOM, BUDGETED, ULTRALYTICS_TRACK, REGION_COUNTER, SUPERVISION]
    missing = [Standing(key, key, (), "it was ill") for key in rest if key not in keys]
    machine = {"cpu": "a fast one", "cores": 2, "precision": "f32", "load": [0.1, 1.9]}
    return Bench("clip.avi", 3, (*standings, *missing), cameras, None, machine, not_run)


def test_a_contender_is_judged_by_the_median_of_its_rounds() -> None:
    one = standing(HEADROOM, "Headroom", [lap(10, mb=90), lap(40, mb=70), lap(20, mb=500)], None, None, None)
    assert one.fps == pytest.approx(20)
    assert one.peak_mb == 90
    assert one.count_mae is None


def test_ratios_divide_our_median_by_theirs() -> None:
    told = found(
        standing(HEADROOM, "", [lap(40), lap(44), lap(10)], None, None, None),
        standing(BUDGETED, "", [lap(88)], None, None, None),
        standing(ULTRALYTICS_TRACK, "", [lap(10), lap(11), lap(12)], None, None, None),
        standing(SUPERVISION, "", [lap(16)], None, None, None),
    ).as_json()
    assert told["ratio_vs_ultralytics_track"] == pytest.approx(40 / 11, abs=0.01)
    assert told["ratio_budgeted"] == pytest.approx(8)
    assert told["ratio_vs_supervision"] == pytest.approx(2.5)
    assert told["ratio_vs_region_counter"] is None
    assert told["not_run"][REGION_COUNTER] == "it was ill"
    assert told["fps"][REGION_COUNTER] is None


def test_where_we_did_not_run_there_are_no_ratios() -> None:
    told = found(standing(ULTRALYTICS_TRACK, "", [lap(10)], None, None, None)).as_json()
    assert told["ratio_vs_ultralytics_track"] is None
    assert told["ratio_budgeted"] is None


def test_the_json_holds_what_is_promised_and_null_for_cameras_that_were_not_tried() -> None:
    told = found(cameras_at_5fps="not asked for").as_json()
    promised = {"ratio_vs_ultralytics_track", "ratio_vs_region_counter", "ratio_vs_supervision", "ratio_budgeted"}
    assert promised | {"cameras_at_5fps", "not_run", "fps", "machine"} <= set(told)
    assert told["cameras_at_5fps"] is None
    assert told["not_run"]["cameras_at_5fps"] == "not asked for"
    assert json.loads(json.dumps(told)) == told


def test_a_count_is_compared_frame_by_frame_from_the_first(truth: MotTruth) -> None:
    assert count_mae((2, 1, 0), truth) == 0
    assert count_mae((0, 1, 1), truth) == pytest.approx(1)


def test_one_that_was_given_another_picture_size_has_no_result() -> None:
    one = standing(SUPERVISION, "", [lap(99, size=(640, 640))], None, lap(40), None)
    assert one.fps is None
    assert one.not_run is not None
    assert "640x640" in one.not_run
    assert "480x640" in one.not_run


def test_one_that_counted_fewer_frames_has_no_result() -> None:
    one = standing(SUPERVISION, "", [lap(99, counts=(1, 1))], None, lap(40), None)
    assert one.fps is None
    assert one.not_run == "it counted 2 frames, we 10: not the same work"


async def test_everybody_has_their_turn_each_round_and_one_that_fails_has_no_further_one() -> None:
    turns: list[str] = []

    async def run_one(one: Contender) -> Lap:
        turns.append(one.key)
        if one.key == "ill" and turns.count("ill") == 2:
            raise NotRunError("it fell")
        return lap(10)

    taking_part = [
        Contender(HEADROOM, "", ("x",)),
        Contender("ill", "", ("x",)),
        Contender("absent", "", "not installed"),
    ]
    ours, ill, absent = await contest(taking_part, 3, None, run_one, lambda _: None)
    assert turns == [HEADROOM, "ill", HEADROOM, "ill", HEADROOM]
    assert len(ours.laps) == 3
    assert (ill.fps, ill.not_run) == (None, "it fell")
    assert (absent.fps, absent.not_run) == (None, "not installed")


async def test_without_rounds_nobody_has_a_result() -> None:
    (ours,) = await contest([Contender(HEADROOM, "", ("x",))], 0, None, _never, lambda _: None)
    assert (ours.fps, ours.not_run) == (None, "it had no turn")


async def _never(_: Contender) -> Lap:
    raise AssertionError


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


async def test_a_lap_is_the_last_line_and_the_memory_of_the_whole_family() -> None:
    child = "import time; held = bytearray(80_000_000); time.sleep(1.5)"
    code = (
        f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}]); print('chatter'); "
        """print('{"counts": [1, 2], "seconds": 0.5, "name": "x", "input": [480, 640]}')"""
    )
    done = await run_lap(python(code))
    assert done.told.counts == (1, 2)
    assert done.fps == pytest.approx(4)
    assert done.peak_mb > 80


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("raise SystemExit('no module named lap')", "no module named lap"),
        ("raise ValueError('it broke')", "ValueError: it broke"),
        ("import os; os._exit(3)", "ended with status 3"),
        ("pass", "its last line is not a result"),
        ("print('{}')", "its last line is not a result"),
    ],
)
async def test_a_lap_that_fails_says_why(code: str, reason: str) -> None:
    with pytest.raises(NotRunError, match=reason):
        await run_lap(python(code))


def test_a_script_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotRunError, match=r"peer\.py is not installed"):
        script(tmp_path / "peer.py")


def test_everybody_is_run_from_the_source_repository(assets: Path, tmp_path: Path) -> None:
    everyone = {one.key: one for one in contenders(tmp_path / "clip.avi", Settings(assets=assets, data=tmp_path))}
    assert set(everyone) == {HEADROOM, BUDGETED, FLOATS, ULTRALYTICS_TRACK, REGION_COUNTER, SUPERVISION}
    assert [one.command for one in everyone.values() if isinstance(one.command, str)] == []


def test_a_peer_whose_script_is_missing_is_not_run_and_we_are(
    assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headroom.bench.contenders.BUDGETS", tmp_path)
    everyone = {one.key: one for one in contenders(tmp_path / "clip.avi", Settings(assets=assets, data=tmp_path))}
    assert isinstance(everyone[HEADROOM].command, tuple)
    assert "is not installed" in str(everyone[SUPERVISION].command)


def test_the_table_says_what_was_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    trial = {"cameras": 2, "p50_ms": 50.0, "p95_ms": 90.0, "hop_p95_ms": 5.0, "slowest_fps": 5.0}
    shares = {"cpu_share": 0.5, "server_cpu_share": 0.1, "held": True}
    ours = standing(HEADROOM, "Headroom", [lap(40)], None, None, None)
    theirs = standing(SUPERVISION, "supervision", [lap(10)], None, None, None)
    table.show(found(ours, theirs, cameras=Cameras(2, (trial | shares,))), Console(width=100))
    shown = capsys.readouterr().out
    assert "4.00 times" in shown
    assert "not run: region_counter: it was ill" in shown
    assert "2 live cameras at 5 frames/s with p95 under 400 ms, the most that was tried" in shown


@pytest.mark.parametrize("wrong", ["many", "0", "-1", "2.5"])
def test_a_number_of_cameras_that_is_none_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput, match="cameras"):
        _ = bench.Question("asset:vtest.avi", 1, wrong).most_cameras


@pytest.mark.timeout(600)  # five fresh processes, three of which import torch, which takes long on a busy machine
async def test_the_whole_bench_on_a_tiny_clip(assets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADROOM_ASSETS", str(assets))
    monkeypatch.setenv("HEADROOM_DATA", str(tmp_path))
    clip = write_video(tmp_path / "clip.avi", 24)
    lines: list[str] = []
    settings = Settings(assets=assets, data=tmp_path)
    await bench.run(bench.Question(str(clip), 1, None), settings=settings, as_json=True, write=lines.append)
    (line,) = lines
    told = json.loads(line)
    assert told["frames"] == 24
    assert set(told["count_mae"].values()) == {None}, "nobody knows who is in this clip"
    for key, fps in told["fps"].items():
        assert (fps is None) == (key in told["not_run"]), "measured, or said to be not run"
    assert told["fps"][HEADROOM] > 0
    assert told["fps"][BUDGETED] > 0
    assert told["machine"]["cores"] >= 1
    assert told["machine"]["precision"] in {"f32", "f16", "bf16", "int8"}


async def test_the_8_bit_model_is_not_made_unless_its_counts_can_be_checked(assets: Path, tmp_path: Path) -> None:
    told: list[str] = []
    lacks = await make_int8(None, Settings(assets=assets, data=tmp_path), told.append)
    assert lacks is not None
    assert lacks.startswith("not made: its counts are checked")
    assert not told
    _, spec = choose(MODEL, ModelTable.load())
    assert spec.int8 is not None
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / spec.int8).touch()
    assert await make_int8(None, Settings(assets=assets, data=tmp_path), told.append) is None
