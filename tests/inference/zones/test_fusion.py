"""People on the plan, each once: a life under two cameras, and what holds for any sights at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.fusion import CameraSight, FloorFusion, FusionParameters, Merged

WEST = Polygon([[0, 0], [12, 0], [12, 10], [0, 10]])
EAST = Polygon([[8, 0], [20, 0], [20, 10], [8, 10]])
FAR = Polygon([[40, 0], [50, 0], [50, 10], [40, 10]])
PLAN = {"west": WEST, "east": EAST, "far": FAR, "anywhere": None}


def sight(camera: str, at_s: float, people: dict[int, tuple[float, float]], deviation_m: float = 0.1) -> CameraSight:
    xy = np.array(list(people.values()), np.float64).reshape(-1, 2)
    return CameraSight(camera, at_s, np.array(list(people), np.int64), xy, np.full(len(people), deviation_m))


def both(fusion: FloorFusion, at_s: float, west: dict, east: dict) -> Merged:
    return fusion.merge([sight("west", at_s, west), sight("east", at_s, east)], at_s)


def test_nobody_anywhere_is_an_ordinary_answer() -> None:
    fusion = FloorFusion(PLAN)
    for at_s, sights in ((0.0, []), (0.2, [sight("west", 0.2, {})])):
        merged = fusion.merge(sights, at_s)
        assert len(merged) == 0
        assert merged.xy.shape == (0, 2)
    assert len(FloorFusion({}).merge([], 0.0)) == 0


def test_one_person_under_two_cameras_is_one_person_between_both_sights() -> None:
    merged = both(FloorFusion(PLAN), 0.0, {1: (9.9, 5)}, {1: (10.1, 5)})
    assert merged.ids.tolist() == [1]
    assert merged.cameras.tolist() == [2]
    assert merged.xy[0] == pytest.approx([10, 5])


def test_the_surer_camera_has_more_weight_and_two_are_surer_than_one() -> None:
    fusion = FloorFusion(PLAN)
    alone = fusion.merge([sight("west", 0.0, {1: (10.0, 5)}, 0.1)], 0.0)
    merged = fusion.merge([sight("west", 0.0, {1: (10.0, 5)}, 0.1), sight("east", 0.0, {1: (10.4, 5)}, 0.5)], 0.0)
    assert len(merged) == 1
    assert 10.0 < merged.xy[0, 0] < 10.1
    assert merged.deviation_m[0] < alone.deviation_m[0]


def test_two_who_stand_close_before_the_same_camera_stay_two() -> None:
    fusion = FloorFusion(PLAN)
    for step in range(20):
        west, east = {1: (10.0, 5.0), 2: (10.5, 5.0)}, {7: (10.1, 5.0), 8: (10.6, 5.0)}
        merged = both(fusion, step / 5, west, east)
    assert merged.cameras.tolist() == [2, 2]
    assert merged.xy[:, 0] == pytest.approx([10.05, 10.55], abs=0.02)


def test_a_third_who_fits_both_joins_one_of_them_only() -> None:
    merged = both(FloorFusion(PLAN), 0.0, {1: (10.0, 5.0), 2: (10.3, 5.0)}, {7: (10.1, 5.0)})
    assert sorted(merged.cameras.tolist()) == [1, 2]


def test_a_person_keeps_the_number_from_one_camera_to_the_next() -> None:
    fusion = FloorFusion(PLAN)
    numbers = set()
    for step in range(60):
        x = 4 + step * 0.25
        west = {3: (x, 5.0)} if x < 12 else {}
        east = {9: (x + 0.1, 5.0)} if x > 8 else {}
        merged = both(fusion, step / 5, west, east)
        assert len(merged) == 1
        numbers.update(merged.ids.tolist())
    assert numbers == {1}


def test_a_pair_that_flickers_about_the_limit_stays_together() -> None:
    fusion, random = FloorFusion(PLAN), np.random.default_rng(1)
    counts = []
    for step in range(200):
        noise = random.normal(0, 0.3, 4)
        west, east = {1: (10 + noise[0], 5 + noise[1])}, {1: (10.35 + noise[2], 5 + noise[3])}
        sights = [sight("west", step / 5, west, 0.3), sight("east", step / 5, east, 0.3)]
        counts.append(len(fusion.merge(sights, step / 5)))
    assert set(counts[5:]) == {1}


def test_two_who_walk_past_each_other_are_never_one() -> None:
    fusion = FloorFusion(PLAN)
    for step in range(40):
        x = 1.2 * step / 5
        merged = both(fusion, step / 5, {1: (6 + x, 5.0)}, {1: (14.5 - x, 5.1)})
        assert len(merged) == 2, step


def test_two_who_were_taken_for_one_part_when_they_walk_apart() -> None:
    fusion = FloorFusion(PLAN)
    together = both(fusion, 0.0, {1: (10.0, 5)}, {1: (10.2, 5)})
    for step in range(1, 16):
        merged = both(fusion, step / 5, {1: (10.0 - 0.15 * step, 5)}, {1: (10.2 + 0.15 * step, 5)})
    assert len(together) == 1
    assert len(merged) == 2
    assert together.ids[0] in merged.ids


def test_where_a_camera_cannot_see_its_tracks_are_not_compared() -> None:
    fusion = FloorFusion(PLAN, FusionParameters(edge_m=0.2))
    # Where the western camera places somebody, the eastern one cannot see.
    assert len(both(fusion, 0.0, {1: (7.6, 5)}, {1: (8.05, 5)})) == 2
    assert len(fusion.merge([sight("west", 9.0, {1: (7.6, 5)}), sight("anywhere", 9.0, {1: (8.05, 5)})], 9.0)) == 1


def test_an_older_sight_is_brought_forward_and_one_too_old_is_left_out() -> None:
    fusion = FloorFusion(PLAN)
    for step in range(15):
        merged = fusion.merge([sight("west", step / 5, {1: (2 + step * 0.3, 5)})], step / 5)
    held = sight("west", 14 / 5, {1: (2 + 14 * 0.3, 5)})
    later = fusion.merge([held], 14 / 5 + 0.4)
    assert later.xy[0, 0] == pytest.approx(merged.xy[0, 0] + 0.6, abs=0.1)
    assert len(fusion.merge([held], 14 / 5 + 1.9)) == 1
    assert len(fusion.merge([held], 14 / 5 + 2.1)) == 0


def test_a_missed_frame_gives_nobody_else_the_place() -> None:
    fusion = FloorFusion(PLAN)
    for step in range(10):
        both(fusion, step / 5, {1: (10, 5), 2: (10.6, 5)}, {7: (10, 5), 8: (10.6, 5)})
    # Each camera misses one of the two, not the same: they are still two.
    merged = both(fusion, 2.0, {1: (10, 5)}, {8: (10.6, 5)})
    assert merged.ids.tolist() == [1, 2]
    assert merged.cameras.tolist() == [1, 1]


def test_a_new_number_in_the_same_place_is_the_same_person() -> None:
    fusion = FloorFusion(PLAN)
    for step in range(5):
        both(fusion, step / 5, {1: (10, 5)}, {7: (10, 5)})
    merged = both(fusion, 1.0, {2: (10.1, 5)}, {7: (10, 5)})
    assert merged.ids.tolist() == [1]
    assert merged.cameras.tolist() == [2]


def test_a_camera_that_begins_its_numbers_again_takes_nobody_along() -> None:
    fusion = FloorFusion(PLAN)
    first = fusion.merge([sight("west", 0.0, {1: (2, 2)})], 0.0)
    second = fusion.merge([sight("west", 0.4, {1: (9, 8)})], 0.4)
    assert second.xy[0] == pytest.approx([9, 8])
    assert second.ids.tolist() != first.ids.tolist()


def test_two_who_may_be_one_are_doubtful_and_strangers_are_not() -> None:
    edge = FusionParameters(edge_m=0.5)
    merged = both(FloorFusion(PLAN, edge), 0.0, {1: (10, 5)}, {1: (10.75, 5)})
    assert (len(merged), merged.doubtful) == (2, 1)
    merged = both(FloorFusion(PLAN, edge), 0.0, {1: (9, 5)}, {1: (11, 5)})
    assert (len(merged), merged.doubtful) == (2, 0)


def test_nothing_is_left_of_days_of_passers_by() -> None:
    fusion = FloorFusion(PLAN)
    most = 0
    for step in range(1500):
        people = {step * 3 + k: (1.0 + k * 4, 5.0 + step % 3) for k in range(3)}
        fusion.merge([sight("west", step / 5, people), sight("anywhere", step / 5, people)], step / 5)
        most = max(most, len(fusion), len(fusion._pairs))
    assert most < 3 * 2 * 5 * 4
    assert len(fusion.merge([], 1e6)) == 0
    assert len(fusion) == len(fusion._pairs) == 0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([sight("north", 0.0, {})], r"cameras \['north'\] are none of the plan's"),
        ([sight("west", 0.0, {}), sight("west", 0.1, {})], "one newest sight"),
        ([sight("west", 0.0, {1: (np.nan, 0)})], "'west' has a position or deviation that is no number"),
        ([sight("west", 0.0, {1: (1, 0)}, -0.1)], "'west' has a position or deviation"),
        ([sight("west", 0.0, {-4: (1, 0)})], "track -4 twice, or not in 0"),
        ([sight("west", float("nan"), {})], "at_s must be a number"),
        ([CameraSight("west", 0.0, np.array([5, 5]), np.zeros((2, 2)), np.ones(2))], "track 5 twice"),
        ([CameraSight("west", 0.0, np.array([5]), np.zeros((2, 2)), np.ones(1))], r"got shapes \(\(1,\), \(2, 2\)"),
    ],
)
def test_what_cannot_be_a_sight_is_refused_by_name(bad: list[CameraSight], words: str) -> None:
    with pytest.raises(BadInput, match=words):
        FloorFusion(PLAN).merge(bad, 0.0)


def test_parameters_that_make_no_sense_are_refused() -> None:
    with pytest.raises(BadInput, match="reach_m must be a number of at least 0, got -1"):
        FusionParameters(reach_m=-1)
    with pytest.raises(BadInput, match="remember_s must be at least hold_s"):
        FusionParameters(hold_s=4)


coordinates = st.integers(0, 400).map(lambda tenth: tenth / 20)


@st.composite
def frames(draw: st.DrawFn) -> list[list[CameraSight]]:
    """Some moments of any cameras that see anybody anywhere."""
    moments = []
    for step in range(draw(st.integers(1, 4))):
        sights = []
        for camera in draw(st.lists(st.sampled_from(sorted(PLAN)), unique=True)):
            numbers = draw(st.lists(st.integers(0, 12), unique=True, max_size=6))
            people = {number: (draw(coordinates), draw(coordinates) / 2) for number in numbers}
            at_s = step / 5 - draw(st.sampled_from([0.0, 0.05, 0.2, -0.05]))
            sights.append(sight(camera, at_s, people, draw(st.sampled_from([0.0, 0.1, 0.4]))))
        moments.append(sights)
    return moments


def shuffled(one: CameraSight, order: list[int]) -> CameraSight:
    return CameraSight(one.camera_id, one.at_s, one.tracks[order], one.xy[order], one.deviation_m[order])


@settings(max_examples=60, deadline=None)
@given(frames(), st.randoms(use_true_random=False))
def test_the_order_of_cameras_and_people_changes_nothing(moments: list, random) -> None:  # noqa: ANN001
    first, second = FloorFusion(PLAN), FloorFusion(dict(reversed(PLAN.items())))
    for step, sights in enumerate(moments):
        others = [shuffled(one, random.sample(range(len(one.tracks)), len(one.tracks))) for one in sights]
        random.shuffle(others)
        here, there = first.merge(sights, step / 5), second.merge(others, step / 5)
        assert here.ids.tolist() == there.ids.tolist()
        assert np.array_equal(here.xy, there.xy)
        assert np.array_equal(here.deviation_m, there.deviation_m)
        assert here.cameras.tolist() == there.cameras.tolist()


@settings(max_examples=60, deadline=None)
@given(frames())
def test_the_count_lies_between_the_fullest_camera_and_all_of_them(moments: list[list[CameraSight]]) -> None:
    fusion = FloorFusion(PLAN)
    for step, sights in enumerate(moments):
        merged = fusion.merge(sights, step / 5)
        counts = [len(one.tracks) for one in sights] or [0]
        assert max(counts) <= len(merged) <= sum(counts)
        assert merged.cameras.sum() == sum(counts)
        assert len(set(merged.ids.tolist())) == len(merged)
        assert np.isfinite(merged.xy).all()
        assert (merged.deviation_m > 0).all()
        assert merged.doubtful >= 0
        for one in sights:
            persons = fusion.persons_of(one).tolist()
            assert len(set(persons)) == len(persons), "a person holds each camera once"
            assert set(persons) <= set(merged.ids.tolist())


@settings(max_examples=60, deadline=None)
@given(frames())
def test_one_camera_alone_passes_through_in_number(moments: list[list[CameraSight]]) -> None:
    fusion = FloorFusion({"west": WEST})
    for step, sights in enumerate(moments):
        alone = [one for one in sights if one.camera_id == "west"]
        merged = fusion.merge(alone, step / 5)
        assert len(merged) == sum(len(one.tracks) for one in alone)
        assert (merged.cameras == 1).all()


@settings(max_examples=60, deadline=None)
@given(frames())
def test_what_is_remembered_is_bounded_by_what_was_seen_lately(moments: list[list[CameraSight]]) -> None:
    fusion = FloorFusion(PLAN)
    for step, sights in enumerate(moments):
        fusion.merge(sights, step / 5)
    assert len(fusion) <= sum(len(one.tracks) for sights in moments for one in sights)
    fusion.merge([], len(moments) / 5 + 3.5)
    assert len(fusion) == 0
