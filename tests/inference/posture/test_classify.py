"""Postures of bodies made by hand: what is told, what is not, and what cannot be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages import Posture
from inference.posture.classify import judge
from inference.posture.landmarks import Joint
from tests.fakes.bodies import (
    BENT_DOWN,
    HANDS_UP,
    ON_A_CHAIR,
    ONE_HAND_UP,
    SQUATTING,
    TELEPHONE,
    UPRIGHT_SHAPE,
    body,
)

KNEES = (Joint.LEFT_KNEE, Joint.RIGHT_KNEE)
ANKLES = (Joint.LEFT_ANKLE, Joint.RIGHT_ANKLE)


def test_someone_standing_is_upright_and_all_three_postures_are_denied() -> None:
    judgement = judge(body(), UPRIGHT_SHAPE)
    assert judgement.name == "upright"
    assert set(judgement.scores) == set(Posture)
    assert max(judgement.scores.values()) < 0.05


@pytest.mark.parametrize("turned_deg", [90, -90, 75, -105])
def test_someone_lying_has_fallen(turned_deg: float) -> None:
    judgement = judge(body(turned_deg=turned_deg), shape=2.0)
    assert judgement.name == "fallen"
    assert judgement.scores[Posture.HANDS_UP] == 0


def test_someone_curled_up_on_the_side_has_fallen_and_does_not_crouch() -> None:
    judgement = judge(body(SQUATTING, turned_deg=90), shape=1.2)
    assert judgement.name == "fallen"
    assert judgement.scores[Posture.CROUCHING] < 0.5


@pytest.mark.parametrize("turned_deg", [20, -30])
def test_leaning_is_not_falling(turned_deg: float) -> None:
    assert judge(body(turned_deg=turned_deg), shape=0.7).name == "upright"


def test_bending_down_is_not_falling() -> None:
    assert judge(body(BENT_DOWN), shape=0.9).scores[Posture.FALLEN] < 0.05


def test_a_level_trunk_in_a_narrow_box_is_a_wrong_reading() -> None:
    assert judge(body(turned_deg=90), UPRIGHT_SHAPE).scores[Posture.FALLEN] < 0.05


def test_a_body_upside_down_is_a_wrong_reading() -> None:
    assert judge(body(turned_deg=175), UPRIGHT_SHAPE).name == "unknown"
    assert not judge(body(turned_deg=175), UPRIGHT_SHAPE).scores


def test_both_hands_high_are_hands_up() -> None:
    assert judge(body(HANDS_UP), shape=0.5).name == "hands_up"


@pytest.mark.parametrize("arms", [ONE_HAND_UP, TELEPHONE])
def test_one_hand_or_hands_at_the_face_are_not(arms: dict[Joint, tuple[float, float]]) -> None:
    assert judge(body(arms), shape=0.5).name == "upright"


def test_an_arm_that_hangs_denies_hands_up_though_the_other_is_hidden() -> None:
    hidden = (Joint.LEFT_ELBOW, Joint.LEFT_WRIST)
    assert judge(body(hidden=hidden), UPRIGHT_SHAPE).scores[Posture.HANDS_UP] < 0.05


def test_one_raised_arm_with_the_other_hidden_leaves_hands_up_unknown() -> None:
    judgement = judge(body(HANDS_UP, hidden=(Joint.LEFT_ELBOW, Joint.LEFT_WRIST)), UPRIGHT_SHAPE)
    assert Posture.HANDS_UP not in judgement.scores


def test_a_squat_is_crouching() -> None:
    assert judge(body(SQUATTING), shape=0.9).name == "crouching"


def test_someone_on_a_chair_is_not_crouching() -> None:
    assert judge(body(ON_A_CHAIR), shape=0.7).name == "upright"


def test_hands_up_in_a_squat_are_both() -> None:
    scores = judge(body({**SQUATTING, **HANDS_UP}), shape=0.9).scores
    assert scores[Posture.HANDS_UP] > 0.9
    assert scores[Posture.CROUCHING] > 0.9


def test_without_legs_nobody_is_said_to_be_upright() -> None:
    judgement = judge(body(hidden=KNEES + ANKLES), shape=0.9)
    assert judgement.name == "unknown"
    assert Posture.CROUCHING not in judgement.scores


def test_a_level_trunk_without_legs_may_be_a_bow() -> None:
    assert Posture.FALLEN not in judge(body(turned_deg=90, hidden=KNEES + ANKLES), shape=2.0).scores


@pytest.mark.parametrize("hidden", [(Joint.LEFT_HIP, Joint.RIGHT_HIP), (Joint.LEFT_SHOULDER, Joint.RIGHT_SHOULDER)])
def test_without_a_trunk_nothing_is_known(hidden: tuple[Joint, ...]) -> None:
    assert judge(body(hidden=hidden), UPRIGHT_SHAPE).name == "unknown"


def test_nothing_found_is_unknown() -> None:
    assert judge(None, UPRIGHT_SHAPE).name == "unknown"


@given(st.floats(-180, 180), st.floats(0.05, 5), st.sampled_from([{}, HANDS_UP, SQUATTING, ON_A_CHAIR, BENT_DOWN]))
def test_scores_stay_between_0_and_1_and_nobody_lies_and_crouches(
    turned_deg: float, shape: float, change: dict[Joint, tuple[float, float]]
) -> None:
    scores = judge(body(change, turned_deg=turned_deg), shape).scores
    assert all(0 <= score <= 1 for score in scores.values())
    assert not (scores.get(Posture.FALLEN, 0) > 0.5 and scores.get(Posture.CROUCHING, 0) > 0.5)
