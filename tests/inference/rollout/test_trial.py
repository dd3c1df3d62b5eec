"""A trial's verdicts, with time as an argument."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.detect import Detections
from inference.detect.base import HEAD, PERSON
from inference.rollout.looks import Look, Tally
from inference.rollout.trial import Bounds, Trial

BOUNDS = Bounds()


def people(count: float) -> Look:
    return Look(count, max(0.0, count - 1), count + 1)


def trial(before_s: float | None = 0.03, **changes: float) -> Trial:
    return Trial(100.0, before_s, Bounds(**changes))  # type: ignore[arg-type]  # each is a number


def test_a_model_that_counts_as_before_is_kept_after_a_while_and_not_sooner() -> None:
    tried = trial()
    for _ in range(BOUNDS.enough_frames):
        tried.looked(0.031)
        tried.compared("door", people(5), people(6))
    assert tried.verdict(100 + BOUNDS.least_s - 0.1) is None
    verdict = tried.verdict(100 + BOUNDS.least_s)
    assert verdict is not None
    assert verdict.passed
    assert "disagree by 17 %" in verdict.words.replace("17%", "17 %")


def test_where_nobody_comes_a_trial_lasts_until_its_end_and_says_so() -> None:
    tried = trial()
    for _ in range(100):
        tried.compared("door", people(0), people(0))
    assert tried.verdict(100 + BOUNDS.longest_s - 1) is None
    verdict = tried.verdict(100 + BOUNDS.longest_s)
    assert verdict is not None
    assert verdict.passed
    assert "nobody was seen in 100 frames" in verdict.words


def test_one_that_sees_nobody_where_the_one_before_sees_people_is_found_at_once() -> None:
    tried = trial()
    for _ in range(BOUNDS.blind_frames - 1):
        tried.compared("door", people(3), people(0))
        assert tried.verdict(101) is None
    tried.compared("door", people(3), people(0))
    verdict = tried.verdict(109)
    assert verdict is not None
    assert not verdict.passed
    assert verdict.words == (
        "it sees nobody on camera door in 8 of 8 frames in which the model before it sees people (after 9 s)"
    )


def test_it_is_found_on_one_camera_of_many() -> None:
    tried = trial()
    for _ in range(40):
        for camera in "abcd":
            tried.compared(camera, people(4), people(4))
        tried.compared("dark", people(4), people(0))
    verdict = tried.verdict(105)
    assert verdict is not None
    assert "camera dark" in verdict.words


@pytest.mark.parametrize(("before", "now"), [(10, 4), (4, 10), (0, 3)])
def test_counts_that_are_far_apart_either_way_end_it(before: float, now: float) -> None:
    tried = trial()
    for _ in range(BOUNDS.compared_frames):
        assert tried.verdict(101) is None
        tried.compared("door", people(before), people(now))
    verdict = tried.verdict(102)
    assert verdict is not None
    assert not verdict.passed
    assert "disagree" in verdict.words


def test_whoever_promotes_may_say_that_it_counts_otherwise() -> None:
    tried = trial(disagreement=1.0)
    for _ in range(50):
        tried.compared("door", people(9), people(0))
    assert tried.verdict(150) is None


def test_a_machine_that_became_slower_is_no_fault_of_the_models() -> None:
    tried = trial(0.1)
    tried.beside_p95_s = 0.12
    assert tried.allowed_s == pytest.approx(0.26)
    for _ in range(BOUNDS.steady_looks):
        tried.looked(0.24)
    assert tried.verdict(110) is None
    tried.beside_p95_s = 0.05
    verdict = tried.verdict(111)
    assert tried.allowed_s == pytest.approx(0.22), "what it took before still stands"
    assert verdict is not None
    assert "too slow" in verdict.words


def test_one_that_is_too_slow_is_found_after_a_few_looks_or_by_its_tail() -> None:
    tried = trial(0.03)
    allowed_s = tried.allowed_s
    assert allowed_s == pytest.approx(0.08)
    for _ in range(BOUNDS.first_looks):
        assert tried.verdict(101) is None
        tried.looked(0.4)
    verdict = tried.verdict(103)
    assert verdict is not None
    assert "every picture takes it at least 400 ms, 30 ms before it, and 80 ms are allowed" in verdict.words
    tailed = trial(0.03)
    for index in range(BOUNDS.steady_looks * 2):
        tailed.looked(0.4 if index % 10 == 0 else 0.03)
    verdict = tailed.verdict(110)
    assert verdict is not None
    assert "95 % of pictures take it up to 400 ms" in verdict.words
    unknown = trial(None)
    for _ in range(100):
        unknown.looked(9.0)
    assert unknown.verdict(110) is None, "what was before is not known"


def test_one_that_fails_or_hangs_is_found() -> None:
    tried = trial()
    for _ in range(BOUNDS.failures):
        assert tried.verdict(101) is None
        tried.failed("boxes that are not finite numbers")
    verdict = tried.verdict(102)
    assert verdict is not None
    assert "failed 3 times, last by boxes that are not finite" in verdict.words
    assert trial().verdict(120, asked_s=120 - BOUNDS.silence_s) is None
    hung = trial().verdict(120, asked_s=119 - BOUNDS.silence_s)
    assert hung is not None
    assert "not answered for 11 s" in hung.words


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 30), st.integers(0, 30)), max_size=60),
    st.lists(st.floats(0.001, 2), max_size=60),
    st.floats(0, 2000),
)
def test_a_verdict_never_passes_what_breaks_a_bound_and_never_ends_early(
    frames: list[tuple[str, int, int]], looks: list[float], after_s: float
) -> None:
    tried = trial(0.03)
    for camera, before, now in frames:
        tried.compared(camera, people(before), people(now))
    for latency in looks:
        tried.looked(latency)
    verdict = tried.verdict(100 + after_s)
    if verdict is not None and verdict.passed:
        assert after_s >= BOUNDS.least_s
        assert tried.tally.peopled >= BOUNDS.enough_frames or after_s >= BOUNDS.longest_s
        for tally in tried.tally.cameras.values():
            assert tally.told < BOUNDS.compared_frames or (tally.disagreement or 0) <= BOUNDS.disagreement
            assert tally.peopled < BOUNDS.blind_frames or tally.blank <= BOUNDS.blind_share * tally.peopled
        if len(looks) >= BOUNDS.steady_looks:
            assert np.percentile(looks, 95) <= (tried.allowed_s or 0) + 1e-9
    if verdict is None:
        assert after_s < BOUNDS.longest_s


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60))
def test_a_report_is_what_its_frames_were(frames: list[tuple[int, int]]) -> None:
    tally = Tally()
    for champion, challenger in frames:
        tally.add("door", people(champion), people(challenger))
    [told] = tally.told()
    ours, theirs = np.array(frames, float).T
    assert told.frames == len(frames)
    assert told.bias == pytest.approx((theirs - ours).mean())
    assert told.mae == pytest.approx(np.abs(theirs - ours).mean())
    assert told.interval_overlap == pytest.approx((np.abs(theirs - ours) <= 2).mean())
    assert told.mae >= abs(told.bias) - 1e-9
    share = tally.cameras["door"].disagreement
    assert share is None or 0 <= share <= 1
    assert (share is None) == (not ours.any() and not theirs.any())


@given(st.lists(st.floats(0.05, 1), max_size=20), st.lists(st.floats(0.05, 1), max_size=20))
def test_a_look_counts_bodies_or_heads_whichever_are_more(bodies: list[float], heads: list[float]) -> None:
    scores = np.array(bodies + heads, np.float32)
    boxes = np.tile(np.array([[10, 10, 20, 40]], np.float32), (len(scores), 1))
    classes = np.array([PERSON] * len(bodies) + [HEAD] * len(heads), np.uint8)
    look = Look.of(Detections(boxes, scores, classes), (640, 480))
    sure = [sum(np.float32(score) >= 0.25 for score in kind) for kind in (bodies, heads)]
    assert look.count == max(sure)
    assert 0 <= look.low <= look.count <= look.high
    assert look.meets(look)
