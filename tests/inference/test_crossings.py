from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from domain.geometry import Line
from inference.zones.crossings import LineCounter

LINE = Line([0, 100], [200, 100])
HEIGHT = 50.0


def walk(counter: LineCounter, path: list[tuple[float, float]], identity: int = 1) -> list[str]:
    found = []
    for index, foot in enumerate(path):
        ids, feet, heights = np.array([identity]), np.array([foot], float), np.array([HEIGHT])
        found += [crossing.direction for crossing in counter.update(ids, feet, heights, index / 10)]
    return found


def counter() -> LineCounter:
    return LineCounter([LINE], forget_s=4)


def test_someone_who_walks_down_the_picture_goes_in() -> None:
    assert walk(counter(), [(50, y) for y in range(50, 151, 10)]) == ["in"]


def test_someone_who_walks_up_goes_out() -> None:
    assert walk(counter(), [(50, y) for y in range(150, 49, -10)]) == ["out"]


def test_dawdling_on_the_line_counts_nothing_until_it_is_passed() -> None:
    dawdling = [(50, 80.0), *((50, 100 + 4 * (-1) ** step) for step in range(50))]
    assert walk(counter(), dawdling) == []
    assert walk(counter(), [*dawdling, (50, 120)]) == ["in"]


def test_passing_beside_the_line_does_not_count() -> None:
    assert walk(counter(), [(300, 50), (300, 150)]) == []


def test_a_first_sighting_beyond_the_line_does_not_count() -> None:
    assert walk(counter(), [(50, 150), (50, 160)]) == []


def test_there_and_back_counts_both_ways() -> None:
    assert walk(counter(), [(50, 50), (50, 150), (50, 50)]) == ["in", "out"]


def test_identities_are_forgotten() -> None:
    lines = counter()
    walk(lines, [(50, 50)], identity=1)
    lines.update(np.empty(0, np.int64), np.empty((0, 2)), np.empty(0), 60.0)
    assert not any(lines._whereabouts)


@given(st.lists(st.tuples(st.floats(1, 199), st.floats(0, 200)), min_size=2, max_size=30))
def test_ins_less_outs_is_where_someone_ended_up(path: list[tuple[float, float]]) -> None:
    found = walk(counter(), path)
    sides = [np.sign(y - 100) for _, y in path if abs(y - 100) >= 0.1 * HEIGHT]
    net = found.count("in") - found.count("out")
    assert net == (0 if len(sides) < 2 else (sides[-1] - sides[0]) / 2)
    assert all(first != second for first, second in pairwise(found))
