import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.floor_zones import FloorZone, FloorZones, ZoneSecondFigures

HALL = FloorZone(Polygon([[0, 0], [10, 0], [10, 10], [0, 10]]))
BAR = FloorZone(Polygon([[20, 0], [30, 0], [30, 4], [20, 4]]), queue=True)
UNKNOWN = {"area_m2", "unseen_share"}


def known(told: ZoneSecondFigures) -> set[str]:
    return {name for name, value in told.figures.model_dump().items() if value is not None} - UNKNOWN


def second(zones: FloorZones, start_s: float, places: list[tuple[float, float]], **more: object) -> ZoneSecondFigures:
    for frame in range(5):
        zones.update(np.arange(len(places)), places, start_s + frame / 5, **more)  # type: ignore[arg-type]
    return zones.close(start_s)[0]


def test_an_empty_zone_that_is_seen_is_0_and_has_no_speed() -> None:
    told = second(FloorZones([HALL, BAR]), 100, [])
    assert (told.count, told.peak, told.lower_bound, told.frames) == (0, 0, False, 5)
    assert told.figures.density_per_m2 == 0
    assert told.figures.peak_density_per_m2 == 0
    assert told.figures.level_of_service == "A"
    assert told.figures.pressure_per_s2 == 0
    assert told.figures.speed_m_per_s is None
    assert told.figures.queue_length is None


def test_an_unseen_zone_has_nothing_known_and_neither_has_a_second_without_frames() -> None:
    zones = FloorZones([HALL, BAR])
    told = second(zones, 100, [(5, 5)], unseen_share=[1.0, 0.0])
    assert (told.count, told.peak, told.figures.unseen_share) == (None, None, 1.0)
    assert known(told) == set()
    silent = zones.close(101)
    assert [zone.count for zone in silent] == [None, None]
    assert known(silent[0]) == known(silent[1]) == set()


def test_a_half_seen_zone_has_the_density_of_its_seen_half_and_at_least_its_people() -> None:
    told = second(FloorZones([HALL, BAR]), 100, [(5, 5), (6, 6)], unseen_share=[0.5, 0.0])
    assert (told.count, told.lower_bound) == (2, True)
    assert told.figures.density_per_m2 == pytest.approx(2 / 50)
    assert told.figures.unseen_share == 0.5


def test_a_zone_that_was_seen_for_part_of_the_second_is_told_from_that_part() -> None:
    zones = FloorZones([HALL])
    for frame in range(5):
        zones.update([1], [(5.0, 5.0)], 100 + frame / 5, unseen_share=[1.0 if frame < 2 else 0.0])
    told = zones.close(100)[0]
    assert told.count == 1
    assert told.figures.density_per_m2 == pytest.approx(0.01)
    assert told.figures.peak_density_per_m2 == pytest.approx(1 / np.pi, rel=0.15)


def test_a_crowd_that_fills_a_queue_has_every_figure() -> None:
    zones = FloorZones([HALL, BAR], position_deviation_m=0.0)
    for start_s in range(100):
        for frame in range(5):
            at_s = start_s + frame / 5
            places, ids = [], []
            for identity in range(40):
                here_s = at_s - 4 * identity
                if 0 <= here_s < 36:
                    ids.append(identity)
                    waits = 21 + min(here_s - 3, 27) / 3.4 if here_s >= 3 else 18 + here_s
                    places.append((waits if here_s < 30 else 28.9 + 1.2 * (here_s - 30), 2.0 + 0.2 * (identity % 3)))
            zones.update(ids, np.array(places).reshape(-1, 2), at_s)
        told = zones.close(start_s)[1]
    figures = told.figures
    assert known(told) == set(type(figures).model_fields) - UNKNOWN
    assert figures.density_per_m2 == pytest.approx(told.count / 40)
    assert figures.peak_density_per_m2 > figures.density_per_m2
    assert figures.inflow_per_min == pytest.approx(15, rel=0.15)
    assert figures.outflow_per_min == pytest.approx(15, rel=0.3)
    assert figures.service_per_min == pytest.approx(15, rel=0.3)
    assert figures.queue_length == pytest.approx(6, abs=1.5)
    assert figures.queue_wait_s == pytest.approx(24, rel=0.4)
    assert figures.dwell_s == pytest.approx(29, abs=2)


def test_later_frames_do_not_change_a_second_that_is_over() -> None:
    rng = np.random.default_rng(1)
    frames = [(rng.uniform(-2, 32, (30, 2)), step / 5) for step in range(200)]
    prompt, late = FloorZones([HALL, BAR]), FloorZones([HALL, BAR])
    told: list[list[list[ZoneSecondFigures]]] = [[], []]
    for xy, at_s in frames:
        if at_s == int(at_s) and at_s >= 1:
            told[0].append(prompt.close(at_s - 1))
        prompt.update(np.arange(30), xy, at_s)
        late.update(np.arange(30), xy, at_s)
        if at_s == int(at_s) and at_s >= 3:
            told[1].append(late.close(at_s - 3))
    assert told[1] == told[0][: len(told[1])]


@given(
    st.lists(
        st.dictionaries(
            st.integers(0, 9),
            st.tuples(st.floats(-5, 35), st.one_of(st.floats(-5, 15), st.just(float("nan")))),
            max_size=10,
        ),
        max_size=40,
    ),
    st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=2, max_size=2),
)
@settings(max_examples=25, deadline=None)
def test_whatever_happens_unknown_is_never_0(frames: list[dict[int, tuple[float, float]]], unseen: list[float]) -> None:
    zones = FloorZones([HALL, BAR])
    for step, people in enumerate(frames):
        xy = np.array(list(people.values())).reshape(-1, 2)
        zones.update(list(people), xy, step / 5, unseen_share=unseen)
    for start_s in range(len(frames) // 5 + 2):
        for told, share in zip(zones.close(start_s), unseen, strict=True):
            blind = share == 1 or start_s * 5 >= len(frames)
            assert (told.count is None) == blind
            assert (told.figures.density_per_m2 is None) == blind
            assert not blind or known(told) == set()
            assert told.lower_bound == (not blind and share > 0)


def test_what_is_remembered_does_not_grow() -> None:
    zones = FloorZones([HALL, BAR], forget_s=1.0)
    rng = np.random.default_rng(2)
    for step in range(150):
        ids = np.arange(step * 2, step * 2 + 20)
        zones.update(ids, rng.uniform(-2, 32, (20, 2)), step / 5)  # never closed
        assert zones._presence.tracks <= 20 + 2 * 6
        assert zones._presence.stays <= 2 * zones._presence.tracks
        assert zones._queues.stays <= zones._presence.tracks
        assert zones._motion.tracks <= 20 + 2 * 6
        assert len(zones._open) <= 10


def test_what_does_not_fit_is_refused_in_one_line() -> None:
    zones = FloorZones([HALL])
    zones.update([1], [(1.0, 1.0)], 5.0)
    with pytest.raises(BadInput, match=r"frames must come in order: 5.0 s is not after 5.0 s"):
        zones.update([1], [(1.0, 1.0)], 5.0)
    with pytest.raises(BadInput, match="2 tracks and 1 positions"):
        zones.update([1, 2], [(1.0, 1.0)], 6.0)
    with pytest.raises(BadInput, match="unseen_share needs 1 shares from 0 to 1"):
        zones.update([1], [(1.0, 1.0)], 6.0, unseen_share=[2.0])
    with pytest.raises(BadInput, match="track 3 is in one frame twice"):
        zones.update([3, 3], [(1.0, 1.0), (2.0, 2.0)], 6.0)


def test_a_floor_without_zones_has_nothing_to_tell() -> None:
    zones = FloorZones([])
    zones.update([1], [(1.0, 1.0)], 5.0)
    assert zones.close(5.0) == []
