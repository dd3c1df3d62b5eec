import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from domain.geometry import Polygon
from inference.zones.membership import ZoneIndex

L_SHAPE = Polygon([[0, 0], [6, 0], [6, 2], [2, 2], [2, 6], [0, 6]])
SLANTED = Polygon([[4, 1], [9, 3], [7, 8], [3, 5]])
FAR = Polygon([[100, 100], [101, 100], [100.5, 101]])
ZONES = [L_SHAPE, SLANTED, FAR]

coordinate = st.one_of(st.floats(-2, 12), st.sampled_from([0.0, 2.0, 6.0, 100.5, np.nan]))
places = st.lists(st.tuples(coordinate, coordinate), max_size=20).map(lambda rows: np.array(rows).reshape(-1, 2))


@given(places, st.floats(0, 3))
@settings(deadline=None)
def test_it_says_exactly_what_the_polygons_say(xy: np.ndarray, margin_m: float) -> None:
    standing = ZoneIndex(ZONES, margin_m=margin_m).standing(xy)
    inside = np.zeros((len(xy), len(ZONES)), bool)
    inside[standing.person[standing.inside], standing.zone[standing.inside]] = True
    expected = np.column_stack([zone.contains(xy) for zone in ZONES])
    expected[np.isnan(xy).any(axis=1)] = False
    assert (inside == expected).all()


@given(places)
@settings(deadline=None)
def test_everyone_within_the_margin_is_listed_with_their_distance(xy: np.ndarray) -> None:
    square = Polygon([[0, 0], [4, 0], [4, 4], [0, 4]])
    standing = ZoneIndex([square], margin_m=1.0).standing(xy)
    beyond = np.maximum(np.abs(xy - 2) - 2, 0)
    outside_m = np.linalg.norm(beyond, axis=1)
    inside_m = (2 - np.abs(xy - 2)).min(axis=1)
    expected = np.where(outside_m > 0, -outside_m, np.maximum(inside_m, 0))
    assert set(np.flatnonzero(outside_m <= 1.0)) <= set(standing.person.tolist())
    assert np.abs(standing.depth_m) == pytest.approx(np.abs(expected[standing.person]), abs=1e-9)
    assert (standing.depth_m[expected[standing.person] > 1e-9] > 0).all()


def test_nobody_and_no_zones_are_ordinary() -> None:
    assert len(ZoneIndex([]).standing([[1.0, 1.0]]).person) == 0
    assert len(ZoneIndex(ZONES).standing(np.empty((0, 2))).person) == 0


def test_a_margin_is_not_negative() -> None:
    with pytest.raises(BadInput, match="margin_m must be 0 or more, got -1"):
        ZoneIndex(ZONES, margin_m=-1)
