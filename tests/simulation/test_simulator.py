import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import BadInput
from headroom.simulation.estimating import Estimator, summarise
from headroom.simulation.plan import hall
from headroom.simulation.scenario import BUILT_IN, Instruments, Outage, Scenario, Surge, load
from headroom.simulation.simulator import Simulator, Step
from headroom.simulation.walkers import BODY_M, walking_speed

SMALL = Scenario(people=120, hours=0.15, cameras=4, look_every_s=20.0, inside=((0.0, 0.0), (0.4, 1.0), (1.0, 1.0)))


def run(scenario: Scenario) -> tuple[Simulator, list[Step]]:
    simulator = Simulator(scenario)
    return simulator, list(simulator.steps())


def test_the_same_seed_is_the_same_run_and_another_is_not() -> None:
    (_, first), (_, again), (_, other) = run(SMALL), run(SMALL), run(SMALL.model_copy(update={"seed": 2}))
    assert all(np.array_equal(one.xy, two.xy) for one, two in zip(first, again, strict=True))
    assert all(one.crossings == two.crossings and one.scans == two.scans for one, two in zip(first, again, strict=True))
    assert [sight.tracks.tolist() for sight in first[-40].sights] == [
        sight.tracks.tolist() for sight in again[-40].sights
    ]
    assert any(one.inside != two.inside for one, two in zip(first, other, strict=True))


def test_perfect_instruments_tell_the_truth() -> None:
    perfect = Instruments(
        camera_miss=0, false_share=0, occlusion=0, noise_m=0, noise_per_m=0, calibration_m=0, clock_skew_s=0,
        line_miss=0, line_miss_deviation=0, line_drift_per_h=0, line_false=0, scan_miss=0,
    )  # fmt: skip
    _, steps = run(SMALL.model_copy(update={"instruments": perfect, "turnover_per_h": 1.0}))
    inside = np.cumsum([sum(told.went_in - told.went_out for told in step.crossings) for step in steps])
    assert inside.tolist() == [step.inside for step in steps]
    looked = [step for step in steps if step.looked and step.inside > 50][-1]
    for sight in looked.sights:
        truth = looked.xy[np.searchsorted(looked.persons, sight.persons)]
        assert sight.xy == pytest.approx(truth, abs=1e-9)


def test_people_stay_on_the_floor_and_have_a_body() -> None:
    simulator, steps = run(SMALL)
    for step in steps[:: len(steps) // 20]:
        assert simulator.plan.stands_free(step.xy).all()
    last = steps[-1].xy
    apart = np.hypot(*(last[:, None] - last[None]).T) + np.eye(len(last)) * 9
    assert np.quantile(apart.min(axis=0), 0.05) > 0.7 * BODY_M


def test_cameras_miss_and_invent_as_often_as_they_are_told_to() -> None:
    scenario = SMALL.model_copy(
        update={"people": 300, "instruments": Instruments(occlusion=0), "look_every_s": 10.0, "looks": 2}
    )
    simulator = Simulator(scenario)
    there = found = false = 0
    for step in simulator.steps():
        for camera, sight in zip(simulator.cameras.cameras, step.sights, strict=False):
            there += int(camera.footprint.contains(step.xy).sum())
            found += int((sight.persons >= 0).sum())
            false += int((sight.persons < 0).sum())
    assert found / there == pytest.approx(0.9, abs=0.03)
    assert false / (found + false) == pytest.approx(0.02, abs=0.01)


def test_who_is_missed_is_missed_for_seconds() -> None:
    simulator = Simulator(SMALL.model_copy(update={"look_every_s": 0.5, "looks": 1}))
    before, stay, change = None, 0, 0
    for step in simulator.steps():
        seen = set(step.sights[0].persons.tolist())
        there = set(step.persons[simulator.cameras.cameras[0].footprint.contains(step.xy)].tolist())
        if before is not None:
            missed = before[0] - before[1]
            stay += len(missed & there - seen)
            change += len(missed & there & seen)
        before = there, seen
    assert stay > 2 * change


def test_a_surge_crosses_the_danger_density_and_the_time_is_known() -> None:
    surge = Surge(at=0.5, lasts_s=120, people_per_m2=5.5)
    simulator, _ = run(SMALL.model_copy(update={"people": 400, "hours": 0.2, "surges": (surge,), "cameras": 1}))
    assert simulator.dangers
    first = simulator.dangers[0]
    assert 0 < first.began_s - 360 < 90
    assert first.peak_per_m2 >= 4
    assert first.ended_s <= 360 + 120 + 30


def test_a_blind_camera_and_a_dead_gate_are_told_as_such() -> None:
    outages = (Outage(what="camera-1", at=0.5, lasts_s=60), Outage(what="south", at=0.5, lasts_s=60, scanners=True))
    _, steps = run(SMALL.model_copy(update={"outages": outages, "turnover_per_h": 4.0}))
    out = [step for step in steps if step.blind_cameras]
    assert len(out) == 120
    assert all(sight.camera_id != "camera-1" for step in out for sight in step.sights)
    assert all(told.gate_id != "south" for step in out for told in (*step.crossings, *step.scans))
    assert all(step.dead_scanners == {"south"} == step.blind_gates for step in out)


def test_the_product_on_a_small_hall() -> None:
    scenario = SMALL.model_copy(update={"people": 300, "hours": 0.4, "cameras": 6, "turnover_per_h": 0.5})
    estimator = Estimator(Simulator(scenario))
    for step in estimator.simulator.steps():
        estimator.take(step)
    summary = summarise(estimator.rows, estimator.fusion_score, scenario.people)
    assert summary is not None
    assert abs(summary.end_error_share) < 0.03
    assert summary.double_share is not None
    assert summary.double_share < 0.02
    assert estimator.rows[-1].merged is not None


def test_nobody_seen_is_no_summary() -> None:
    empty = SMALL.model_copy(update={"inside": ((0.0, 0.0), (1.0, 0.0)), "hours": 0.05})
    estimator = Estimator(Simulator(empty))
    for step in estimator.simulator.steps():
        estimator.take(step)
    assert summarise(estimator.rows, estimator.fusion_score, empty.people) is None
    assert estimator.fusion_score.double_share is None


@given(st.floats(0, 8), st.floats(0.5, 2.2))
def test_the_more_crowded_the_slower(density: float, free: float) -> None:
    speeds = walking_speed(np.array([density, density + 0.1]), np.array([free, free]))
    assert 0 <= speeds[1] <= speeds[0] <= free
    assert walking_speed(np.array([5.4]), np.array([free]))[0] == 0


@settings(max_examples=20)
@given(st.integers(20, 20_000))
def test_a_hall_has_the_same_room_for_everybody(people: int) -> None:
    plan = hall(people, scans=True)
    assert plan.outline.area / people == pytest.approx(hall(2000, scans=True).outline.area / 2000, rel=1e-6)
    assert {zone.id for zone in plan.config.zones} == set(plan.zones)


def test_built_in_scenarios_run() -> None:
    for scenario in BUILT_IN.values():
        few = scenario.model_copy(update={"people": 40, "hours": 0.02})
        simulator = Simulator(few)
        assert len(list(simulator.steps())) == 144


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("concrt", {}, "did you mean 'concert'?"),
        ("normal", {"people": 3}, "people = 3"),
        ("missing.yaml", {}, "cannot be read"),
        ("normal", {"inside": ((0.0, 0.0),)}, "must go from time 0 to time 1"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused_in_words(name: str, changes: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput) as refused:
        load(name, changes)
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_surge_in_no_zone_and_an_outage_of_nothing_are_refused() -> None:
    with pytest.raises(BadInput, match="surge in 'roof'"):
        Simulator(SMALL.model_copy(update={"surges": (Surge(at=0.5, zone_id="roof"),)}))
    with pytest.raises(BadInput, match="outage of 'camera-9'"):
        Simulator(SMALL.model_copy(update={"outages": (Outage(what="camera-9", at=0.5),)}))


def test_a_step_is_frozen() -> None:
    _, steps = run(SMALL.model_copy(update={"hours": 0.01}))
    with pytest.raises(dataclasses.FrozenInstanceError):
        steps[0].inside = 3  # type: ignore[misc]
