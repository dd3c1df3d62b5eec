"""The simulator's own lines and scanners on people who are numbers: hundreds of hours in seconds."""

import numpy as np

from headroom.simulation.gates import GateInstruments
from headroom.simulation.plan import hall
from headroom.simulation.scenario import Instruments
from inference.zones.occupancy import Estimate, OccupancyFilter

STEP_S = 20.0
SEEN_SHARE = 0.98


def run(seed: int, *, scans: bool, hours: float = 4.0, people: int = 2000) -> list[tuple[int, Estimate]]:
    """Truth and estimate every ten minutes from the first hour on: people come and go, 40 % of them an hour.

    Cameras see the crowd once a minute; what they miss for good differs from run to run, by 3 % around 5 %.
    """
    random = np.random.default_rng(seed)
    plan = hall(people, scans=scans)
    gates = GateInstruments(plan, Instruments(), random)
    weights = np.array([door.weight for door in plan.doors])
    occupancy = OccupancyFilter([door.gate for door in plan.doors])
    occupancy.start(0, 0.0)
    miss, inside, told = random.normal(0.05, 0.03), 0, []
    for step in range(1, round(hours * 3600 / STEP_S) + 1):
        at_s = step * STEP_S
        wanted = people * min(1.0, at_s / 2400)
        arrivals = random.poisson(weights * (max(0.0, wanted - inside) / 60 + 0.4 * inside / 3600) * STEP_S)
        leaving = random.binomial(inside, 0.4 * STEP_S / 3600)
        passed = np.column_stack([arrivals, random.multinomial(leaving, weights)])
        inside += int(arrivals.sum()) - leaving
        gates.drift(STEP_S)
        for one in gates.lines(passed, at_s, set()):
            occupancy.crossings(one.went_in, one.went_out, one.at_s, one.gate_id)
        for one in gates.scans(passed, at_s, set()):
            occupancy.scans(one.went_in, one.went_out, one.at_s, one.gate_id)
        if at_s % 60 == 0:
            seen = max(0.0, inside * SEEN_SHARE * (1 - miss) + random.normal(0, 0.02 * inside))
            occupancy.camera_count(seen, 0.95 * seen, 1.05 * seen, SEEN_SHARE, at_s)
        if at_s >= 3600 and at_s % 600 == 0:
            estimate = occupancy.estimate(at_s)
            assert estimate is not None
            told.append((inside, estimate))
    return told
