import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.crossings import Crossing
from inference.zones.dwell import DwellMeter, dwell_by_little
from inference.zones.flow import LineFlow, ZoneFlow, flow_between
from inference.zones.membership import ZoneIndex
from inference.zones.presence import MARGIN_M, ZonePresence
from inference.zones.windows import SlidingSums

HALL = Polygon([[0, 0], [10, 0], [10, 10], [0, 10]])
STAGE = Polygon([[8, 0], [14, 0], [14, 10], [8, 10]])
STEP_S = 0.2
SEEN = np.array([True, True])


class Floor:
    """Two zones that overlap, and everything told of who comes and goes."""

    def __init__(self, forget_s: float = 2.0) -> None:
        self.index = ZoneIndex([HALL, STAGE], margin_m=MARGIN_M)
        self.presence = ZonePresence(self.index, forget_s=forget_s)
        self.flow, self.dwell = ZoneFlow(2), DwellMeter(2)
        self.at_s = 0.0
        self.entered: list[int] = []
        self.left: list[int] = []
        self.stays: list[float] = []
        self.appeared: list[int] = []
        self.vanished: list[int] = []

    def see(self, people: dict[int, tuple[float, float]]) -> None:
        ids = np.array(list(people), np.int64)
        xy = np.array(list(people.values()), np.float64).reshape(-1, 2)
        moves = self.presence.update(ids, self.index.standing(xy), self.at_s)
        self.flow.update(moves, self.at_s, seen=SEEN)
        self.dwell.update(moves, self.at_s)
        self.entered += moves.entered_zone.tolist()
        self.left += moves.left_zone.tolist()
        self.stays += moves.stayed_s.tolist()
        self.appeared += moves.appeared_zone.tolist()
        self.vanished += moves.vanished_zone.tolist()
        self.at_s = round(self.at_s + STEP_S, 6)

    def walk(self, path: list[tuple[float, float]], identity: int = 1) -> "Floor":
        for place in path:
            self.see({identity: place})
        return self


def test_someone_who_walks_through_comes_and_goes_once() -> None:
    floor = Floor().walk([(x / 5, 5) for x in range(-10, 100)])
    assert (floor.entered, floor.left) == ([0, 1], [0, 1])
    assert floor.stays[0] == pytest.approx(10.0, abs=2 * STEP_S + 0.5), "10 m at 1 m/s"


def test_trembling_on_the_border_is_no_traffic() -> None:
    floor = Floor().walk([(-1.0, 5.0)] + [(0.2 * (-1) ** k, 5.0) for k in range(100)])
    assert floor.entered == floor.left == []


def test_a_first_sighting_inside_is_no_arrival_and_a_lost_track_no_departure() -> None:
    floor = Floor(forget_s=1.0).walk([(50.0, 50.0)], identity=9).walk([(5.0, 5.0)] * 5)
    assert (floor.entered, floor.appeared) == ([], [0])
    for _ in range(10):
        floor.see({})
    assert (floor.left, floor.vanished) == ([], [0])
    assert (floor.presence.tracks, floor.presence.stays) == (0, 0)


def test_a_stay_whose_beginning_was_not_seen_has_no_length() -> None:
    floor = Floor().walk([(5.0, 5.0)] * 5 + [(-2.0, 5.0)])
    assert floor.left == [0]
    assert np.isnan(floor.stays).all()


def test_first_seen_on_the_border_then_inside_is_no_arrival() -> None:
    floor = Floor().walk([(0.1, 5.0), (1.0, 5.0), (-1.0, 5.0), (1.0, 5.0)])
    assert (floor.entered, floor.left) == ([0], [0])


paths = st.lists(
    st.dictionaries(
        st.integers(0, 5), st.tuples(st.floats(-2, 16), st.one_of(st.floats(-2, 12), st.just(np.nan))), max_size=6
    ),
    max_size=60,
)


@given(paths)
@settings(max_examples=150, deadline=None)
def test_nobody_leaves_twice_and_no_stay_is_negative(frames: list[dict[int, tuple[float, float]]]) -> None:
    floor = Floor(forget_s=1.0)
    for people in frames:
        floor.see(people)
        assert floor.presence.tracks <= 6
        assert floor.presence.stays <= 12
        seen_inside = len(floor.entered) + len(floor.appeared) + 12  # the first frame's are not told
        assert len(floor.left) + len(floor.vanished) <= seen_inside
    assert all(stay > 0 for stay in floor.stays if not np.isnan(stay))
    for _ in range(10):
        floor.see({})
    assert (floor.presence.tracks, floor.presence.stays) == (0, 0)


@given(st.lists(st.floats(-3, 3), min_size=2, max_size=60))
@settings(deadline=None)
def test_arrivals_and_departures_alternate(walk: list[float]) -> None:
    floor = Floor(forget_s=100.0).walk([(-5.0, 5.0)])
    inside = 0
    for x in walk:
        floor.see({1: (x, 5.0)})
        inside = floor.entered.count(0) - floor.left.count(0)
        assert inside in (0, 1)
    clear = [x for x in [-5.0, *walk] if abs(x) >= MARGIN_M]
    assert inside == (clear[-1] > 0)


def test_a_track_twice_in_a_frame_and_numbers_that_do_not_fit_are_refused() -> None:
    floor = Floor()
    standing = floor.index.standing([[1, 1], [2, 2]])
    with pytest.raises(BadInput, match="track 7 is in one frame twice"):
        floor.presence.update(np.array([7, 7]), standing, 0.0)
    with pytest.raises(BadInput, match="track numbers must be from 0"):
        floor.presence.update(np.array([-1, 7]), standing, 0.0)


def test_flow_is_unknown_until_it_was_watched_for_a_while_then_people_a_minute() -> None:
    floor = Floor()
    for k in range(300):
        people = {i: ((k - 25 * i) / 5 - 2, 5.0) for i in range(12) if 0 <= k - 25 * i < 130}
        floor.see(people)
        if k == 30:
            assert np.isnan(floor.flow.rates(6.0).in_per_min).all()
    rates = floor.flow.rates(60.0)
    assert rates.in_per_min[0] == pytest.approx(floor.entered.count(0), rel=0.02)
    assert rates.out_per_min[0] == pytest.approx(floor.left.count(0), rel=0.02)
    assert floor.entered.count(0) == 12


def test_flow_of_a_zone_whose_door_nobody_watches_is_unknown_not_0() -> None:
    floor = Floor(forget_s=1.0)
    for k in range(100):
        floor.see({k // 10: (5.0, 5.0), 1000: (5.0, 8.0)})
    rates = floor.flow.rates(20.0)
    assert not np.isnan(rates.in_per_min[1]), "nothing speaks against the other zone's 0"
    for k in range(10, 20):
        for _ in range(10):
            floor.see(dict.fromkeys(range(10, k + 1), (5.0, 5.0)))
    assert np.isnan(floor.flow.rates(40.0).in_per_min[0])


def test_a_silence_is_not_watched_time() -> None:
    flow = LineFlow([2.0])
    for second in range(20):
        flow.update([Crossing(0, "in")], float(second))
    flow.update([], 50.0)
    for second in range(51, 60):
        flow.update([], float(second))
    assert flow.rates(60.0).in_per_min[0] == pytest.approx(60 * 20 / 28)
    assert flow.specific(60.0).in_per_min[0] == pytest.approx(30 * 20 / 28)
    assert flow.rates(60.0).out_per_min[0] == 0
    assert np.isnan(flow.rates(200.0).in_per_min[0])


def test_line_flow_needs_widths() -> None:
    with pytest.raises(BadInput, match="widths_m must all be above 0 metres"):
        LineFlow([1.0, 0.0])


@given(st.lists(st.integers(0, 500), min_size=2, unique=True), st.floats(0.5, 20))
@settings(deadline=None)
def test_flow_from_passage_to_passage_lies_between_the_extremes(ticks: list[int], interval_s: float) -> None:
    times = np.sort(np.array(ticks)) / 10
    flows = flow_between(times, interval_s=interval_s)
    gaps = np.diff(times)
    assert (flows <= 1 / gaps.min() * (1 + 1e-9)).all()
    assert (flows >= 1 / gaps.max() * (1 - 1e-9)).all()
    assert flow_between(times[:1], interval_s=interval_s).size == 0


def test_dwell_is_the_mean_of_whole_stays_and_unknown_before_three() -> None:
    floor = Floor(forget_s=100)
    for identity in range(3):
        assert np.isnan(floor.dwell.mean_s(floor.at_s + 1)[0])
        floor.walk([(-1.0, 5.0)] + [(5.0, 5.0)] * 25 + [(-1.0, 5.0)], identity)
    assert floor.dwell.mean_s(floor.at_s + 1)[0] == pytest.approx(5.0)
    assert np.isnan(floor.dwell.mean_s(floor.at_s + 700)[0]), "they left too long ago"


def test_littles_stay() -> None:
    assert dwell_by_little(30, 6) == 300
    assert dwell_by_little(30, 0) is None


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 2)), max_size=60), st.integers(1, 20))
@settings(deadline=None)
def test_sliding_sums_are_the_sums_of_the_window(steps: list[tuple[float, int]], window_s: int) -> None:
    sums, at_s, told = SlidingSums(3, window_s=window_s), 0.0, []
    for gap_s, column in steps:
        at_s += gap_s
        sums.add(at_s, [column])
        told.append((at_s, column))
    end = np.floor(at_s)
    expected = np.bincount([c for t, c in told if end - window_s <= np.floor(t) < end], minlength=3)
    assert sums.total(at_s).tolist() == expected.tolist()
