"""``headroom evaluate`` from footage to numbers and page, on squares that are found exactly, and on real stills."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from domain.errors import BadInput
from domain.settings import Settings
from headroom.evaluate import Question, run
from tests.fakes.footage import write_stills
from tests.fakes.squares import SIDE, SquareDetector, picture_of

FRAMES, FPS = 60, 10
SLOW, FAST, HIGH = 1, 2, 3
"""Three squares: two that walk along the bottom, and one that stands above."""


def corners(frame: int) -> dict[int, tuple[int, int]]:
    return {SLOW: (20 + frame, 250), FAST: (200 + 2 * frame, 200), HIGH: (400, 20)}


def rows(*, hidden: int | None = None, last: int = FRAMES, invalid: int | None = None) -> str:
    """The truth of the video; ``hidden`` is someone whom no camera sees, ``invalid`` someone not to be judged."""
    lines = []
    for frame in range(last):
        people = corners(frame) | ({hidden: (100, 60)} if hidden else {})
        lines += [
            f"{frame + 1},{who},{left},{top},{SIDE},{SIDE},{int(who != invalid)},-1,-1,-1"
            for who, (left, top) in people.items()
        ]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "squares.avi"
    return write_stills(path, (picture_of(corners(frame).values()) for frame in range(FRAMES)), FPS)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


Ask = Callable[..., Any]


@pytest.fixture
def ask(settings: Settings) -> Ask:
    """Evaluates, and gives the line of JSON."""

    async def answer(
        source: Path | str, truth: Path, *, region: str | None = None, report: Path | None = None
    ) -> dict[str, Any]:
        lines: list[str] = []
        density = "none" if str(source).endswith(("part", "images")) else None  # squares have no heads
        await run(
            Question(str(source), truth, region=region, density=density),
            settings=settings,
            report=report,
            as_json=True,
            detector_of=lambda _settings, _model: SquareDetector(),
            write=lines.append,
        )
        (line,) = lines
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    return answer


def truth_file(folder: Path, text: str) -> Path:
    path = folder / "gt.txt"
    path.write_text(text)
    return path


async def test_a_video_that_is_counted_rightly(video: Path, tmp_path: Path, ask: Ask) -> None:
    found = await ask(video, truth_file(tmp_path, rows()))
    keys = ["count_mae", "count_rmse", "count_bias", "coverage_90", "hota", "idf1", "mota", "fps", "frames", "model"]
    assert set(keys) <= found.keys()
    assert (found["count_mae"], found["count_rmse"], found["count_bias"], found["coverage_90"]) == (0, 0, 0, 1)
    assert (found["idf1"], found["mota"], found["frames"], found["model"]) == (1, 1, FRAMES, "squares/exact")
    assert found["hota"] > 0.9, "boxes are smoothed by the tracker, so not exact"
    assert found["fps"] > 0
    assert [(band["band"], band["pictures"]) for band in found["bands"]] == [("0-10", FRAMES)]


async def test_someone_whom_nothing_shows_is_missed_in_every_frame(video: Path, tmp_path: Path, ask: Ask) -> None:
    found = await ask(video, truth_file(tmp_path, rows(hidden=9)))
    assert (found["count_mae"], found["count_bias"]) == (1, -1)
    assert found["mota"] == pytest.approx(3 / 4)
    assert found["tracks"]["misses"] == FRAMES


async def test_someone_not_to_be_judged_is_neither_right_nor_wrong(video: Path, tmp_path: Path, ask: Ask) -> None:
    found = await ask(video, truth_file(tmp_path, rows(invalid=HIGH)))
    assert (found["count_mae"], found["mota"], found["tracks"]["people"]) == (0, 1, 2 * FRAMES)
    assert found["count_mae_with_ignored"] == 1
    assert f"marks {FRAMES} boxes as not to be judged" in found["notes"][0]


async def test_a_region_leaves_out_whoever_stands_elsewhere(video: Path, tmp_path: Path, ask: Ask) -> None:
    bottom = "0,150,480,150,480,320,0,320"
    unlabelled = "".join(line for line in rows().splitlines(keepends=True) if line.split(",")[1] != str(HIGH))
    whole = await ask(video, truth_file(tmp_path, unlabelled))
    inside = await ask(video, truth_file(tmp_path, unlabelled), region=bottom)
    assert (whole["count_bias"], inside["count_bias"], inside["mota"]) == (1, 0, 1)
    assert "inside the region 0,150, 480,150" in inside["notes"][0]


async def test_frames_after_the_last_person_are_empty_and_that_is_said(video: Path, tmp_path: Path, ask: Ask) -> None:
    found = await ask(video, truth_file(tmp_path, rows(last=FRAMES // 2)))
    assert found["count_mae"] == pytest.approx(1.5)
    assert f"last person is in frame {FRAMES // 2} of {FRAMES}" in found["notes"][0]


async def test_frames_as_a_folder_of_pictures_count_the_same(tmp_path: Path, ask: Ask) -> None:
    frames = tmp_path / "img1"
    frames.mkdir()
    for frame in range(12):
        cv2.imwrite(str(frames / f"{frame + 1:06}.png"), picture_of(corners(frame).values()))
    found = await ask(frames, truth_file(tmp_path, rows(last=12)))
    assert (found["frames"], found["count_mae"], found["idf1"]) == (12, 0, 1)


def write_pictures(folder: Path, people: dict[str, int]) -> Path:
    folder.mkdir(parents=True)
    for name, count in people.items():
        places = [(10 + 60 * (index % 7), 10 + 60 * (index // 7)) for index in range(count)]
        cv2.imwrite(str(folder / f"{name}.png"), picture_of(places))
    return folder


def counts_file(folder: Path, counts: dict[str, int]) -> Path:
    path = folder / "counts.json"
    path.write_text(json.dumps({name: {"count": count} for name, count in counts.items()}))
    return path


async def test_stills_are_counted_one_by_one(tmp_path: Path, ask: Ask) -> None:
    write_pictures(tmp_path / "part/images", {"a": 3, "b": 12, "c": 20})
    truth = counts_file(tmp_path, {"a": 3, "b": 14, "c": 60, "d": 1})
    for folder in ("part", "part/images"):
        found = await ask(tmp_path / folder, truth)
        assert (found["frames"], found["count_mae"], found["count_bias"]) == (3, 14, -14)
        assert [(band["band"], band["mae"]) for band in found["bands"]] == [("0-10", 0), ("10-50", 2), ("50-100", 40)]
        assert found["hota"] is found["idf1"] is found["mota"] is found["coverage_90"] is None
        assert "1 of them are not in the folder" in found["notes"][0]
        assert Path(found["report"]).name == "evaluate-part.html"


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [({"a": 3}, r"counts\.json says nothing of picture b\.png \(and 1 more\)"), ({}, "names no picture")],
)
async def test_a_picture_without_truth_is_named(
    tmp_path: Path, ask: Ask, counts: dict[str, int], complaint: str
) -> None:
    folder = write_pictures(tmp_path / "pictures", {"a": 1, "b": 1, "c": 1})
    with pytest.raises(BadInput, match=complaint):
        await ask(folder, counts_file(tmp_path, counts))


async def test_a_folder_without_pictures_is_named(tmp_path: Path, ask: Ask) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match="folder empty is empty"):
        await ask(tmp_path / "empty", counts_file(tmp_path, {"a": 1}))


async def test_truth_of_another_kind_is_refused(video: Path, tmp_path: Path, ask: Ask) -> None:
    with pytest.raises(BadInput, match=r"squares\.avi is not a folder of pictures, and counts\.json holds"):
        await ask(video, counts_file(tmp_path, {"a": 1}))
    with pytest.raises(BadInput, match=r"gt\.txt line 1"):
        await ask(video, truth_file(tmp_path, '{"a": {"count": 1}}'))


async def test_truth_of_a_longer_video_is_refused(video: Path, tmp_path: Path, ask: Ask) -> None:
    longer = rows() + f"{FRAMES + 1},1,0,0,9,9,1,-1,-1,-1\n"
    with pytest.raises(BadInput, match=rf"people in frame {FRAMES + 1}, but squares\.avi has {FRAMES} frames"):
        await ask(video, truth_file(tmp_path, longer))


@pytest.mark.parametrize("region", ["", "1,2,3,4", "1,2,3,4,5,6,7", "a,b,c,d,e,f", "0,0,9,9,9,0,0,9"])
async def test_a_region_that_is_no_polygon_is_refused(video: Path, tmp_path: Path, ask: Ask, region: str) -> None:
    with pytest.raises(BadInput, match=r"region|polygon"):
        await ask(video, truth_file(tmp_path, rows()), region=region)


async def test_stills_have_no_region(tmp_path: Path, ask: Ask) -> None:
    folder = write_pictures(tmp_path / "pictures", {"a": 1})
    with pytest.raises(BadInput, match="region is for videos"):
        await ask(folder, counts_file(tmp_path, {"a": 1}), region="0,0,9,0,9,9")


async def test_a_live_camera_has_no_truth(tmp_path: Path, ask: Ask) -> None:
    with pytest.raises(BadInput, match="is live"):
        await ask("rtsp://camera.example/1", truth_file(tmp_path, rows()))


async def test_a_report_that_cannot_be_written_is_refused_before_anything_is_counted(
    video: Path, tmp_path: Path, ask: Ask
) -> None:
    with pytest.raises(BadInput, match=r"report .* cannot be written"):
        await ask(video, tmp_path / "there-is-none.txt", report=tmp_path)


async def test_the_page_shows_the_worst_frames_and_needs_nothing_from_elsewhere(
    video: Path, tmp_path: Path, ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    at = tmp_path / "pages/mine.html"
    await ask(video, truth_file(tmp_path, rows(hidden=9)), report=at)
    assert capsys.readouterr().err == f"report: {at}\n"
    page = at.read_text()
    pictures = re.findall(r'src="data:image/jpeg;base64,', page)
    assert len(pictures) == 3, "three frames are two seconds apart in six seconds"
    assert "3 counted, 4 there" in page
    assert "Count over time" in page
    assert f"headroom evaluate {video} --truth" in page
    assert not re.search(r'(src|href)="(?!data:)', page)
    assert "http" not in re.sub(r'http-equiv="Content', "", page)


async def test_words_from_outside_are_text_on_the_page(tmp_path: Path, ask: Ask) -> None:
    folder = write_pictures(tmp_path / "<b>bold & co", {"a": 1, "<i>": 2})
    at = tmp_path / "page.html"
    await ask(folder, counts_file(tmp_path, {"a": 2, "<i>": 3}), report=at)
    page = at.read_text()
    assert "&lt;b&gt;bold &amp; co" in page
    assert "&lt;i&gt;" in page
    assert not {"<b>bold", "<i>"} & set(re.findall(r"<b>bold|<i>", page))


async def test_a_table_says_it_on_a_terminal(
    video: Path, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    question = Question(str(video), truth_file(tmp_path, rows(hidden=9)))
    await run(question, settings=settings, detector_of=lambda _settings, _model: SquareDetector())
    said = capsys.readouterr().out
    assert re.search(r"MAE\s+1\.00\s+people off in a frame, of 4\.0 on average", said)
    assert re.search(r"bias\s+-1\.00\s+too few", said)
    assert re.search(r"MOTA\s+0\.750\s+60 missed, 0 on nobody", said)


def test_a_mistake_is_one_line_and_status_2(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "headroom", "evaluate", str(tmp_path), "--truth", str(tmp_path / "gt.txt")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])
    assert ended.returncode == 2
    assert re.fullmatch(r"headroom: [^\n]+\n", ended.stderr), ended.stderr


async def test_real_stills_by_the_real_detector(assets: Path, tmp_path: Path) -> None:
    part = assets / "datasets/shanghaitech_test/part_B"
    folder = tmp_path / "some"
    folder.mkdir()
    for name in ("IMG_20", "IMG_288", "IMG_265"):
        (folder / f"{name}.jpg").symlink_to(part / f"images/{name}.jpg")
    lines: list[str] = []
    await run(
        Question(str(folder), part / "ground_truth"),
        settings=Settings(assets=assets, data=tmp_path),
        as_json=True,
        write=lines.append,
    )
    found = json.loads(lines[-1])
    assert found["frames"] == 3
    assert 0 < found["count_mae"] < found["truth_mean"], "some people are found, and not all"
    assert np.isfinite(found["fps"])
