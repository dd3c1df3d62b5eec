import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.density import classic_density
from inference.zones.level_of_service import Facility, densest, level_of_service, levels_of_service
from inference.zones.voronoi import voronoi_cells, voronoi_density

ROOM = Polygon([[0, 0], [10, 0], [10, 6], [0, 6]])
CORNERED = Polygon([[0, 0], [10, 0], [10, 3], [4, 3], [4, 6], [0, 6]])
people = st.lists(st.tuples(st.floats(0.01, 9.9), st.floats(0.01, 2.9)), min_size=1, max_size=40).map(np.array)


def test_an_empty_zone_that_is_seen_has_density_0_and_an_unseen_one_has_none() -> None:
    density = classic_density([0, 0, 8, 8], areas_m2=[10, 10, 10, 10], unseen_share=[0, 1, 0, 0.5])
    assert density[0] == 0
    assert np.isnan(density[1])
    assert density[2:] == pytest.approx([0.8, 1.6])
    assert np.isnan(classic_density([np.nan], areas_m2=[10])[0])


@pytest.mark.parametrize("floor", [ROOM, CORNERED])
@given(crowd=people)
@settings(max_examples=60, deadline=None)
def test_voronoi_cells_share_out_the_whole_floor(floor: Polygon, crowd: np.ndarray) -> None:
    cells = voronoi_cells(crowd, walkable=floor)
    assert cells.areas_m2.sum() == pytest.approx(floor.area, rel=1e-6)
    assert voronoi_density(cells, zone=floor) == pytest.approx(len(crowd) / floor.area, rel=1e-6)


@given(people, st.floats(0.3, 3))
@settings(max_examples=60, deadline=None)
def test_nobody_owns_more_than_the_circle_of_the_cut_off(crowd: np.ndarray, cut_off_m: float) -> None:
    cells = voronoi_cells(crowd, walkable=ROOM, cut_off_m=cut_off_m)
    assert (cells.areas_m2 <= np.pi * cut_off_m**2).all()
    assert cells.areas_m2.sum() <= ROOM.area * (1 + 1e-9)
    assert voronoi_density(cells, zone=ROOM) == pytest.approx(len(crowd) / ROOM.area, rel=1e-6)


@given(people, st.floats(-np.pi, np.pi), st.floats(-50, 50), st.floats(-50, 50))
@settings(max_examples=40, deadline=None)
def test_turning_the_building_changes_no_density(crowd: np.ndarray, angle: float, right: float, up: float) -> None:
    def turned(points: np.ndarray) -> np.ndarray:
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        return (points - 5) @ turn.T * 1.0 + [right, up]

    inner = Polygon([[1, 1], [5, 1], [5, 2.5], [1, 2.5]])
    before = voronoi_density(voronoi_cells(crowd, walkable=ROOM), zone=inner)
    cells = voronoi_cells(turned(crowd), walkable=Polygon(turned(ROOM.points)))
    assert voronoi_density(cells, zone=Polygon(turned(inner.points))) == pytest.approx(before, rel=1e-5, abs=1e-9)


def test_one_person_two_and_people_in_a_row_have_cells() -> None:
    assert voronoi_cells([[5, 3]], walkable=ROOM).areas_m2 == pytest.approx([60])
    assert voronoi_cells([[2, 3], [4, 3]], walkable=ROOM).areas_m2 == pytest.approx([18, 42])
    assert voronoi_cells([[1, 3], [3, 3], [5, 3]], walkable=ROOM).areas_m2 == pytest.approx([12, 12, 36])
    assert voronoi_density(voronoi_cells(np.empty((0, 2)), walkable=ROOM), zone=ROOM) == 0


def test_people_on_the_same_spot_share_its_cell() -> None:
    cells = voronoi_cells([[2, 3], [2, 3], [4, 3]], walkable=ROOM)
    assert cells.areas_m2 == pytest.approx([9, 9, 42])
    assert voronoi_density(cells, zone=ROOM) == pytest.approx(3 / 60)


def test_a_zone_that_sticks_out_of_a_convex_floor_has_people_only_on_it() -> None:
    cells = voronoi_cells([[5, 3]], walkable=ROOM)
    outside = Polygon([[5, 0], [15, 0], [15, 6], [5, 6]])
    assert voronoi_density(cells, zone=outside, walkable=ROOM) == pytest.approx(0.5 / 60)


@pytest.mark.parametrize("lost", [[11.0, 3.0], [np.nan, 3.0]])
def test_somebody_beyond_the_walls_is_named(lost: list[float]) -> None:
    with pytest.raises(BadInput, match=r"person 1 at .* is not on the walkable floor"):
        voronoi_cells([[5.0, 3.0], lost], walkable=ROOM)


def test_a_cut_off_is_above_nothing() -> None:
    with pytest.raises(BadInput, match="cut_off_m must be above 0, got 0"):
        voronoi_cells([[5.0, 3.0]], walkable=ROOM, cut_off_m=0)


def test_fruins_walkway_bands_are_the_square_metres_often_quoted() -> None:
    space = [1 / densest(level) for level in ("A", "B", "C", "D", "E")]
    assert space == pytest.approx([3.25, 2.32, 1.39, 0.93, 0.46], abs=0.006)


@pytest.mark.parametrize(
    ("facility", "square_feet", "level"),
    [
        (Facility.WALKWAY, 35.1, "A"),
        (Facility.WALKWAY, 4.9, "F"),
        (Facility.QUEUE, 13.1, "A"),
        (Facility.QUEUE, 6.9, "D"),
        (Facility.QUEUE, 1.9, "F"),
        (Facility.STAIRS, 20.1, "A"),
        (Facility.STAIRS, 8, "D"),
        (Facility.STAIRS, 3.9, "F"),
    ],
)
def test_the_same_space_means_another_comfort_elsewhere(facility: Facility, square_feet: float, level: str) -> None:
    assert level_of_service(1 / (square_feet * 0.3048**2), facility) == level


@given(st.lists(st.floats(0, 20), min_size=2).map(sorted), st.sampled_from(Facility))
@settings(deadline=None)
def test_more_people_are_never_a_better_level(densities: list[float], facility: Facility) -> None:
    levels = levels_of_service(densities, facility)
    assert levels == sorted(levels)


def test_an_unknown_density_has_no_level() -> None:
    assert levels_of_service([np.nan, 0.0]) == [None, "A"]
    assert level_of_service(None) is None
    assert densest("F") == float("inf")
