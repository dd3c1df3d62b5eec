"""A machine's life: raised, worse, milder, gone, back. Unseen it never clears; a person may close it."""

from dataclasses import replace

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from api.alerts.machine import LONGEST_PATIENCE, REOPEN_WITHIN_S, Look, Machine, Told
from api.alerts.rules import Level, Rule
from domain.alerts import Change, Measure, Severity, Status
from tests.api.alerts.scripted import at

LEVELS = (
    Level(Severity.WARNING, 4.0, 3.5, 5.0, 20.0, 0.5, "a source"),
    Level(Severity.DANGER, 5.0, 4.5, 2.0, 20.0, 0.5, "a source"),
)


def rule_of(*levels: Level, measure: Measure = Measure.DENSITY, escalate_after_s: float | None = 60.0) -> Rule:
    return Rule("density", measure, "Dense", "Act", None, escalate_after_s, 0.5, levels or LEVELS)


RULE = rule_of()


def look(second: float, value: float | None, **changes: object) -> Look:
    return replace(Look(at=at(second), value=value), **changes)


def watch(
    machine: Machine, values: list[float | None], first: int = 0, rule: Rule | None = RULE
) -> list[tuple[int, Told]]:
    """One value a second."""
    return [
        (first + index, told)
        for index, value in enumerate(values)
        for told in machine.look(look(first + index, value), rule, at(first + index))
    ]


def changes(told: list[tuple[int, Told]]) -> list[tuple[int, Change, Severity]]:
    return [(second, one.change, one.life.severity) for second, one in told]


def test_it_is_raised_after_its_duration_and_cleared_after_the_other() -> None:
    machine = Machine("k")
    told = watch(machine, [3.0] * 3 + [4.2] * 10 + [3.0] * 30)
    assert changes(told) == [
        (8, Change.RAISED, Severity.WARNING),
        (33, Change.CLEARED, Severity.WARNING),
    ]
    assert [one.life.sequence for _, one in told] == [1, 2]
    assert told[-1][1].life.ended_at == at(33)


def test_a_moment_above_raises_nothing() -> None:
    assert watch(Machine("k"), [3.0, 6.0, 3.0, 4.5, 4.5, 4.5, 4.5, 3.0] * 20) == []


def test_between_the_thresholds_nothing_changes() -> None:
    machine = Machine("k")
    watch(machine, [4.2] * 6)
    assert watch(machine, [3.7] * 600, first=6) == []


def test_a_worse_one_is_told_at_once_and_needs_somebody_again() -> None:
    machine = Machine("k")
    watch(machine, [4.2] * 6)
    machine.acknowledge("sam", at(6))
    told = watch(machine, [5.5] * 3, first=7)
    assert changes(told) == [(9, Change.WORSENED, Severity.DANGER)]
    assert told[0][1].life.status is Status.OPEN


def test_it_eases_to_what_still_holds() -> None:
    machine = Machine("k")
    watch(machine, [5.5] * 3)
    assert changes(watch(machine, [3.8] * 60, first=3)) == [(23, Change.EASED, Severity.WARNING)]


def test_the_worst_comes_first_without_the_milder_one() -> None:
    assert changes(watch(Machine("k"), [5.5] * 30)) == [(2, Change.RAISED, Severity.DANGER)]


def test_a_flapping_figure_is_one_alert() -> None:
    machine = Machine("k")
    told = watch(machine, ([5.5] * 10 + [3.0] * 10) * 90)
    assert changes(told) == [(2, Change.RAISED, Severity.DANGER)]


def test_a_slowly_flapping_figure_is_one_alert_with_growing_patience() -> None:
    machine = Machine("k")
    told = watch(machine, ([5.5] * 30 + [3.0] * 100) * 30)
    assert [one.change for _, one in told].count(Change.RAISED) == 1
    assert len({one.life.alert_id for _, one in told}) == 1
    assert [one.change for _, one in told].count(Change.REOPENED) <= LONGEST_PATIENCE.bit_length()


def test_long_after_it_is_another_alert() -> None:
    machine = Machine("k")
    told = watch(machine, [5.5] * 3 + [3.0] * int(REOPEN_WITHIN_S + 30) + [5.5] * 3)
    assert [one.change for _, one in told] == [Change.RAISED, Change.CLEARED, Change.RAISED]
    assert len({one.life.alert_id for _, one in told}) == 2
    assert told[-1][1].life.sequence == 1


def test_unseen_it_never_clears_and_says_so_once() -> None:
    machine = Machine("k")
    watch(machine, [5.5] * 3)
    told = watch(machine, [3.0] * 15 + [None] * 3600 + [3.0] * 19, first=3)
    assert [(second, one.change) for second, one in told] == [(21, Change.SIGHT_LOST), (3618, Change.SIGHT_BACK)]
    assert changes(watch(machine, [3.0] * 5, first=3637)) == [(3638, Change.CLEARED, Severity.DANGER)]


def test_unseen_it_is_still_about_to_be_raised() -> None:
    told = watch(Machine("k"), [4.5] * 4 + [None] * 30 + [4.5])
    assert changes(told) == [(34, Change.RAISED, Severity.WARNING)]


def test_nobody_acknowledges_so_it_escalates_until_somebody_does() -> None:
    machine = Machine("k")
    watch(machine, [5.5] * 3)
    told = [one for second in range(3, 200) for one in machine.tick(RULE, at(second))]
    assert [one.change for one in told] == [Change.ESCALATED] * 3
    machine.acknowledge("sam", at(200))
    assert [one for second in range(200, 900) for one in machine.tick(RULE, at(second))] == []
    assert machine.acknowledge("kim", at(901)) == []


def test_what_a_person_closed_stays_closed_but_a_worse_one_is_raised() -> None:
    machine = Machine("k")
    watch(machine, [4.2] * 6)
    machine.close("false_alarm", at(6))
    assert watch(machine, [4.2] * 100, first=7) == []
    told = watch(machine, [5.5] * 4, first=107)
    assert changes(told) == [(109, Change.RAISED, Severity.DANGER)]


def test_what_a_person_closed_comes_again_once_it_was_over() -> None:
    machine = Machine("k")
    watch(machine, [4.2] * 6)
    machine.close("false_alarm", at(6))
    told = watch(machine, [3.0] * 25 + [4.2] * 10, first=7)
    assert [one.change for _, one in told] == [Change.RAISED]


def test_a_rule_that_ends_with_its_phase_ends_its_alert_only_where_it_is_seen() -> None:
    machine = Machine("k")
    watch(machine, [5.5] * 3)
    assert watch(machine, [None] * 2, first=3, rule=None) == []
    assert [one.change for _, one in watch(machine, [5.5], first=5, rule=None)] == [Change.CLEARED]


def test_small_is_bad_for_a_time_to_go() -> None:
    level = Level(Severity.WARNING, 240.0, 360.0, 2.0, 10.0, 0.5, "a source")
    machine = Machine("k")
    falling = rule_of(level, measure=Measure.TIME_TO_THRESHOLD)
    told = watch(machine, [float("inf")] * 5 + [200.0] * 5 + [300.0] * 30 + [float("inf")] * 15, rule=falling)
    assert [(second, one.change) for second, one in told] == [(7, Change.RAISED), (50, Change.CLEARED)]


@pytest.mark.parametrize(
    ("value", "high", "probability", "raised"),
    [
        (4.6, 5.6, 0.2, True),
        (4.6, 5.6, 0.4, False),
        (4.6, 4.9, 0.2, False),
        (5.1, 5.2, 0.5, True),
        (5.01, 6.0, 0.9, False),
        (4.9, None, 0.1, False),
        (5.0, None, 0.9, True),
    ],
)
def test_the_interval_raises_early_only_as_sure_as_the_rule_asks(
    value: float, high: float | None, probability: float, *, raised: bool
) -> None:
    level = Level(Severity.DANGER, 5.0, 4.5, 0.0, 20.0, probability, "a source")
    low = None if high is None else 2 * value - high
    told = Machine("k").look(look(0, value, low=low, high=high), rule_of(level), at(0))
    assert bool(told) is raised


class Life(RuleBasedStateMachine):
    """Whatever comes, in whatever order."""

    def __init__(self) -> None:
        super().__init__()
        self.machine = Machine("k")
        self.told: list[Told] = []
        self.second = 0.0
        self.calm_s = 0.0
        self.danger_s: float | None = None

    @initialize()
    def begin(self) -> None:
        self.told = []

    @rule(
        value=st.one_of(st.none(), st.floats(0, 8), st.sampled_from([3.0, 3.5, 3.75, 4.0, 4.5, 5.0, 5.5])),
        step_s=st.floats(0.5, 30),
        may_clear=st.booleans(),
    )
    def see(self, value: float | None, step_s: float, *, may_clear: bool) -> None:
        self.second += step_s
        before = self.machine.standing
        was = before.severity if before else None
        told = self.machine.look(look(self.second, value, may_clear=may_clear), RULE, at(self.second))
        self.told += told
        kinds = [one.change for one in told]
        if value is None or not may_clear or value >= LEVELS[0].clear_at:
            assert Change.CLEARED not in kinds, "cleared on what is not seen to be over"
        if value is None:
            assert kinds in ([], [Change.SIGHT_LOST])
        self._watch_danger(value)
        now = self.machine.standing
        if was is not None and now is not None and now.severity.rank > was.rank:
            assert Change.WORSENED in kinds
        if before is not None and now is None:
            assert Change.CLEARED in kinds

    def _watch_danger(self, value: float | None) -> None:
        """Danger held for its duration is told, whatever was told, acknowledged or cleared before."""
        if value is None:
            return
        if value < 5.0:
            self.danger_s = None
            return
        self.danger_s = self.second if self.danger_s is None else self.danger_s
        life, muted = self.machine.standing, self.machine.muted
        if self.second - self.danger_s >= 2.0 and muted is not Severity.DANGER:
            assert life is not None
            assert life.severity is Severity.DANGER

    @rule(step_s=st.floats(0.5, 200))
    def wait(self, step_s: float) -> None:
        self.second += step_s
        self.told += self.machine.tick(RULE, at(self.second))

    @rule()
    def acknowledge(self) -> None:
        self.told += self.machine.acknowledge("sam", at(self.second))

    @rule()
    def close(self) -> None:
        self.told += self.machine.close("false_alarm", at(self.second))
        assert self.machine.standing is None

    @invariant()
    def each_alert_counts_its_changes_without_a_gap(self) -> None:
        by_alert: dict[object, list[int]] = {}
        for one in self.told:
            by_alert.setdefault(one.life.alert_id, []).append(one.life.sequence)
        for sequences in by_alert.values():
            assert sequences == list(range(1, len(sequences) + 1))

    @invariant()
    def an_alert_is_raised_once_and_its_worst_is_its_worst(self) -> None:
        raised = [one.life.alert_id for one in self.told if one.change is Change.RAISED]
        assert len(raised) == len(set(raised))
        for one in self.told:
            assert one.life.worst.rank >= one.life.severity.rank
            assert (one.life.ended_at is not None) == (not one.life.standing)

    @invariant()
    def only_a_standing_alert_escalates(self) -> None:
        assert all(one.life.standing for one in self.told if one.change is Change.ESCALATED)


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=60)
