"""The parts of an evaluation that a person looks at, and the few that decide what is shown."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.evaluation import charts
from headroom.evaluation.page import render
from headroom.evaluation.plot import Axis, Plot
from headroom.evaluation.result import Evaluation
from headroom.evaluation.stills import Truth, by_crowd, evaluate_stills, pictures_with_truth
from headroom.evaluation.stopwatch import Stopwatch
from headroom.evaluation.worst import worst
from inference.detect.base import Picture
from inference.evaluation.counting import Counts
from inference.evaluation.still_truth import StillTruth
from tests.fakes.squares import SquareDetector, picture_of


def video(frames: int, **changed: object) -> Evaluation:
    truth = np.full(frames, 5.0)
    told = truth + np.resize([0, 1, 0, -1], frames)
    fields: dict[str, object] = {
        "source": "clip.avi",
        "truth": "gt.txt",
        "kind": "video",
        "model": "squares/exact",
        "labels": tuple(map(str, range(frames))),
        "at_s": np.arange(frames) / 10,
        "counts": Counts.of(truth, told, told - 1, told + 1),
        "readings": {},
        "tracks": None,
        "fps": 12.0,
        "worst": (),
        "notes": (),
    }
    return Evaluation(**(fields | changed))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Told:
    count: float
    low: float | None
    high: float | None
    boxes: float
    density: float | None


class TwiceTheSquares:
    """A counter whose density reading sees every square twice, and whose count lies between."""

    def count(self, picture: Picture) -> Told:
        boxes = len(SquareDetector().detect([picture])[0])
        return Told(1.5 * boxes, 1.0 * boxes, 2.0 * boxes, boxes, 2.0 * boxes)


async def test_each_reading_is_scored_by_itself_and_the_count_with_its_interval(tmp_path: Path) -> None:
    for name, squares in {"a": 2, "b": 4}.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture_of([(10 + 60 * index, 10) for index in range(squares)]))
    truth = Truth("counts.json", {"a": StillTruth(2), "b": StillTruth(20)})
    pictures = pictures_with_truth(tmp_path, truth)
    done: list[int] = []
    found = await evaluate_stills(pictures, truth, by_crowd(TwiceTheSquares()), SquareDetector(), "crowd", done.append)
    told = found.as_json()
    assert done == [1, 1]
    assert {name: reading["bias"] for name, reading in told["readings"].items()} == {
        "boxes": -8,
        "density": -5,
        "fused": -6.5,
    }
    assert told["count_bias"] == -6.5
    assert told["coverage_90"] == 0.5, "2 to 4 holds 2; 4 to 8 does not hold 20"
    assert told["readings"]["fused"]["coverage_90"] == 0.5
    assert told["readings"]["boxes"]["coverage_90"] is None
    page = render(found, command="headroom evaluate stills")
    assert "50% of the true counts lie in their interval, which claims 90%" in page
    assert "b: 20 there, 6 counted by fused (4 to 8)" in page
    assert page.count("data:image/jpeg") == 2


def test_the_page_says_what_made_it_and_when() -> None:
    moment = datetime(2026, 6, 1, 18, 5, tzinfo=UTC)
    page = render(video(40), command="headroom evaluate clip.avi --truth gt.txt", clock=lambda: moment)
    assert "2026-06-01 18:05 UTC" in page
    assert "headroom evaluate clip.avi --truth gt.txt" in page
    assert "squares/exact" in page
    assert "No frame was off by half a person" in page
    assert "$" not in re.sub(r"<script>.*</script>", "", page, flags=re.DOTALL), "every place of the template is filled"


def test_a_long_video_is_drawn_by_averages_that_keep_its_mean() -> None:
    found = video(charts.FINEST * 7 + 3)
    edges, truth, told, _, _ = charts._by_time(found)
    assert len(told) == charts.FINEST
    assert len(edges) == charts.FINEST + 1
    assert np.average(told, weights=np.diff(edges)) == pytest.approx(found.counts.told.mean(), abs=0.01)
    assert np.allclose(truth, 5)


def test_a_video_of_one_frame_has_plots() -> None:
    assert charts.over_time(video(1))
    assert charts.of_errors(video(1))


def test_footage_without_anyone_has_plots() -> None:
    empty = video(4, counts=Counts.of([0] * 4, [0] * 4))
    assert "0 there, 0 counted: 4 frames" in charts.against_truth(empty)
    assert render(empty, command="x")


@given(st.floats(0.01, 1e5))
def test_an_axis_holds_its_values_and_marks_round_ones(high: float) -> None:
    axis = Axis.linear(high)
    assert axis.ticks[0] == 0
    assert axis.high >= high
    assert Axis.linear(high, snug=True).high == high
    assert 1 <= len(axis.ticks) <= 8
    assert ((axis.share(np.array(axis.ticks)) >= 0) & (axis.share(np.array(axis.ticks)) <= 1)).all()


@given(st.floats(0.5, 5000), st.floats(1, 1000))
def test_an_axis_of_factors_holds_its_values(low: float, factor: float) -> None:
    axis = Axis.logarithmic(low, low * factor)
    assert axis.low <= max(low, 1)
    assert axis.high >= low * factor
    assert axis.share(axis.low) == 0
    assert axis.share(axis.high) == 1


def test_an_axis_puts_equal_factors_at_equal_steps() -> None:
    shares = Axis.logarithmic(10, 1000).share(np.array([10.0, 100.0, 1000.0, 0.0]))
    assert shares.tolist() == pytest.approx([0, 0.5, 1, 0]), "what has no logarithm lies at the beginning"


def test_unknown_intervals_are_not_drawn() -> None:
    plot = Plot(Axis.linear(3), Axis.linear(10), "x", "y")
    plot.bars("interval", np.array([1.0, 2.0]), np.array([1.0, np.nan]), np.array([3.0, np.nan]))
    plot.area_between("interval", np.array([0.0, 1.0, 2.0]), np.array([1.0, np.nan]), np.array([np.nan, 2.0]))
    assert plot.render().count("V") == 1
    assert "NaN" not in plot.render()
    assert "nan" not in plot.render()


def test_the_worst_are_far_apart_in_time() -> None:
    errors = np.array([0, 5, 6, 5, 0, -4, 0.4])
    assert worst(errors) == [2, 1, 3, 5]
    assert worst(errors, at_s=np.arange(7) * 0.5) == [2]
    assert worst(errors, at_s=np.arange(7) * 1.0) == [2, 5]
    assert worst(errors, shown=1) == [2]
    assert worst(np.zeros(3)) == []


def test_the_first_lap_is_not_timed() -> None:
    times = iter([0.0, 10.0, 11.0, 12.0, 14.0])
    watch = Stopwatch(lambda: next(times))
    assert watch.fps == 0
    watch.lap(8)
    assert watch.fps == pytest.approx(0.8), "where there is no other, it is all there is"
    for _ in range(3):
        watch.lap(8)
    assert watch.fps == pytest.approx(24 / 4)
