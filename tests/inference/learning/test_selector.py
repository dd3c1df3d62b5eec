"""The budget is never exceeded, the spacing is kept, and of each while the best frame is the one that is kept."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from inference.learning.selector import DAY_S, HOUR_S, Candidate, Kept, Rules, Selector

Offer = tuple[float, float, int]
"""Seconds since the one before, score, and which of a few scenes it shows."""


def scene(number: int) -> int:
    """A hash that is far from every other scene's."""
    return ((1 << 96) - 1) << (96 * number)


offers = st.lists(st.tuples(st.floats(0.05, 2000), st.floats(0, 1), st.integers(0, 7)), min_size=1, max_size=60)
rules = st.builds(
    Rules,
    per_hour=st.integers(1, 12),
    per_day=st.integers(12, 20),
    spacing_s=st.floats(1, 1800),
    least_score=st.floats(0, 0.6),
)


def run(rules: Rules, given_offers: list[Offer], asks: frozenset[int] = frozenset()) -> list[tuple[float, float, int]]:
    """What is kept: when it was captured (or asked for), its score, its scene."""
    selector: Selector[int] = Selector(rules)
    kept, at_s = [], 0.0
    for place, (gap_s, score, number) in enumerate(given_offers):
        at_s += gap_s
        best = selector.close(at_s)
        if best is not None:
            kept.append((best.at_s, best.score, best.frame))
        selector.offer(Candidate(at_s, score, scene(number), number))
        if place in asks and selector.asked(scene(number), at_s):
            kept.append((at_s, 2.0, number))
    return kept


@given(rules, offers, st.frozensets(st.integers(0, 60), max_size=30))
def test_no_hour_and_no_day_holds_more_than_its_budget(
    rules: Rules, given_offers: list[Offer], asks: frozenset[int]
) -> None:
    times = sorted(at_s for at_s, _, _ in run(rules, given_offers, asks))
    for begin in times:
        assert sum(begin <= one < begin + HOUR_S for one in times) <= rules.per_hour
        assert sum(begin <= one < begin + DAY_S for one in times) <= rules.per_day


@given(rules, offers)
def test_kept_frames_are_spaced_unlike_and_good_enough(rules: Rules, given_offers: list[Offer]) -> None:
    kept = run(rules, given_offers)
    for (first_s, _, _), (second_s, _, _) in itertools.pairwise(kept):
        assert second_s - first_s >= rules.spacing_s
    for (first_s, _, one), (second_s, _, other) in itertools.combinations(kept, 2):
        assert one != other or second_s - first_s >= DAY_S
    assert all(score >= rules.least_score for _, score, _ in kept)


@given(rules, st.lists(st.tuples(st.floats(0.05, 300), st.floats(0, 1)), min_size=1, max_size=40))
def test_the_best_of_a_while_is_kept(rules: Rules, given_offers: list[tuple[float, float]]) -> None:
    """The first while of a fresh camera, which no budget binds yet, against a search by hand."""
    selector: Selector[float] = Selector(rules)
    times = list(itertools.accumulate(gap_s for gap_s, _ in given_offers))
    scored = [(at_s, score) for at_s, (_, score) in zip(times, given_offers, strict=True)]
    worth = [one for one in scored if one[1] >= rules.least_score]
    end_s = times[-1] + rules.while_s + 1
    found = None
    for place, (at_s, score) in enumerate([*scored, (end_s, 0.0)]):
        found = found or selector.close(at_s)
        selector.offer(Candidate(at_s, score, scene(place % 7), score))
    if not worth:
        assert found is None
        return
    begin_s = worth[0][0]
    first_while = [score for at_s, score in worth if at_s - begin_s < rules.while_s]
    assert found is not None
    assert found.score == max(first_while)


def test_one_static_scene_does_not_fill_the_budget() -> None:
    still = [(60.0, 0.9, 3)] * 500
    assert len(run(Rules(per_hour=12, per_day=100, spacing_s=60), still)) == 1


def test_as_the_day_is_spent_only_better_frames_are_kept() -> None:
    rules = Rules(per_hour=10, per_day=20, spacing_s=1)
    kept = [Kept(at_s=60.0 * place, score=0.4 + 0.02 * place, likeness=scene(place)) for place in range(9)]
    late = 3 * HOUR_S

    def keeps(score: float, spent: int) -> bool:
        many = [Kept(one.at_s + 7 * extra, one.score, one.likeness) for extra in range(spent // 9) for one in kept]
        selector: Selector[None] = Selector(rules, many)
        selector.offer(Candidate(late, score, scene(30), None))
        return selector.close(late + rules.while_s) is not None

    assert keeps(0.47, 9), "less than half of the day is spent: the lower half of what was kept is passed"
    assert not keeps(0.47, 18)
    assert keeps(0.57, 18)


def test_a_restart_forgets_no_budget() -> None:
    rules = Rules(per_hour=2, per_day=2, spacing_s=10)
    selector: Selector[None] = Selector(rules, [Kept(0, 0.5, scene(1)), Kept(100, 0.5, scene(2))])
    selector.offer(Candidate(2000, 0.9, scene(3), None))
    assert selector.close(2000 + rules.while_s) is None
    assert not selector.asked(scene(4), 4000)
    assert selector.asked(scene(4), DAY_S + 1)


def test_what_was_asked_for_needs_no_spacing() -> None:
    selector: Selector[None] = Selector(Rules(per_hour=3, per_day=3, spacing_s=600))
    assert [selector.asked(scene(1), 5.0) for _ in range(4)] == [True, True, True, False]
