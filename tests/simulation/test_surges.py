"""A simulated hall, recorded and replayed: are surges told in time, and are the counts what their intervals say?"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from domain.alerts import Alert, Change, Measure
from domain.messages import State, ZoneReading
from domain.settings import Settings
from headroom.replay import Replay, Told
from headroom.runlog import RunLog
from headroom.simulate import RECORDED_AT, Question, run
from headroom.simulation.scenario import load
from headroom.simulation.simulator import Simulator

PEOPLE, CAMERAS, HOURS, SEED = 150, 4, 0.12, 4
ZONE = "stage-front"
IN_TIME_S = 5.0
RAISED = {Change.RAISED, Change.WORSENED, Change.REOPENED}


@dataclass(frozen=True)
class Run:
    """What was told of a run, and what was true."""

    told: list[Told]
    people: dict[int, float]
    area_m2: float
    dangers_s: list[float]


@pytest.fixture(scope="module")
def surged(tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = tmp_path_factory.mktemp("run") / "surge.jsonl.gz"
    question = Question("surge", people=PEOPLE, cameras=CAMERAS, hours=HOURS, seed=SEED, record=path)
    asyncio.run(run(question, settings=Settings(), write=lambda _: None))
    changes = {"people": PEOPLE, "cameras": CAMERAS, "hours": HOURS, "seed": SEED}
    simulator = Simulator(load("surge", {**changes, "look_every_s": 0.5, "looks": 1, "step_s": 0.5}))
    zone, seen = simulator.plan.zones[ZONE], dict[int, list[int]]()
    for step in simulator.steps():
        seen.setdefault(int(step.at_s), []).append(int(zone.contains(step.xy).sum()))
    people = {second: float(np.mean(counts)) for second, counts in seen.items()}
    told = list(Replay(RunLog.open(path)).run())
    return Run(told, people, zone.area, [danger.began_s for danger in simulator.dangers if danger.zone_id == ZONE])


def test_every_surge_is_told_before_or_within_5_s_of_the_true_crossing(surged: Run) -> None:
    assert surged.dangers_s, "the run must hold a surge"
    alerts = [(one.at, one.message) for one in surged.told if isinstance(one.message, Alert)]
    dense = [
        (at - RECORDED_AT).total_seconds()
        for at, alert in alerts
        if alert.zone_id == ZONE and alert.measure in (Measure.DENSITY, Measure.TIME_TO_THRESHOLD)
        if alert.change in RAISED
    ]
    for began_s in surged.dangers_s:
        assert any(began_s - 60 <= at_s <= began_s + IN_TIME_S for at_s in dense), (began_s, dense)


def test_the_counts_of_a_crowded_zone_are_what_their_intervals_say(surged: Run) -> None:
    """The share of seconds that hold the truth; nothing here was fitted on this seed."""
    held, off = [], []
    for one in surged.told:
        reading = one.message
        if not isinstance(reading, ZoneReading) or reading.zone_id != ZONE or reading.state is not State.OK:
            continue
        truth = surged.people.get(round((reading.captured_at - RECORDED_AT).total_seconds()))
        if truth is None or truth / surged.area_m2 < 1:
            continue
        assert reading.count_low is not None
        assert reading.count_high is not None
        assert reading.count is not None
        held.append(reading.count_low <= truth <= reading.count_high)
        off.append(reading.count / truth - 1)
    assert len(held) > 60
    assert np.mean(held) > 0.8
    assert abs(np.mean(off)) < 0.1


def test_a_zone_that_no_camera_sees_is_never_told_as_empty(surged: Run) -> None:
    unseen = [
        one.message for one in surged.told if isinstance(one.message, ZoneReading) and one.message.zone_id == "toilets"
    ]
    assert unseen
    assert all(reading.state is not State.OK and reading.count is None for reading in unseen)
    first = next(one for one in surged.told if isinstance(one.message, Alert) and one.message.zone_id == "toilets")
    assert first.message.kind == "alert"  # type: ignore[attr-defined]
    assert first.at - RECORDED_AT < timedelta(minutes=1)
