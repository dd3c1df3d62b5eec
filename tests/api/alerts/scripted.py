"""Crowds with a known truth, read once a second as a worker would: late, noisy, sometimes not at all."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from api.alerts.engine import AlertEngine
from api.alerts.rules import Layout, Place, RuleBook, load_defaults
from domain.alert_rules import AlertSettings
from domain.alerts import Alert
from domain.floor import Occupancy
from domain.messages import CameraHealth, FloorFigures, State, ZoneReading

START = datetime(2026, 6, 1, 20, 0, tzinfo=UTC)
AREA_M2 = 100.0
DANGER = 4.7
Truth = Callable[[float], float]
"""Density, people per m², at a time in seconds."""

LAYOUT = Layout(
    venue_id="hall",
    name="Hall",
    capacity=2000,
    zones={
        "pit": Place("pit", "Pit", 600, ("north",)),
        "bar": Place("bar", "Bar", 80, ("south",)),
    },
    cameras={"north": "North", "south": "South"},
)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def book(settings: dict[str, object] | None = None, layout: Layout = LAYOUT) -> RuleBook:
    return RuleBook(load_defaults(), AlertSettings.model_validate(settings or {}), layout)


def engine(settings: dict[str, object] | None = None, layout: Layout = LAYOUT) -> AlertEngine:
    return AlertEngine(book(settings, layout), layout)


def reading(
    seconds: float,
    density: float | None = 1.0,
    *,
    zone: str = "pit",
    camera: str = "north",
    half_width: float | None = None,
    **floor: object,
) -> ZoneReading:
    """A second of a zone; without a density it is blind."""
    values: dict[str, object] = {
        "venue_id": "hall",
        "zone_id": zone,
        "camera_ids": (camera,),
        "captured_at": at(seconds),
        "state": State.OK if density is not None else State.BLIND,
    }
    if density is None:
        return ZoneReading.model_validate({**values, "reason": "no frames"})
    count = density * AREA_M2
    figures = FloorFigures.model_validate({"area_m2": AREA_M2, "density_per_m2": density, **floor})
    values |= {"count": count, "peak": round(count), "frames": 10, "method": "floor", "floor": figures}
    if half_width is not None:
        values |= {"count_low": max(count - half_width * AREA_M2, 0), "count_high": count + half_width * AREA_M2}
    return ZoneReading.model_validate(values)


def health(seconds: float, camera: str = "north", state: State = State.OK, reason: str | None = None) -> CameraHealth:
    return CameraHealth(venue_id="hall", camera_id=camera, captured_at=at(seconds), state=state, reason=reason)


def occupancy(seconds: float, count: float | None, half_width: float = 20.0) -> Occupancy:
    if count is None:
        return Occupancy(venue_id="hall", captured_at=at(seconds), state=State.BLIND, reason="every camera is blind")
    return Occupancy(
        venue_id="hall",
        captured_at=at(seconds),
        state=State.OK,
        count=count,
        count_low=max(count - half_width, 0),
        count_high=count + half_width,
    )


@dataclass(frozen=True)
class Noise:
    """How wrong readings are.

    Attributes:
        share: standard deviation of one second, as a share of the density.
        drift_share: of what is wrong for a while (a minute and a half), as a share.
        missing: share of seconds that do not come at all.
    """

    share: float = 0.06
    drift_share: float = 0.03
    missing: float = 0.02

    @property
    def half_width(self) -> float:
        """Half the 90 % interval as a share of the density."""
        return 1.645 * math.hypot(self.share, self.drift_share)


def seen(truth: Truth, seconds: int, noise: Noise, chance: random.Random) -> Iterator[tuple[datetime, ZoneReading]]:
    """Readings of the pit and when each arrives."""
    wrong = 0.0
    for second in range(seconds):
        wrong = 0.989 * wrong + noise.drift_share * math.sqrt(1 - 0.989**2) * chance.gauss(0, 1)
        if chance.random() < noise.missing:
            continue
        mean = sum(truth(second + part / 4) for part in range(4)) / 4
        density = max(mean * (1 + wrong + noise.share * chance.gauss(0, 1)), 0.0)
        arrives = at(second + chance.uniform(1.2, 2.4))
        yield arrives, reading(second, density, half_width=noise.half_width * max(density, 0.2))


def run(engine: AlertEngine, readings: Iterator[tuple[datetime, ZoneReading]]) -> list[tuple[datetime, Alert]]:
    """Alerts of the pit and when each was told; the other camera and zone are well."""
    told = []
    for arrives, one in readings:
        second = (one.captured_at - START).total_seconds()
        for camera in ("north", "south"):
            engine.take(health(second, camera), arrives)
        engine.take(reading(second, 0.5, zone="bar", camera="south"), arrives)
        told += [(arrives, alert) for alert in engine.take(one, arrives)]
    return told


def crossing(truth: Truth, threshold: float, seconds: int) -> float | None:
    """When the truth first reaches the threshold, to a tenth of a second."""
    return next((tenth / 10 for tenth in range(seconds * 10) if truth(tenth / 10) >= threshold), None)


def surge(chance: random.Random) -> tuple[Truth, int]:
    """A crowd that goes from calm to dangerous in 5 s to 5 min, and stays; and how long to look."""
    before, after = chance.uniform(0.8, 3.2), chance.uniform(5.0, 7.0)
    begins, lasts = chance.uniform(100, 160), math.exp(chance.uniform(math.log(5), math.log(300)))
    sway, period = chance.uniform(0, 0.15), chance.uniform(20, 120)

    def truth(second: float) -> float:
        share = min(max((second - begins) / lasts, 0.0), 1.0)
        level = before + (after - before) * share * share * (3 - 2 * share)
        return level + sway * math.sin(2 * math.pi * second / period)

    return truth, round(begins + lasts + 40)


def normal(chance: random.Random, mean: float) -> Truth:
    """A crowd that comes and goes in waves of one to twenty minutes, by up to a third."""
    waves = [(chance.uniform(0.02, 0.12) * mean, chance.uniform(60, 1200), chance.uniform(0, 6.28)) for _ in range(3)]
    return lambda second: max(
        mean + sum(size * math.sin(2 * math.pi * second / period + shift) for size, period, shift in waves), 0.0
    )


def an_alert() -> Alert:
    """A real one, as of the town of the API's tests."""
    one = engine()
    told = [alert for second in range(6) for alert in one.take(reading(second, 5.5), at(second + 1.5))]
    (alert,) = [alert for alert in told if alert.rule_id == "density" and alert.sequence == 1]
    return alert.model_copy(update={"venue_id": "town", "zone_id": "floor"})
