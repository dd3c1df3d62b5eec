"""What is seen of a plan, against areas worked out by hand and by shapely."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon as ShapelyPolygon
from shapely.geometry import box
from shapely.ops import unary_union

from domain.errors import BadGeometry
from domain.geometry import Polygon
from inference.zones.footprint import KEPT, Coverage, unseen_share


def rectangle(left: float, low: float, right: float, high: float) -> Polygon:
    return Polygon([[left, low], [right, low], [right, high], [left, high]])


HALL = rectangle(0, 0, 20, 10)
WEST, EAST = rectangle(0, 0, 10, 10), rectangle(10, 0, 20, 10)
FOOTPRINTS = {"west": rectangle(-5, -5, 10, 15), "middle": rectangle(5, 0, 15, 10), "lost": None}


def test_a_zone_is_seen_as_far_as_the_cameras_that_see_now_reach() -> None:
    coverage = Coverage([WEST, EAST], FOOTPRINTS)
    assert coverage.unseen_share(["west", "middle"]) == pytest.approx([0, 0.5])
    assert coverage.unseen_share(["middle"]) == pytest.approx([0.5, 0.5])
    assert coverage.unseen_share(["west"]) == pytest.approx([0, 1])
    assert unseen_share([WEST, EAST], FOOTPRINTS, {"west"}) == pytest.approx([0, 1])


def test_where_no_camera_sees_everything_is_unseen() -> None:
    coverage = Coverage([WEST], FOOTPRINTS, outline=HALL)
    assert coverage.unseen_share([]) == pytest.approx([1])
    assert coverage.seen_share([]) == 0
    assert sum(spot.area for spot in coverage.blind_spots([])) == pytest.approx(HALL.area)


def test_a_camera_whose_footprint_is_not_known_covers_nothing_that_could_be_told() -> None:
    assert unseen_share([WEST], FOOTPRINTS, ["lost"]) == pytest.approx([1])


def test_the_outline_counts_also_where_no_zone_is() -> None:
    coverage = Coverage([WEST], FOOTPRINTS, outline=HALL)
    assert coverage.seen_share(["west"]) == pytest.approx(0.5)
    assert coverage.seen_share(["west", "middle"]) == pytest.approx(0.75)


def test_without_an_outline_the_zones_are_the_plan_and_without_zones_nothing_is_known() -> None:
    assert Coverage([WEST], FOOTPRINTS).seen_share(["middle"]) == pytest.approx(0.5)
    nowhere = Coverage([], FOOTPRINTS)
    assert nowhere.seen_share(["west"]) is None
    assert nowhere.unseen_share(["west"]).shape == (0,)
    assert nowhere.blind_spots(["west"]) == []


def test_blind_spots_are_the_unseen_parts_of_the_outline() -> None:
    coverage = Coverage([], {"middle": rectangle(5, 0, 15, 10)}, outline=HALL)
    first, second = coverage.blind_spots(["middle"])
    assert first == rectangle(0, 0, 5, 10)
    assert second == rectangle(15, 0, 20, 10)


def test_a_blind_spot_too_small_to_hide_anybody_is_not_told() -> None:
    coverage = Coverage([], {"most": rectangle(0.5, 0, 20, 10)}, outline=HALL)
    assert len(coverage.blind_spots(["most"])) == 1
    assert coverage.blind_spots(["most"], least_m2=6) == []


def test_a_zone_smaller_than_a_cell_is_seen_where_it_lies() -> None:
    doorstep = rectangle(4.01, 4.01, 4.04, 4.04)
    assert unseen_share([doorstep, HALL], FOOTPRINTS, ["west"], cell_m=1.0) == pytest.approx([0, 0.5])


def test_answers_for_ever_new_sets_of_cameras_do_not_pile_up() -> None:
    names = [f"camera-{number}" for number in range(KEPT * 2)]
    coverage = Coverage([WEST], dict.fromkeys(names, WEST))
    for name in names:
        assert coverage.unseen_share([name]) == pytest.approx([0])
    assert len(coverage._kept) == KEPT


def test_an_unknown_camera_a_cell_without_size_and_a_plan_beyond_bounds_are_refused() -> None:
    with pytest.raises(BadGeometry, match=r"cameras \['north'\] are none of the plan's"):
        Coverage([WEST], FOOTPRINTS).unseen_share(["north"])
    with pytest.raises(BadGeometry, match="above 0, got 0"):
        Coverage([WEST], FOOTPRINTS, cell_m=0)
    with pytest.raises(BadGeometry, match="choose a larger cell"):
        Coverage([rectangle(0, 0, 1000, 1000)], FOOTPRINTS)


@st.composite
def quadrilaterals(draw: st.DrawFn) -> Polygon:
    """A corner in each quadrant round a middle: always simple."""
    x, y = draw(st.floats(-10, 30)), draw(st.floats(-10, 20))
    away = draw(st.lists(st.floats(0.5, 12), min_size=8, max_size=8))
    signs = [(1, 1), (-1, 1), (-1, -1), (1, -1)]
    return Polygon([[x + sx * away[2 * i], y + sy * away[2 * i + 1]] for i, (sx, sy) in enumerate(signs)])


@given(st.lists(quadrilaterals(), max_size=4))
def test_shares_agree_with_exact_areas_to_the_cells_on_the_borders(footprints: list[Polygon]) -> None:
    named = {f"camera-{number}": footprint for number, footprint in enumerate(footprints)}
    coverage = Coverage([WEST, EAST], named, outline=HALL)
    exact = unary_union([ShapelyPolygon(footprint.points) for footprint in footprints])
    border_m = sum(ShapelyPolygon(footprint.points).length for footprint in footprints)
    for share, zone in zip(coverage.unseen_share(named), (box(0, 0, 10, 10), box(10, 0, 20, 10)), strict=True):
        assert share == pytest.approx(
            1 - exact.intersection(zone).area / zone.area, abs=border_m * 0.25 / 2 / 100 + 1e-9
        )
    blind = sum(spot.area for spot in coverage.blind_spots(named, least_m2=0))
    assert blind == pytest.approx((1 - coverage.seen_share(named)) * HALL.area)


@given(st.lists(quadrilaterals(), min_size=1, max_size=4), st.data())
def test_one_more_camera_never_hides_anything(footprints: list[Polygon], data: st.DataObject) -> None:
    named = {f"camera-{number}": footprint for number, footprint in enumerate(footprints)}
    coverage = Coverage([WEST, EAST], named)
    fewer = data.draw(st.sets(st.sampled_from(sorted(named))))
    assert (coverage.unseen_share(named) <= coverage.unseen_share(fewer)).all()
    assert np.isfinite(coverage.unseen_share(fewer)).all()
