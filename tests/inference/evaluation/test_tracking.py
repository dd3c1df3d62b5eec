"""Tiny videos whose scores can be worked out by hand, from the definitions in the papers."""

import math
from collections.abc import Sequence

import motmetrics
import numpy as np
import pytest

from inference.evaluation.matching import FrameTracks
from inference.evaluation.mot_truth import FrameTruth
from inference.evaluation.tracking import TrackScore, score_tracks
from inference.track.tracker import iou

FRAMES = 10
People = dict[int, float]
"""Where each identity is: the left side of a box of 10 by 30 pixels."""


def boxes_of(people: People) -> np.ndarray:
    return np.array([(x, 0, x + 10, 30) for x in people.values()], np.float64).reshape(-1, 4)


def there(people: People) -> FrameTruth:
    return FrameTruth(np.array(list(people), np.int64), boxes_of(people), np.zeros(len(people), np.bool_))


def told(people: People) -> FrameTracks:
    return FrameTracks(np.array(list(people), np.int64), boxes_of(people), np.ones(len(people), np.bool_))


def scored(truth: Sequence[People], tracks: Sequence[People]) -> TrackScore:
    found = score_tracks([there(people) for people in truth], [told(people) for people in tracks])
    assert found is not None
    return found


def test_whoever_is_told_rightly_throughout_scores_1() -> None:
    found = scored([{1: 0, 2: 100}] * FRAMES, [{41: 0, 17: 100}] * FRAMES)
    assert (found.hota, found.idf1, found.mota) == (pytest.approx(1), 1, 1)
    assert (found.misses, found.false_alarms, found.identity_switches, found.people) == (0, 0, 0, 20)


def test_an_identity_that_changes_halfway() -> None:
    """Each of ten boxes: 5 of its pairs are right, 5 of its person's are elsewhere: association 5/10."""
    found = scored([{1: 0}] * FRAMES, [{1: 0}] * 5 + [{2: 0}] * 5)
    assert (found.det_a, found.ass_a) == (pytest.approx(1), pytest.approx(0.5))
    assert found.hota == pytest.approx(math.sqrt(0.5))
    assert found.idf1 == pytest.approx(0.5), "5 right of (10 there + 10 told) / 2"
    assert found.mota == pytest.approx(0.9)
    assert found.identity_switches == 1


def test_two_people_who_swap_identities() -> None:
    """Each pair: 5 right, 5 of the person elsewhere, 5 of the track elsewhere: association 5/15."""
    found = scored([{1: 0, 2: 100}] * FRAMES, [{1: 0, 2: 100}] * 5 + [{2: 0, 1: 100}] * 5)
    assert found.hota == pytest.approx(math.sqrt(1 / 3))
    assert found.idf1 == pytest.approx(0.5)
    assert found.mota == pytest.approx(1 - 2 / 20)


def test_someone_seen_half_the_time() -> None:
    found = scored([{1: 0}] * FRAMES, [{1: 0}] * 5 + [{}] * 5)
    assert found.hota == pytest.approx(0.5), "detection 5/10, association 5/10"
    assert found.idf1 == pytest.approx(5 / 7.5)
    assert (found.mota, found.misses) == (pytest.approx(0.5), 5)


def test_a_track_on_nobody() -> None:
    found = scored([{1: 0}] * FRAMES, [{1: 0, 2: 100}] * FRAMES)
    assert found.hota == pytest.approx(math.sqrt(0.5)), "detection 10/20, association 1"
    assert found.idf1 == pytest.approx(10 / 15)
    assert (found.mota, found.false_alarms) == (0, 10)


def test_more_errors_than_people_are_below_0() -> None:
    assert scored([{1: 0}] * FRAMES, [{1: 0, 2: 100, 3: 200}] * FRAMES).mota == -1


def test_hota_asks_for_tighter_boxes_than_the_others_do() -> None:
    shift = 10 * (1 - 0.62) / (1 + 0.62)  # an overlap of 0.62, enough for 0.05 to 0.60: 12 of 19
    found = scored([{1: 0}] * FRAMES, [{1: shift}] * FRAMES)
    assert found.hota == pytest.approx(12 / 19)
    assert (found.idf1, found.mota) == (1, 1)


def test_nobody_told_scores_0_and_nobody_there_has_no_score() -> None:
    found = scored([{1: 0}] * FRAMES, [{}] * FRAMES)
    assert (found.hota, found.idf1, found.mota, found.misses) == (0, 0, 0, 10)
    assert score_tracks([there({})] * FRAMES, [told({1: 0})] * FRAMES) is None


def test_frames_without_anyone_between_others_change_nothing() -> None:
    truth: list[People] = [{1: 0}, {}, {}, {1: 0}]
    assert scored(truth, truth).hota == pytest.approx(1)


@pytest.mark.parametrize("seed", range(5))
def test_another_library_agrees(seed: int) -> None:
    """On a noisy random video, with misses, false alarms and changed identities."""
    random = np.random.default_rng(seed)
    truth = [{person: 40.0 * person + frame for person in range(6)} for frame in range(30)]
    tracks: list[People] = []
    for people in truth:
        seen = {(who + 10 * int(random.random() < 0.05)): x for who, x in people.items() if random.random() < 0.9}
        tracks.append({who: x + random.normal(0, 1.0) for who, x in seen.items()} | {99: random.uniform(300, 900)})
    found = scored(truth, tracks)

    recorded = motmetrics.MOTAccumulator(auto_id=True)
    for people, seen in zip(truth, tracks, strict=True):
        overlap = iou(boxes_of(people), boxes_of(seen))
        recorded.update(list(people), list(seen), np.where(overlap >= 0.5, 1 - overlap, np.nan))
    other = motmetrics.metrics.create().compute(recorded, metrics=["idf1", "mota", "num_switches"])
    assert found.idf1 == pytest.approx(float(other["idf1"].iloc[0]))
    assert found.mota == pytest.approx(float(other["mota"].iloc[0]))
    assert found.identity_switches == int(other["num_switches"].iloc[0]) > 0
