"""What the filter promises, over many seeds of the simulator's own lines and scanners. Numbers: docs/simulation.md."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_spec = importlib.util.spec_from_file_location("gates_alone", Path(__file__).with_name("gates_alone.py"))
assert _spec is not None
assert _spec.loader is not None
gates_alone = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(gates_alone)

SEEDS = range(12)


@pytest.mark.parametrize(("scans", "largest"), [(True, 0.03), (False, 0.08)])
def test_four_hours_stay_within_what_is_promised(scans: bool, largest: float) -> None:  # noqa: FBT001 - a parameter
    runs = [gates_alone.run(seed, scans=scans) for seed in SEEDS]
    last = [abs(estimate.count - inside) / inside for inside, estimate in (run[-1] for run in runs)]
    assert max(last) < largest
    covered = np.mean([low <= inside <= high for run in runs for inside, low, high in _intervals(run)])
    assert covered >= 0.8
    width = np.mean([(high - low) / inside for run in runs for inside, low, high in _intervals(run)])
    assert width < 2 * largest, "an interval that holds everything says nothing"


def _intervals(run: list) -> list[tuple[int, float, float]]:
    return [(inside, estimate.low, estimate.high) for inside, estimate in run]
