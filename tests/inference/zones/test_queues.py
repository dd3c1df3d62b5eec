import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.membership import ZoneIndex
from inference.zones.motion import FloorMotion, speeds
from inference.zones.presence import MARGIN_M, ZonePresence
from inference.zones.queues import QueueFigures, QueueMeter

LANE = Polygon([[0, 0], [20, 0], [20, 3], [0, 3]])
HALL = Polygon([[0, 3], [20, 3], [20, 20], [0, 20]])
FRONT = (20.0, 1.5)
STEP_S = 0.2


class Bar:
    """A queue along a lane, served at its right end, beside a hall that is no queue."""

    def __init__(self, *, front: tuple[float, float] | None = None) -> None:
        self.index = ZoneIndex([LANE, HALL], margin_m=MARGIN_M)
        self.motion, self.presence = FloorMotion(), ZonePresence(self.index, forget_s=2.0)
        fronts = None if front is None else [front, (np.nan, np.nan)]
        self.meter = QueueMeter([True, False], forget_s=2.0, fronts_m=fronts)
        self.at_s = 0.0

    def see(self, people: dict[int, tuple[float, float]], *, seen: bool = True) -> None:
        ids = np.array(list(people), np.int64)
        xy = np.array(list(people.values()), np.float64).reshape(-1, 2)
        speed = speeds(self.motion.update(ids, xy, self.at_s))
        moves = self.presence.update(ids, self.index.standing(xy), self.at_s)
        self.meter.update(ids, xy, speed, moves, self.at_s, seen=np.array([seen, True]))
        self.at_s = round(self.at_s + STEP_S, 6)

    def figures(self) -> QueueFigures:
        return self.meter.figures(np.floor(self.at_s))


def serve(bar: Bar, *, people: int, every_s: float, wait_s: float, until_s: float) -> None:
    """Somebody joins every ``every_s``, walks up, stands until ``wait_s`` have passed, and walks on past the front."""
    while bar.at_s < until_s:
        now = {}
        for identity in range(people):
            here_s = bar.at_s - identity * every_s
            if 0 <= here_s < 3:
                now[identity] = (-4.0 + 1.4 * here_s, 1.5)
            elif 3 <= here_s < wait_s:
                now[identity] = (0.3 + 19.2 * (here_s - 3) / (wait_s - 3), 1.5)
            elif wait_s <= here_s < wait_s + 4:
                now[identity] = (19.5 + 1.4 * (here_s - wait_s), 1.5)
        bar.see(now)


def test_nothing_is_known_before_there_is_evidence() -> None:
    bar = Bar()
    assert np.isnan(bar.figures().length).all()
    for _ in range(100):
        bar.see({i: (2.0 * i + 1, 1.5) for i in range(5)})
    told = bar.figures()
    assert told.length[0] == 5
    assert np.isnan([told.wait_s[0], told.service_per_min[0], told.tracked_wait_s[0]]).all()
    for _ in range(100):
        bar.see({i: (2.0 * i + 1, 1.5) for i in range(5)})
    told = bar.figures()
    assert told.service_per_min[0] == 0, "five people stood for half a minute and nobody was served"
    assert np.isnan(told.wait_s[0]), "when that will change, nobody knows"


def test_a_steady_queue_has_littles_wait_and_the_tracks_agree() -> None:
    bar = Bar()
    serve(bar, people=60, every_s=10.0, wait_s=90.0, until_s=400.0)
    told = bar.figures()
    assert told.length[0] == pytest.approx(9, abs=1)
    assert told.service_per_min[0] == pytest.approx(6, rel=0.15)
    assert told.wait_s[0] == pytest.approx(87, rel=0.15)
    assert told.tracked_wait_s[0] == pytest.approx(87, rel=0.05)
    assert told.little_wait_s[0] == pytest.approx(told.tracked_wait_s[0], rel=0.25)


def test_people_who_walk_through_do_not_wait() -> None:
    bar = Bar()
    for step in range(200):
        bar.see({step // 60: (-2 + 1.4 * (step % 60) * STEP_S, 1.5)})
    told = bar.figures()
    assert told.length[0] == 0
    assert told.wait_s[0] == 0
    assert np.isnan(told.service_per_min[0])


def test_one_step_forward_is_not_the_end_of_waiting() -> None:
    bar = Bar()
    place = 5.0
    for step in range(150):
        place += 0.7 if step % 40 == 39 else 0.0
        bar.see({1: (place, 1.5)})
    assert bar.figures().length[0] == 1


def test_a_zone_that_is_no_queue_has_no_queue() -> None:
    bar = Bar()
    for _ in range(200):
        bar.see({1: (5.0, 10.0)})
    told = bar.figures()
    assert np.isnan([told.length[1], told.wait_s[1], told.service_per_min[1], told.little_wait_s[1]]).all()


def test_an_unseen_queue_has_no_length() -> None:
    bar = Bar()
    for _ in range(50):
        bar.see({}, seen=False)
    assert np.isnan([bar.figures().length[0], bar.figures().wait_s[0]]).all()
    for _ in range(10):
        bar.see({})
    assert (bar.figures().length[0], bar.figures().wait_s[0]) == (0, 0)


@pytest.mark.parametrize(("way_out", "served"), [((20.6, 1.5), True), ((-0.6, 1.5), False)])
def test_whoever_leaves_elsewhere_than_at_the_front_gave_up(way_out: tuple[float, float], served: bool) -> None:  # noqa: FBT001
    bar = Bar(front=FRONT)
    for step in range(250):
        waiting = {i: (19.0 if served else 1.0, 1.0 + 0.3 * i) for i in range(5)}
        if step == 240:
            waiting[4] = way_out
        if step > 240:
            del waiting[4]
        bar.see(waiting)
    told = bar.meter.figures(np.ceil(bar.at_s))
    assert told.service_per_min[0] == pytest.approx(60 / 49 if served else 0, rel=0.1)
    assert told.abandoned_per_min[0] == pytest.approx(0 if served else 60 / 50, rel=0.1)


def test_littles_answer_is_not_told_where_people_are_followed_for_much_longer() -> None:
    honest, leaky = Bar(), Bar()
    for bar in (honest, leaky):
        serve(bar, people=60, every_s=10.0, wait_s=90.0, until_s=395.0)
    assert not np.isnan(honest.figures().wait_s[0])
    zones = np.zeros(100, np.int64)
    leaky.meter._served.add(leaky.at_s - 5, zones)  # a hundred who left at once, as a wrong count of service would
    assert np.isnan(leaky.figures().wait_s[0])


paths = st.lists(
    st.dictionaries(st.integers(0, 4), st.tuples(st.floats(-3, 23), st.floats(-1, 6)), max_size=5), max_size=60
)


@given(paths)
@settings(max_examples=60, deadline=None)
def test_figures_are_never_negative_and_state_is_the_live_tracks(
    frames: list[dict[int, tuple[float, float]]],
) -> None:
    bar = Bar()
    for people in frames:
        bar.see(people)
        assert bar.meter.stays <= 5
        told = bar.figures()
        for values in (told.length, told.wait_s, told.service_per_min, told.little_wait_s, told.tracked_wait_s):
            assert not (values < 0).any()
    for _ in range(20):
        bar.see({})
    assert bar.meter.stays == 0


def test_fronts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BadInput, match=r"fronts_m needs one x and y a zone, shape \(2, 2\), got \(1, 2\)"):
        QueueMeter([True, False], forget_s=1, fronts_m=[[0, 0]])
    with pytest.raises(BadInput, match="forget_s must be above 0"):
        QueueMeter([True], forget_s=0)
