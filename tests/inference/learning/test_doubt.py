"""Each sign of doubt rises with what it stands for, and calm looks show none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.captures import Reason
from inference.detect import Detections
from inference.learning.doubt import Doubter, Signs
from inference.track import Tracks
from inference.track.tracker import Doubtful

SIZE = (640, 480)


def people(*ids: int, left: float = 100) -> Tracks:
    boxes = np.array([[left + 40 * number, 100, left + 40 * number + 30, 200] for number in range(len(ids))])
    return Tracks(np.array(ids, np.int64), boxes.reshape(-1, 4), np.ones(len(ids), np.bool_))


def detections(*scores: float) -> Detections:
    boxes = np.tile(np.array([[100, 100, 130, 200]], np.float32), (len(scores), 1))
    return Detections(boxes.reshape(-1, 4), np.array(scores, np.float32))


def looks(*tracks: Tracks, found: Detections | None = None, step_s: float = 0.5, width: float = 0.0) -> Signs:
    doubter, signs = Doubter(), Signs(0, 0, 0)
    for place, one in enumerate(tracks):
        sure = found or detections(*[0.95] * len(one))
        signs = doubter.look(sure, one, (len(one), len(one) + width), place * step_s, SIZE)
    return signs


def test_the_same_people_seen_clearly_leave_no_doubt() -> None:
    signs = looks(*[people(1, 2, 3)] * 5)
    assert signs == Signs(0, 0, 0)
    assert signs.reasons == ()


def test_scores_near_the_decision_are_doubt() -> None:
    near, far = detections(0.45, 0.45, 0.5), detections(0.1, 0.9, 0.95)
    assert looks(people(1, 2), found=near).margin > 0.5
    assert looks(people(1, 2), found=far).margin == 0
    assert Reason.LOW_MARGIN in looks(people(1, 2), found=near).reasons


def test_people_who_come_and_go_in_the_midst_of_the_picture_flicker() -> None:
    blinking = [people(1, 2, 3), people(1, 2), people(1, 2, 4), people(1, 2), people(1, 2, 4)] * 3
    assert looks(*blinking).flicker >= 0.2
    assert Reason.FLICKER in looks(*blinking).reasons
    at_border = [people(1, 2, left=-20), people(2, 3, left=-20), people(3, 4, left=-20)]
    assert looks(people(1, left=-20), people(2, left=-20), people(3, left=-20)).flicker == 0, "they walk in and out"
    assert looks(*at_border).flicker < looks(*blinking).flicker


def test_weak_boxes_that_appear_and_vanish_flicker_too() -> None:
    weak = Doubtful(np.array([[300, 100, 330, 200.0]]), np.array([0.3]), np.zeros(1, np.int64), np.zeros(1))
    assert looks(people(1), people(1).doubting(weak), people(1), people(1).doubting(weak)).flicker > 0


def test_a_wide_interval_is_doubt_and_relative_to_the_count() -> None:
    assert looks(people(1, 2), width=2.0).interval == pytest.approx(0.5)
    assert looks(people(*range(18)), width=2.0).interval == pytest.approx(0.1)
    assert looks(people(1), width=0.9).reasons == (Reason.WIDE_INTERVAL,)


def test_a_challenger_that_counts_otherwise_is_doubt() -> None:
    look = Doubter().look(detections(0.9), people(1, 2), (2, 2), 0.0, SIZE)

    def apart(challenger: float) -> Signs:
        return look.compared(2, challenger)

    assert look.disagreement == apart(2).disagreement == 0
    assert 0 < apart(3).disagreement < apart(9).disagreement < 1
    assert apart(6).reasons == (Reason.DISAGREEMENT,)


shares = st.floats(0, 1)


@given(shares, shares, shares, shares, st.integers(0, 3), st.floats(0, 0.5))
def test_a_score_is_a_share_and_no_sign_lowers_it(
    margin: float, flicker: float, interval: float, disagreement: float, which: int, more: float
) -> None:
    signs = [margin, flicker, interval, disagreement]
    raised = [min(sign + more, 1.0) if place == which else sign for place, sign in enumerate(signs)]
    assert -1e-12 <= Signs(*signs).score <= Signs(*raised).score + 1e-12 <= 1 + 1e-9
    assert Signs(*signs).score >= max(signs) - 1e-12


identities = st.lists(st.integers(1, 30), max_size=12, unique=True)


@given(st.lists(st.tuples(identities, st.floats(0, 3)), min_size=1, max_size=12))
def test_whatever_comes_signs_stay_within_their_bounds(given_looks: list[tuple[list[int], float]]) -> None:
    doubter, at_s = Doubter(), 0.0
    for ids, gap_s in given_looks:
        at_s += gap_s
        signs = doubter.look(detections(*[0.45] * len(ids)), people(*sorted(ids)), (0, 9), at_s, SIZE)
        assert all(0 <= sign <= 1 for sign in (signs.margin, signs.flicker, signs.interval, signs.disagreement))
