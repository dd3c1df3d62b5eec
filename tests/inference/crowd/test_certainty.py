from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BadInput
from inference.crowd.certainty import Certainty, distribution, interval_of
from inference.crowd.correction import CameraCorrection
from inference.crowd.estimate import Estimator
from inference.track import Doubtful, Tracks

SIZE = (640, 480)
CERTAINTY = Certainty.load()
CHANCES = st.lists(st.floats(0.01, 0.99), max_size=90)


def tracks(*, scores: list[float], unseen_s: list[float] | None = None, left: float = 100.0) -> Tracks:
    boxes = np.array([(left + 30 * index, 100.0, left + 20 + 30 * index, 160.0) for index in range(len(scores))])
    unseen = np.zeros(len(scores)) if unseen_s is None else np.array(unseen_s)
    ids = np.arange(len(scores))
    return Tracks(ids, boxes.reshape(-1, 4), unseen == 0, np.array(scores), unseen)


@given(chances=CHANCES)
def test_an_interval_holds_the_count_and_is_never_below_nobody(chances: list[float]) -> None:
    found = interval_of(chances, len(chances), 0.05)
    assert 0 <= found.low <= len(chances) <= found.high


@given(chances=st.lists(st.floats(0.05, 0.95), min_size=2, max_size=40))
def test_a_smaller_tail_never_makes_it_narrower(chances: list[float]) -> None:
    wide, narrow = interval_of(chances, 1, 0.05), interval_of(chances, 1, 0.15)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


def test_intervals_cover_about_as_often_as_they_claim() -> None:
    """Numbers drawn from their own distribution, over many kinds of frames."""
    random, held = np.random.default_rng(5), []
    for _ in range(3000):
        chances = random.uniform(0.3, 0.98, random.integers(5, 60))
        found = interval_of(chances, chances.sum(), 0.05)
        held.append(found.low <= (random.random(len(chances)) < chances).sum() <= found.high)
    assert 0.86 <= np.mean(held) <= 0.94


def test_the_normal_ends_take_over_without_a_jump() -> None:
    exact, normal = interval_of([0.7] * 64, 45, 0.05), interval_of([0.7] * 65, 45, 0.05)
    assert abs(normal.low - exact.low) < 1.2
    assert abs(normal.high - exact.high) < 1.2
    assert distribution([0.5, 0.5]).tolist() == [0.25, 0.5, 0.25]


def test_evidence_is_worth_more_the_surer_it_is() -> None:
    surer = CERTAINTY.of_counted(tracks(scores=[0.3, 0.6, 0.9]), SIZE)
    assert (np.diff(surer) > 0).all()
    longer = CERTAINTY.of_counted(tracks(scores=[0.9] * 3, unseen_s=[0.0, 0.3, 0.9]), SIZE)
    assert (np.diff(longer) < 0).all()
    (inner,) = CERTAINTY.of_counted(tracks(scores=[0.7]), SIZE)
    (border,) = CERTAINTY.of_counted(tracks(scores=[0.7], left=0.0), SIZE)
    assert border < inner


def test_someone_doubtful_stretches_the_interval_upwards() -> None:
    sure = tracks(scores=[0.9] * 4)
    doubtful = Doubtful(np.array([[300.0, 100, 330, 200]]), np.array([0.6]), np.array([2]), np.array([0.0]))
    estimator = Estimator(CERTAINTY, None, 3)
    alone, more = (estimator.estimate(seen, SIZE, [None]) for seen in (sure, sure.doubting(doubtful)))
    assert alone.counts[0] == more.counts[0] == 4
    assert more.high[0] > alone.high[0] + 0.3
    assert more.method(0) == "boxes"


def test_an_empty_picture_is_surely_empty() -> None:
    found = Estimator(CERTAINTY, None, 3).estimate(tracks(scores=[]), SIZE, [None])
    assert (found.counts[0], found.low[0], found.high[0]) == (0, 0, 0)


def test_a_correction_leaves_out_what_its_labels_never_count_and_scales() -> None:
    known = CameraCorrection(
        camera="gate",
        frame_size=(1280, 960),
        area=((300, 0), (1280, 0), (1280, 960), (300, 960)),
        least_score=0.5,
        gain=2.0,
        interval=3.0,
    )
    estimator, plain = Estimator(CERTAINTY, known, 3), Estimator(CERTAINTY, None, 3)
    seen = estimator.chosen(tracks(scores=[0.9, 0.9, 0.4, 0.9]), SIZE)
    assert seen.ids.tolist() == [3], "feet at 110 and 140 of 640 pixels are outside; 170 is too unsure"
    found, before = estimator.estimate(seen, SIZE, [None]), plain.estimate(seen, SIZE, [None])
    assert found.counts[0] == 2
    assert found.high[0] - 2 == pytest.approx(6 * (before.high[0] - 1))


def test_a_correction_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    known = CameraCorrection(camera="gate", frame_size=(640, 480), area=((0, 0), (9, 0), (9, 9)), gain=1.1)
    known.save(tmp_path / "gate.yaml")
    assert CameraCorrection.load(tmp_path / "gate.yaml") == known


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("camera: a\nframe_size: [1, 2]\ngain: 0", r"gate\.yaml: gain: .*greater than 0"),
        ("camera: a\nframe_size: [1, 2]\narea: [[0, 0], [1, 1]]", r"gate\.yaml: "),
        ("camera: a\nframe_size: [0, 2]", r"frame_size \(0, 2\) must be two positive"),
        ("{", "is not YAML"),
    ],
)
def test_a_wrong_correction_names_the_file_and_the_place(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "gate.yaml").write_text(text)
    with pytest.raises(BadInput, match=complaint):
        CameraCorrection.load(tmp_path / "gate.yaml")
    with pytest.raises(BadInput, match="cannot be read"):
        CameraCorrection.load(tmp_path / "none.yaml")
